/* The host's side of the G-rings: submissions out, events in, and who sleeps. */
#include "channel.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>

#include "control.h"
#include "fdtable.h"
#include "libc.h"
#include "log.h"
#include "process.h"
#include "watch.h"

#define DRAIN_BATCH 64

struct pno_channel pno_channels[PNO_CHANNELS];

static struct pno_lock open_lock;
static struct pno_lock attach_lock; /* who changes a file's channel */
static _Atomic uint32_t threads_seen;

#define FOR_EACH(channel, mask)                               \
    for (uint64_t rest = (mask); rest != 0; rest &= rest - 1) \
        for (struct pno_channel *channel = &pno_channels[__builtin_ctzll(rest)]; channel != NULL; channel = NULL)

static void ring(int bell)
{
    int saved = errno;
    uint64_t one = 1;
    if (libc_write(bell, &one, sizeof(one)) < 0)
        pno_log("a bell cannot be rung: %s", strerrorname_np(errno));
    errno = saved;
}

/* A channel of the arena whose process has died. */
static uint32_t take_dead_channel(void)
{
    for (uint32_t number = 0; number < PNO_CHANNEL_COUNT; number++) {
        uint32_t owner = atomic_load(&pno_arena.family->channel_owners[number]);
        if (owner != 0 && kill((pid_t)owner, 0) < 0 && errno == ESRCH &&
            atomic_compare_exchange_strong(&pno_arena.family->channel_owners[number], &owner, (uint32_t)getpid()))
            return number;
    }
    return PNO_NO_NUMBER;
}

static uint32_t take_channel(void)
{
    struct pno_family *family = pno_arena.family;
    uint32_t number = pno_bitmap_take(&family->channels, family->channel_words, PNO_CHANNEL_COUNT);
    if (number == PNO_NO_NUMBER)
        return take_dead_channel();
    atomic_store(&family->channel_owners[number], (uint32_t)getpid());
    return number;
}

/* Goes on where the channel's last process, if there was one, has left off. */
static void take_positions(struct pno_channel *channel, struct pno_gring *gring)
{
    channel->sub_tail = atomic_load(&gring->sub_tail);
    channel->sub_head = atomic_load(&gring->sub_head);
    atomic_store(&channel->ev_head, atomic_load(&gring->ev_head));
    channel->owed_head = atomic_load(&gring->ev_head);
    atomic_store(&gring->sleep_seq, (atomic_load(&gring->sleep_seq) + 1) & ~1ULL);
    channel->sleepers = 0;
    atomic_store(&channel->sets, 0);
}

static int open_channel(struct pno_channel *channel)
{
    uint32_t number = take_channel();
    if (number == PNO_NO_NUMBER)
        return -ENOBUFS;
    struct pno_gring *gring = pno_arena_gring(number);
    take_positions(channel, gring);
    int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    int error = bell < 0 ? -errno : pno_control_channel(number, bell);
    if (error < 0) {
        if (bell >= 0)
            libc_close(bell);
        return error; /* the number stays taken: what stands in the way of it is not known */
    }
    channel->number = number;
    channel->bell = bell;
    pno_fd_internal(&channel->bell);
    __atomic_store_n(&channel->gring, gring, __ATOMIC_RELEASE);
    return 0;
}

static bool is_open(uint32_t at)
{
    return __atomic_load_n(&pno_channels[at].gring, __ATOMIC_ACQUIRE) != NULL;
}

/* Makes sure that a channel is open; when it cannot be, any open one will do. */
static uint32_t ensure_open(uint32_t at)
{
    if (is_open(at))
        return at;
    if (!pno_lock_take(&open_lock))
        return PNO_NO_CHANNEL;
    int error = is_open(at) ? 0 : open_channel(&pno_channels[at]);
    pno_lock_give(&open_lock);
    if (error == 0)
        return at;
    pno_log("no channel %u: %s", at, strerrorname_np(-error));
    for (at = 0; at < PNO_CHANNELS; at++)
        if (is_open(at))
            return at;
    return PNO_NO_CHANNEL;
}

