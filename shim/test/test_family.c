/* Processes of a fork family that wait for the same connection, or in the same epoll set: each is woken, as on Linux.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/wait.h>

#include "arena.h"
#include "check.h"
#include "file.h"

enum { SLEEPERS = 3 };

/* --- several processes, one connection --- */

/* Sleeps until the socket is readable, or writable, and takes nothing. */
typedef void sleeper(int fd, bool writes);

static void sleep_in_poll(int fd, bool writes)
{
    struct pollfd wanted = {.fd = fd, .events = writes ? POLLOUT : POLLIN};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(wanted.revents, wanted.events);
}

static void sleep_in_select(int fd, bool writes)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    CHECK_EQ(select(fd + 1, writes ? NULL : &set, writes ? &set : NULL, NULL, NULL), 1);
}

static void sleep_in_epoll(int fd, bool writes)
{
    struct epoll_event event = {.events = writes ? EPOLLOUT : EPOLLIN}, got;
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
    CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
    CHECK_EQ(got.events, event.events);
    CHECK_EQ(close(set), 0);
}

/* Starts processes that sleep so; they say a byte when they are about to, and another when they have woken. */
static void start_sleepers(pid_t *children, int pipe_end, int fd, sleeper *sleeps, bool writes)
{
    for (int i = 0; i < SLEEPERS; i++) {
        children[i] = fork();
        if (children[i] != 0)
            continue;
        CHECK_EQ(write(pipe_end, "s", 1), 1);
        sleeps(fd, writes);
        CHECK_EQ(write(pipe_end, "w", 1), 1);
        _exit(0);
    }
}

static void expect_bytes(int fd, char byte, int count)
{
    for (char got; count > 0; count--) {
        CHECK_EQ(read(fd, &got, 1), 1);
        CHECK_EQ(got, byte);
    }
}

static void check_readers(const struct stack *stack, sleeper *sleeps)
{
    int fds[2], pipes[2];
    pid_t children[SLEEPERS];
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    start_sleepers(children, pipes[1], fds[1], sleeps, false);
    expect_bytes(pipes[0], 's', SLEEPERS);
    usleep(20000); /* so that they sleep; if they do not yet, less is tried */
    CHECK_EQ(write(fds[0], "x", 1), 1);
    expect_bytes(pipes[0], 'w', SLEEPERS);
    for (int i = 0; i < SLEEPERS; i++)
        join_child(children[i]);
}

BOTH(shouldWakeEachProcessThatPollsAConnection)
{
    check_readers(stack, sleep_in_poll);
}

BOTH(shouldWakeEachProcessThatSelectsAConnection)
{
    check_readers(stack, sleep_in_select);
}

BOTH(shouldWakeEachProcessThatHasAConnectionInASet)
{
    check_readers(stack, sleep_in_epoll);
}

static void fill(int fd)
{
    static char bytes[65536];
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    set_nonblocking(fd);
    while (poll(&wanted, 1, 100) == 1)
        while (write(fd, bytes, sizeof(bytes)) > 0)
            ;
}

static void drain(int fd)
{
    static char bytes[65536];
    set_nonblocking(fd);
    while (read(fd, bytes, sizeof(bytes)) > 0)
        ;
}

static void check_writers(const struct stack *stack, sleeper *sleeps)
{
    int fds[2], pipes[2], status;
    pid_t children[SLEEPERS], reader;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    fill(fds[0]);
    start_sleepers(children, pipes[1], fds[0], sleeps, true);
    expect_bytes(pipes[0], 's', SLEEPERS);
    usleep(20000);
    reader = fork();
    if (reader == 0)
        for (;; usleep(1000))
            drain(fds[1]);
    expect_bytes(pipes[0], 'w', SLEEPERS);
    kill(reader, SIGKILL);
    CHECK_EQ(waitpid(reader, &status, 0), reader);
    for (int i = 0; i < SLEEPERS; i++)
        join_child(children[i]);
}

BOTH(shouldWakeEachProcessThatPollsForSpace)
{
    check_writers(stack, sleep_in_poll);
}

BOTH(shouldWakeEachProcessThatHasAFullConnectionInASet)
{
    check_writers(stack, sleep_in_epoll);
}

