/* epoll sets: their channels, what the kernel's set reports of ours, their making and their end. */
#include "sets.h"

#include <errno.h>
#include <sched.h>

#include "channel.h"
#include "control.h"
#include "fdtable.h"
#include "libc.h"
#include "listener.h"
#include "log.h"
#include "process.h"

static struct pno_set sets[PNO_OTHER_FILES];
static _Atomic uint32_t sets_end; /* no set beyond was ever used */

/* --- the kernel's set: what of ours stands in it is known by its data, an address inside our own memory --- */

int pno_set_kernel_control(int set_fd, int operation, int fd, uint32_t events, const void *data)
{
    struct epoll_event event = {.events = events, .data.u64 = (uintptr_t)data};
    return libc_epoll_ctl(set_fd, operation, fd, &event);
}

static struct pno_item *item_of(uint64_t data)
{
    uint64_t offset = data - (uintptr_t)pno_items;
    return offset < sizeof(pno_items) ? &pno_items[offset / sizeof(pno_items[0])] : NULL;
}

static bool is_bell(uint64_t data)
{
    return data - (uintptr_t)pno_channels < sizeof(pno_channels);
}

/* Keeps the program's own reports, and acts upon ours. */
int pno_set_sift(struct pno_set *set, struct epoll_event *events, int count)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        struct pno_item *item = item_of(events[i].data.u64);
        if (item != NULL && item->set == set && pno_lock_take(&set->lock)) {
            item->kernel_level = events[i].events;
            pno_watch_queue(item);
            pno_lock_give(&set->lock);
        } else if (events[i].data.u64 == (uintptr_t)&pno_control) {
            pno_process_dpu_gone();
        } else if (item == NULL && !is_bell(events[i].data.u64)) {
            events[kept++] = events[i];
        }
    }
    return kept;
}

/* --- a set's channels --- */

struct pno_file *pno_set_file(const struct pno_set *set)
{
    return &pno_files[PNO_RECORD_COUNT + (set - sets)];
}

static void propagate(struct pno_item *item, uint64_t channel);

static void add_channel(struct pno_set *set, uint32_t channel)
{
    if (pno_set_add_bell(set, channel))
        pno_watch_each(pno_set_file(set), propagate, channel);
}

/* A set stands in this one, and has a channel more. */
static void propagate(struct pno_item *item, uint64_t channel)
{
    if (item->set->channel != 0)
        add_channel(item->set, (uint32_t)channel);
}

void pno_set_connect_inner(struct pno_set *outer, const struct pno_set *inner)
{
    for (uint64_t rest = inner->channels; rest != 0; rest &= rest - 1)
        add_channel(outer, (uint32_t)__builtin_ctzll(rest));
}

static void adopt(struct pno_item *item, uint64_t unused)
{
    (void)unused;
    pno_set_adopt(item);
}

/* Gives the set a channel, and the kernel's set what wakes its sleepers. */
bool pno_set_activate(struct pno_set *set)
{
    if (set->channel != 0)
        return true;
    uint32_t channel = pno_channel_for_set();
    if (channel == PNO_NO_CHANNEL)
        return false;
    set->channel = channel + 1;
    add_channel(set, channel);
    if (set->shared && pno_lock_take(&set->lock)) {
        pno_set_part(set);
        pno_lock_give(&set->lock);
    }
    atomic_store(&set->ours, true);
    pno_watch_each(pno_set_file(set), adopt, 0);
    return true;
}

/* A file's events shall reach the set: by the set's own channel, unless the file is in another set already. */
void pno_set_connect_events(struct pno_set *set, struct pno_file *file)
{
    if (file->channel == 0 || file->watchers == NULL)
        pno_channel_attach(file, set->channel - 1);
    add_channel(set, file->channel - 1);
}

/* After a fork the parent's channels are not ours. */
bool pno_set_revive(struct pno_set *set)
{
    if (set->channel != 0)
        return true;
    if (!pno_set_activate(set))
        return false;
    for (struct pno_item *item = set->items; item != NULL; item = item->next_item)
        if (item->file->record != NULL) {
            pno_channel_attach_first(item->file, set->channel - 1);
            add_channel(set, item->file->channel - 1);
        } else if (item->file->ops == &pno_set_ops && item->file->set->ours) {
            pno_set_revive(item->file->set);
            pno_set_connect_inner(set, item->file->set);
        }
    return true;
}

void pno_set_wake(struct pno_set *set)
{
    uint32_t channel = set->channel;
    if (channel != 0)
        pno_channels_ring(channel - 1);
}

/* --- making and ending --- */