uint32_t pno_channel_of_thread(void)
{
    if (pno_self.channel == 0)
        pno_self.channel = 1 + atomic_fetch_add(&threads_seen, 1) % PNO_BLOCKING_CHANNELS;
    return ensure_open(pno_self.channel - 1);
}

uint32_t pno_channel_for_set(void)
{
    uint32_t best = PNO_BLOCKING_CHANNELS;
    for (uint32_t at = best; at < PNO_CHANNELS && atomic_load(&pno_channels[best].sets) != 0; at++)
        if (atomic_load(&pno_channels[at].sets) < atomic_load(&pno_channels[best].sets))
            best = at;
    best = ensure_open(best);
    if (best != PNO_NO_CHANNEL)
        atomic_fetch_add(&pno_channels[best].sets, 1);
    return best;
}

/* Which of our channels submissions of the file go by. */
static struct pno_channel *submission_channel(struct pno_file *file)
{
    if (PNO_LIKELY(file->channel != 0))
        return &pno_channels[file->channel - 1];
    uint32_t at = pno_channel_of_thread();
    return at == PNO_NO_CHANNEL ? NULL : &pno_channels[at];
}

uint32_t pno_channel_number(struct pno_file *file)
{
    const struct pno_channel *channel = submission_channel(file);
    return channel == NULL ? 0 : channel->number;
}

/* Counts what could not be submitted; the DPU then sweeps the channel's records. */
static void overflow(struct pno_channel *channel)
{
    atomic_fetch_add(&channel->gring->overflow, 1);
}

/*
 * Whole words, each with the lap of its submission in a bit, the last one with release: the DPU may read the slot
 * before it has seen sub_tail, and takes it if all four are of the lap that it expects.
 */
static void store(struct pno_sub_slot *slot, struct pno_submission submission, uint64_t number)
{
    if (number / PNO_CHAN_SUB_CAPACITY % 2 == 0) {
        submission.record |= PNO_SUB_LAP_OF_RECORD;
        submission.tx_written |= PNO_SUB_LAP_OF_POSITION;
        submission.rx_read |= PNO_SUB_LAP_OF_POSITION;
        submission.flags |= PNO_SUB_LAP_OF_FLAGS;
    }
    uint64_t words[PNO_SUB_WORDS];
    memcpy(words, &submission, sizeof words);
    for (int i = 0; i < PNO_SUB_WORDS - 1; i++)
        atomic_store_explicit(&slot->words[i], words[i], memory_order_relaxed);
    atomic_store_explicit(&slot->words[PNO_SUB_WORDS - 1], words[PNO_SUB_WORDS - 1], memory_order_release);
}

static bool push(struct pno_channel *channel, const struct pno_submission *submission)
{
    struct pno_gring *gring = channel->gring;
    if (!pno_lock_take(&channel->lock))
        return false;
    uint64_t tail = channel->sub_tail;
    if (PNO_UNLIKELY(tail - channel->sub_head >= PNO_CHAN_SUB_CAPACITY))
        channel->sub_head = atomic_load_explicit(&gring->sub_head, memory_order_acquire);
    bool room = tail - channel->sub_head < PNO_CHAN_SUB_CAPACITY;
    if (PNO_LIKELY(room)) {
        store(&gring->sub[tail % PNO_CHAN_SUB_CAPACITY], *submission, tail);
        channel->sub_tail = tail + 1;
        atomic_store(&gring->sub_tail, tail + 1); /* a full fence, before `asleep` is looked at */
    }
    pno_lock_give(&channel->lock);
    return room;
}

void pno_submit_written(struct pno_file *file, uint64_t tx_written, uint32_t chunk, uint32_t flags)
{
    struct pno_channel *channel = submission_channel(file);
    if (PNO_UNLIKELY(channel == NULL))
        return;
    struct pno_submission submission = {
        .record = pno_file_number(file),
        .generation = file->generation,
        .tx_written = tx_written,
        .rx_read = atomic_load_explicit(&file->record->rx_read, memory_order_relaxed),
        .tx_chunk = chunk,
        .flags = flags,
    };
    if (!PNO_LIKELY(push(channel, &submission)))
        overflow(channel);
    if (PNO_UNLIKELY(atomic_load(&channel->gring->asleep) != PNO_CHAN_ASLEEP_NOT))
        ring(pno_control.bell);
}