/* Each takes one byte. Two of them are killed while they sleep. */
BOTH(shouldWakeReadersThatAreLeft)
{
    int fds[2], pipes[2];
    char byte;
    pid_t children[SLEEPERS + 2];
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    for (int i = 0; i < SLEEPERS + 2; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            CHECK_EQ(write(pipes[1], "s", 1), 1);
            CHECK_EQ(read(fds[1], &byte, 1), 1);
            CHECK_EQ(write(pipes[1], &byte, 1), 1);
            _exit(0);
        }
        CHECK_EQ(read(pipes[0], &byte, 1), 1);
        usleep(2000);
    }
    for (int i = 0; i < SLEEPERS + 2; i += SLEEPERS + 1) {
        kill(children[i], SIGKILL);
        CHECK_EQ(waitpid(children[i], NULL, 0), children[i]);
    }
    for (int i = 0; i < SLEEPERS; i++) {
        CHECK_EQ(write(fds[0], "r", 1), 1);
        expect_bytes(pipes[0], 'r', 1);
    }
    for (int i = 1; i <= SLEEPERS; i++)
        join_child(children[i]);
}

/* Where the events of a socket of ours go: a channel's number. */
static uint32_t events_of(int fd)
{
    return (uint32_t)atomic_load(&pno_file_of(fd)->record->channel_and_generation);
}

/* Who serves a connection alone is not to wake its whole family for it: as a server that forks for each. */
ON_PNO(shouldTellOneProcessAloneOnceTheOtherHasClosed)
{
    int fds[2], pipes[2];
    char byte;
    struct epoll_event event = {.events = EPOLLIN}, got;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN};
    CHECK_EQ(poll(&wanted, 1, 1), 0); /* the parent takes an interest first */
    pid_t child = fork();
    if (child == 0) {
        int set = epoll_create1(0);
        CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fds[1], &event), 0);
        CHECK(events_of(fds[1]) == PNO_REC_ALL_CHANNELS);
        CHECK_EQ(write(pipes[1], "r", 1), 1);
        for (int i = 0; i < 2; i++) {
            CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
            CHECK_EQ(read(fds[1], &byte, 1), 1);
        }
        CHECK(events_of(fds[1]) != PNO_REC_ALL_CHANNELS);
        _exit(0);
    }
    expect_bytes(pipes[0], 'r', 1);
    CHECK_EQ(close(fds[1]), 0);
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(write(fds[0], "x", 1), 1);
        usleep(10000);
    }
    join_child(child);
}

ON_PNO(shouldTellOneProcessAloneOfWhatAnotherOnlyHolds)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN};
    CHECK_EQ(poll(&wanted, 1, 1), 0);
    uint32_t before = events_of(fds[1]);
    pid_t child = fork();
    if (child == 0) {
        pause();
        _exit(0);
    }
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(read(fds[1], &byte, 1), 1);
    CHECK(events_of(fds[1]) == before);
    kill(child, SIGKILL);
}

/* --- one epoll set, several processes --- */

static int set_with(int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
    return set;
}

/* Answers each byte of a pipe with one on a socket, when who asked has gone to sleep. */
static void write_when_asked(int pipe_end, int fd)
{
    if (fork() != 0)
        return;
    for (char byte; read(pipe_end, &byte, 1) == 1;) {
        usleep(2000);
        CHECK_EQ(write(fd, "x", 1), 1);
    }
    _exit(0);
}

/* The parent sleeps for a socket that its child knows nothing of; the child lies down anew all the time, so it is the
 * one that an edge in the kernel's set would wake. */
BOTH(shouldWakeBesideAChildThatSleepsInTheSameSet)
{
    int common[2], own[2], pipes[2];
    char byte;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = -1}, got;
    make_pair(stack, common);
    make_pair(stack, own);
    CHECK_EQ(pipe(pipes), 0);
    write_when_asked(pipes[0], own[0]);
    int set = set_with(common[1]);
    CHECK_EQ(epoll_wait(set, &got, 1, 0), 0);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            CHECK(epoll_wait(set, &got, 1, 1) >= 0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, own[1], &event), 0);
    for (int i = 0; i < 50; i++) {
        CHECK_EQ(write(pipes[1], "?", 1), 1);
        CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
        CHECK_EQ(got.data.fd, -1);
        CHECK_EQ(read(own[1], &byte, 1), 1);
    }
    kill(child, SIGKILL);
}

