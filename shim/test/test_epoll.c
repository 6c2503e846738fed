/* epoll: the same reports from the kernel's TCP and from ours, level-triggered, edge-triggered and oneshot. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "check.h"

/* --- levels and edges --- */

BOTH(shouldReportALevelAsLongAsItHolds)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLIN);
    get_bytes(fds[1], 2);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLIN);
    get_bytes(fds[1], 2);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
}

/* A level that rises while the caller lies down to sleep: found before it sleeps, and not again when it gets up. */
BOTH(shouldTellOfALevelOnceInACall)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    set_nonblocking(fds[1]);
    for (int i = 0; i < 60000; i++) {
        struct epoll_event got[4];
        char byte = (char)i;
        CHECK_EQ(write(fds[0], &byte, 1), 1);
        for (volatile int delay = i % 4096; delay > 0; delay--)
            ;
        CHECK_EQ(epoll_wait(set, got, 4, 5000), 1);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
    }
}

BOTH(shouldReportAnEdgeOnce)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLET);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
    get_bytes(fds[1], 2);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
    put_bytes(fds[0], fds[1], 1, 3);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    get_bytes(fds[1], 3);
    put_bytes(fds[0], fds[1], 1, 1);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
}

BOTH(shouldForgetAnEdgeWhoseBytesAreRead)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLET);
    put_bytes(fds[0], fds[1], 4, 4);
    get_bytes(fds[1], 4);
    CHECK_EQ(reports_of(set, fds[1], 20), 0);
}

BOTH(shouldReportOnceAndWaitToBeArmed)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLONESHOT);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    put_bytes(fds[0], fds[1], 4, 8);
    CHECK_EQ(reports_of(set, fds[1], 20), 0);
    CHECK_EQ(control_set(set, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLONESHOT), 0);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
}

BOTH(shouldJudgeWhatIsThereWhenAdded)
{
    int fds[2];
    make_pair(stack, fds);
    put_bytes(fds[0], fds[1], 4, 4);
    int set = epoll_create(1);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, fds[1], EPOLLIN | EPOLLET), 0);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLIN);
    CHECK_EQ(reports_of(set, fds[1], 20), 0);
    CHECK_EQ(control_set(set, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLET), 0);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLIN);
}

BOTH(shouldReportWritability)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLOUT);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLOUT);
    CHECK_EQ(control_set(set, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLOUT | EPOLLET), 0);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLOUT);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN | EPOLLOUT);
}

static uint64_t fill(int fd)
{
    static uint8_t bytes[65536];
    uint64_t written = 0;
    ssize_t count;
    set_nonblocking(fd);
    while ((count = write(fd, bytes, sizeof(bytes))) > 0)
        written += (uint64_t)count;
    CHECK_EQ(errno, EAGAIN);
    return written;
}

static void drain(int fd, uint64_t bytes)
{
    static uint8_t buffer[65536];
    for (uint64_t done = 0; done < bytes;) {
        ssize_t count = read(fd, buffer, sizeof(buffer));
        CHECK(count > 0);
        done += (uint64_t)count;
    }
}

BOTH(shouldReportTheEdgeOfSpace)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLOUT | EPOLLET);
    CHECK_EQ(reports_of(set, fds[1], 0), EPOLLOUT);
    for (int round = 0; round < 3; round++) {
        uint64_t written = fill(fds[1]);
        while (reports_of(set, fds[1], 20) != 0) /* the kernel's buffers may grow meanwhile */
            written += fill(fds[1]);
        drain(fds[0], written);
        CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLOUT);
        while (reports_of(set, fds[1], 20) != 0)
            ;
    }
}

BOTH(shouldReportTheLevelOfSpace)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLOUT);
    uint64_t written = fill(fds[1]);
    while (reports_of(set, fds[1], 20) != 0)
        written += fill(fds[1]);
    drain(fds[0], written);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLOUT);
}

BOTH(shouldReportSpaceAskedForWhileFull)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    uint64_t written = fill(fds[1]);
    CHECK_EQ(control_set(set, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLOUT), 0);
    drain(fds[0], written);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLOUT);
}

/* --- ends --- */

/* Waits until the report is the one expected; it may come in steps. */
static void await_report(int set, int fd, uint32_t expected)
{
    uint32_t got = 0;
    for (int i = 0; i < 100 && got != expected; i++)
        got = reports_of(set, fd, 50);
    CHECK_EQ(got, expected);
}

