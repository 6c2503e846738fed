/* Connections, transfers and their ends: the same on the kernel's TCP and on ours. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

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

/* --- moving bytes --- */

BOTH(shouldExchangeBytes)
{
    int fds[2];
    char text[16];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "hello", 5), 5);
    CHECK_EQ(read(fds[1], text, sizeof(text)), 5);
    CHECK(memcmp(text, "hello", 5) == 0);
    CHECK_EQ(send(fds[1], "world", 5, 0), 5);
    CHECK_EQ(recv(fds[0], text, 3, 0), 3);
    CHECK_EQ(recv(fds[0], text, sizeof(text), 0), 2);
    CHECK(memcmp(text, "ld", 2) == 0);
}

BOTH(shouldPeekWithoutTaking)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abcdef", 6), 6);
    wait_bytes(fds[1], 6);
    CHECK_EQ(recv(fds[1], text, 4, MSG_PEEK), 4);
    CHECK_EQ(recv(fds[1], text, 8, MSG_PEEK), 6);
    CHECK_EQ(recv(fds[1], text, 8, 0), 6);
}

BOTH(shouldDiscardWithTrunc)
{
    int fds[2];
    char text[8] = "xxxxxxx";
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abcdef", 6), 6);
    wait_bytes(fds[1], 6);
    CHECK_EQ(recv(fds[1], text, 4, MSG_TRUNC), 4);
    CHECK_EQ(text[0], 'x');
    CHECK_EQ(recv(fds[1], text, 8, 0), 2);
    CHECK_EQ(text[0], 'e');
}

static void *write_in_two(void *fd)
{
    usleep(20000);
    CHECK_EQ(write(*(int *)fd, "def", 3), 3);
    return NULL;
}

BOTH(shouldWaitForAllWithWaitall)
{
    int fds[2];
    char text[8];
    pthread_t thread;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(pthread_create(&thread, NULL, write_in_two, &fds[0]), 0);
    CHECK_EQ(recv(fds[1], text, 6, MSG_WAITALL), 6);
    CHECK(memcmp(text, "abcdef", 6) == 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

BOTH(shouldReturnWhatThereIsAtTheEndDespiteWaitall)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(recv(fds[1], text, 6, MSG_WAITALL), 3);
    CHECK_EQ(recv(fds[1], text, 6, MSG_WAITALL), 0);
}

BOTH(shouldNotBlockWhenToldSo)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_ERRNO(recv(fds[0], text, 8, MSG_DONTWAIT), EAGAIN);
    set_nonblocking(fds[0]);
    CHECK_ERRNO(read(fds[0], text, 8), EAGAIN);
    CHECK_ERRNO(recv(fds[0], text, 8, MSG_OOB), EINVAL);
    CHECK_EQ(read(fds[0], text, 0), 0);
}

BOTH(shouldGatherAndScatter)
{
    int fds[2];
    char parts[4][4] = {"ab", "", "cde", "f"}, out[3][4] = {{0}};
    struct iovec from[] = {{parts[0], 2}, {parts[1], 0}, {parts[2], 3}, {parts[3], 1}};
    struct iovec to[] = {{out[0], 1}, {out[1], 3}, {out[2], 4}};
    make_pair(stack, fds);
    CHECK_EQ(writev(fds[0], from, 4), 6);
    wait_bytes(fds[1], 6);
    CHECK_EQ(readv(fds[1], to, 3), 6);
    CHECK(out[0][0] == 'a' && memcmp(out[1], "bcd", 3) == 0 && memcmp(out[2], "ef", 2) == 0);
    volatile int negative = -1;
    CHECK_ERRNO(writev(fds[0], from, negative), EINVAL);
    CHECK_EQ(writev(fds[0], from, 0), 0);
}

BOTH(shouldPassMessages)
{
    int fds[2];
    char text[8], name[16];
    struct iovec piece = {(void *)"abcdef", 6}, into = {text, 8};
    struct msghdr out = {.msg_iov = &piece, .msg_iovlen = 1};
    struct msghdr in = {
        .msg_iov = &into, .msg_iovlen = 1, .msg_name = name, .msg_namelen = sizeof(name), .msg_flags = -1};
    make_pair(stack, fds);
    CHECK_EQ(sendmsg(fds[0], &out, 0), 6);
    wait_bytes(fds[1], 6);
    CHECK_EQ(recvmsg(fds[1], &in, 0), 6);
    CHECK_EQ(in.msg_namelen, 0);
    CHECK_EQ(in.msg_flags, 0);
    socklen_t length = sizeof(name);
    CHECK_EQ(sendto(fds[0], "x", 1, 0, NULL, 0), 1);
    CHECK_EQ(recvfrom(fds[1], text, 8, 0, (struct sockaddr *)name, &length), 1);
    CHECK_EQ(length, 0);
}

struct flow {
    int fd;
    uint64_t bytes;
    size_t step;
};

