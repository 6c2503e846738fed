/* Records are taken under a new generation, and reclaimed when the DPU has let go of them. */
#include "records.h"

#include <string.h>

#include "channel.h"
#include "chunks.h"
#include "listener.h"
#include "options.h"
#include "stream.h"

#define TIDY_MARGIN 64
#define TIDY_STEP 8
#define SLEEPS_BETWEEN_TIDYING 16
#define SWEEP_INTERVAL_NS (100 * PNO_NS_PER_MS)

enum { LIFE_FREE, LIFE_TAKEN };

static _Atomic uint32_t tidy_hand;

static void reset_socket(struct pno_socket *socket, const struct pno_options *options)
{
    socket->sndbuf = pno_options_sndbuf(options);
    socket->tx_freed = socket->tx_mapped = 0;
    socket->rx_hinted = 0;
    atomic_store_explicit(&socket->urgent_noted, 0, memory_order_relaxed);
    socket->options = *options;
    socket->swept = 0;
    socket->backlog = socket->credits = 0;
    atomic_store_explicit(&socket->owed, 0, memory_order_relaxed);
    atomic_store_explicit(&socket->owner, 0, memory_order_relaxed);
    atomic_store_explicit(&socket->owner_type, 0, memory_order_relaxed);
    atomic_store_explicit(&socket->owner_signal, 0, memory_order_relaxed);
    atomic_store_explicit(&socket->flags, 0, memory_order_relaxed);
    atomic_store_explicit(&socket->life, LIFE_TAKEN, memory_order_relaxed);
}

static uint32_t take_number(void)
{
    struct pno_family *family = pno_arena.family;
    return pno_bitmap_take(&family->records, family->record_words, PNO_RECORD_COUNT);
}

uint32_t pno_record_take(uint32_t arena_channel, const struct pno_options *options)
{
    uint32_t number = take_number();
    if (number == PNO_NO_NUMBER) {
        pno_records_sweep();
        number = take_number();
    }
    if (number == PNO_NO_NUMBER)
        return number;
    struct pno_record *record = &pno_arena.records[number];
    reset_socket(&pno_arena.family->sockets[number], options);
    atomic_store_explicit(&record->tx_written, 0, memory_order_relaxed);
    atomic_store_explicit(&record->rx_read, 0, memory_order_relaxed);
    atomic_store_explicit(&record->tx_fin, 0, memory_order_relaxed);
    atomic_store_explicit(&record->tx_wait, 0, memory_order_relaxed);
    atomic_store_explicit(&record->request, 0, memory_order_relaxed);
    atomic_store_explicit(&record->info_asked, 0, memory_order_relaxed);
    atomic_store_explicit(&record->tx_urgent, 0, memory_order_relaxed);
    record->options = options->line;
    memset(&record->wanted, 0, sizeof(record->wanted));
    uint64_t generation = pno_record_generation(record) + 1;
    atomic_store_explicit(&record->channel_and_generation, arena_channel | (uint64_t)(uint32_t)generation << 32,
                          memory_order_release);
    return number;
}

static void give(uint32_t record)
{
    pno_bitmap_give(&pno_arena.family->records, pno_arena.family->record_words, record);
}

void pno_record_cancel(uint32_t record)
{
    atomic_store(&pno_arena.family->sockets[record].life, LIFE_FREE);
    give(record);
}

bool pno_record_reclaim(uint32_t number)
{
    struct pno_record *record = &pno_arena.records[number];
    struct pno_socket *socket = &pno_arena.family->sockets[number];
    uint64_t status = atomic_load_explicit(&record->status, memory_order_acquire);
    uint32_t life = LIFE_TAKEN;
    if (pno_status_state(status) != PNO_STATUS_FREE || pno_status_generation(status) != pno_record_generation(record) ||
        !atomic_compare_exchange_strong(&socket->life, &life, LIFE_FREE))
        return false;
    /* Another thread may be about to drop them too, since all was acknowledged. */
    bool locked = pno_lock_take(&socket->tx_lock);
    pno_stream_drop(record, socket);
    if (locked)
        pno_lock_give(&socket->tx_lock);
    give(number);
    return true;
}

/* A stream whose every byte is acknowledged needs no chunk; the DPU has forgotten them too. */
static void drop_if_drained(uint32_t number)
{
    struct pno_record *record = &pno_arena.records[number];
    struct pno_socket *socket = &pno_arena.family->sockets[number];
    if (atomic_load_explicit(&socket->life, memory_order_relaxed) != LIFE_TAKEN ||
        atomic_load_explicit(&socket->tx_freed, memory_order_relaxed) ==
            atomic_load_explicit(&socket->tx_mapped, memory_order_relaxed) ||
        !pno_lock_try(&socket->tx_lock))
        return;
    if (atomic_load_explicit(&record->tx_acked, memory_order_acquire) == pno_record_written(record) &&
        pno_status_generation(atomic_load(&record->status)) == pno_record_generation(record))
        pno_stream_drop(record, socket);
    pno_lock_give(&socket->tx_lock);
}

/* A record that is FREE though no event said so: its event went to a channel that nobody drains any more, or is on its
 * way. Which of the two shows at a later sweep. */
static void reclaim_lost(uint32_t number, uint32_t sweep)
{
    struct pno_socket *socket = &pno_arena.family->sockets[number];
    uint64_t status = atomic_load_explicit(&pno_arena.records[number].status, memory_order_acquire);
    if (pno_status_state(status) != PNO_STATUS_FREE)
        return;
    if (socket->swept != 0 && socket->swept != sweep)
        pno_record_reclaim(number);
    else
        socket->swept = sweep;
}

void pno_records_sweep(void)
{
    static _Atomic uint64_t next_ns;
    static _Atomic uint32_t sweeps;
    uint64_t now = pno_now();
    uint64_t due = atomic_load(&next_ns);
    if (now < due || !atomic_compare_exchange_strong(&next_ns, &due, now + SWEEP_INTERVAL_NS))
        return;
    uint32_t sweep = atomic_fetch_add(&sweeps, 1) + 1;
    pno_channels_drain(pno_channels_all());
    for (uint32_t number = 0; number < PNO_RECORD_COUNT; number++) {
        if (atomic_load(&pno_arena.family->sockets[number].life) != LIFE_TAKEN)
            continue;
        reclaim_lost(number, sweep);
        drop_if_drained(number);
    }
}

void pno_records_tidy(uint32_t count)
{
    struct pno_family *family = pno_arena.family;
    if (family == NULL || pno_chunks_taken() == 0)
        return;
    /* Low numbers are taken first, so a little more than are in use covers most of them. */
    uint32_t circle = 2 * atomic_load_explicit(&family->records.taken, memory_order_relaxed) + TIDY_MARGIN;
    if (circle > PNO_RECORD_COUNT)
        circle = PNO_RECORD_COUNT;
    uint32_t start = atomic_fetch_add_explicit(&tidy_hand, count, memory_order_relaxed);
    for (uint32_t i = 0; i < count && i < circle; i++)
        drop_if_drained((start + i) % circle);
}

void pno_records_tidy_sometimes(void)
{
    static _Atomic uint32_t sleeps;
    pno_listeners_pay();
    if (atomic_fetch_add_explicit(&sleeps, 1, memory_order_relaxed) % SLEEPS_BETWEEN_TIDYING == 0)
        pno_records_tidy(TIDY_STEP);
}
