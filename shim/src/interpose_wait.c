/* The intercepted calls that wait for many descriptors. */
#include <sys/time.h>

#include "epoll.h"
#include "interpose.h"
#include "poll.h"
#include "process.h"
#include "sets.h"
#include "signals.h"

static uint64_t after_millis(int timeout)
{
    if (timeout < 0)
        return PNO_NEVER;
    return timeout == 0 ? 0 : pno_now() + (uint64_t)timeout * PNO_NS_PER_MS;
}

static uint64_t after_ns(uint64_t seconds, uint64_t ns)
{
    if (seconds > INT32_MAX)
        seconds = INT32_MAX;
    uint64_t timeout = seconds * PNO_NS_PER_S + ns;
    return timeout == 0 ? 0 : pno_now() + timeout;
}

static uint64_t after_timespec(const struct timespec *timeout)
{
    return timeout == NULL ? PNO_NEVER : after_ns((uint64_t)timeout->tv_sec, (uint64_t)timeout->tv_nsec);
}

static bool is_time(const struct timespec *timeout)
{
    return timeout == NULL || (timeout->tv_sec >= 0 && timeout->tv_nsec >= 0 && timeout->tv_nsec < 1000000000);
}

PNO_EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    pno_signals_mark();
    long answer = pno_poll(fds, count, after_millis(timeout), NULL);
    PNO_TRACE(answer, fds, count, timeout);
    return answer == PNO_PASS ? libc_poll(fds, count, timeout) : (int)pno_result(answer);
}

PNO_EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    pno_signals_mark();
    long answer = is_time(timeout) ? pno_poll(fds, count, after_timespec(timeout), mask) : PNO_PASS;
    PNO_TRACE(answer, fds, count, timeout, mask);
    return answer == PNO_PASS ? libc_ppoll(fds, count, timeout, mask) : (int)pno_result(answer);
}

PNO_EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
    return count * sizeof(*fds) <= room ? poll(fds, count, timeout) : libc___poll_chk(fds, count, timeout, room);
}

PNO_EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
                           size_t room)
{
    return count * sizeof(*fds) <= room ? ppoll(fds, count, timeout, mask)
                                        : libc___ppoll_chk(fds, count, timeout, mask, room);
}

/* Linux's select leaves in the timeout what is left of it. */
static void tell_time_left(uint64_t deadline, struct timeval *timeout)
{
    if (timeout == NULL)
        return;
    uint64_t now = pno_now();
    uint64_t left = deadline > now ? deadline - now : 0;
    timeout->tv_sec = (time_t)(left / PNO_NS_PER_S);
    timeout->tv_usec = (suseconds_t)(left % PNO_NS_PER_S / PNO_NS_PER_US);
}

PNO_EXPORT int select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout)
{
    pno_signals_mark();
    if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_usec < 0))
        return libc_select(count, reads, writes, excepts, timeout);
    uint64_t deadline = PNO_NEVER;
    if (timeout != NULL)
        deadline = after_ns((uint64_t)timeout->tv_sec, (uint64_t)timeout->tv_usec * PNO_NS_PER_US);
    long answer = pno_select(count, reads, writes, excepts, deadline, NULL);
    PNO_TRACE(answer, count, reads, writes, excepts, timeout);
    if (answer == PNO_PASS)
        return libc_select(count, reads, writes, excepts, timeout);
    tell_time_left(deadline, timeout);
    return (int)pno_result(answer);
}

PNO_EXPORT int pselect(int count, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout,
                       const sigset_t *mask)
{
    pno_signals_mark();
    long answer = PNO_PASS;
    if (is_time(timeout))
        answer = pno_select(count, reads, writes, excepts, after_timespec(timeout), mask);
    PNO_TRACE(answer, count, reads, writes, excepts, timeout, mask);
    return answer == PNO_PASS ? libc_pselect(count, reads, writes, excepts, timeout, mask) : (int)pno_result(answer);
}

static int created(int fd)
{
    if (pno_fresh(fd) >= 0 && atomic_load_explicit(&pno_process.active, memory_order_relaxed))
        pno_epoll_created(fd);
    return fd;
}

PNO_EXPORT int epoll_create(int size)
{
    return created(libc_epoll_create(size));
}

PNO_EXPORT int epoll_create1(int flags)
{
    return created(libc_epoll_create1(flags));
}

PNO_EXPORT int epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
    long answer = pno_epoll_control(set, operation, fd, event);
    PNO_TRACE(answer, set, operation, fd, event);
    return answer == PNO_PASS ? libc_epoll_ctl(set, operation, fd, event) : (int)pno_result(answer);
}

PNO_EXPORT int epoll_wait(int set, struct epoll_event *events, int room, int timeout)
{
    struct pno_file *file = pno_file_of(set);
    long answer = file != NULL ? pno_epoll_wait(file, set, events, room, after_millis(timeout), NULL) : PNO_PASS;
    PNO_TRACE(answer, set, events, room, timeout);
    return answer == PNO_PASS ? libc_epoll_wait(set, events, room, timeout) : (int)pno_result(answer);
}

PNO_EXPORT int epoll_pwait(int set, struct epoll_event *events, int room, int timeout, const sigset_t *mask)
{
    struct pno_file *file = pno_file_of(set);
    long answer = file != NULL ? pno_epoll_wait(file, set, events, room, after_millis(timeout), mask) : PNO_PASS;
    PNO_TRACE(answer, set, events, room, timeout, mask);
    return answer == PNO_PASS ? libc_epoll_pwait(set, events, room, timeout, mask) : (int)pno_result(answer);
}

PNO_EXPORT int epoll_pwait2(int set, struct epoll_event *events, int room, const struct timespec *timeout,
                            const sigset_t *mask)
{
    struct pno_file *file = is_time(timeout) ? pno_file_of(set) : NULL;
    long answer = file != NULL ? pno_epoll_wait(file, set, events, room, after_timespec(timeout), mask) : PNO_PASS;
    PNO_TRACE(answer, set, events, room, timeout, mask);
    return answer == PNO_PASS ? libc_epoll_pwait2(set, events, room, timeout, mask) : (int)pno_result(answer);
}
