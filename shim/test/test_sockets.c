/* Transfers and the ends of connections: the same on the kernel's TCP and on ours. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/sendfile.h>
#include <sys/uio.h>

#include "check.h"

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
