/* How connections begin: the same on the kernel's TCP and on ours. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>

#include "check.h"

/* --- opening --- */

BOTH(shouldTellTheNamesOfBothEnds)
{
    int fds[2];
    struct sockaddr_in names[4];
    make_pair(stack, fds);
    for (int i = 0; i < 2; i++) {
        socklen_t length = sizeof(names[0]);
        CHECK_EQ(getsockname(fds[i], (struct sockaddr *)&names[2 * i], &length), 0);
        CHECK_EQ(length, sizeof(names[0]));
        CHECK_EQ(getpeername(fds[i], (struct sockaddr *)&names[2 * i + 1], &length), 0);
    }
    CHECK_EQ(names[0].sin_port, names[3].sin_port);
    CHECK_EQ(names[1].sin_port, names[2].sin_port);
    CHECK_EQ(names[0].sin_addr.s_addr, names[3].sin_addr.s_addr);
    CHECK_EQ(names[1].sin_family, AF_INET);
}

BOTH(shouldCutANameToTheRoomThereIs)
{
    int fds[2];
    struct sockaddr_in name = {.sin_port = 0xFFFF};
    socklen_t length = 2;
    make_pair(stack, fds);
    CHECK_EQ(getpeername(fds[0], (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(length, sizeof(name));
    CHECK_EQ(name.sin_family, AF_INET);
    CHECK_EQ(name.sin_port, 0xFFFF);
}

BOTH(shouldTellTheAcceptedName)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    int client = connect_to(stack, port);
    struct sockaddr_in accepted, own;
    socklen_t length = sizeof(accepted);
    CHECK(accept(listener, (struct sockaddr *)&accepted, &length) >= 0);
    CHECK_EQ(length, sizeof(accepted));
    CHECK_EQ(getsockname(client, (struct sockaddr *)&own, &length), 0);
    CHECK_EQ(accepted.sin_port, own.sin_port);
}

BOTH(shouldRefuseAConnectionWhereNobodyListens)
{
    uint16_t port;
    close(listen_on(stack, 0, &port));
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
    CHECK_EQ(take_error(fd), 0);
}

BOTH(shouldConnectAfterARefusal)
{
    uint16_t port, closed;
    int listener = listen_on(stack, 0, &port);
    close(listen_on(stack, 0, &closed));
    struct sockaddr_in name = name_of(stack, closed);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ECONNREFUSED);
    name = name_of(stack, port);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldConnectWithoutBlocking)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(wanted.revents, POLLOUT);
    CHECK_EQ(take_error(fd), 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EISCONN);
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldTellOfARefusalThroughSoError)
{
    uint16_t port;
    close(listen_on(stack, 0, &port));
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    struct pollfd wanted = {.fd = fd, .events = POLLIN | POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(wanted.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
    CHECK_EQ(take_error(fd), ECONNREFUSED);
    CHECK_EQ(take_error(fd), 0);
}

BOTH(shouldHaveNoPeerBeforeItConnects)
{
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    (void)stack;
    CHECK_ERRNO(getpeername(fd, (struct sockaddr *)&name, &length), ENOTCONN);
    CHECK_ERRNO(shutdown(fd, SHUT_WR), ENOTCONN);
    CHECK_ERRNO(recv(fd, &name, 1, 0), ENOTCONN);
    CHECK_ERRNO(send(fd, &name, 1, MSG_NOSIGNAL), EPIPE);
}

BOTH(shouldConnectAndSendByFastOpen)
{
    uint16_t port;
    char text[8];
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(sendto(fd, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&name, sizeof(name)), 5);
    CHECK_ERRNO(sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&name, sizeof(name)), EISCONN);
    CHECK_ERRNO(send(fd, "x", 1, MSG_FASTOPEN), EISCONN);
    int accepted = accept(listener, NULL, NULL);
    wait_bytes(accepted, 5);
    CHECK_EQ(read(accepted, text, 8), 5);
    CHECK_EQ(memcmp(text, "hello", 5), 0);
}

BOTH(shouldConnectAndSendUrgentDataByFastOpen)
{
    uint16_t port;
    char text[8];
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(sendto(fd, "hello!", 6, MSG_FASTOPEN | MSG_OOB, (struct sockaddr *)&name, sizeof(name)), 6);
    int accepted = accept(listener, NULL, NULL);
    struct pollfd wanted = {.fd = accepted, .events = POLLPRI};
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(recv(accepted, text, 1, MSG_OOB), 1);
    CHECK_EQ(text[0], '!');
    CHECK_EQ(recv(accepted, text, 8, 0), 5);
    CHECK_EQ(memcmp(text, "hello", 5), 0);
}

BOTH(shouldConnectByFastOpenWithoutBlocking)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    struct iovec piece = {"hello", 5};
    struct msghdr message = {.msg_name = &name, .msg_namelen = sizeof(name), .msg_iov = &piece, .msg_iovlen = 1};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    ssize_t first = sendmsg(fd, &message, MSG_FASTOPEN);
    /* The kernel knows whether it has a cookie; of ours only the DPU does, and what is written waits for it. */
    if (stack == &kernel_stack && first < 0)
        CHECK_EQ(errno, EINPROGRESS);
    else
        CHECK_EQ(first, 5);
    struct pollfd wanted = {.fd = fd, .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(sendmsg(fd, &message, MSG_FASTOPEN), 5);
    CHECK_ERRNO(sendmsg(fd, &message, MSG_FASTOPEN), EISCONN);
    wait_bytes(accept(listener, NULL, NULL), first < 0 ? 5 : 10);
}

/* A socket whose connect leaves the SYN to the first write. The kernel defers it only with a cookie, or without need of
 * one. */
static int defer(const struct stack *stack, uint16_t port, int flags)
{
    int on = 1;
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM | flags, 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)), 0);
    CHECK_EQ(setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, &on, sizeof(on)), 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

