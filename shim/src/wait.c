/* Sleeping in blocking calls. */
#include "wait.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "channel.h"
#include "control.h"
#include "fdtable.h"
#include "libc.h"
#include "process.h"
#include "records.h"
#include "sets.h"
#include "signals.h"
#include "unsupported.h"

#define SET_EVENTS 16
#define MEMORY_NAP_NS PNO_NS_PER_MS

static uint64_t spin_ns;
static pthread_key_t thread_end;

static void close_set(void *set)
{
    pno_fd_raised_close((int)(intptr_t)set - 1);
}

void pno_wait_start(void)
{
    const char *spin = getenv("PNO_SPIN");
    spin_ns = spin == NULL ? 0 : strtoull(spin, NULL, 10) * PNO_NS_PER_US;
    pthread_key_create(&thread_end, close_set);
}

int pno_wait_millis(uint64_t deadline)
{
    if (deadline == PNO_NEVER)
        return -1;
    uint64_t now = pno_now();
    if (deadline <= now)
        return 0;
    uint64_t millis = (deadline - now + PNO_NS_PER_MS - 1) / PNO_NS_PER_MS;
    return millis > INT32_MAX ? INT32_MAX : (int)millis;
}

static int watch(int set, int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events | EPOLLET};
    return libc_epoll_ctl(set, operation, fd, &event);
}

static int open_set(void)
{
    int set = libc_epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        return -errno;
    set = pno_fd_raise(set);
    watch(set, EPOLL_CTL_ADD, pno_control.fd, EPOLLRDHUP);
    pno_self.waiter = set + 1;
    pno_self.waiter_channels = 0;
    pthread_setspecific(thread_end, (void *)(intptr_t)(set + 1));
    return set;
}

int pno_wait_set(uint64_t mask)
{
    int set = pno_self.waiter != 0 ? pno_self.waiter - 1 : open_set();
    uint64_t own = pno_self.channel != 0 ? 1ULL << (pno_self.channel - 1) : 0;
    uint64_t change = (pno_self.waiter_channels ^ mask) & ~(own & ~mask);
    for (; set >= 0 && change != 0; change &= change - 1) {
        int at = __builtin_ctzll(change);
        watch(set, mask >> at & 1 ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, pno_channels[at].bell, EPOLLIN);
        pno_self.waiter_channels ^= 1ULL << at;
    }
    return set;
}

void pno_wait_taken(void)
{
    struct epoll_event events[SET_EVENTS];
    int count = pno_self.waiter == 0 ? 0 : libc_epoll_wait(pno_self.waiter - 1, events, SET_EVENTS, 0);
    for (int i = 0; i < count; i++)
        if (events[i].events & EPOLLRDHUP)
            pno_process_dpu_gone();
}

uint64_t pno_wait_channels(struct pno_file *file)
{
    if (file->ops == &pno_set_ops)
        return file->set->channels;
    if (file->record == NULL)
        return 0;
    if (file->channel == 0) {
        uint32_t channel = pno_channel_of_thread();
        if (channel == PNO_NO_CHANNEL)
            return 0;
        pno_channel_attach_first(file, channel);
    }
    return file->channel == 0 ? 0 : 1ULL << (file->channel - 1);
}

bool pno_wait_spin(uint64_t mask)
{
    if (PNO_LIKELY(spin_ns == 0))
        return false;
    for (uint64_t end = pno_now() + spin_ns; pno_now() < end; pno_pause())
        if (pno_channels_pending(mask))
            return true;
    return false;
}

/* Sleeps in the private set, armed. */
static long sleep_armed(uint64_t mask, uint64_t deadline)
{
    struct epoll_event events[SET_EVENTS];
    int set = pno_wait_set(mask);
    if (set < 0)
        return set;
    pno_channels_ask_owed(mask);
    int count = libc_epoll_wait(set, events, SET_EVENTS, pno_wait_millis(deadline));
    if (count < 0)
        return errno == EINTR ? pno_signals_answer(deadline) : -errno;
    for (int i = 0; i < count; i++)
        if (events[i].events & EPOLLRDHUP)
            pno_process_dpu_gone();
    return count == 0 && deadline != PNO_NEVER && pno_now() >= deadline ? -EAGAIN : 0;
}

/* In a signal handler that interrupted our own code nothing can be armed: it naps, and looks. */
static long nap(uint64_t deadline)
{
    struct timespec moment = {.tv_nsec = MEMORY_NAP_NS};
    if (deadline != PNO_NEVER && pno_now() >= deadline)
        return -EAGAIN;
    return nanosleep(&moment, NULL) < 0 && errno == EINTR ? pno_signals_answer(deadline) : 0;
}

static uint32_t channel_of(uint64_t mask)
{
    return (uint32_t)__builtin_ctzll(mask);
}

long pno_wait_until(struct pno_file *file, pno_condition *condition, uint32_t argument, uint64_t deadline)
{
    uint64_t mask = pno_wait_channels(file);
    if (pno_self.held != 0 || mask == 0)
        return condition(file, argument) ? 0 : nap(deadline);
    if (pno_wait_spin(mask)) {
        pno_channels_drain(mask);
        return 0;
    }
    pno_records_tidy_sometimes();
    pno_unsupported_idle();
    pno_channels_arm(mask);
    pno_self.sleeping_on = channel_of(mask) + 1;
    pno_channel_claim(file);
    pno_channels_drain(mask);
    /* Another thread may have moved the file to another channel before it could see us on this one. */
    bool moved = pno_wait_channels(file) != mask;
    long answer = 0;
    if (!moved && !condition(file, argument))
        answer = pno_signals_came() ? pno_signals_answer(deadline) : sleep_armed(mask, deadline);
    pno_self.sleeping_on = 0;
    pno_channels_disarm(mask);
    pno_channels_drain(mask);
    pno_process_check(mask);
    return answer;
}

static bool has_level(struct pno_file *file, uint32_t events)
{
    return file->ops->level(file) & (events | EPOLLERR | EPOLLHUP);
}

long pno_wait_file(struct pno_file *file, uint32_t events, uint64_t deadline)
{
    if ((events & EPOLLOUT) && file->ops->want_space != NULL)
        file->ops->want_space(file);
    return pno_wait_until(file, has_level, events, deadline);
}

long pno_wait_memory(uint64_t deadline)
{
    pno_records_sweep();
    return nap(deadline);
}

void pno_wait_forget(void)
{
    if (pno_self.waiter != 0)
        pno_fd_raised_close(pno_self.waiter - 1);
    pno_self.waiter = 0;
    pno_self.waiter_channels = 0;
    pno_self.channel = 0;
    pno_self.sleeping_on = 0;
    pno_self.held = 0;
    pno_self.tid = 0;
}
