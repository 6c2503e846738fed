/* Registrations, edges and levels. A level-triggered item stays on the ready list while its level holds; an
 * edge-triggered one comes on it when an event raises a level; both are judged by the level when they are reported. */
#include "watch.h"

#include <sys/epoll.h>

#include "channel.h"
#include "records.h"
#include "sets.h"

#define STRIPES 64
#define ALWAYS (EPOLLERR | EPOLLHUP)
#define INPUT (EPOLLIN | EPOLLRDNORM | EPOLLRDHUP | EPOLLPRI)
#define OUTPUT (EPOLLOUT | EPOLLWRNORM)

struct pno_item pno_items[PNO_ITEMS];

static struct pno_bitmap items;
static _Atomic uint64_t item_words[PNO_BITMAP_WORDS(PNO_ITEMS)];
static struct pno_lock stripes[STRIPES];
static struct pno_lock set_stripe; /* of the watchers of sets: taken beside a socket's */

static struct pno_lock *stripe_of(const struct pno_file *file)
{
    return file->ops == &pno_set_ops ? &set_stripe : &stripes[pno_file_number(file) % STRIPES];
}

/* --- the ready list, under the set's lock --- */

/* Others look at the count without the lock. */
static void count_ready(struct pno_set *set, uint32_t change)
{
    uint32_t count = atomic_load_explicit(&set->ready_count, memory_order_relaxed);
    atomic_store_explicit(&set->ready_count, count + change, memory_order_relaxed);
}

void pno_watch_queue(struct pno_item *item)
{
    struct pno_set *set = item->set;
    if (item->queued || item->disarmed)
        return;
    item->queued = true;
    item->next_ready = NULL;
    item->previous_ready = set->last_ready;
    *(set->last_ready != NULL ? &set->last_ready->next_ready : &set->first_ready) = item;
    set->last_ready = item;
    count_ready(set, 1);
}

static void unqueue(struct pno_item *item)
{
    struct pno_set *set = item->set;
    if (!item->queued)
        return;
    item->queued = false;
    *(item->previous_ready != NULL ? &item->previous_ready->next_ready : &set->first_ready) = item->next_ready;
    *(item->next_ready != NULL ? &item->next_ready->previous_ready : &set->last_ready) = item->previous_ready;
    count_ready(set, -1U);
}

/* --- registrations --- */

struct pno_item *pno_watch_find(struct pno_file *file, const struct pno_set *set, int fd)
{
    struct pno_lock *stripe = stripe_of(file);
    if (!pno_lock_take(stripe))
        return NULL;
    struct pno_item *item = file->watchers;
    while (item != NULL && (item->set != set || item->fd != fd))
        item = item->next_watcher;
    pno_lock_give(stripe);
    return item;
}

static void link_watcher(struct pno_file *file, struct pno_item *item)
{
    item->file = file;
    item->next_watcher = file->watchers;
    file->watchers = item;
}

static void unlink_watcher(struct pno_item *item)
{
    struct pno_file *file = item->file;
    struct pno_item *before = file->watchers;
    if (before == item)
        file->watchers = item->next_watcher;
    while (before != NULL && before->next_watcher != item)
        before = before->next_watcher;
    if (before != NULL)
        before->next_watcher = item->next_watcher;
}

static void link_item(struct pno_set *set, struct pno_item *item)
{
    item->previous_item = NULL;
    item->next_item = set->items;
    if (set->items != NULL)
        set->items->previous_item = item;
    set->items = item;
}

static void unlink_item(struct pno_item *item)
{
    struct pno_set *set = item->set;
    *(item->previous_item != NULL ? &item->previous_item->next_item : &set->items) = item->next_item;
    if (item->next_item != NULL)
        item->next_item->previous_item = item->previous_item;
}

struct pno_item *pno_watch_add(struct pno_file *file, struct pno_set *set, int fd, uint32_t events, uint64_t data)
{
    uint32_t number = pno_bitmap_take(&items, item_words, PNO_ITEMS);
    if (number == PNO_NO_NUMBER)
        return NULL;
    struct pno_item *item = &pno_items[number];
    *item = (struct pno_item){.set = set, .fd = fd, .events = events, .data = data};
    struct pno_lock *stripe = stripe_of(file);
    if (pno_lock_take(stripe)) {
        if (pno_lock_take(&set->lock)) {
            link_watcher(file, item);
            link_item(set, item);
            pno_lock_give(&set->lock);
        }
        pno_lock_give(stripe);
    }
    if (item->file == NULL)
        pno_bitmap_give(&items, item_words, number);
    return item->file == NULL ? NULL : item;
}