static void *write_flow(void *argument)
{
    struct flow *flow = argument;
    uint8_t *bytes = malloc(flow->step);
    for (uint64_t done = 0; done < flow->bytes;) {
        size_t step = flow->bytes - done < flow->step ? flow->bytes - done : flow->step;
        fill_pattern(bytes, step, done);
        CHECK_EQ(write(flow->fd, bytes, step), step);
        done += step;
    }
    free(bytes);
    CHECK_EQ(shutdown(flow->fd, SHUT_WR), 0);
    return NULL;
}

static void check_flow(int from, int to, uint64_t length, size_t write_step, size_t read_step)
{
    pthread_t thread;
    struct flow flow = {from, length, write_step};
    uint8_t *bytes = malloc(read_step);
    uint64_t done = 0;
    ssize_t got;
    CHECK_EQ(pthread_create(&thread, NULL, write_flow, &flow), 0);
    while ((got = read(to, bytes, read_step)) > 0) {
        CHECK(has_pattern(bytes, (size_t)got, done));
        done += (uint64_t)got;
    }
    CHECK_EQ(got, 0);
    CHECK_EQ(done, length);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    free(bytes);
}

BOTH(shouldMoveManyBytesInSmallSteps)
{
    int fds[2];
    make_pair(stack, fds);
    check_flow(fds[0], fds[1], 3000000, 777, 1001);
}

BOTH(shouldMoveManyBytesInLargeSteps)
{
    int fds[2];
    make_pair(stack, fds);
    check_flow(fds[0], fds[1], 20000000, 3000001, 300007);
}

