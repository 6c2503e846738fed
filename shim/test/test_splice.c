/* splice between sockets and pipes: the same on the kernel's TCP and on ours. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/time.h>

#include "check.h"

#define MANY (1 << 20)

static void make_pipe(int ends[2], int flags)
{
    CHECK_EQ(pipe2(ends, flags), 0);
}

static void check_reads(int fd, const char *expected)
{
    char bytes[64] = "";
    CHECK_EQ(read(fd, bytes, sizeof(bytes)), strlen(expected));
    CHECK(strcmp(bytes, expected) == 0);
}

BOTH(shouldSpliceFromASocketToAPipe)
{
    int fds[2], ends[2];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(write(fds[0], "hello", 5), 5);
    wait_bytes(fds[1], 5);
    CHECK_EQ(splice(fds[1], NULL, ends[1], NULL, 100, 0), 5);
    check_reads(ends[0], "hello");
}

BOTH(shouldSpliceFromAPipeToASocket)
{
    int fds[2], ends[2];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(write(ends[1], "hello", 5), 5);
    CHECK_EQ(splice(ends[0], NULL, fds[0], NULL, 100, SPLICE_F_MOVE), 5);
    wait_bytes(fds[1], 5);
    check_reads(fds[1], "hello");
}

BOTH(shouldSpliceNoMoreThanIsAskedFor)
{
    int fds[2], ends[2];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(write(fds[0], "abcdef", 6), 6);
    wait_bytes(fds[1], 6);
    CHECK_EQ(splice(fds[1], NULL, ends[1], NULL, 2, 0), 2);
    CHECK_EQ(splice(ends[0], NULL, fds[1], NULL, 1, 0), 1);
    wait_bytes(fds[0], 1);
    check_reads(fds[0], "a");
    check_reads(ends[0], "b");
    check_reads(fds[1], "cdef");
}

BOTH(shouldTellTheEndOfTheStreamBySplice)
{
    int fds[2], ends[2];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(splice(fds[1], NULL, ends[1], NULL, 100, 0), 0);
    CHECK_EQ(close(ends[1]), 0);
    CHECK_EQ(splice(ends[0], NULL, fds[1], NULL, 100, 0), 0);
}

BOTH(shouldNotWaitInSpliceForASocketThatDoesNotBlock)
{
    int fds[2], ends[2];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    set_nonblocking(fds[1]);
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], NULL, 100, 0), EAGAIN);
}

BOTH(shouldNotWaitInSpliceForAPipe)
{
    int fds[2], ends[2];
    static char page[4096];
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_ERRNO(splice(ends[0], NULL, fds[0], NULL, 100, SPLICE_F_NONBLOCK), EAGAIN);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    wait_bytes(fds[1], 1);
    set_nonblocking(ends[1]);
    while (write(ends[1], page, sizeof(page)) > 0)
        ;
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], NULL, 100, SPLICE_F_NONBLOCK), EAGAIN);
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], NULL, 100, 0), EAGAIN); /* the pipe's own flag */
}

BOTH(shouldFillAPipeBySpliceAndNoMore)
{
    int fds[2], ends[2], left;
    static char bytes[256 * 1024];
    make_pair(stack, fds);
    make_pipe(ends, O_NONBLOCK);
    CHECK_EQ(fcntl(ends[1], F_SETPIPE_SZ, 16384), 16384);
    CHECK_EQ(write(fds[0], bytes, sizeof(bytes)), sizeof(bytes));
    wait_bytes(fds[1], 65536);
    ssize_t moved, all = 0;
    while ((moved = splice(fds[1], NULL, ends[1], NULL, sizeof(bytes), SPLICE_F_NONBLOCK)) > 0)
        all += moved;
    CHECK_EQ(moved, -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK(all > 0 && all < (ssize_t)sizeof(bytes));
    CHECK_EQ(ioctl(ends[0], FIONREAD, &left), 0);
    CHECK_EQ(left, all);
}

BOTH(shouldRefuseASpliceThatCannotBe)
{
    int fds[2], ends[2];
    off64_t offset = 0;
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_ERRNO(splice(fds[0], NULL, fds[1], NULL, 1, 0), EINVAL);
    CHECK_ERRNO(splice(fds[1], &offset, ends[1], NULL, 1, 0), EINVAL);
    CHECK_ERRNO(splice(ends[0], NULL, fds[0], &offset, 1, 0), EINVAL);
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], &offset, 1, 0), ESPIPE);
    CHECK_ERRNO(splice(ends[0], &offset, fds[0], NULL, 1, 0), ESPIPE);
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], NULL, 1, 0x80), EINVAL);
    CHECK_ERRNO(splice(fds[1], NULL, ends[0], NULL, 1, 0), EBADF);
    CHECK_ERRNO(splice(ends[1], NULL, fds[0], NULL, 1, 0), EBADF);
    CHECK_ERRNO(splice(fds[1], NULL, 1000, NULL, 1, 0), EBADF);
}

BOTH(shouldRefuseASpliceIntoAPipeThatNobodyReads)
{
    int fds[2], ends[2];
    signal(SIGPIPE, SIG_IGN);
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    wait_bytes(fds[1], 1);
    CHECK_EQ(close(ends[0]), 0);
    CHECK_ERRNO(splice(fds[1], NULL, ends[1], NULL, 1, 0), EPIPE);
    check_reads(fds[1], "x");
}

BOTH(shouldRefuseASpliceIntoASocketThatWasShut)
{
    int fds[2], ends[2];
    signal(SIGPIPE, SIG_IGN);
    make_pair(stack, fds);
    make_pipe(ends, 0);
    CHECK_EQ(write(ends[1], "x", 1), 1);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    CHECK_ERRNO(splice(ends[0], NULL, fds[0], NULL, 1, 0), EPIPE);
}