BOTH(shouldReportAHalfClose)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLRDHUP);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    await_report(set, fds[1], EPOLLIN | EPOLLRDHUP);
    CHECK_EQ(shutdown(fds[1], SHUT_WR), 0);
    await_report(set, fds[1], EPOLLIN | EPOLLRDHUP | EPOLLHUP);
}

BOTH(shouldReportAHalfCloseAsAnEdge)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLRDHUP | EPOLLET);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN | EPOLLRDHUP);
    CHECK_EQ(reports_of(set, fds[1], 20), 0);
}

BOTH(shouldReportAResetThatNobodyAskedFor)
{
    int fds[2];
    struct linger none = {.l_onoff = 1};
    int set = watch_pair(stack, fds, 0);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLERR | EPOLLHUP);
    CHECK_EQ(take_error(fds[1]), ECONNRESET);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLHUP);
}

BOTH(shouldReportOwnShutdowns)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN | EPOLLRDHUP | EPOLLET);
    CHECK_EQ(shutdown(fds[1], SHUT_RD), 0);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN | EPOLLRDHUP);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
}

/* --- registrations --- */

BOTH(shouldFailAsTheKernelDoes)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_ADD, fds[1], EPOLLIN), EEXIST);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_MOD, fds[0], EPOLLIN), ENOENT);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_DEL, fds[0], EPOLLIN), ENOENT);
    CHECK_ERRNO(control_set(set, 99, fds[1], EPOLLIN), EINVAL);
    CHECK_ERRNO(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], NULL), EFAULT);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_ADD, set, EPOLLIN), EINVAL);
    CHECK_ERRNO(control_set(fds[0], EPOLL_CTL_ADD, fds[1], EPOLLIN), EINVAL);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_ADD, 9999, EPOLLIN), EBADF);
    CHECK_ERRNO(control_set(9999, EPOLL_CTL_ADD, fds[1], EPOLLIN), EBADF);
    struct epoll_event got;
    volatile int room = 0;
    CHECK_ERRNO(epoll_wait(set, &got, room, 0), EINVAL);
    room = -1;
    CHECK_ERRNO(epoll_wait(set, &got, room, 0), EINVAL);
    CHECK_ERRNO(epoll_wait(fds[0], &got, 1, 0), EINVAL);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, fds[1], NULL), 0);
    CHECK_ERRNO(control_set(set, EPOLL_CTL_DEL, fds[1], 0), ENOENT);
}

BOTH(shouldForgetWhatIsDeletedOrClosed)
{
    int fds[2], more[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    make_pair(stack, more);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, more[1], EPOLLIN), 0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, fds[1], NULL), 0);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
    put_bytes(more[0], more[1], 4, 4);
    CHECK_EQ(reports_of(set, more[1], 5000), EPOLLIN);
    CHECK_EQ(close(more[1]), 0);
    CHECK_EQ(reports_of(set, more[1], 0), 0);
}

BOTH(shouldKeepARegistrationAsLongAsAnyNumberLives)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    int copy = dup(fds[1]);
    CHECK_EQ(close(fds[1]), 0);
    put_bytes(fds[0], copy, 4, 4);
    CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
    CHECK_EQ(close(copy), 0);
    CHECK_EQ(reports_of(set, fds[1], 0), 0);
}

BOTH(shouldRegisterEachNumber)
{
    int fds[2];
    struct epoll_event got[4];
    int set = watch_pair(stack, fds, EPOLLIN);
    int copy = dup(fds[1]);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, copy, EPOLLIN), 0);
    put_bytes(fds[0], copy, 4, 4);
    while (epoll_wait(set, got, 4, 1000) != 2)
        ;
    CHECK_EQ(got[0].data.fd + got[1].data.fd, fds[1] + copy);
}

BOTH(shouldTellBackTheData)
{
    int fds[2];
    struct epoll_event event = {.events = EPOLLOUT, .data.u64 = 0xFEDCBA9876543210ULL}, got;
    make_pair(stack, fds);
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fds[1], &event), 0);
    CHECK_EQ(epoll_wait(set, &got, 1, 5000), 1);
    CHECK_EQ(got.data.u64, event.data.u64);
}