void pno_submit(struct pno_file *file, uint32_t flags)
{
    uint64_t tx_written = atomic_load_explicit(&file->record->tx_written, memory_order_acquire);
    pno_submit_written(file, tx_written, PNO_REC_NO_CHUNK, flags);
}

static uint32_t owner_of(uint32_t number)
{
    return number < PNO_CHANNEL_COUNT ? atomic_load(&pno_arena.family->channel_owners[number]) : 0;
}

static bool is_alive(uint32_t process)
{
    int saved = errno;
    bool alive = process != 0 && (kill((pid_t)process, 0) == 0 || errno != ESRCH);
    errno = saved;
    return alive;
}

/* True if events that have gone to `current` are for another living process of the family as well. */
static bool is_shared(const struct pno_file *file, uint32_t current)
{
    uint32_t owner = owner_of(current);
    if (owner == (uint32_t)pno_process.pid)
        return false;
    if (!file->ops->for_anybody)
        return pno_held_by_others(pno_file_number(file));
    return current == PNO_REC_ALL_CHANNELS || is_alive(owner);
}

/* Where events shall go that have gone to `current`, as one of ours wants them. */
static uint32_t wanted_channel(const struct pno_file *file, uint32_t current, uint32_t ours)
{
    return current != ours && is_shared(file, current) ? PNO_REC_ALL_CHANNELS : ours;
}

/* True if the record says something else than before. A process that takes hold of the file at this moment may have
 * seen what the record said before: it holds first and then looks, we write first and look at the holders again. */
static bool redirect(struct pno_file *file, uint32_t ours)
{
    _Atomic uint64_t *word = &file->record->channel_and_generation;
    uint64_t generation = (uint64_t)file->generation << 32;
    atomic_thread_fence(memory_order_seq_cst);
    uint64_t before = atomic_load(word), next;
    do {
        next = wanted_channel(file, (uint32_t)before, ours) | generation;
    } while (!atomic_compare_exchange_weak(word, &before, next));
    if (next != before && (uint32_t)next == ours && is_shared(file, (uint32_t)before))
        atomic_compare_exchange_strong(word, &(uint64_t){next}, PNO_REC_ALL_CHANNELS | generation);
    return next != before;
}

/* The file's channel and the record's must be set as one: two threads may find at once that a file has none. */
static bool attach(struct pno_file *file, uint32_t channel, bool unless_attached, uint32_t *before)
{
    if (!pno_lock_take(&attach_lock))
        return false;
    *before = file->channel;
    bool changed = false;
    if (*before == 0 || !unless_attached) {
        file->channel = channel + 1;
        changed = redirect(file, pno_channels[channel].number);
    }
    pno_lock_give(&attach_lock);
    return changed;
}

static void attach_and_tell(struct pno_file *file, uint32_t channel, bool unless_attached)
{
    uint32_t before = 0;
    if (!attach(file, channel, unless_attached, &before))
        return;
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
    if (before != 0 && before != channel + 1)
        pno_channels_wake(1ULL << (before - 1)); /* who waits for the file there must wait here from now on */
}

void pno_channel_attach(struct pno_file *file, uint32_t channel)
{
    attach_and_tell(file, channel, false);
}

void pno_channel_attach_first(struct pno_file *file, uint32_t channel)
{
    attach_and_tell(file, channel, true);
}

void pno_channel_claim(struct pno_file *file)
{
    uint32_t channel = file->channel;
    uint32_t current = (uint32_t)atomic_load(&file->record->channel_and_generation);
    if (channel != 0 && PNO_UNLIKELY(current != pno_channels[channel - 1].number))
        pno_channel_attach(file, channel - 1);
}

static bool has_event(const struct pno_channel *channel, uint64_t number)
{
    uint64_t word = atomic_load_explicit(&channel->gring->evt[number % PNO_CHAN_EVT_CAPACITY], memory_order_acquire);
    return word >> PNO_EVT_LAP_SHIFT == ((number / PNO_CHAN_EVT_CAPACITY + 1) & 0xFFFF);
}

