/* Sets in sets, and polls of sets: the same reports from the kernel's TCP and from ours. */
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>

#include "check.h"

static int set_in(int inner, uint32_t events)
{
    int outer = epoll_create1(EPOLL_CLOEXEC);
    CHECK_EQ(control_set(outer, EPOLL_CTL_ADD, inner, events), 0);
    return outer;
}

static short polled(int fd, int timeout)
{
    struct pollfd entry = {.fd = fd, .events = POLLIN | POLLOUT};
    return poll(&entry, 1, timeout) == 1 ? entry.revents : 0;
}

BOTH(shouldReportASetThatHasReports)
{
    int fds[2];
    int inner = watch_pair(stack, fds, EPOLLIN);
    int outer = set_in(inner, EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 0), EPOLLIN);
    CHECK_EQ(reports_of(inner, fds[1], 0), EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 0), EPOLLIN);
    get_bytes(fds[1], 4);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    CHECK_EQ(reports_of(inner, fds[1], 0), 0);
}

BOTH(shouldReportASetThatGetsItsSocketLater)
{
    int fds[2];
    int inner = epoll_create1(0);
    int outer = set_in(inner, EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 0), 0);
    make_pair(stack, fds);
    CHECK_EQ(control_set(inner, EPOLL_CTL_ADD, fds[1], EPOLLIN), 0);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    get_bytes(fds[1], 4);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
}

BOTH(shouldReportAnEdgeOfASetOnce)
{
    int fds[2];
    int inner = watch_pair(stack, fds, EPOLLIN);
    int outer = set_in(inner, EPOLLIN | EPOLLET);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    put_bytes(fds[0], fds[1], 4, 8);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
}

BOTH(shouldReportASetOnceAndWaitToBeArmed)
{
    int fds[2];
    int inner = watch_pair(stack, fds, EPOLLIN | EPOLLONESHOT);
    int outer = set_in(inner, EPOLLIN | EPOLLONESHOT);
    for (int round = 1; round <= 3; round++) {
        put_bytes(fds[0], fds[1], 4, 4 * round);
        CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
        CHECK_EQ(reports_of(outer, inner, 20), 0);
        CHECK_EQ(reports_of(inner, fds[1], 0), EPOLLIN);
        CHECK_EQ(reports_of(inner, fds[1], 0), 0);
        CHECK_EQ(control_set(inner, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLONESHOT), 0);
        CHECK_EQ(control_set(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLONESHOT), 0);
        CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
        CHECK_EQ(reports_of(inner, fds[1], 0), EPOLLIN);
        CHECK_EQ(control_set(inner, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLONESHOT), 0);
        get_bytes(fds[1], 4 * round);
        put_bytes(fds[0], fds[1], 4 * round, 4 * round);
        CHECK_EQ(control_set(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLONESHOT), 0);
        CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
        CHECK_EQ(reports_of(inner, fds[1], 0), EPOLLIN);
        CHECK_EQ(control_set(inner, EPOLL_CTL_MOD, fds[1], EPOLLIN | EPOLLONESHOT), 0);
        CHECK_EQ(control_set(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLONESHOT), 0);
        CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
        CHECK_EQ(control_set(outer, EPOLL_CTL_MOD, inner, EPOLLIN | EPOLLONESHOT), 0);
    }
}

BOTH(shouldReportKernelDescriptorsOfAnInnerSet)
{
    int fds[2];
    uint64_t one = 1;
    int inner = watch_pair(stack, fds, EPOLLIN);
    int outer = set_in(inner, EPOLLIN);
    int event = eventfd(0, 0);
    CHECK_EQ(control_set(inner, EPOLL_CTL_ADD, event, EPOLLIN), 0);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    CHECK_EQ(write(event, &one, sizeof(one)), sizeof(one));
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_EQ(reports_of(inner, event, 0), EPOLLIN);
    CHECK_EQ(read(event, &one, sizeof(one)), sizeof(one));
    CHECK_EQ(reports_of(outer, inner, 20), 0);
}

BOTH(shouldForgetAnInnerSetThatIsDeletedOrClosed)
{
    int fds[2];
    int inner = watch_pair(stack, fds, EPOLLIN);
    int outer = set_in(inner, EPOLLIN);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_ERRNO(control_set(outer, EPOLL_CTL_ADD, inner, EPOLLIN), EEXIST);
    CHECK_EQ(control_set(outer, EPOLL_CTL_DEL, inner, 0), 0);
    CHECK_ERRNO(control_set(outer, EPOLL_CTL_DEL, inner, 0), ENOENT);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
    CHECK_EQ(reports_of(inner, fds[1], 0), EPOLLIN);
    CHECK_EQ(control_set(outer, EPOLL_CTL_ADD, inner, EPOLLIN), 0);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    CHECK_EQ(close(inner), 0);
    CHECK_EQ(reports_of(outer, inner, 20), 0);
}