BOTH(shouldServeSeveralSets)
{
    int fds[2];
    int first = watch_pair(stack, fds, EPOLLIN);
    int second = epoll_create1(0);
    CHECK_EQ(control_set(second, EPOLL_CTL_ADD, fds[1], EPOLLIN | EPOLLET), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(second, fds[1], 5000), EPOLLIN);
    CHECK_EQ(reports_of(first, fds[1], 5000), EPOLLIN);
    CHECK_EQ(close(first), 0);
    put_bytes(fds[0], fds[1], 4, 8);
    CHECK_EQ(reports_of(second, fds[1], 5000), EPOLLIN);
}

BOTH(shouldTakeARegistrationThroughAConnect)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int set = epoll_create1(0);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT), 0);
    CHECK_EQ(reports_of(set, fd, 0), EPOLLOUT | EPOLLHUP);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    await_report(set, fd, EPOLLOUT);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(write(accepted, "x", 1), 1);
    wait_bytes(fd, 1);
    await_report(set, fd, EPOLLIN | EPOLLOUT);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, fd, NULL), 0);
    CHECK_EQ(reports_of(set, fd, 0), 0);
}

BOTH(shouldReportListeners)
{
    uint16_t port;
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    int set = epoll_create1(0);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, listener, EPOLLIN), 0);
    CHECK_EQ(reports_of(set, listener, 0), 0);
    connect_to(stack, port);
    connect_to(stack, port);
    CHECK_EQ(reports_of(set, listener, 5000), EPOLLIN);
    CHECK(accept(listener, NULL, NULL) >= 0);
    CHECK_EQ(reports_of(set, listener, 5000), EPOLLIN);
    CHECK(accept(listener, NULL, NULL) >= 0);
    CHECK_EQ(reports_of(set, listener, 0), 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
}

/* --- many descriptors, kinds and threads --- */

BOTH(shouldReportAllInTurn)
{
    enum { PAIRS = 10 };
    int fds[PAIRS][2], seen[1024] = {0};
    int set = epoll_create1(0);
    for (int i = 0; i < PAIRS; i++) {
        make_pair(stack, fds[i]);
        CHECK_EQ(control_set(set, EPOLL_CTL_ADD, fds[i][1], EPOLLIN), 0);
        put_bytes(fds[i][0], fds[i][1], 4, 4);
    }
    for (int round = 0; round < PAIRS; round++) {
        struct epoll_event got[3];
        int count = epoll_wait(set, got, 3, 5000);
        CHECK(count > 0);
        for (int i = 0; i < count; i++)
            seen[got[i].data.fd]++;
    }
    for (int i = 0; i < PAIRS; i++)
        CHECK(seen[fds[i][1]] > 0);
}

BOTH(shouldReportKernelDescriptorsBesideBusySockets)
{
    int fds[2], pipes[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(pipe(pipes), 0);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, pipes[0], EPOLLIN), 0);
    CHECK_EQ(write(pipes[1], "x", 1), 1);
    for (int room = 1; room <= 4; room++) {
        bool seen[2] = {false, false};
        for (int i = 0; i < 40; i++) {
            struct epoll_event got[4];
            int count = epoll_wait(set, got, room, 5000);
            CHECK(count > 0);
            for (int j = 0; j < count; j++)
                seen[got[j].data.fd == pipes[0]] = true;
        }
        CHECK(seen[0] && seen[1]);
    }
}

BOTH(shouldWakeForKernelDescriptors)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    int counter = eventfd(0, 0);
    uint64_t one = 1;
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, counter, EPOLLIN), 0);
    CHECK_EQ(reports_of(set, counter, 10), 0);
    CHECK_EQ(write(counter, &one, sizeof(one)), sizeof(one));
    CHECK_EQ(reports_of(set, counter, 5000), EPOLLIN);
}

struct helper {
    int set, fd, peer;
};

static void *add_later(void *argument)
{
    struct helper *helper = argument;
    usleep(20000);
    CHECK_EQ(control_set(helper->set, EPOLL_CTL_ADD, helper->fd, EPOLLIN), 0);
    return NULL;
}

static void *wait_for_input(void *argument)
{
    struct helper *helper = argument;
    CHECK_EQ(reports_of(helper->set, helper->fd, -1), EPOLLIN);
    return NULL;
}

