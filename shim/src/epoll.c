/* epoll_ctl and epoll_wait. */
#include "epoll.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>

#include "candidate.h"
#include "channel.h"
#include "identity.h"
#include "libc.h"
#include "listener.h"
#include "process.h"
#include "records.h"
#include "sets.h"
#include "unsupported.h"
#include "wait.h"

/* The kernel's set is asked at least every so many calls, or after so much time, roughly 50 us. */
#define CALLS_BETWEEN_ASKING 16
#define CALLS_BETWEEN_GLANCES 1024
/* What Linux takes with EPOLLEXCLUSIVE. */
#define BESIDE_EXCLUSIVE ((uint32_t)(EPOLLEXCLUSIVE | EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET))
#if defined(__x86_64__)
#define TICKS_BETWEEN_ASKING 100000
#else
#define TICKS_BETWEEN_ASKING 1250
#endif

/* --- registrations --- */

/* A listener that the kernel serves too, or another set, stands in its set as well. */
static long control_kernel_side(struct pno_item *item, int operation, uint32_t events)
{
    if (!pno_set_asks_kernel(item->file))
        return 0;
    if (pno_set_kernel_control(item->set->fd, operation, item->fd, events & ~(uint32_t)EPOLLONESHOT, item) < 0)
        return -errno;
    item->in_kernel = true;
    if (operation == EPOLL_CTL_ADD)
        item->set->kernel_items++;
    return 0;
}

static long add_ours(struct pno_set *set, struct pno_file *file, int fd, const struct epoll_event *event)
{
    if (!pno_set_activate(set))
        return -ENOMEM;
    pno_set_connect_events(set, file);
    struct pno_item *item = pno_watch_add(file, set, fd, event->events, event->data.u64);
    if (item == NULL)
        return -ENOSPC;
    long answer = control_kernel_side(item, EPOLL_CTL_ADD, event->events);
    if (answer < 0)
        pno_watch_remove(item);
    else
        pno_set_present(item);
    return answer;
}

/* The kernel judges first whether the one set may stand in the other. */
static long add_inner(struct pno_set *set, struct pno_file *file, int fd, const struct epoll_event *event)
{
    if (event->events & EPOLLEXCLUSIVE)
        return -EINVAL;
    if (pno_set_kernel_control(set->fd, EPOLL_CTL_ADD, fd, 0, NULL) < 0)
        return -errno;
    struct pno_item *item = NULL;
    if (pno_set_activate(set))
        item = pno_watch_add(file, set, fd, event->events, event->data.u64);
    if (item == NULL) {
        libc_epoll_ctl(set->fd, EPOLL_CTL_DEL, fd, NULL);
        return -ENOSPC;
    }
    pno_set_connect_inner(set, file->set);
    set->kernel_items++;
    long answer = control_kernel_side(item, EPOLL_CTL_MOD, event->events);
    pno_set_present(item);
    return answer;
}

static long control_ours(struct pno_set *set, struct pno_file *file, int operation, int fd, struct epoll_event *event)
{
    struct pno_item *item = pno_watch_find(file, set, fd);
    if (operation != EPOLL_CTL_DEL && event == NULL)
        return -EFAULT;
    if (operation == EPOLL_CTL_ADD && (event->events & EPOLLEXCLUSIVE) && (event->events & ~BESIDE_EXCLUSIVE))
        return -EINVAL;
    if (operation == EPOLL_CTL_ADD)
        return item != NULL                ? -EEXIST
               : file->ops == &pno_set_ops ? add_inner(set, file, fd, event)
                                           : add_ours(set, file, fd, event);
    if (item == NULL)
        return -ENOENT;
    if (operation == EPOLL_CTL_DEL) {
        if (item->in_kernel && libc_epoll_ctl(set->fd, EPOLL_CTL_DEL, fd, NULL) == 0)
            set->kernel_items--;
        pno_watch_remove(item);
        return 0;
    }
    if (operation != EPOLL_CTL_MOD || ((event->events | item->events) & EPOLLEXCLUSIVE))
        return -EINVAL;
    long answer = control_kernel_side(item, EPOLL_CTL_MOD, event->events);
    if (answer == 0) {
        pno_watch_change(item, event->events, event->data.u64);
        pno_set_present(item);
    }
    return answer;
}

/* A socket that is still the kernel's, but may become ours: the registration is kept in mind. */
static long control_candidate(struct pno_set *set, struct pno_file *file, int operation, int fd,
                              struct epoll_event *event)
{
    if (libc_epoll_ctl(set->fd, operation, fd, event) < 0)
        return -errno;
    struct pno_item *item = pno_watch_find(file, set, fd);
    if (operation == EPOLL_CTL_ADD) {
        set->kernel_items++;
        item = pno_watch_add(file, set, fd, event->events, event->data.u64);
        if (item != NULL)
            item->in_kernel = true;
        return 0;
    }
    if (operation == EPOLL_CTL_DEL)
        set->kernel_items--;
    if (item != NULL && operation == EPOLL_CTL_MOD)
        pno_watch_change(item, event->events, event->data.u64);
    if (item != NULL && operation == EPOLL_CTL_DEL)
        pno_watch_remove(item);
    return 0;
}