BOTH(shouldReportThroughFiveSets)
{
    int fds[2], sets[6] = {watch_pair(stack, fds, EPOLLIN)};
    for (int i = 1; i < 5; i++)
        sets[i] = set_in(sets[i - 1], EPOLLIN);
    sets[5] = epoll_create1(0);
    CHECK_ERRNO(control_set(sets[5], EPOLL_CTL_ADD, sets[4], EPOLLIN), ELOOP);
    CHECK_ERRNO(control_set(sets[0], EPOLL_CTL_ADD, sets[3], EPOLLIN), ELOOP);
    CHECK_EQ(reports_of(sets[4], sets[3], 20), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(sets[4], sets[3], 5000), EPOLLIN);
    get_bytes(fds[1], 4);
    CHECK_EQ(reports_of(sets[4], sets[3], 20), 0);
}

BOTH(shouldPollASet)
{
    int fds[2];
    int inner = epoll_create1(0);
    CHECK_EQ(polled(inner, 0), 0);
    make_pair(stack, fds);
    CHECK_EQ(control_set(inner, EPOLL_CTL_ADD, fds[1], EPOLLIN), 0);
    CHECK_EQ(polled(inner, 20), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(polled(inner, 5000), POLLIN);
    fd_set reads;
    FD_ZERO(&reads);
    FD_SET(inner, &reads);
    CHECK_EQ(select(inner + 1, &reads, NULL, NULL, NULL), 1);
    get_bytes(fds[1], 4);
    CHECK_EQ(polled(inner, 20), 0);
}

/* A thread that sleeps for a set, in one way or another, and what it is told. */
enum { IN_POLL, IN_OUTER, IN_INNER, WAYS };

struct watcher {
    int inner, outer, way;
    uint32_t told;
};

static void *watch_set(void *argument)
{
    struct watcher *watcher = argument;
    struct epoll_event got = {0};
    if (watcher->way == IN_POLL)
        watcher->told = (uint32_t)polled(watcher->inner, 10000);
    else if (epoll_wait(watcher->way == IN_OUTER ? watcher->outer : watcher->inner, &got, 1, 10000) == 1)
        watcher->told = got.events;
    return NULL;
}

/* All sleep, or are about to, while the set gets its first socket and the socket its bytes. */
BOTH(shouldWakeWhoeverSleepsForASetInASet)
{
    for (int round = 0; round < 20; round++) {
        int fds[2];
        pthread_t threads[WAYS];
        struct watcher watchers[WAYS];
        int inner = epoll_create1(0);
        int outer = set_in(inner, EPOLLIN);
        make_pair(stack, fds);
        for (int i = 0; i < WAYS; i++) {
            watchers[i] = (struct watcher){.inner = inner, .outer = outer, .way = i};
            CHECK_EQ(pthread_create(&threads[i], NULL, watch_set, &watchers[i]), 0);
        }
        if (round % 2 == 0)
            usleep(5000);
        CHECK_EQ(control_set(inner, EPOLL_CTL_ADD, fds[1], EPOLLIN), 0);
        if (round % 4 < 2)
            usleep(5000);
        CHECK_EQ(write(fds[0], "four", 4), 4);
        for (int i = 0; i < WAYS; i++) {
            CHECK_EQ(pthread_join(threads[i], NULL), 0);
            CHECK_EQ(watchers[i].told, EPOLLIN);
        }
        CHECK_EQ(close(fds[0]) | close(fds[1]) | close(inner) | close(outer), 0);
    }
}

BOTH(shouldSleepForASetInASetWithoutUsingTheProcessor)
{
    int fds[2];
    int inner = watch_pair(stack, fds, EPOLLIN);
    int outer = set_in(inner, EPOLLIN);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(outer, inner, 5000), EPOLLIN);
    get_bytes(fds[1], 4);
    long before = cpu_micros();
    CHECK_EQ(reports_of(outer, inner, 200), 0);
    CHECK_EQ(reports_of(inner, fds[1], 200), 0);
    CHECK_EQ(polled(inner, 200), 0);
    CHECK(cpu_micros() - before < 20000);
}