BOTH(shouldMoveBytesBothWaysAtOnce)
{
    int fds[2];
    pthread_t thread;
    make_pair(stack, fds);
    struct flow back = {fds[1], 2000000, 65536};
    CHECK_EQ(pthread_create(&thread, NULL, write_flow, &back), 0);
    check_flow(fds[0], fds[1], 2000000, 4096, 65536);
    uint8_t bytes[4096];
    uint64_t done = 0;
    ssize_t got;
    while ((got = read(fds[0], bytes, sizeof(bytes))) > 0)
        done += (uint64_t)got;
    CHECK_EQ(done, 2000000);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

BOTH(shouldStopWritingWhenTheBuffersAreFull)
{
    int fds[2];
    static uint8_t bytes[65536];
    uint64_t written = 0, done = 0;
    ssize_t count;
    make_pair(stack, fds);
    set_nonblocking(fds[0]);
    while ((count = write(fds[0], bytes, sizeof(bytes))) > 0)
        written += (uint64_t)count;
    CHECK_EQ(errno, EAGAIN);
    struct pollfd wanted = {.fd = fds[0], .events = POLLOUT};
    CHECK_EQ(poll(&wanted, 1, 0), 0);
    while (done < written) {
        count = read(fds[1], bytes, sizeof(bytes));
        CHECK(count > 0);
        done += (uint64_t)count;
    }
    CHECK_EQ(poll(&wanted, 1, 5000), 1);
    CHECK_EQ(write(fds[0], bytes, 1), 1);
}

BOTH(shouldSendAFile)
{
    int fds[2];
    uint8_t bytes[100000], got[100000];
    char path[] = "/tmp/pno-test-XXXXXX";
    int file = mkstemp(path);
    unlink(path);
    make_pair(stack, fds);
    fill_pattern(bytes, sizeof(bytes), 0);
    CHECK_EQ(write(file, bytes, sizeof(bytes)), sizeof(bytes));
    off_t offset = 1000;
    CHECK_EQ(sendfile(fds[0], file, &offset, 50000), 50000);
    CHECK_EQ(offset, 51000);
    CHECK_EQ(lseek(file, 0, SEEK_CUR), sizeof(bytes));
    CHECK_EQ(lseek(file, 90000, SEEK_SET), 90000);
    CHECK_EQ(sendfile(fds[0], file, NULL, 50000), 10000);
    CHECK_EQ(sendfile(fds[0], file, NULL, 1), 0);
    CHECK_EQ(recv(fds[1], got, 60000, MSG_WAITALL), 60000);
    CHECK(has_pattern(got, 50000, 1000) && has_pattern(got + 50000, 10000, 90000));
}

/* --- ends --- */

BOTH(shouldCloseHalves)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_EQ(recv(fds[1], text, 8, MSG_WAITALL), 3);
    CHECK_EQ(read(fds[1], text, 8), 0);
    CHECK_EQ(read(fds[1], text, 8), 0);
    CHECK_EQ(write(fds[1], "back", 4), 4);
    CHECK_EQ(recv(fds[0], text, 4, MSG_WAITALL), 4);
    CHECK_ERRNO(send(fds[0], text, 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(close(fds[1]), 0);
    CHECK_EQ(read(fds[0], text, 8), 0);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    signals += number == SIGPIPE;
}

BOTH(shouldRaiseSigpipe)
{
    int fds[2];
    make_pair(stack, fds);
    signal(SIGPIPE, count_signal);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_ERRNO(write(fds[0], "x", 1), EPIPE);
    CHECK_EQ(signals, 1);
    CHECK_ERRNO(send(fds[0], "x", 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(signals, 1);
}

BOTH(shouldReadNothingAfterAReadShutdown)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    wait_bytes(fds[1], 3);
    CHECK_EQ(shutdown(fds[1], SHUT_RD), 0);
    CHECK_EQ(read(fds[1], text, 8), 3);
    CHECK_EQ(read(fds[1], text, 8), 0);
    CHECK_EQ(write(fds[1], "still", 5), 5);
    CHECK_ERRNO(shutdown(fds[1], 7), EINVAL);
}

BOTH(shouldResetWhenBytesAreLeftUnread)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    wait_bytes(fds[1], 3);
    CHECK_EQ(close(fds[1]), 0);
    struct pollfd wanted = {.fd = fds[0], .events = POLLIN | POLLOUT};
    while (poll(&wanted, 1, 1000) == 1 && !(wanted.revents & POLLHUP))
        ;
    CHECK_EQ(wanted.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
    CHECK_ERRNO(read(fds[0], text, 8), ECONNRESET);
    CHECK_EQ(read(fds[0], text, 8), 0);
    CHECK_ERRNO(send(fds[0], text, 1, MSG_NOSIGNAL), EPIPE);
    CHECK_EQ(take_error(fds[0]), 0);
    CHECK_ERRNO(getpeername(fds[0], (struct sockaddr *)text, &(socklen_t){8}), ENOTCONN);
    CHECK_ERRNO(shutdown(fds[0], SHUT_RDWR), ENOTCONN);
}

BOTH(shouldReadWhatCameBeforeAReset)
{
    int fds[2];
    char text[8];
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    make_pair(stack, fds);
    CHECK_EQ(write(fds[1], "abc", 3), 3);
    wait_bytes(fds[0], 3);
    CHECK_EQ(setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &none, sizeof(none)), 0);
    CHECK_EQ(close(fds[1]), 0);
    struct pollfd wanted = {.fd = fds[0], .events = POLLOUT};
    while (poll(&wanted, 1, 1000) == 1 && !(wanted.revents & POLLHUP))
        ;
    CHECK_EQ(take_error(fds[0]), ECONNRESET);
    CHECK_EQ(read(fds[0], text, 8), 3);
    CHECK_EQ(read(fds[0], text, 8), 0);
}

BOTH(shouldDeliverEverythingWrittenBeforeClose)
{
    int fds[2];
    static uint8_t bytes[100000];
    make_pair(stack, fds);
    fill_pattern(bytes, sizeof(bytes), 0);
    CHECK_EQ(write(fds[0], bytes, sizeof(bytes)), sizeof(bytes));
    CHECK_EQ(close(fds[0]), 0);
    memset(bytes, 0, sizeof(bytes));
    CHECK_EQ(recv(fds[1], bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
    CHECK(has_pattern(bytes, sizeof(bytes), 0));
    CHECK_EQ(read(fds[1], bytes, 1), 0);
}

BOTH(shouldLingerUntilThePeerHasEverything)
{
    int fds[2];
    struct linger some = {.l_onoff = 1, .l_linger = 5};
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &some, sizeof(some)), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(close(fds[0]), 0);
    char text[8];
    CHECK_EQ(read(fds[1], text, 8), 3);
}

BOTH(shouldFailOnAClosedNumber)
{
    int fds[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_ERRNO(read(fds[0], text, 8), EBADF);
    CHECK_ERRNO(write(fds[0], text, 8), EBADF);
    CHECK_ERRNO(close(fds[0]), EBADF);
    CHECK_ERRNO(shutdown(fds[0], SHUT_RD), EBADF);
}

/* --- timeouts --- */

BOTH(shouldHonourTheReceiveTimeout)
{
    int fds[2];
    char text[8];
    struct timeval soon = {.tv_usec = 20000}, told;
    socklen_t length = sizeof(told);
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon)), 0);
    CHECK_EQ(getsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &told, &length), 0);
    CHECK_EQ(told.tv_usec, 20000);
    CHECK_ERRNO(read(fds[0], text, 8), EAGAIN);
    CHECK_EQ(write(fds[1], "ab", 2), 2);
    wait_bytes(fds[0], 2);
    CHECK_EQ(recv(fds[0], text, 8, MSG_WAITALL), 2);
}

BOTH(shouldHonourTheSendTimeout)
{
    int fds[2];
    static uint8_t bytes[8000000];
    struct timeval soon = {.tv_usec = 20000};
    make_pair(stack, fds);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)), 0);
    ssize_t written = write(fds[0], bytes, sizeof(bytes));
    CHECK(written > 0 && written < (ssize_t)sizeof(bytes));
    while ((written = write(fds[0], bytes, sizeof(bytes))) > 0)
        ; /* the kernel's buffers may grow meanwhile */
    CHECK_EQ(written, -1);
    CHECK_EQ(errno, EAGAIN);
}

ON_PNO(shouldHonourTheSendTimeoutInConnect)
{
    struct timeval soon = {.tv_usec = 20000};
    struct sockaddr_in name = name_of(stack, 9);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon)), 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EINPROGRESS);
    set_nonblocking(fd);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), EALREADY);
    CHECK_ERRNO(send(fd, "x", 1, MSG_NOSIGNAL), EAGAIN);
    CHECK_ERRNO(read(fd, &name, 1), EAGAIN);
}