BOTH(shouldWakeForWhatAnotherThreadAdds)
{
    int fds[2], more[2];
    pthread_t thread;
    int set = watch_pair(stack, fds, EPOLLIN);
    make_pair(stack, more);
    put_bytes(more[0], more[1], 4, 4);
    struct helper helper = {set, more[1], 0};
    CHECK_EQ(pthread_create(&thread, NULL, add_later, &helper), 0);
    CHECK_EQ(reports_of(set, more[1], -1), EPOLLIN);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* The sleep began when only the kernel had something in the set. */
BOTH(shouldWakeForTheFirstSocketOfASet)
{
    int fds[2];
    pthread_t threads[2];
    int set = epoll_create1(0);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, eventfd(0, 0), EPOLLIN), 0);
    make_pair(stack, fds);
    put_bytes(fds[0], fds[1], 4, 4);
    struct helper helper = {set, fds[1], 0};
    CHECK_EQ(pthread_create(&threads[0], NULL, wait_for_input, &helper), 0);
    CHECK_EQ(pthread_create(&threads[1], NULL, wait_for_input, &helper), 0);
    add_later(&helper);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

static void *write_later(void *argument)
{
    struct helper *helper = argument;
    usleep(20000);
    CHECK_EQ(write(helper->peer, "abcd", 4), 4);
    return NULL;
}

BOTH(shouldWakeWhenBytesArrive)
{
    int fds[2];
    pthread_t thread;
    int set = watch_pair(stack, fds, EPOLLIN);
    struct helper helper = {set, fds[1], fds[0]};
    CHECK_EQ(pthread_create(&thread, NULL, write_later, &helper), 0);
    CHECK_EQ(reports_of(set, fds[1], -1), EPOLLIN);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* A blocked reader of a socket that stands in a set must not take the set's events from it. */
static void *read_blocking(void *argument)
{
    char text[4];
    CHECK_EQ(read(*(int *)argument, text, 4), 4);
    return NULL;
}

BOTH(shouldWakeASetBesideABlockedReader)
{
    int fds[2], more[2];
    pthread_t reader, writer;
    int set = watch_pair(stack, fds, EPOLLIN);
    make_pair(stack, more);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, more[1], 0), 0);
    CHECK_EQ(pthread_create(&reader, NULL, read_blocking, &more[1]), 0);
    struct helper helper = {set, fds[1], fds[0]};
    CHECK_EQ(pthread_create(&writer, NULL, write_later, &helper), 0);
    CHECK_EQ(reports_of(set, fds[1], -1), EPOLLIN);
    CHECK_EQ(write(more[0], "abcd", 4), 4);
    CHECK_EQ(pthread_join(reader, NULL), 0);
    CHECK_EQ(pthread_join(writer, NULL), 0);
}

enum { WORKERS = 4, JOBS = 400 };

static struct {
    int set;
    int peers[WORKERS];
    _Atomic int done;
} pool;

/* Takes jobs (bytes) off sockets that are armed for one report at a time. */
static void *work(void *unused)
{
    while (pool.done < JOBS) {
        struct epoll_event got[1];
        int count = epoll_wait(pool.set, got, 1, 100);
        if (count != 1)
            continue;
        char byte;
        while (recv(got[0].data.fd, &byte, 1, MSG_DONTWAIT) == 1)
            pool.done++;
        CHECK_EQ(control_set(pool.set, EPOLL_CTL_MOD, got[0].data.fd, EPOLLIN | EPOLLONESHOT), 0);
    }
    return unused;
}

BOTH(shouldServeManyThreadsOnOneSet)
{
    pthread_t threads[WORKERS];
    pool.set = epoll_create1(0);
    for (int i = 0; i < WORKERS; i++) {
        int fds[2];
        make_pair(stack, fds);
        pool.peers[i] = fds[0];
        CHECK_EQ(control_set(pool.set, EPOLL_CTL_ADD, fds[1], EPOLLIN | EPOLLONESHOT), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, work, NULL), 0);
    for (int i = 0; i < JOBS; i++)
        CHECK_EQ(write(pool.peers[i % WORKERS], "x", 1), 1);
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    CHECK_EQ(pool.done, JOBS);
}

/* Each thread with a set and sockets of its own, all at once. */
static const struct stack *echo_stack;

