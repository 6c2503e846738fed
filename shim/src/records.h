/* The lives of records. */
#ifndef PNO_RECORDS_H
#define PNO_RECORDS_H

#include "arena.h"

/* Takes a free record for a new socket, its events going to that channel of the arena. Nobody holds it yet.
 * PNO_NO_NUMBER: there is none. */
uint32_t pno_record_take(uint32_t arena_channel, const struct pno_options *options);

/* Gives a record back that was never shown to the DPU. */
void pno_record_cancel(uint32_t record);

/* Takes a record back once the DPU has written FREE. False as long as it has not. */
bool pno_record_reclaim(uint32_t record);

/* For when something has run out: takes all events, reclaims records whose event was lost, and the chunks of streams
 * that are drained. Does nothing shortly after the last time. */
void pno_records_sweep(void);

/* Gives back the chunks of `count` more sockets, of those that have nothing in flight. Called by who is about to sleep,
 * so that in time idle sockets hold none. */
void pno_records_tidy(uint32_t count);
void pno_records_tidy_sometimes(void);

#define PNO_TIDY_IDLE 256 /* for a sleep that ended without an event */

static inline uint32_t pno_record_generation(const struct pno_record *record)
{
    return (uint32_t)(atomic_load_explicit(&record->channel_and_generation, memory_order_relaxed) >> 32);
}

#endif