/* --- many bytes, as a proxy moves them --- */

struct flow {
    int from;
    int to;
};

static void *send_pattern(void *argument)
{
    const struct flow *flow = argument;
    static uint8_t bytes[MANY];
    fill_pattern(bytes, sizeof(bytes), 0);
    for (size_t done = 0; done < sizeof(bytes);) {
        ssize_t put = write(flow->to, bytes + done, sizeof(bytes) - done);
        CHECK(put > 0);
        done += (size_t)put;
    }
    CHECK_EQ(shutdown(flow->to, SHUT_WR), 0);
    return NULL;
}

static void *forward(void *argument)
{
    const struct flow *flow = argument;
    int ends[2];
    ssize_t got;
    make_pipe(ends, 0);
    while ((got = splice(flow->from, NULL, ends[1], NULL, 65536, SPLICE_F_MOVE)) > 0)
        while (got > 0) {
            ssize_t put = splice(ends[0], NULL, flow->to, NULL, (size_t)got, SPLICE_F_MOVE | SPLICE_F_MORE);
            CHECK(put > 0);
            got -= put;
        }
    CHECK_EQ(got, 0);
    CHECK_EQ(shutdown(flow->to, SHUT_WR), 0);
    return NULL;
}

BOTH(shouldForwardAStreamBySplice)
{
    int in[2], out[2];
    pthread_t threads[2];
    static uint8_t bytes[MANY];
    size_t done = 0;
    make_pair(stack, in);
    make_pair(stack, out);
    struct flow sender = {.to = in[0]}, forwarder = {in[1], out[0]};
    CHECK_EQ(pthread_create(&threads[0], NULL, send_pattern, &sender), 0);
    CHECK_EQ(pthread_create(&threads[1], NULL, forward, &forwarder), 0);
    for (ssize_t got; (got = read(out[1], bytes + done, sizeof(bytes) - done)) > 0;)
        done += (size_t)got;
    CHECK_EQ(done, sizeof(bytes));
    CHECK(has_pattern(bytes, sizeof(bytes), 0));
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

enum { FORWARDERS = 3 };

struct share {
    int from;
    size_t times[256]; /* that each value of a byte came */
};

/* Keeps a thread where it is for a while, so that others come between. */
static void dawdle(int number)
{
    (void)number;
    usleep(300);
}

static void *take_share(void *argument)
{
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    CHECK_EQ(pthread_sigmask(SIG_UNBLOCK, &alarms, NULL), 0);
    struct share *share = argument;
    uint8_t bytes[512];
    int ends[2];
    ssize_t got;
    make_pipe(ends, O_NONBLOCK);
    while ((got = splice(share->from, NULL, ends[1], NULL, sizeof(bytes), 0)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        CHECK_EQ(read(ends[0], bytes, sizeof(bytes)), got);
        for (ssize_t i = 0; i < got; i++)
            share->times[bytes[i]]++;
    }
    return NULL;
}

BOTH(shouldGiveEachByteToOneOfSeveralThatSplice)
{
    int fds[2];
    pthread_t sender, threads[FORWARDERS];
    static uint8_t bytes[MANY];
    static struct share shares[FORWARDERS];
    size_t times[256] = {0};
    sigset_t alarms;
    struct sigaction action = {.sa_handler = dawdle, .sa_flags = SA_RESTART};
    const struct itimerval often = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    CHECK_EQ(pthread_sigmask(SIG_BLOCK, &alarms, NULL), 0);
    CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
    make_pair(stack, fds);
    struct flow flow = {.to = fds[0]};
    for (int i = 0; i < FORWARDERS; i++) {
        shares[i].from = fds[1];
        CHECK_EQ(pthread_create(&threads[i], NULL, take_share, &shares[i]), 0);
    }
    CHECK_EQ(pthread_create(&sender, NULL, send_pattern, &flow), 0);
    for (int i = 0; i < FORWARDERS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
    fill_pattern(bytes, sizeof(bytes), 0);
    for (size_t i = 0; i < sizeof(bytes); i++)
        times[bytes[i]]++;
    for (int value = 0; value < 256; value++)
        CHECK_EQ(shares[0].times[value] + shares[1].times[value] + shares[2].times[value], times[value]);
    CHECK_EQ(pthread_join(sender, NULL), 0);
}

static void *splice_all(void *argument)
{
    const struct flow *flow = argument;
    while (splice(flow->from, NULL, flow->to, NULL, 65536, 0) > 0)
        ;
    return NULL;
}

/* Several into one pipe that blocks: nobody takes bytes out of the socket that the pipe has no room for. */
BOTH(shouldSpliceByTurnsIntoAFullPipe)
{
    int fds[2], ends[2];
    pthread_t sender, threads[FORWARDERS];
    uint8_t bytes[4096];
    struct flow flow, forwarders;
    size_t done = 0;
    make_pair(stack, fds);
    make_pipe(ends, 0);
    flow = (struct flow){.to = fds[0]};
    forwarders = (struct flow){fds[1], ends[1]};
    for (int i = 0; i < FORWARDERS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, splice_all, &forwarders), 0);
    CHECK_EQ(pthread_create(&sender, NULL, send_pattern, &flow), 0);
    for (ssize_t got; done < MANY && (got = read(ends[0], bytes, sizeof(bytes))) > 0;)
        done += (size_t)got;
    CHECK_EQ(done, MANY);
    CHECK_EQ(pthread_join(sender, NULL), 0);
    for (int i = 0; i < FORWARDERS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}