void pno_watch_change(struct pno_item *item, uint32_t events, uint64_t data)
{
    struct pno_set *set = item->set;
    if (!pno_lock_take(&set->lock))
        return;
    item->events = events;
    item->data = data;
    item->disarmed = false;
    pno_lock_give(&set->lock);
}

/* Takes an item out of both lists, its file's stripe held. */
static void detach(struct pno_item *item)
{
    struct pno_set *set = item->set;
    if (!pno_lock_take(&set->lock))
        return;
    unqueue(item);
    unlink_item(item);
    unlink_watcher(item);
    item->file = NULL;
    pno_lock_give(&set->lock);
    pno_bitmap_give(&items, item_words, (uint32_t)(item - pno_items));
}

void pno_watch_remove(struct pno_item *item)
{
    struct pno_lock *stripe = stripe_of(item->file);
    if (!pno_lock_take(stripe))
        return;
    detach(item);
    pno_lock_give(stripe);
}

void pno_watch_end(struct pno_file *file)
{
    struct pno_lock *stripe = stripe_of(file);
    if (file->watchers == NULL || !pno_lock_take(stripe))
        return;
    while (file->watchers != NULL)
        detach(file->watchers);
    pno_lock_give(stripe);
}

void pno_watch_end_set(struct pno_set *set)
{
    struct pno_item *item;
    while ((item = set->items) != NULL) {
        struct pno_file *file = item->file;
        struct pno_lock *stripe = stripe_of(file);
        if (!pno_lock_take(stripe))
            return;
        if (set->items == item && item->file == file)
            detach(item);
        pno_lock_give(stripe);
    }
}

void pno_watch_move(struct pno_file *old, struct pno_file *next, void (*moved)(struct pno_item *item))
{
    struct pno_item *item = old->watchers;
    while (item != NULL) {
        struct pno_item *following = item->next_watcher;
        struct pno_lock *stripe = stripe_of(old);
        if (pno_lock_take(stripe)) {
            unlink_watcher(item);
            pno_lock_give(stripe);
        }
        stripe = stripe_of(next);
        if (pno_lock_take(stripe)) {
            link_watcher(next, item);
            pno_lock_give(stripe);
        }
        moved(item);
        item = following;
    }
}

void pno_watch_each(struct pno_file *file, void (*told)(struct pno_item *item, uint64_t argument), uint64_t argument)
{
    struct pno_item *item = file->watchers;
    while (item != NULL) {
        struct pno_item *following = item->next_watcher;
        told(item, argument);
        item = following;
    }
}

/* --- what changed --- */

/* The bits that an event of the file makes new to an item: what rose, more bytes than were seen, space that was asked
 * for. */
static uint32_t edges(const struct pno_item *item, uint32_t level, bool space)
{
    uint32_t risen = level & ~item->seen_level;
    const struct pno_record *record = item->file->record;
    if (record != NULL && (atomic_load_explicit(&record->rx_committed, memory_order_relaxed) != item->seen_committed ||
                           atomic_load_explicit(&record->rx_urgent, memory_order_relaxed) != item->seen_urgent))
        risen |= INPUT;
    return space ? risen | OUTPUT : risen;
}

/* True if that may make the item's set ready, and somebody watches it. As in Linux each event in a set is an edge to
 * who watches the set. */
static bool tell(struct pno_item *item, uint32_t level, bool space)
{
    struct pno_set *set = item->set;
    if (item->disarmed || !pno_lock_take(&set->lock))
        return false;
    bool news = !(item->events & EPOLLET) || item->file->ops == &pno_set_ops ||
                (edges(item, level, space) & (item->events | ALWAYS));
    if (news)
        pno_watch_queue(item);
    /* Who is on its way to look at the set's list needs no bell; unless it has looked, and we are its signal handler.
     */
    bool asleep = item->queued && set->sleepers > 0 && (pno_self.harvesting != set || pno_self.sleeping);
    pno_lock_give(&set->lock);
    if (asleep)
        pno_set_wake(set);
    return news && atomic_load_explicit(&set->watched, memory_order_relaxed);
}

/* Sets stand in sets five deep at most, and never in a circle: the kernel sees to it. */
static void tell_outer(struct pno_set *set)
{
    for (struct pno_item *item = pno_set_file(set)->watchers; item != NULL; item = item->next_watcher)
        if (tell(item, EPOLLIN | EPOLLRDNORM, false))
            tell_outer(item->set);
}

void pno_watch_outer(struct pno_set *set)
{
    if (!pno_lock_take(&set_stripe))
        return;
    tell_outer(set);
    pno_lock_give(&set_stripe);
}

static void tell_watchers(struct pno_file *file, bool space)
{
    struct pno_lock *stripe = stripe_of(file);
    if (file->watchers == NULL || file->ops->level == NULL || !pno_lock_take(stripe))
        return;
    uint32_t level = file->watchers != NULL ? file->ops->level(file) : 0;
    for (struct pno_item *item = file->watchers; item != NULL; item = item->next_watcher)
        if (tell(item, level, space))
            pno_watch_outer(item->set);
    pno_lock_give(stripe);
}

