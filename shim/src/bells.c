/* What wakes those who sleep for an epoll set: the bells of its channels.
 *
 * They stand in the kernel's set that the program knows, so that a sleep there is one system call. But an edge in a
 * kernel set wakes one sleeper, of whatever process: once there was a fork, another process might take it, and drop it.
 * From then on they stand in a front, a kernel set of this process alone in which the program's stands as one more
 * descriptor. Where another set or a poll watches the set, and there is no front, they stand nowhere: who sleeps does
 * so beside the kernel's set, in the thread's private one. */
#include <errno.h>

#include "channel.h"
#include "control.h"
#include "fdtable.h"
#include "libc.h"
#include "sets.h"

#define EDGE (EPOLLIN | EPOLLET)

static int place_of_bells(const struct pno_set *set)
{
    return set->front != 0 ? (int)set->front - 1 : set->fd;
}

static void put_bell(int place, uint32_t channel, uint32_t events)
{
    struct pno_channel *bell = &pno_channels[channel];
    if (pno_set_kernel_control(place, EPOLL_CTL_ADD, bell->bell, events, bell) < 0)
        pno_set_kernel_control(place, EPOLL_CTL_MOD, bell->bell, events, bell);
}

static void put_bells(int place, uint64_t channels)
{
    for (uint64_t rest = channels; rest != 0; rest &= rest - 1)
        put_bell(place, (uint32_t)__builtin_ctzll(rest), EDGE);
    pno_set_kernel_control(place, EPOLL_CTL_ADD, pno_control.fd, EPOLLRDHUP | EPOLLET, &pno_control);
}

/* Out of the kernel's set that the program knows. */
static void take_bells_out(const struct pno_set *set)
{
    for (uint64_t rest = set->channels; rest != 0; rest &= rest - 1)
        libc_epoll_ctl(set->fd, EPOLL_CTL_DEL, pno_channels[__builtin_ctzll(rest)].bell, NULL);
    libc_epoll_ctl(set->fd, EPOLL_CTL_DEL, pno_control.fd, NULL);
}

/* --- waking all, the set's lock held: an edge wakes one, and who passes it on may take it again itself; a bell that
 * was rung once stands at a level for ever --- */

static void call_all(const struct pno_set *set)
{
    pno_channels_ring(set->channel - 1);
    put_bell(place_of_bells(set), set->channel - 1, EPOLLIN);
}

static void all_have_come(const struct pno_set *set)
{
    if (set->watched || set->front != 0)
        take_bells_out(set);
    if (!set->watched || set->front != 0)
        put_bell(place_of_bells(set), set->channel - 1, EDGE);
}

/* Who sleeps for the set does not know of this: they wake, and look. */
static void renew(struct pno_set *set)
{
    set->version++;
    set->unaware = set->sleepers;
    if (set->unaware > 0)
        call_all(set);
}

bool pno_set_add_bell(struct pno_set *set, uint32_t channel)
{
    uint64_t bit = 1ULL << channel;
    if ((set->channels & bit) || !pno_lock_take(&set->lock))
        return false;
    bool apart = set->watched && set->front == 0;
    if (!apart)
        put_bells(place_of_bells(set), bit);
    set->channels |= bit;
    renew(set);
    pno_lock_give(&set->lock);
    return true;
}

/* The bells have left the kernel's set, but for one that calls those who still sleep in it. */
static void leave(struct pno_set *set)
{
    if (set->unaware == 0)
        take_bells_out(set);
}

void pno_set_watch(struct pno_set *set)
{
    if (atomic_load_explicit(&set->watched, memory_order_relaxed) || !pno_lock_take(&set->lock))
        return;
    set->watched = true;
    if (set->channels != 0 && set->front == 0) {
        renew(set);
        leave(set);
    }
    pno_lock_give(&set->lock);
}

/* A kernel set with the program's in it, or -1: the program's stands as deep in others as it may, or descriptors are
 * short. */
static int open_front(struct pno_set *set)
{
    int front = libc_epoll_create1(EPOLL_CLOEXEC);
    if (front < 0)
        return -1;
    if (pno_set_kernel_control(front, EPOLL_CTL_ADD, set->fd, EPOLLIN, set) == 0)
        return pno_fd_raise(front);
    libc_close(front);
    return -1;
}

void pno_set_part(struct pno_set *set)
{
    if (set->channel == 0 || set->watched || set->front != 0)
        return;
    int saved = errno;
    int front = open_front(set);
    if (front >= 0)
        put_bells(front, set->channels);
    else
        set->watched = true;
    renew(set);
    set->front = (uint32_t)(front + 1);
    leave(set);
    errno = saved;
}

void pno_set_close_front(struct pno_set *set)
{
    if (set->front != 0)
        pno_fd_raised_close((int)set->front - 1);
    set->front = 0;
}

/* --- sleeping --- */

static void end_sleep(struct pno_set *set, uint32_t version)
{
    set->sleepers--;
    if (version != set->version && set->unaware > 0 && --set->unaware == 0)
        all_have_come(set);
}

struct pno_sleep pno_set_lie_down(struct pno_set *set)
{
    bool locked = pno_lock_take(&set->lock);
    struct pno_sleep sleep = {.channels = set->channels, .version = set->version, .front = set->front};
    set->sleepers++;
    pno_self.sleeping = true;
    if (locked)
        pno_lock_give(&set->lock);
    pno_channels_arm(sleep.channels);
    return sleep;
}

void pno_set_rise(struct pno_set *set, struct pno_sleep sleep)
{
    pno_channels_disarm(sleep.channels);
    bool locked = pno_lock_take(&set->lock);
    end_sleep(set, sleep.version);
    pno_self.sleeping = false;
    if (locked)
        pno_lock_give(&set->lock);
}

uint32_t pno_set_poll_begins(struct pno_set *set)
{
    bool locked = pno_lock_take(&set->lock);
    uint32_t version = set->version;
    set->sleepers++;
    if (locked)
        pno_lock_give(&set->lock);
    return version;
}

void pno_set_poll_ends(struct pno_set *set, uint32_t version)
{
    bool locked = pno_lock_take(&set->lock);
    end_sleep(set, version);
    if (locked)
        pno_lock_give(&set->lock);
}
