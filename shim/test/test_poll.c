/* poll and select over sockets of ours and descriptors of the kernel. */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>

#include "check.h"

BOTH(shouldTellWhatIsReady)
{
    int fds[2];
    make_pair(stack, fds);
    struct pollfd wanted[2] = {{.fd = fds[0], .events = POLLIN | POLLOUT}, {.fd = fds[1], .events = POLLIN}};
    CHECK_EQ(poll(wanted, 2, 0), 1);
    CHECK_EQ(wanted[0].revents, POLLOUT);
    CHECK_EQ(wanted[1].revents, 0);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(poll(&wanted[1], 1, -1), 1);
    CHECK_EQ(wanted[1].revents, POLLIN);
    wanted[1].events = POLLRDNORM | POLLWRNORM | POLLPRI;
    CHECK_EQ(poll(&wanted[1], 1, -1), 1);
    CHECK_EQ(wanted[1].revents, POLLRDNORM | POLLWRNORM);
}

BOTH(shouldTellOfKernelDescriptorsAsWell)
{
    int fds[2], pipes[2];
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    struct pollfd wanted[4] = {{.fd = fds[1], .events = POLLIN},
                               {.fd = pipes[0], .events = POLLIN},
                               {.fd = -1, .events = POLLIN},
                               {.fd = 9999, .events = POLLIN}};
    CHECK_EQ(poll(wanted, 3, 10), 0);
    CHECK_EQ(write(pipes[1], "x", 1), 1);
    CHECK_EQ(poll(wanted, 3, -1), 1);
    CHECK_EQ(wanted[1].revents, POLLIN);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    wait_bytes(fds[1], 1);
    CHECK_EQ(poll(wanted, 4, -1), 3);
    CHECK_EQ(wanted[0].revents, POLLIN);
    CHECK_EQ(wanted[2].revents, 0);
    CHECK_EQ(wanted[3].revents, POLLNVAL);
}

BOTH(shouldWatchManyDescriptors)
{
    enum { PIPES = 400 };
    static struct pollfd wanted[PIPES + 1];
    int fds[2], pipes[2];
    make_pair(stack, fds);
    for (int i = 0; i < PIPES; i++) {
        CHECK_EQ(pipe(pipes), 0);
        wanted[i] = (struct pollfd){.fd = pipes[0], .events = POLLIN};
    }
    wanted[PIPES] = (struct pollfd){.fd = fds[1], .events = POLLIN};
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(poll(wanted, PIPES + 1, -1), 1);
    CHECK_EQ(wanted[PIPES].revents, POLLIN);
}

static void *write_later(void *fd)
{
    usleep(20000);
    CHECK_EQ(write(*(int *)fd, "x", 1), 1);
    return NULL;
}

BOTH(shouldWakeForEither)
{
    int fds[2], pipes[2];
    pthread_t thread;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    struct pollfd wanted[2] = {{.fd = fds[1], .events = POLLIN}, {.fd = pipes[0], .events = POLLIN}};
    CHECK_EQ(pthread_create(&thread, NULL, write_later, &fds[0]), 0);
    CHECK_EQ(poll(wanted, 2, -1), 1);
    CHECK_EQ(wanted[0].revents, POLLIN);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    char byte;
    CHECK_EQ(read(fds[1], &byte, 1), 1);
    CHECK_EQ(pthread_create(&thread, NULL, write_later, &pipes[1]), 0);
    CHECK_EQ(poll(wanted, 2, -1), 1);
    CHECK_EQ(wanted[1].revents, POLLIN);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* Several threads asleep for different sockets: each wakes for its own. */
enum { SLEEPERS = 24 };

static int sleepers[SLEEPERS][2];

static void *sleep_for_one(void *argument)
{
    int *fds = argument;
    char byte = 0;
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN};
    for (int i = 0; i < 20; i++) {
        if (i % 2 == 0)
            CHECK_EQ(poll(&wanted, 1, -1), 1);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
        CHECK_EQ(write(fds[1], &byte, 1), 1);
    }
    return NULL;
}

