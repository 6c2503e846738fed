/* Many threads on one socket, one listener, one set; and calls that another thread ends. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/epoll.h>

#include "check.h"

enum { THREADS = 4, BLOCK = 4096, BLOCKS = 32, CONNECTIONS = 200 };

static const struct stack *on;

static void start(pthread_t *thread, void *(*function)(void *), void *argument)
{
    CHECK_EQ(pthread_create(thread, NULL, function, argument), 0);
}

static void join(pthread_t thread)
{
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

static int add(int set, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
}

/* --- one socket --- */

struct writer {
    int fd;
    uint8_t letter;
};

static void *write_blocks(void *argument)
{
    const struct writer *writer = argument;
    uint8_t block[BLOCK];
    memset(block, writer->letter, sizeof(block));
    for (int i = 0; i < BLOCKS; i++)
        CHECK_EQ(write(writer->fd, block, sizeof(block)), BLOCK);
    return NULL;
}

BOTH(shouldKeepTheBytesOfEachWriteTogether)
{
    int fds[2];
    pthread_t threads[THREADS];
    struct writer writers[THREADS];
    uint8_t block[BLOCK];
    make_pair(stack, fds);
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (struct writer){fds[0], (uint8_t)('a' + i)};
        start(&threads[i], write_blocks, &writers[i]);
    }
    for (int i = 0; i < THREADS * BLOCKS; i++) {
        CHECK_EQ(recv(fds[1], block, sizeof(block), MSG_WAITALL), BLOCK);
        for (int at = 1; at < BLOCK; at++)
            CHECK_EQ(block[at], block[0]);
    }
    for (int i = 0; i < THREADS; i++)
        join(threads[i]);
}

static _Atomic uint64_t received, sum;

static void *receive_all(void *fd)
{
    uint8_t bytes[777];
    ssize_t got;
    while ((got = recv(*(int *)fd, bytes, sizeof(bytes), 0)) > 0) {
        uint64_t part = 0;
        for (ssize_t i = 0; i < got; i++)
            part += bytes[i];
        atomic_fetch_add(&sum, part);
        atomic_fetch_add(&received, (uint64_t)got);
    }
    CHECK_EQ(got, 0);
    return NULL;
}

BOTH(shouldGiveEachByteToOneReceiver)
{
    int fds[2];
    pthread_t threads[THREADS];
    uint8_t block[BLOCK];
    uint64_t expected = 0;
    make_pair(stack, fds);
    for (int i = 0; i < THREADS; i++)
        start(&threads[i], receive_all, &fds[1]);
    for (int i = 0; i < 8 * BLOCKS; i++) {
        fill_pattern(block, sizeof(block), (uint64_t)i * BLOCK);
        for (int at = 0; at < BLOCK; at++)
            expected += block[at];
        CHECK_EQ(write(fds[0], block, sizeof(block)), BLOCK);
    }
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    for (int i = 0; i < THREADS; i++)
        join(threads[i]);
    CHECK_EQ(received, 8 * BLOCKS * BLOCK);
    CHECK_EQ(sum, expected);
}

/* Both directions, their ends and the options of one socket, all at once. */
static void *turn_options(void *fd)
{
    for (int i = 0; i < 300; i++) {
        int value = i % 2;
        socklen_t length = sizeof(value);
        CHECK_EQ(setsockopt(*(int *)fd, SOL_SOCKET, SO_KEEPALIVE, &value, length), 0);
        CHECK_EQ(getsockopt(*(int *)fd, SOL_SOCKET, SO_ERROR, &value, &length), 0);
    }
    return NULL;
}

BOTH(shouldLetOneThreadSetOptionsWhileOthersTransfer)
{
    int fds[2];
    pthread_t writer, options;
    struct writer what = {-1, 'a'};
    uint8_t block[BLOCK];
    make_pair(stack, fds);
    what.fd = fds[0];
    start(&writer, write_blocks, &what);
    start(&options, turn_options, &fds[0]);
    for (int i = 0; i < BLOCKS; i++)
        CHECK_EQ(recv(fds[1], block, sizeof(block), MSG_WAITALL), BLOCK);
    join(writer);
    join(options);
}