BOTH(shouldLeaveTheSynToTheFirstWrite)
{
    uint16_t port;
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    int fd = defer(stack, port, SOCK_NONBLOCK);
    struct pollfd wanted = {.fd = fd, .events = POLLIN | POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 0), 1);
    CHECK_EQ(wanted.revents, POLLOUT);
    CHECK_ERRNO(getpeername(fd, (struct sockaddr *)&name, &length), ENOTCONN);
    CHECK_ERRNO(recv(fd, &name, 1, 0), EAGAIN);
    CHECK_EQ(take_error(fd), 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
    CHECK_EQ(write(fd, "hello", 5), 5);
    struct pollfd incoming = {.fd = listener, .events = POLLIN};
    CHECK_EQ(poll(&incoming, 1, 5000), 1);
    wait_bytes(accept(listener, NULL, NULL), 5);
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(wanted.revents, POLLOUT);
    CHECK_EQ(write(fd, "again", 5), 5);
}

BOTH(shouldAnswerAConnectThatIsDeferredAsConnected)
{
    uint16_t port;
    listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = defer(stack, port, SOCK_NONBLOCK);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EISCONN);
    CHECK_EQ(sendto(fd, "hello", 5, MSG_FASTOPEN, (struct sockaddr *)&name, sizeof(name)), 5);
}

BOTH(shouldWaitForTheConnectionWithTheFirstWrite)
{
    uint16_t port;
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    int listener = listen_on(stack, 0, &port);
    int fd = defer(stack, port, 0);
    CHECK_EQ(write(fd, "hello", 5), 5);
    CHECK_EQ(getpeername(fd, (struct sockaddr *)&name, &length), 0);
    wait_bytes(accept(listener, NULL, NULL), 5);
}

BOTH(shouldTellARefusalOfTheFirstWrite)
{
    uint16_t port;
    close(listen_on(stack, 0, &port));
    int fd = defer(stack, port, 0);
    CHECK_ERRNO(send(fd, "hello", 5, MSG_NOSIGNAL), ECONNREFUSED);
}

BOTH(shouldCloseASocketWhoseConnectIsDeferred)
{
    uint16_t port;
    listen_on(stack, 0, &port);
    CHECK_EQ(close(defer(stack, port, 0)), 0);
    int fd = defer(stack, port, 0);
    CHECK_EQ(shutdown(fd, SHUT_WR), 0);
    CHECK_EQ(send(fd, "hello", 5, MSG_NOSIGNAL), -1);
}