/* A set in a set. One that has nothing of ours may have later: its registration is kept in mind, as a candidate's. */
static long control_inner(struct pno_set *set, struct pno_file *file, int operation, int fd, struct epoll_event *event)
{
    if (operation == EPOLL_CTL_ADD)
        pno_set_watch(file->set);
    if (atomic_load(&file->set->ours))
        return control_ours(set, file, operation, fd, event);
    long answer = control_candidate(set, file, operation, fd, event);
    struct pno_item *item = answer == 0 && atomic_load(&file->set->ours) ? pno_watch_find(file, set, fd) : NULL;
    if (item != NULL)
        pno_set_adopt(item);
    return answer;
}

static long control_kernel(struct pno_set *set, int operation, int fd, struct epoll_event *event)
{
    if (libc_epoll_ctl(set->fd, operation, fd, event) < 0)
        return -errno;
    if (operation == EPOLL_CTL_ADD)
        set->kernel_items++;
    return 0;
}

/* One of ours is to stand in something that we did not see being made: a set that is not covered, or no set at all. */
static long refuse_unknown_set(int set_fd, int fd)
{
    if (libc_epoll_ctl(set_fd, EPOLL_CTL_DEL, fd, NULL) < 0 && errno != ENOENT)
        return -errno;
    return pno_unsupported(PNO_VAIN_EPOLL_STRANGE, EPERM);
}

long pno_epoll_control(int set_fd, int operation, int fd, struct epoll_event *event)
{
    struct pno_file *set_file = pno_file_of(set_fd);
    struct pno_file *file = pno_file_known(fd);
    bool inner = file != NULL && file->ops == &pno_set_ops;
    bool ours = file != NULL && file->ops->level != NULL && !inner;
    if (set_file == NULL && ours)
        return refuse_unknown_set(set_fd, fd);
    if (set_file == NULL || set_file->ops != &pno_set_ops || set_fd == fd)
        return PNO_PASS;
    struct pno_set *set = set_file->set;
    if (PNO_UNLIKELY(atomic_load_explicit(&set->fd, memory_order_relaxed) != set_fd))
        set->fd = set_fd;
    if (ours)
        return control_ours(set, file, operation, fd, event);
    if (file != NULL && file->ops == &pno_candidate_ops)
        return control_candidate(set, file, operation, fd, event);
    if (inner)
        return control_inner(set, file, operation, fd, event);
    return control_kernel(set, operation, fd, event);
}

/* --- waiting --- */

static int ask_kernel(struct pno_set *set, int fd, struct epoll_event *events, int room)
{
    atomic_store_explicit(&set->calls, 0, memory_order_relaxed);
    atomic_store_explicit(&set->asked_at, pno_ticks(), memory_order_relaxed);
    int count = libc_epoll_wait(fd, events, room, 0);
    return count > 0 ? pno_set_sift(set, events, count) : 0;
}

static bool is_due(struct pno_set *set)
{
    /* Threads that share the set may count one call for two: what matters is that it grows. */
    uint32_t calls = atomic_load_explicit(&set->calls, memory_order_relaxed) + 1;
    atomic_store_explicit(&set->calls, calls, memory_order_relaxed);
    if (atomic_load_explicit(&set->kernel_items, memory_order_relaxed) == 0)
        return calls >= CALLS_BETWEEN_GLANCES;
    uint64_t asked_at = atomic_load_explicit(&set->asked_at, memory_order_relaxed);
    return calls >= CALLS_BETWEEN_ASKING || pno_ticks() - asked_at >= TICKS_BETWEEN_ASKING;
}

/* Sleeps beside a kernel's set that somebody else watches, which has no bells. */
static int sleep_beside(uint64_t channels, int fd, struct epoll_event *events, int room, uint64_t deadline,
                        const sigset_t *mask)
{
    int bells = pno_wait_set(channels);
    if (bells < 0) {
        errno = -bells;
        return -1;
    }
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = bells, .events = POLLIN}};
    int millis = pno_wait_millis(deadline);
    struct timespec left = {.tv_sec = millis / 1000, .tv_nsec = (long)(millis % 1000 * PNO_NS_PER_MS)};
    int ready = libc_ppoll(fds, PNO_LENGTH(fds), millis < 0 ? NULL : &left, mask);
    if (ready < 0)
        return ready;
    if (fds[1].revents != 0)
        pno_wait_taken();
    return libc_epoll_wait(fd, events, room, 0);
}

/* A front has woken us: the bells stand in it, and the kernel's set, which is asked if it is among what the front
 * tells. */
static int take_front(struct pno_set *set, int fd, struct epoll_event *events, int count, int room)
{
    bool called = false;
    for (int i = 0; i < count; i++)
        called |= events[i].data.u64 == (uintptr_t)set;
    pno_set_sift(set, events, count);
    return called ? libc_epoll_wait(fd, events, room, 0) : 0;
}