void pno_epoll_created(int fd)
{
    struct pno_file *file = pno_file_other(&pno_set_ops);
    if (file == NULL) {
        pno_log("epoll set %d is not covered: too many descriptors", fd);
        return;
    }
    uint32_t number = pno_file_number(file) - PNO_RECORD_COUNT;
    uint32_t end = atomic_load(&sets_end);
    while (number >= end && !atomic_compare_exchange_weak(&sets_end, &end, number + 1))
        ;
    file->set = &sets[number];
    *file->set = (struct pno_set){.fd = fd};
    if (!pno_fd_install(fd, file))
        pno_log("epoll set %d is not covered: the number is too high", fd);
}

void pno_epoll_met(int fd)
{
    pno_epoll_created(fd);
    struct pno_file *file = pno_file_of(fd);
    if (file != NULL) {
        file->set->kernel_items = 1;
        file->set->shared = true;
    }
}

static void set_release(struct pno_file *file)
{
    struct pno_set *set = file->set;
    pno_watch_end(file);
    pno_watch_end_set(set);
    uint32_t channel = atomic_exchange(&set->channel, 0);
    if (channel != 0)
        atomic_fetch_sub(&pno_channels[channel - 1].sets, 1);
    pno_set_close_front(set);
}

/* Puts a new or changed registration up for judgement, and wakes a sleeper if it is ready already. */
void pno_set_present(struct pno_item *item)
{
    struct pno_set *set = item->set;
    struct pno_file *file = item->file;
    uint32_t level = file->ops->level(file);
    if ((item->events & EPOLLOUT) && !(level & EPOLLOUT) && file->ops->want_space != NULL)
        file->ops->want_space(file);
    if (!pno_lock_take(&set->lock))
        return;
    pno_watch_queue(item);
    bool ready = level & (item->events | EPOLLERR | EPOLLHUP);
    bool asleep = ready && set->sleepers > 0;
    pno_lock_give(&set->lock);
    if (asleep)
        pno_set_wake(set);
    if (ready && set->watched)
        pno_watch_outer(set);
}

void pno_set_disarm(struct pno_item *item)
{
    item->disarmed = true;
    if (item->in_kernel)
        pno_set_kernel_control(item->set->fd, EPOLL_CTL_MOD, item->fd, 0, item);
}

void pno_set_adopt(struct pno_item *item)
{
    struct pno_set *set = item->set;
    if (item->in_kernel && pno_set_asks_kernel(item->file)) {
        pno_set_kernel_control(set->fd, EPOLL_CTL_MOD, item->fd, item->events & ~(uint32_t)EPOLLONESHOT, item);
    } else if (item->in_kernel) {
        libc_epoll_ctl(set->fd, EPOLL_CTL_DEL, item->fd, NULL);
        item->in_kernel = false;
        set->kernel_items--;
    }
    if (!pno_set_activate(set))
        return;
    if (item->file->ops == &pno_set_ops) {
        pno_set_connect_inner(set, item->file->set);
        pno_set_present(item);
        return;
    }
    if (item->file->channel <= PNO_BLOCKING_CHANNELS) /* else another set's channel serves it already */
        pno_channel_attach(item->file, set->channel - 1);
    add_channel(set, item->file->channel - 1);
    pno_set_present(item);
}

/* Of what is ours in it; the kernel tells of the rest. */
static uint32_t set_level(struct pno_file *file)
{
    return pno_watch_ready(file->set) ? EPOLLIN | EPOLLRDNORM : 0;
}

const struct pno_ops pno_set_ops = {
    .level = set_level,
    .release = set_release,
};

/* --- forks --- */

/* Who holds one set's lock may wait for that of a set in it, whatever their numbers. */
static bool try_all(void)
{
    for (uint32_t i = 0; i < atomic_load(&sets_end); i++) {
        if (pno_lock_try(&sets[i].lock))
            continue;
        while (i-- > 0)
            pno_lock_give(&sets[i].lock);
        return false;
    }
    return true;
}

void pno_sets_lock(void)
{
    while (!try_all())
        sched_yield();
    for (uint32_t i = 0; i < atomic_load(&sets_end); i++) {
        sets[i].shared = true;
        pno_set_part(&sets[i]);
    }
}

void pno_sets_unlock(bool child)
{
    for (uint32_t i = 0; i < atomic_load(&sets_end); i++) {
        if (child) {
            sets[i].lock = (struct pno_lock){0};
            sets[i].channel = 0;
            sets[i].channels = 0;
            sets[i].sleepers = 0;
            sets[i].unaware = 0;
            pno_set_close_front(&sets[i]);
        } else {
            pno_lock_give(&sets[i].lock);
        }
    }
}