/* --- one listener --- */

static void *accept_and_answer(void *listener)
{
    int fd;
    while ((fd = accept(*(int *)listener, NULL, NULL)) >= 0) {
        char byte;
        CHECK_EQ(read(fd, &byte, 1), 1);
        CHECK_EQ(write(fd, &byte, 1), 1);
        CHECK_EQ(close(fd), 0);
    }
    CHECK_EQ(errno, EINVAL);
    return NULL;
}

static void *ask(void *port)
{
    for (int i = 0; i < CONNECTIONS / THREADS; i++) {
        int fd = connect_to(on, *(uint16_t *)port);
        char byte = (char)i;
        CHECK_EQ(write(fd, &byte, 1), 1);
        CHECK_EQ(recv(fd, &byte, 1, MSG_WAITALL), 1);
        CHECK_EQ(byte, (char)i);
        CHECK_EQ(close(fd), 0);
    }
    return NULL;
}

BOTH(shouldAcceptInManyThreads)
{
    uint16_t port;
    pthread_t servers[THREADS], clients[THREADS];
    int listener = listen_on(stack, 0, &port);
    on = stack;
    for (int i = 0; i < THREADS; i++) {
        start(&servers[i], accept_and_answer, &listener);
        start(&clients[i], ask, &port);
    }
    for (int i = 0; i < THREADS; i++)
        join(clients[i]);
    CHECK_EQ(shutdown(listener, SHUT_RDWR), 0); /* wakes all that wait */
    for (int i = 0; i < THREADS; i++)
        join(servers[i]);
}

static int handed[CONNECTIONS];
static _Atomic int handed_end, served;

static void *serve_handed(void *unused)
{
    int at;
    while ((at = atomic_fetch_add(&served, 1)) < CONNECTIONS) {
        char byte;
        while (atomic_load(&handed_end) <= at)
            usleep(100);
        CHECK_EQ(read(handed[at], &byte, 1), 1);
        CHECK_EQ(write(handed[at], &byte, 1), 1);
        CHECK_EQ(close(handed[at]), 0);
    }
    return unused;
}

BOTH(shouldAcceptInOneThreadAndServeInOthers)
{
    uint16_t port;
    pthread_t servers[THREADS], clients[THREADS];
    int listener = listen_on(stack, 0, &port);
    on = stack;
    for (int i = 0; i < THREADS; i++) {
        start(&servers[i], serve_handed, NULL);
        start(&clients[i], ask, &port);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
        handed[i] = accept(listener, NULL, NULL);
        CHECK(handed[i] >= 0);
        atomic_store(&handed_end, i + 1);
    }
    for (int i = 0; i < THREADS; i++) {
        join(servers[i]);
        join(clients[i]);
    }
}

/* --- several sets --- */

struct watcher {
    pthread_t thread;
    int set;
    _Atomic int reports;
};

static void *wait_for_reports(void *argument)
{
    struct watcher *watcher = argument;
    struct epoll_event event;
    while (epoll_wait(watcher->set, &event, 1, -1) == 1 && !(event.events & EPOLLRDHUP))
        atomic_fetch_add(&watcher->reports, 1);
    return NULL;
}

BOTH(shouldReportASocketToEachSetThatHasIt)
{
    int fds[2];
    struct watcher watchers[THREADS] = {0};
    make_pair(stack, fds);
    for (int i = 0; i < THREADS; i++) {
        watchers[i].set = epoll_create1(0);
        CHECK_EQ(add(watchers[i].set, fds[1], EPOLLIN | EPOLLRDHUP | EPOLLET), 0);
        start(&watchers[i].thread, wait_for_reports, &watchers[i]);
    }
    for (int round = 1; round <= 50; round++) {
        CHECK_EQ(write(fds[0], "x", 1), 1);
        for (int i = 0; i < THREADS; i++)
            while (atomic_load(&watchers[i].reports) < round)
                usleep(50);
    }
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    for (int i = 0; i < THREADS; i++)
        join(watchers[i].thread);
}

