/* The pool of transmit chunks. */
#ifndef PNO_CHUNKS_H
#define PNO_CHUNKS_H

#include "arena.h"

/* Takes a chunk, or PNO_REC_NO_CHUNK when all are in use. */
static inline uint32_t pno_chunk_take(void)
{
    _Static_assert(PNO_NO_NUMBER == PNO_REC_NO_CHUNK, "no number, no chunk");
    return pno_bitmap_take(&pno_arena.family->chunks, pno_arena.family->chunk_words, PNO_TX_CHUNK_COUNT);
}

static inline void pno_chunk_give(uint32_t chunk)
{
    pno_bitmap_give(&pno_arena.family->chunks, pno_arena.family->chunk_words, chunk);
}

static inline uint32_t pno_chunks_taken(void)
{
    return atomic_load_explicit(&pno_arena.family->chunks.taken, memory_order_relaxed);
}

static inline uint8_t *pno_tx_chunk(uint32_t chunk)
{
    return pno_arena.tx_pool + ((size_t)chunk << PNO_ARENA_CHUNK_SHIFT);
}

static inline const uint8_t *pno_rx_chunk(uint32_t chunk)
{
    return pno_arena.rx_pool + ((size_t)chunk << PNO_ARENA_CHUNK_SHIFT);
}

#endif
