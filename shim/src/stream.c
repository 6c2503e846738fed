/* S-rings. Byte p stands in chunk map[(p >> CHUNK_SHIFT) % MAP_ENTRIES] at offset p % CHUNK_BYTES. */
#include "stream.h"

#include <string.h>

#include "chunks.h"

#define CHUNK_MASK ((uint64_t)PNO_ARENA_CHUNK_BYTES - 1)

static uint64_t get(const _Atomic uint64_t *position)
{
    return atomic_load_explicit(position, memory_order_relaxed);
}

static void put(_Atomic uint64_t *position, uint64_t value)
{
    atomic_store_explicit(position, value, memory_order_relaxed);
}

static uint32_t entry_of(uint64_t position)
{
    return (uint32_t)(position >> PNO_ARENA_CHUNK_SHIFT) % PNO_ARENA_MAP_ENTRIES;
}

static uint32_t chunk_at(const _Atomic uint32_t *map, uint64_t position)
{
    return atomic_load_explicit(&map[entry_of(position)], memory_order_relaxed);
}

/* How much of a run of bytes stands in the chunk of its first. */
static size_t run(uint64_t position, size_t length)
{
    size_t room = PNO_ARENA_CHUNK_BYTES - (size_t)(position & CHUNK_MASK);
    return length < room ? length : room;
}

static bool add_chunk(struct pno_record *record, struct pno_socket *socket, uint64_t position)
{
    uint32_t chunk = pno_chunk_take();
    if (chunk == PNO_REC_NO_CHUNK)
        return false;
    uint64_t start = position & ~CHUNK_MASK;
    if (get(&socket->tx_freed) == get(&socket->tx_mapped))
        put(&socket->tx_freed, start);
    put(&socket->tx_mapped, start + PNO_ARENA_CHUNK_BYTES);
    atomic_store_explicit(&record->tx_map[entry_of(position)], chunk, memory_order_release);
    return true;
}

size_t pno_stream_write(struct pno_record *record, struct pno_socket *socket, uint64_t position, const void *source,
                        size_t length)
{
    size_t done = 0;
    while (done < length) {
        uint64_t at = position + done;
        if (PNO_UNLIKELY(at >= get(&socket->tx_mapped)) && !add_chunk(record, socket, at))
            break;
        size_t piece = run(at, length - done);
        memcpy(pno_tx_chunk(chunk_at(record->tx_map, at)) + (at & CHUNK_MASK), (const uint8_t *)source + done, piece);
        done += piece;
    }
    return done;
}

bool pno_stream_read(const struct pno_record *record, uint64_t position, void *target, size_t length)
{
    for (size_t done = 0, piece; done < length; done += piece) {
        uint64_t at = position + done;
        uint32_t chunk = chunk_at(record->rx_map, at);
        if (PNO_UNLIKELY(chunk >= PNO_RX_CHUNK_COUNT))
            return false;
        piece = run(at, length - done);
        memcpy((uint8_t *)target + done, pno_rx_chunk(chunk) + (at & CHUNK_MASK), piece);
    }
    return true;
}

uint32_t pno_stream_last_chunk(const struct pno_record *record, const struct pno_socket *socket, uint64_t position)
{
    if (position == 0 || position > get(&socket->tx_mapped) || position <= get(&socket->tx_freed))
        return PNO_REC_NO_CHUNK;
    return chunk_at(record->tx_map, position - 1);
}

void pno_stream_trim(struct pno_record *record, struct pno_socket *socket, uint64_t tx_acked)
{
    uint64_t freed = get(&socket->tx_freed), mapped = get(&socket->tx_mapped);
    for (; freed + PNO_ARENA_CHUNK_BYTES <= tx_acked && freed < mapped; freed += PNO_ARENA_CHUNK_BYTES) {
        pno_chunk_give(chunk_at(record->tx_map, freed));
        put(&socket->tx_freed, freed + PNO_ARENA_CHUNK_BYTES);
    }
}

void pno_stream_drop(struct pno_record *record, struct pno_socket *socket)
{
    uint64_t freed = get(&socket->tx_freed), mapped = get(&socket->tx_mapped);
    for (; freed < mapped; freed += PNO_ARENA_CHUNK_BYTES)
        pno_chunk_give(chunk_at(record->tx_map, freed));
    put(&socket->tx_freed, 0);
    put(&socket->tx_mapped, 0);
}