BOTH(shouldWakeAtLeastOneThatWatchesExclusively)
{
    uint16_t port;
    pthread_t thread;
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    struct epoll_event event = {.events = EPOLLIN};
    int sets[2] = {epoll_create1(0), epoll_create1(0)};
    on = stack;
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(add(sets[i], listener, EPOLLIN | EPOLLEXCLUSIVE), 0);
        CHECK_ERRNO(epoll_ctl(sets[i], EPOLL_CTL_MOD, listener, &event), EINVAL);
    }
    CHECK_ERRNO(add(epoll_create1(0), listener, EPOLLIN | EPOLLEXCLUSIVE | EPOLLONESHOT), EINVAL);
    start(&thread, ask, &port);
    for (int i = 0; i < CONNECTIONS / THREADS; i++) {
        while (epoll_wait(sets[i % 2], &event, 1, 5) == 0 && epoll_wait(sets[1 - i % 2], &event, 1, 5) == 0)
            ;
        int fd = accept(listener, NULL, NULL);
        CHECK(fd >= 0);
        char byte;
        CHECK_EQ(recv(fd, &byte, 1, MSG_WAITALL), 1);
        CHECK_EQ(write(fd, &byte, 1), 1);
        CHECK_EQ(close(fd), 0);
    }
    join(thread);
}

/* --- calls that another thread ends, or does not --- */

struct sleeper {
    pthread_t thread;
    int fd;
    long result;
    int error;
    atomic_bool ended;
};

#define SLEEPER(name, call)                  \
    static void *name(void *argument)        \
    {                                        \
        struct sleeper *sleeper = argument;  \
        sleeper->result = (call);            \
        sleeper->error = errno;              \
        atomic_store(&sleeper->ended, true); \
        return NULL;                         \
    }

SLEEPER(sleep_in_read, read(sleeper->fd, &(char){0}, 1))
SLEEPER(sleep_in_accept, accept(sleeper->fd, NULL, NULL))
SLEEPER(sleep_in_poll, poll(&(struct pollfd){.fd = sleeper->fd, .events = POLLIN}, 1, -1))

static void *sleep_in_write(void *argument)
{
    struct sleeper *sleeper = argument;
    static char bytes[1 << 20];
    while ((sleeper->result = send(sleeper->fd, bytes, sizeof(bytes), MSG_NOSIGNAL)) > 0)
        ;
    sleeper->error = errno;
    return NULL;
}

static void start_sleeping(struct sleeper *sleeper, void *(*function)(void *), int fd)
{
    sleeper->fd = fd;
    start(&sleeper->thread, function, sleeper);
    usleep(20000);
    CHECK(!atomic_load(&sleeper->ended));
}

/* It takes a close beside a call on the same number for a fault of the program's. */
static void skip_for_the_sanitizer(const struct stack *stack)
{
#if defined(__SANITIZE_THREAD__)
    if (stack == &kernel_stack)
        check_skip("the sanitizer forbids it");
#endif
    (void)stack;
}

BOTH(shouldReadOnFromASocketThatAnotherThreadCloses)
{
    skip_for_the_sanitizer(stack);
    int fds[2];
    struct sleeper sleeper = {0};
    make_pair(stack, fds);
    start_sleeping(&sleeper, sleep_in_read, fds[1]);
    CHECK_EQ(close(fds[1]), 0);
    usleep(5000);
    CHECK(!atomic_load(&sleeper.ended));
    CHECK_EQ(write(fds[0], "x", 1), 1);
    join(sleeper.thread);
    CHECK_EQ(sleeper.result, 1);
    char byte;
    CHECK_EQ(read(fds[0], &byte, 1), 0); /* only now it is closed */
}