BOTH(shouldWakeEachThreadForItsOwn)
{
    pthread_t threads[SLEEPERS];
    for (int i = 0; i < SLEEPERS; i++) {
        make_pair(stack, sleepers[i]);
        CHECK_EQ(pthread_create(&threads[i], NULL, sleep_for_one, sleepers[i]), 0);
    }
    for (int round = 0; round < 20; round++) {
        for (int i = SLEEPERS - 1; i >= 0; i--)
            CHECK_EQ(write(sleepers[i][0], "x", 1), 1);
        for (int i = 0; i < SLEEPERS; i++) {
            char byte;
            CHECK_EQ(read(sleepers[i][0], &byte, 1), 1);
        }
    }
    for (int i = 0; i < SLEEPERS; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

/* Several threads asleep for the same socket. */
static void *take_bytes(void *argument)
{
    char byte;
    long taken = 0;
    while (read(*(int *)argument, &byte, 1) == 1)
        taken++;
    return (void *)taken;
}

BOTH(shouldShareASocketAmongReaders)
{
    int fds[2];
    pthread_t threads[4];
    long taken = 0;
    make_pair(stack, fds);
    for (int i = 0; i < 4; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, take_bytes, &fds[1]), 0);
    for (int i = 0; i < 300; i++)
        CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    for (int i = 0; i < 4; i++) {
        void *result;
        CHECK_EQ(pthread_join(threads[i], &result), 0);
        taken += (long)result;
    }
    CHECK_EQ(taken, 300);
}

BOTH(shouldTimeOut)
{
    int fds[2];
    make_pair(stack, fds);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN, .revents = 0x55};
    struct timespec time = {.tv_nsec = 20000000};
    CHECK_EQ(poll(&wanted, 1, 20), 0);
    CHECK_EQ(wanted.revents, 0);
    CHECK_EQ(ppoll(&wanted, 1, &time, NULL), 0);
    time.tv_nsec = -1;
    CHECK_ERRNO(ppoll(&wanted, 1, &time, NULL), EINVAL);
}

BOTH(shouldSelect)
{
    int fds[2], pipes[2];
    fd_set reads, writes, excepts;
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    int end = (fds[0] > fds[1] ? fds[0] : fds[1]) + 1;
    end = end > pipes[0] ? end : pipes[0] + 1;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&excepts);
    FD_SET(fds[1], &reads);
    FD_SET(pipes[0], &reads);
    FD_SET(fds[0], &writes);
    FD_SET(fds[0], &excepts);
    CHECK_EQ(select(end, &reads, &writes, &excepts, NULL), 1);
    CHECK(FD_ISSET(fds[0], &writes) && !FD_ISSET(fds[1], &reads) && !FD_ISSET(fds[0], &excepts));
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(write(pipes[1], "x", 1), 1);
    wait_bytes(fds[1], 1);
    FD_SET(fds[1], &reads);
    FD_SET(pipes[0], &reads);
    CHECK_EQ(select(end, &reads, NULL, NULL, NULL), 2);
    CHECK(FD_ISSET(fds[1], &reads) && FD_ISSET(pipes[0], &reads));
}

BOTH(shouldTellTheTimeLeftInSelect)
{
    int fds[2];
    fd_set reads;
    struct timeval time = {.tv_usec = 20000};
    make_pair(stack, fds);
    FD_ZERO(&reads);
    FD_SET(fds[1], &reads);
    CHECK_EQ(select(fds[1] + 1, &reads, NULL, NULL, &time), 0);
    CHECK(!FD_ISSET(fds[1], &reads));
    CHECK_EQ(time.tv_sec, 0);
    CHECK_EQ(time.tv_usec, 0);
    FD_SET(fds[1], &reads);
    FD_SET(fds[1] + 50, &reads);
    CHECK_ERRNO(select(fds[1] + 51, &reads, NULL, NULL, &time), EBADF);
    CHECK(FD_ISSET(fds[1], &reads));
}

static volatile sig_atomic_t alarms;

static void on_signal(int number)
{
    alarms += number == SIGUSR1;
}

BOTH(shouldSetTheMaskWhileAsleep)
{
#if defined(__SANITIZE_THREAD__)
    check_skip("the sanitizer runs the handler under another mask");
#endif
    int fds[2];
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigset_t blocked, none;
    make_pair(stack, fds);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN};
    fd_set reads;
    FD_ZERO(&reads);
    FD_SET(fds[1], &reads);
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(sigprocmask(SIG_BLOCK, &blocked, NULL), 0);
    raise(SIGUSR1);
    CHECK_ERRNO(ppoll(&wanted, 1, NULL, &none), EINTR);
    CHECK_EQ(alarms, 1);
    raise(SIGUSR1);
    CHECK_ERRNO(pselect(fds[1] + 1, &reads, NULL, NULL, NULL, &none), EINTR);
    CHECK_EQ(alarms, 2);
}

BOTH(shouldPollWithoutUsingTheProcessor)
{
    int fds[2];
    make_pair(stack, fds);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN};
    CHECK_EQ(poll(&wanted, 1, 1), 0);
    long before = cpu_micros();
    CHECK_EQ(poll(&wanted, 1, 300), 0);
    CHECK(cpu_micros() - before < 20000);
}