static void *echo(void *unused)
{
    int fds[2];
    int set = watch_pair(echo_stack, fds, EPOLLIN | EPOLLET);
    for (int i = 0; i < 200; i++) {
        char byte = (char)i;
        CHECK_EQ(write(fds[0], &byte, 1), 1);
        CHECK_EQ(reports_of(set, fds[1], -1), EPOLLIN);
        byte = 0;
        CHECK_EQ(read(fds[1], &byte, 1), 1);
        CHECK_EQ(byte, (char)i);
    }
    return unused;
}

BOTH(shouldServeManySetsAtOnce)
{
    pthread_t threads[WORKERS];
    echo_stack = stack;
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, echo, NULL), 0);
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* --- signals and time --- */

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    alarms += number == SIGUSR1;
}

BOTH(shouldBeInterruptedBySignals)
{
    int fds[2];
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    sigset_t blocked, none;
    struct epoll_event got;
    int set = watch_pair(stack, fds, EPOLLIN);
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
    raise(SIGUSR1);
    CHECK_EQ(epoll_wait(set, &got, 1, 10), 0);
    CHECK_EQ(alarms, 0);
    CHECK_ERRNO(epoll_pwait(set, &got, 1, -1, &none), EINTR);
    CHECK_EQ(alarms, 1);
    put_bytes(fds[0], fds[1], 4, 4);
    raise(SIGUSR1);
    CHECK_EQ(epoll_pwait(set, &got, 1, -1, &blocked), 1);
    CHECK_EQ(alarms, 1);
}

BOTH(shouldSleepWithoutUsingTheProcessor)
{
    int fds[2];
    int set = watch_pair(stack, fds, EPOLLIN);
    put_bytes(fds[0], fds[1], 4, 4);
    get_bytes(fds[1], 4);
    CHECK_EQ(reports_of(set, fds[1], 1), 0);
    long before = cpu_micros();
    CHECK_EQ(reports_of(set, fds[1], 300), 0);
    CHECK(cpu_micros() - before < 20000);
}

/* --- the same random story told to both --- */

enum { STEPS = 400 };

struct story {
    int fds[2];
    int set;
    int unread;
    uint32_t armed; /* events registered, 0: none */
};

/* One random step; what epoll then says, within a time, is the result. */
static uint32_t tell(struct story *story, unsigned random, int timeout)
{
    static const uint32_t modes[] = {0, EPOLLET, EPOLLONESHOT, EPOLLET | EPOLLONESHOT};
    uint32_t events = EPOLLIN | EPOLLRDHUP | (random & 64 ? (uint32_t)EPOLLOUT : 0) | modes[random >> 7 & 3];
    switch (random % 6) {
    case 0:
    case 1:
        story->unread += 1 + (int)(random >> 4) % 30;
        put_bytes(story->fds[0], story->fds[1], 1 + (int)(random >> 4) % 30, story->unread);
        break;
    case 2:
    case 3:
        if (story->unread > 0) {
            int bytes = random & 32 ? story->unread : 1;
            bytes = bytes < 60 ? bytes : 60;
            get_bytes(story->fds[1], bytes);
            story->unread -= bytes;
        }
        break;
    case 4:
        CHECK_EQ(control_set(story->set, story->armed != 0 ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, story->fds[1], events), 0);
        story->armed = events;
        break;
    default:
        break;
    }
    return reports_of(story->set, story->fds[1], timeout);
}

BOTH(shouldTellTheSameStory)
{
    for (unsigned seed = 1; seed <= 5; seed++) {
        struct story ours = {.set = epoll_create1(0)}, kernels = {.set = epoll_create1(0)};
        make_pair(stack, ours.fds);
        make_pair(&kernel_stack, kernels.fds);
        int on = 1;
        CHECK_EQ(setsockopt(kernels.fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
        CHECK_EQ(setsockopt(ours.fds[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)), 0);
        unsigned random = seed;
        for (int step = 0; step < STEPS; step++) {
            random = random * 1103515245 + 12345;
            uint32_t expected = tell(&kernels, random >> 8, 0);
            uint32_t got = tell(&ours, random >> 8, expected != 0 ? 10000 : 0);
            if (got != expected)
                check_failed(__FILE__, __LINE__, "seed %u step %d: reported %x, the kernel %x", seed, step, got,
                             expected);
        }
    }
}