/* The same where only the child has given the set sockets, or both have, after the fork. */
BOTH(shouldWakeInASetThatWasEmptyAtTheFork)
{
    int theirs[2], own[2], pipes[2], set = epoll_create1(0);
    char byte;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = -1}, got;
    make_pair(stack, theirs);
    make_pair(stack, own);
    CHECK_EQ(pipe(pipes), 0);
    write_when_asked(pipes[0], own[0]);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, theirs[1], &event), 0);
        for (;;)
            CHECK(epoll_wait(set, &got, 1, 1) >= 0);
    }
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, own[1], &event), 0);
    for (int i = 0; i < 50; i++) {
        CHECK_EQ(write(pipes[1], "?", 1), 1);
        CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
        CHECK_EQ(read(own[1], &byte, 1), 1);
    }
    kill(child, SIGKILL);
}

static void check_both_wake(int set, int fds[2], int writer)
{
    int pipes[2];
    struct epoll_event got;
    CHECK_EQ(pipe(pipes), 0);
    for (int round = 0; round < 10; round++) {
        char byte;
        pid_t child = fork();
        if (child == 0) {
            CHECK_EQ(write(pipes[1], "s", 1), 1);
            CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
            CHECK_EQ(write(pipes[1], "w", 1), 1);
            _exit(0);
        }
        expect_bytes(pipes[0], 's', 1);
        pid_t other = fork();
        if (other == 0) {
            usleep(5000);
            CHECK_EQ(write(writer, "x", 1), 1);
            _exit(0);
        }
        CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
        expect_bytes(pipes[0], 'w', 1);
        join_child(child);
        join_child(other);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
    }
}

BOTH(shouldWakeParentAndChildInTheSameSet)
{
    int fds[2];
    make_pair(stack, fds);
    check_both_wake(set_with(fds[1]), fds, fds[0]);
}

/* With sockets of the stack in the set, the kernel's descriptors there wake both too. */
BOTH(shouldWakeParentAndChildForAPipeInTheSameSet)
{
    int fds[2], pipes[2];
    struct epoll_event event = {.events = EPOLLIN};
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    int set = set_with(fds[1]);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, pipes[0], &event), 0);
    check_both_wake(set, (int[]){-1, pipes[0]}, pipes[1]);
}

static void *sleep_in_set(void *set)
{
    struct epoll_event got;
    CHECK_EQ(epoll_wait(*(int *)set, &got, 1, -1), 1);
    return NULL;
}

/* A thread has gone to sleep in the set before another one forks. */
BOTH(shouldWakeAThreadThatSleptThroughAFork)
{
    int fds[2];
    struct epoll_event got;
    pthread_t threads[3];
    make_pair(stack, fds);
    int set = set_with(fds[1]);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, sleep_in_set, &set), 0);
    usleep(20000);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            CHECK(epoll_wait(set, &got, 1, 1) >= 0);
    usleep(5000);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    kill(child, SIGKILL);
}

/* A set that has been through a fork in a poll, and in another set. */
BOTH(shouldWatchASetAfterAFork)
{
    int fds[2], pipes[2];
    char byte;
    struct epoll_event got;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    write_when_asked(pipes[0], fds[0]);
    int set = set_with(fds[1]);
    CHECK_EQ(epoll_wait(set, &got, 1, 0), 0);
    join_child(fork() ?: (_exit(0), 0));
    int outer = set_with(set);
    struct pollfd wanted = {.fd = set, .events = POLLIN};
    for (int i = 0; i < 10; i++) {
        CHECK_EQ(poll(&wanted, 1, 0), 0);
        CHECK_EQ(write(pipes[1], "?", 1), 1);
        CHECK_EQ(i % 2 == 0 ? poll(&wanted, 1, -1) : epoll_wait(outer, &got, 1, -1), 1);
        CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
    }
}

/* A set that stood in another already when the process forked. */
BOTH(shouldSleepInBothSetsOfANestAfterAFork)
{
    int fds[2], pipes[2];
    char byte;
    struct epoll_event got;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    write_when_asked(pipes[0], fds[0]);
    int set = set_with(fds[1]), outer = set_with(set);
    CHECK_EQ(epoll_wait(outer, &got, 1, 0), 0);
    pid_t child = fork();
    if (child == 0)
        for (;;)
            CHECK(epoll_wait(outer, &got, 1, 1) >= 0);
    for (int i = 0; i < 20; i++) {
        CHECK_EQ(write(pipes[1], "?", 1), 1);
        CHECK_EQ(epoll_wait(i % 2 == 0 ? set : outer, &got, 1, -1), 1);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
    }
    kill(child, SIGKILL);
}