/* Takes up to DRAIN_BATCH events off the ring. They are handed out when the lock is free again. */
static unsigned take_events(struct pno_channel *channel, uint64_t *words)
{
    if (!pno_lock_take(&channel->lock))
        return 0;
    uint64_t head = atomic_load_explicit(&channel->ev_head, memory_order_relaxed);
    unsigned count = 0;
    while (count < DRAIN_BATCH && has_event(channel, head)) {
        words[count++] = atomic_load_explicit(&channel->gring->evt[head % PNO_CHAN_EVT_CAPACITY], memory_order_relaxed);
        head++;
    }
    if (count > 0) {
        atomic_store_explicit(&channel->ev_head, head, memory_order_release);
        atomic_store_explicit(&channel->gring->ev_head, head, memory_order_release);
    }
    pno_lock_give(&channel->lock);
    return count;
}

static void drain(struct pno_channel *channel)
{
    uint64_t words[DRAIN_BATCH];
    unsigned count = DRAIN_BATCH;
    for (unsigned total = 0; count == DRAIN_BATCH && total < PNO_CHAN_EVT_CAPACITY; total += count) {
        count = take_events(channel, words);
        for (unsigned i = 0; i < count; i++)
            pno_watch_event((uint32_t)words[i], (uint32_t)(words[i] >> PNO_EVT_GENERATION_SHIFT) & 0xFFFF);
    }
}

void pno_channels_drain(uint64_t mask)
{
    if (PNO_UNLIKELY(pno_self.held != 0))
        return;
    FOR_EACH(channel, mask)
    {
        if (has_event(channel, atomic_load_explicit(&channel->ev_head, memory_order_relaxed)))
            drain(channel);
    }
}

void pno_channels_arm(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        if (!pno_lock_take(&channel->lock))
            continue;
        if (channel->sleepers++ == 0)
            atomic_fetch_add(&channel->gring->sleep_seq, 1);
        pno_lock_give(&channel->lock);
    }
    atomic_thread_fence(memory_order_seq_cst);
}

void pno_channels_disarm(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        if (!pno_lock_take(&channel->lock))
            continue;
        if (--channel->sleepers == 0)
            atomic_fetch_add(&channel->gring->sleep_seq, 1);
        pno_lock_give(&channel->lock);
    }
}

void pno_channels_ask_owed(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        uint64_t head = atomic_load_explicit(&channel->ev_head, memory_order_relaxed);
        if (atomic_load(&channel->gring->asleep) == PNO_CHAN_ASLEEP_OWING && channel->owed_head != head) {
            channel->owed_head = head;
            ring(pno_control.bell);
        }
    }
}

void pno_channels_wake(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        if (atomic_load(&channel->sleepers) != 0)
            ring(channel->bell);
    }
}

void pno_channels_ring(uint32_t channel)
{
    ring(pno_channels[channel].bell);
}

bool pno_channels_pending(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        if (has_event(channel, atomic_load_explicit(&channel->ev_head, memory_order_relaxed)))
            return true;
    }
    return false;
}

uint64_t pno_channels_all(void)
{
    uint64_t mask = 0;
    for (uint32_t at = 0; at < PNO_CHANNELS; at++)
        mask |= is_open(at) ? 1ULL << at : 0;
    return mask;
}

bool pno_channels_fenced(uint64_t mask)
{
    FOR_EACH(channel, mask)
    {
        uint64_t reason = atomic_load_explicit(&channel->gring->fenced, memory_order_relaxed);
        if (reason != PNO_FENCE_NONE)
            return true;
    }
    return false;
}

void pno_channels_forget(void)
{
    for (uint32_t at = 0; at < PNO_CHANNELS; at++) {
        if (is_open(at)) {
            pno_fd_internal_close(&pno_channels[at].bell);
            pno_channels[at].gring = NULL;
        }
        pno_channels[at].lock = (struct pno_lock){0};
    }
    open_lock = attach_lock = (struct pno_lock){0};
    atomic_store(&threads_seen, 0);
}