/* Sleeps in the kernel's set, or in its front; -EAGAIN: the time is over. */
static long sleep_armed(struct pno_set *set, struct pno_sleep sleep, int fd, struct epoll_event *events, int room,
                        uint64_t deadline, const sigset_t *mask)
{
    pno_channels_ask_owed(set->channels);
    bool beside = sleep.front == 0 && atomic_load(&set->watched);
    int place = sleep.front != 0 ? (int)sleep.front - 1 : fd;
    int count = beside ? sleep_beside(sleep.channels, fd, events, room, deadline, mask)
                       : libc_epoll_pwait(place, events, room, pno_wait_millis(deadline), mask);
    if (count < 0)
        return -errno;
    if (count == 0) {
        pno_records_tidy(PNO_TIDY_IDLE);
        return deadline != PNO_NEVER && pno_now() >= deadline ? -EAGAIN : 0;
    }
    if (PNO_UNLIKELY(sleep.front != 0))
        count = take_front(set, fd, events, count, room);
    return count > 0 ? pno_set_sift(set, events, count) : 0;
}

static long sleep_for(struct pno_set *set, int fd, struct epoll_event *events, int room, uint64_t deadline,
                      const sigset_t *mask)
{
    pno_records_tidy_sometimes();
    pno_unsupported_idle();
    struct pno_sleep sleep = pno_set_lie_down(set);
    pno_channels_drain(sleep.channels);
    int ready = pno_watch_harvest(set, events, room);
    long count = ready > 0 ? ready : sleep_armed(set, sleep, fd, events, room, deadline, mask);
    pno_set_rise(set, sleep);
    pno_process_check(sleep.channels);
    if (ready > 0 || count < 0)
        return count; /* what is level-triggered stands on the list again: one call tells of it once */
    if (count < room)
        pno_channels_drain(set->channels);
    return count + pno_watch_harvest(set, events + count, room - (int)count);
}

static long wait_for(struct pno_set *set, int fd, struct epoll_event *events, int room, uint64_t deadline,
                     const sigset_t *mask)
{
    for (;;) {
        pno_channels_drain(set->channels);
        /* Where nothing of ours is ready, the sleep or the last resort below asks. */
        bool due = atomic_load_explicit(&set->ready_count, memory_order_relaxed) > 0 && is_due(set);
        int count = PNO_UNLIKELY(due) ? ask_kernel(set, fd, events, room > 1 ? room / 2 : 1) : 0;
        count += pno_watch_harvest(set, events + count, room - count);
        if (PNO_LIKELY(count > 0))
            return count;
        if (deadline == 0) {
            count = set->kernel_items > 0 ? ask_kernel(set, fd, events, room) : 0;
            pno_process_glance();
            return count + pno_watch_harvest(set, events + count, room - count);
        }
        if (pno_wait_spin(set->channels))
            continue;
        long slept = sleep_for(set, fd, events, room, deadline, mask);
        if (slept != 0)
            return slept == -EAGAIN ? 0 : slept;
    }
}

/* Asks the kernel alone, since nothing of ours is in the set. 0: something of ours has come meanwhile. */
static long wait_for_kernels(struct pno_set *set, int fd, struct epoll_event *events, int room, uint64_t deadline,
                             const sigset_t *mask)
{
    struct pno_sleep sleep = pno_set_lie_down(set);
    int count = sleep.channels != 0 ? 0 : libc_epoll_pwait(fd, events, room, pno_wait_millis(deadline), mask);
    int error = count < 0 ? errno : 0;
    pno_set_rise(set, sleep);
    if (count > 0)
        return pno_set_sift(set, events, count);
    return count < 0 ? -error : set->channels != 0 ? 0 : -EAGAIN;
}

static long wait_in(struct pno_set *set, int fd, struct epoll_event *events, int room, uint64_t deadline,
                    const sigset_t *mask)
{
    const struct pno_set *outer = pno_self.harvesting;
    bool sleeping = pno_self.sleeping;
    pno_self.harvesting = set;
    pno_self.sleeping = false;
    long count = wait_for(set, fd, events, room, deadline, mask);
    pno_self.harvesting = outer;
    pno_self.sleeping = sleeping;
    return count;
}

long pno_epoll_wait(struct pno_file *file, int fd, struct epoll_event *events, int room, uint64_t deadline,
                    const sigset_t *mask)
{
    if (file->ops != &pno_set_ops)
        return PNO_PASS;
    struct pno_set *set = file->set;
    if (!atomic_load_explicit(&set->ours, memory_order_acquire)) {
        if (room <= 0 || pno_self.held != 0)
            return PNO_PASS;
        long count = wait_for_kernels(set, fd, events, room, deadline, mask);
        if (count != 0)
            return count == -EAGAIN ? 0 : count;
    }
    if (room <= 0 || room > INT_MAX / (int)sizeof(struct epoll_event))
        return -EINVAL;
    if (pno_self.held != 0)
        return pno_unsupported(PNO_VAIN_EPOLL_IN_HANDLER, EINTR);
    if (PNO_UNLIKELY(set->channel == 0) && !pno_set_revive(set))
        return PNO_PASS;
    return wait_in(set, fd, events, room, deadline, mask);
}