BOTH(shouldAcceptOnceMoreOnAListenerThatAnotherThreadCloses)
{
    uint16_t port;
    struct sleeper sleeper = {0};
    int listener = listen_on(stack, 0, &port);
    start_sleeping(&sleeper, sleep_in_accept, listener);
    CHECK_EQ(close(listener), 0);
    int fd = connect_to(stack, port);
    join(sleeper.thread);
    CHECK(sleeper.result >= 0);
    CHECK_EQ(close(fd), 0);
}

BOTH(shouldEndABlockedReadByShutdown)
{
    for (int how = SHUT_RD; how <= SHUT_RDWR; how += 2) {
        int fds[2];
        struct sleeper sleeper = {0};
        make_pair(stack, fds);
        start_sleeping(&sleeper, sleep_in_read, fds[1]);
        CHECK_EQ(shutdown(fds[1], how), 0);
        join(sleeper.thread);
        CHECK_EQ(sleeper.result, 0);
    }
}

BOTH(shouldWakeFromAPollOfASocketThatAnotherThreadCloses)
{
    skip_for_the_sanitizer(stack);
    int fds[2];
    struct sleeper sleeper = {0};
    make_pair(stack, fds);
    start_sleeping(&sleeper, sleep_in_poll, fds[1]);
    CHECK_EQ(close(fds[1]), 0);
    usleep(5000);
    CHECK(!atomic_load(&sleeper.ended));
    CHECK_EQ(write(fds[0], "x", 1), 1);
    join(sleeper.thread);
    CHECK_EQ(sleeper.result, 1);
}

BOTH(shouldEndABlockedPollByShutdown)
{
    int fds[2];
    struct sleeper sleeper = {0};
    make_pair(stack, fds);
    start_sleeping(&sleeper, sleep_in_poll, fds[1]);
    CHECK_EQ(shutdown(fds[1], SHUT_RD), 0);
    join(sleeper.thread);
    CHECK_EQ(sleeper.result, 1);
}

BOTH(shouldEndABlockedWriteByShutdown)
{
    int fds[2];
    struct sleeper sleeper = {0};
    make_pair(stack, fds);
    start_sleeping(&sleeper, sleep_in_write, fds[0]);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    join(sleeper.thread);
    CHECK_EQ(sleeper.result, -1);
    CHECK_EQ(sleeper.error, EPIPE);
}

BOTH(shouldEndABlockedAcceptByShutdown)
{
    uint16_t port;
    struct sleeper sleeper = {0};
    int listener = listen_on(stack, 0, &port);
    start_sleeping(&sleeper, sleep_in_accept, listener);
    CHECK_EQ(shutdown(listener, SHUT_RDWR), 0);
    join(sleeper.thread);
    CHECK_EQ(sleeper.result, -1);
    CHECK_EQ(sleeper.error, EINVAL);
}

/* Numbers are closed and given anew under the feet of threads that use them: no call may touch another's memory. */
static _Atomic int shared_number;
static atomic_bool over;

static void *use_whatever_it_names(void *unused)
{
    char bytes[64];
    while (!atomic_load(&over)) {
        int fd = atomic_load(&shared_number);
        (void)!recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        (void)!send(fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0);
    }
    return unused;
}

BOTH(shouldCloseSocketsUnderTheFeetOfTheirUsers)
{
    skip_for_the_sanitizer(stack);
    pthread_t threads[2];
    int fds[2];
    make_pair(stack, fds);
    atomic_store(&shared_number, fds[0]);
    for (int i = 0; i < 2; i++)
        start(&threads[i], use_whatever_it_names, NULL);
    for (int round = 0; round < 100; round++) {
        int next[2];
        make_pair(stack, next);
        atomic_store(&shared_number, next[0]);
        CHECK_EQ(close(fds[0]), 0);
        CHECK_EQ(close(fds[1]), 0);
        memcpy(fds, next, sizeof(fds));
    }
    atomic_store(&over, true);
    for (int i = 0; i < 2; i++)
        join(threads[i]);
}
