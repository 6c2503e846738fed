/* What random sequences of calls (calls/) have found: each a difference that is mended. */
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <sys/epoll.h>

#include "check.h"

BOTH(shouldRefuseToCountBytesOfAListener)
{
    int bytes = 7;
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    CHECK_ERRNO(ioctl(listener, FIONREAD, &bytes), EINVAL);
}

BOTH(shouldReceiveNothingWhereNothingIsAskedForAndBytesAreThere)
{
    int fds[2];
    make_pair(stack, fds);
    struct pollfd readable = {.fd = fds[0], .events = POLLIN};
    CHECK_EQ(send(fds[1], "a", 1, 0), 1);
    CHECK_EQ(poll(&readable, 1, 5000), 1);
    CHECK_EQ(recv(fds[0], NULL, 0, MSG_DONTWAIT), 0);
    CHECK_EQ(recv(fds[0], NULL, 0, 0), 0);
}

BOTH(shouldHaveTheErrorBeforeNothingIsReceived)
{
    int fds[2];
    make_pair(stack, fds);
    struct linger none = {.l_onoff = 1};
    struct pollfd ended = {.fd = fds[0]};
    CHECK_EQ(setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
    CHECK_EQ(close(fds[1]), 0);
    CHECK_EQ(poll(&ended, 1, 5000), 1);
    CHECK_ERRNO(recv(fds[0], NULL, 0, 0), ECONNRESET);
}

BOTH(shouldEndAPeekForMoreThanEverComes)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    CHECK_EQ(send(fds[1], "a", 1, 0), 1);
    CHECK_EQ(close(fds[1]), 0);
    CHECK_EQ(recv(fds[0], text, 4, MSG_PEEK | MSG_WAITALL), 1);
    CHECK_EQ(recv(fds[0], text, 4, MSG_WAITALL), 1);
}

BOTH(shouldWriteNoPiecesInAnyState)
{
    int fds[2];
    struct iovec piece = {"", 0};
    make_pair(stack, fds);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_EQ(writev(fds[0], &piece, 1), 0);
}

BOTH(shouldNotResetWhatAnotherProcessHolds)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    struct linger none = {.l_onoff = 1};
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(close(fds[0]), 0);
        _exit(0);
    }
    join_child(child);
    CHECK_EQ(send(fds[0], "a", 1, 0), 1);
    CHECK_EQ(recv(fds[1], &byte, 1, 0), 1);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_ERRNO(recv(fds[1], &byte, 1, 0), ECONNRESET);
}

/* The parent's poll has the events again, though a child has polled the same connection since. */
BOTH(shouldWakeAPollAfterAChildHasPolled)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    struct pollfd readable = {.fd = fds[0], .events = POLLIN};
    CHECK_EQ(poll(&readable, 1, 1), 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(poll(&readable, 1, 1), 0);
        _exit(0);
    }
    join_child(child);
    child = fork();
    if (child == 0) {
        CHECK_EQ(poll(&(struct pollfd){.fd = fds[1], .events = POLLIN}, 1, 100), 0); /* the parent sleeps by now */
        CHECK_EQ(send(fds[1], "a", 1, 0), 1);
        _exit(0);
    }
    CHECK_EQ(poll(&readable, 1, -1), 1);
    CHECK_EQ(recv(fds[0], &byte, 1, 0), 1);
    join_child(child);
}

/* What a child does with a connection that stands in its parent's epoll set. */
static void use_in_child(int fd, int way)
{
    char byte;
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    struct timeval moment = {.tv_usec = 1000};
    if (way < 2)
        CHECK_EQ(poll(&wanted, 1, way * 5), 0);
    CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment)), 0);
    if (way == 2)
        CHECK_ERRNO(recv(fd, &byte, 1, 0), EAGAIN);
    if (way == 3) {
        int set = epoll_create1(0);
        CHECK_EQ(control_set(set, EPOLL_CTL_ADD, fd, EPOLLIN), 0);
        CHECK_EQ(reports_of(set, fd, 5), 0);
    }
}

/* The parent's set has the events again, though a child has looked at the same connection, or waited for it. */
BOTH(shouldReportToAParentAfterAChildHasUsedTheConnection)
{
    for (int way = 0; way < 4; way++) {
        int fds[2];
        int set = watch_pair(stack, fds, EPOLLIN | EPOLLRDHUP);
        CHECK_EQ(reports_of(set, fds[1], 0), 0);
        pid_t child = fork();
        if (child == 0) {
            use_in_child(fds[1], way);
            _exit(0);
        }
        join_child(child);
        CHECK_EQ(reports_of(set, fds[1], 0), 0);
        put_bytes(fds[0], fds[1], 1, 1);
        CHECK_EQ(reports_of(set, fds[1], 0), EPOLLIN);
        get_bytes(fds[1], 1);
        CHECK_EQ(reports_of(set, fds[1], 0), 0);
        child = fork();
        if (child == 0) {
            CHECK_EQ(poll(&(struct pollfd){.fd = fds[0], .events = POLLIN}, 1, 50), 0); /* the parent sleeps by now */
            put_bytes(fds[0], fds[1], 1, 1);
            _exit(0);
        }
        CHECK_EQ(reports_of(set, fds[1], 5000), EPOLLIN);
        join_child(child);
    }
}