BOTH(shouldTellWatchersOfEdgesThatADeferredConnectionStands)
{
    uint16_t port;
    listen_on(stack, 0, &port);
    int set = epoll_create1(0);
    int fd = defer(stack, port, SOCK_NONBLOCK);
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET};
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
    CHECK_EQ(epoll_wait(set, &event, 1, 5000), 1);
    CHECK_EQ(write(fd, "hello", 5), 5);
    CHECK_EQ(epoll_wait(set, &event, 1, 5000), 1);
    CHECK_EQ(event.events, EPOLLOUT);
}

BOTH(shouldKeepThePortThatAClientHasBound)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in own = name_of(stack, 0), name = name_of(stack, port), seen;
    socklen_t length = sizeof(own);
    CHECK_EQ(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&own, &length), 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK(accept(listener, (struct sockaddr *)&seen, &length) >= 0);
    CHECK_EQ(seen.sin_port, own.sin_port);
    CHECK_EQ(seen.sin_addr.s_addr, own.sin_addr.s_addr);
}

BOTH(shouldNotBindAPortTwice)
{
    uint16_t port;
    listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(bind(fd, (struct sockaddr *)&name, sizeof(name)), EADDRINUSE);
}

/* --- accepting --- */

BOTH(shouldAcceptInOrder)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    for (int i = 0; i < 10; i++) {
        uint8_t byte = (uint8_t)i;
        CHECK_EQ(send(connect_to(stack, port), &byte, 1, 0), 1);
    }
    for (int i = 0; i < 10; i++) {
        uint8_t byte;
        int fd = accept(listener, NULL, NULL);
        CHECK(fd >= 0);
        CHECK_EQ(recv(fd, &byte, 1, 0), 1);
        CHECK_EQ(byte, i);
    }
}

BOTH(shouldNotBlockInAccept)
{
    uint16_t port;
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
    connect_to(stack, port);
    wait_readable(listener);
    CHECK(accept(listener, NULL, NULL) >= 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
}

BOTH(shouldGiveAcceptedSocketsTheFlagsAskedFor)
{
    uint16_t port;
    int listener = listen_on(stack, SOCK_NONBLOCK | SOCK_CLOEXEC, &port);
    connect_to(stack, port);
    connect_to(stack, port);
    wait_readable(listener);
    int plain = accept(listener, NULL, NULL);
    wait_readable(listener);
    int special = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    CHECK_EQ(fcntl(plain, F_GETFL), O_RDWR);
    CHECK_EQ(fcntl(plain, F_GETFD), 0);
    CHECK_EQ(fcntl(special, F_GETFL), O_RDWR | O_NONBLOCK);
    CHECK_EQ(fcntl(special, F_GETFD), FD_CLOEXEC);
    CHECK_ERRNO(accept4(listener, NULL, NULL, 1), EINVAL);
}

BOTH(shouldAcceptOnListenersOnly)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_ERRNO(accept(fds[0], NULL, NULL), EINVAL);
    CHECK_ERRNO(listen(fds[0], 1), EINVAL);
}

BOTH(shouldFailTransfersOnAListener)
{
    uint16_t port;
    uint8_t byte = 0;
    int listener = listen_on(stack, 0, &port);
    CHECK_ERRNO(recv(listener, &byte, 1, 0), ENOTCONN);
    CHECK_ERRNO(send(listener, &byte, 1, MSG_NOSIGNAL), EPIPE);
    CHECK_ERRNO(getpeername(listener, (struct sockaddr *)&byte, &(socklen_t){1}), ENOTCONN);
}

BOTH(shouldStopListeningAtShutdown)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(shutdown(listener, SHUT_RDWR), 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EINVAL);
    CHECK_EQ(listen(listener, 4), 0);
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    CHECK_EQ(getsockname(listener, (struct sockaddr *)&name, &length), 0);
    connect_to(stack, ntohs(name.sin_port));
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldHonourTheTimeoutOfAccept)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct timeval soon = {.tv_usec = 20000};
    CHECK_EQ(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)), 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
}