/* True if the space that was asked for is there; the question is then withdrawn. */
static bool space_came(struct pno_file *file)
{
    uint64_t wait = atomic_load_explicit(&file->record->tx_wait, memory_order_relaxed);
    const _Atomic uint64_t *level = wait & PNO_REC_TX_WAIT_SENT ? &file->record->tx_sent : &file->record->tx_acked;
    return wait != 0 && atomic_load_explicit(level, memory_order_acquire) >= (wait & ~PNO_REC_TX_WAIT_SENT) &&
           atomic_compare_exchange_strong(&file->record->tx_wait, &wait, 0);
}

void pno_watch_event(uint32_t number, uint32_t generation)
{
    if (number >= PNO_RECORD_COUNT)
        return;
    struct pno_file *file = &pno_files[number];
    uint64_t word = atomic_load_explicit(&pno_arena.records[number].channel_and_generation, memory_order_acquire);
    if ((word >> 32 & 0xFFFF) != generation || pno_record_reclaim(number))
        return;
    if (PNO_LIKELY(atomic_load_explicit(&file->watchers, memory_order_relaxed) != NULL)) {
        tell_watchers(file, space_came(file));
        if (PNO_UNLIKELY((uint32_t)word == PNO_REC_ALL_CHANNELS) && !file->ops->for_anybody)
            pno_channel_claim(file); /* they need not go to all any more if nobody else holds it */
    }
}

void pno_watch_raised(struct pno_file *file)
{
    tell_watchers(file, false);
    if (file->channel != 0)
        pno_channels_wake(1ULL << (file->channel - 1));
}

/* --- reporting --- */

/* Judges an item by its file's level; what it sees is what later edges are measured from. */
static uint32_t judge(struct pno_item *item)
{
    struct pno_file *file = item->file;
    uint32_t kernel_level = item->kernel_level;
    item->kernel_level = 0;
    if (file->record != NULL) {
        item->seen_committed = atomic_load_explicit(&file->record->rx_committed, memory_order_acquire);
        item->seen_urgent = atomic_load_explicit(&file->record->rx_urgent, memory_order_acquire);
    }
    uint32_t level = file->ops->level != NULL ? file->ops->level(file) : 0;
    item->seen_level = level;
    if ((item->events & OUTPUT) && !(level & OUTPUT) && file->ops->want_space != NULL)
        file->ops->want_space(file);
    return (level | kernel_level) & (item->events | ALWAYS);
}

bool pno_watch_ready(struct pno_set *set)
{
    bool ready = false;
    if (atomic_load_explicit(&set->ready_count, memory_order_relaxed) == 0 || !pno_lock_take(&set->lock))
        return false;
    while (set->first_ready != NULL && !ready) {
        struct pno_item *item = set->first_ready;
        uint32_t kernel_level = item->kernel_level;
        ready = judge(item) != 0;
        if (ready)
            item->kernel_level = kernel_level;
        else
            unqueue(item);
    }
    pno_lock_give(&set->lock);
    return ready;
}

int pno_watch_harvest(struct pno_set *set, struct epoll_event *events, int room)
{
    int count = 0;
    if (atomic_load_explicit(&set->ready_count, memory_order_relaxed) == 0 || !pno_lock_take(&set->lock))
        return 0;
    for (uint32_t left = set->ready_count; left > 0 && count < room; left--) {
        struct pno_item *item = set->first_ready;
        unqueue(item);
        uint32_t level = judge(item);
        if (level == 0)
            continue;
        events[count++] = (struct epoll_event){.events = level, .data.u64 = item->data};
        if (item->events & EPOLLONESHOT)
            pno_set_disarm(item);
        else if (!(item->events & EPOLLET))
            pno_watch_queue(item);
    }
    bool more = set->ready_count > 0 && set->sleepers > pno_self.sleeping;
    pno_lock_give(&set->lock);
    if (more)
        pno_set_wake(set);
    return count;
}

/* --- forks --- */

void pno_watch_prepare_fork(void)
{
    for (size_t i = 0; i < STRIPES; i++)
        pno_lock_take(&stripes[i]);
    pno_lock_take(&set_stripe);
    pno_sets_lock();
}

void pno_watch_after_fork(bool child)
{
    pno_sets_unlock(child);
    if (child)
        set_stripe = (struct pno_lock){0};
    else
        pno_lock_give(&set_stripe);
    for (size_t i = 0; i < STRIPES; i++)
        if (child)
            stripes[i] = (struct pno_lock){0};
        else
            pno_lock_give(&stripes[i]);
}
