/* What is left when all is closed, and when the DPU goes. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>

#include "arena.h"
#include "channel.h"
#include "check.h"
#include "chunks.h"
#include "control.h"
#include "records.h"

/* --- back to the start --- */

ON_PNO(shouldGiveEverythingBack)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    uint32_t records = atomic_load(&pno_arena.family->records.taken);
    for (int round = 0; round < 40; round++) {
        int fds[40][2];
        static char bytes[20000];
        for (int i = 0; i < 40; i++) {
            fds[i][0] = connect_to(stack, port);
            fds[i][1] = accept(listener, NULL, NULL);
            CHECK_EQ(write(fds[i][0], bytes, sizeof(bytes)), sizeof(bytes));
            CHECK_EQ(recv(fds[i][1], bytes, sizeof(bytes), MSG_WAITALL), sizeof(bytes));
        }
        for (int i = 0; i < 40; i++) {
            CHECK_EQ(close(fds[i][0]), 0);
            CHECK_EQ(close(fds[i][1]), 0);
        }
    }
    for (int i = 0; i < 2000 && atomic_load(&pno_arena.family->records.taken) > records; i++) {
        usleep(1000);
        pno_channels_drain(pno_channels_all());
    }
    CHECK_EQ(atomic_load(&pno_arena.family->records.taken), records);
    CHECK_EQ(close(listener), 0);
    for (int i = 0; i < 2000 && atomic_load(&pno_arena.family->records.taken) > 0; i++) {
        usleep(1000);
        pno_channels_drain(pno_channels_all());
    }
    CHECK_EQ(atomic_load(&pno_arena.family->records.taken), 0);
    CHECK_EQ(pno_chunks_taken(), 0);
}

ON_PNO(shouldHoldNoChunkWhenIdle)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    for (int i = 0; i < 2000 && pno_chunks_taken() > 0; i++) {
        usleep(1000); /* the listener's credits go with it */
        pno_channels_drain(pno_channels_all());
        pno_records_tidy(PNO_TIDY_IDLE);
    }
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(pno_chunks_taken(), 1);
    for (int i = 0; i < 2000 && pno_chunks_taken() > 0; i++) {
        usleep(1000);
        pno_records_tidy(PNO_TIDY_IDLE);
    }
    CHECK_EQ(pno_chunks_taken(), 0);
    CHECK_EQ(write(fds[0], "def", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK(memcmp(text, "def", 3) == 0);
}

static void signal_dpu(int number)
{
    char name[128], text[16] = "";
    snprintf(name, sizeof(name), "%s.pid", pno_control_path());
    int fd = open(name, O_RDONLY);
    CHECK(fd >= 0);
    CHECK(read(fd, text, sizeof(text) - 1) > 0);
    close(fd);
    CHECK_EQ(kill(atoi(text), number), 0);
}

static void *talk(void *stack)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(read(fds[1], &byte, 1), 1);
    return NULL;
}

static void *talk_as_soon_as_there_is_an_arena(void *stack)
{
    while (__atomic_load_n(&pno_arena.base, __ATOMIC_RELAXED) == NULL)
        ;
    return talk(stack);
}

/* Again and again, since it is a race: the others must not go on before the DPU has answered the first. */
ON_PNO(shouldShareTheArenaThatAnotherThreadIsMaking)
{
    for (int round = 0; round < 30; round++) {
        pid_t child = fork();
        if (child == 0) {
            pthread_t threads[2];
            for (int i = 0; i < 2; i++)
                CHECK_EQ(pthread_create(&threads[i], NULL, talk_as_soon_as_there_is_an_arena, (void *)stack), 0);
            talk((void *)stack);
            for (int i = 0; i < 2; i++)
                CHECK_EQ(pthread_join(threads[i], NULL), 0);
            _exit(0);
        }
        join_child(child);
    }
}

ON_PNO(shouldFallBackToASweepWhenSubmissionsOverflow)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    signal_dpu(SIGSTOP);
    for (int i = 0; i < 3 * PNO_CHAN_SUB_CAPACITY; i++)
        CHECK_EQ(write(fds[0], "x", 1), 1);
    signal_dpu(SIGCONT);
    for (int i = 0; i < 3 * PNO_CHAN_SUB_CAPACITY; i++)
        CHECK_EQ(read(fds[1], &byte, 1), 1);
}

/* --- the DPU's end --- */

static void *kill_later(void *unused)
{
    usleep(20000);
    signal_dpu(SIGKILL);
    return unused;
}

ON_PNO(shouldResetABlockedReaderWhenTheDpuDies)
{
    int fds[2];
    char byte;
    pthread_t thread;
    make_pair(stack, fds);
    CHECK_EQ(pthread_create(&thread, NULL, kill_later, NULL), 0);
    CHECK_ERRNO(read(fds[1], &byte, 1), ECONNRESET);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
    CHECK_ERRNO(send(fds[1], &byte, 1, MSG_NOSIGNAL), EPIPE);
    CHECK_ERRNO(send(fds[0], &byte, 1, MSG_NOSIGNAL), ECONNRESET);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

ON_PNO(shouldWakeWaitsWhenTheDpuDies)
{
    int fds[2];
    uint16_t port;
    struct epoll_event event = {.events = EPOLLIN}, got[4];
    pthread_t thread;
    make_pair(stack, fds);
    int listener = listen_on(stack, 0, &port);
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fds[0], &event), 0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, listener, &event), 0);
    CHECK_EQ(pthread_create(&thread, NULL, kill_later, NULL), 0);
    CHECK_EQ(epoll_wait(set, got, 4, -1), 2);
    CHECK_EQ(got[0].events, EPOLLIN | EPOLLERR | EPOLLHUP);
    CHECK_EQ(got[1].events, EPOLLIN | EPOLLERR | EPOLLHUP);
    struct pollfd wanted = {.fd = fds[1], .events = POLLIN | POLLOUT};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(wanted.revents, POLLIN | POLLOUT | POLLERR | POLLHUP);
    CHECK_EQ(take_error(fds[1]), ECONNRESET);
    CHECK_ERRNO(accept(listener, NULL, NULL), EINVAL);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    long before = cpu_micros();
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, fds[0], NULL), 0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_DEL, listener, NULL), 0);
    CHECK_EQ(epoll_wait(set, got, 4, 200), 0);
    CHECK(cpu_micros() - before < 20000);
}

ON_PNO(shouldTellAListenersProgramOnceThatTheDpuDied)
{
    uint16_t port;
    struct epoll_event event = {.events = EPOLLIN}, got;
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, listener, &event), 0);
    signal_dpu(SIGKILL);
    CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
    CHECK_EQ(got.events, EPOLLIN | EPOLLERR | EPOLLHUP);
    CHECK_ERRNO(accept(listener, NULL, NULL), EINVAL);
    CHECK_ERRNO(accept(listener, NULL, NULL), EAGAIN);
    long before = cpu_micros();
    CHECK_EQ(epoll_wait(set, &got, 1, 200), 0);
    CHECK(cpu_micros() - before < 20000);
}

ON_PNO(shouldFailABlockedAcceptWhenTheDpuDies)
{
    uint16_t port;
    pthread_t thread;
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(pthread_create(&thread, NULL, kill_later, NULL), 0);
    CHECK_ERRNO(accept(listener, NULL, NULL), EINVAL);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

ON_PNO(shouldFailABlockedConnectWhenTheDpuDies)
{
    pthread_t thread;
    int fds[2];
    struct sockaddr_in name = name_of(stack, 9);
    make_pair(stack, fds);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(pthread_create(&thread, NULL, kill_later, NULL), 0);
    CHECK_ERRNO(connect(fd, (struct sockaddr *)&name, sizeof(name)), ECONNRESET);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    int next = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_ERRNO(connect(next, (struct sockaddr *)&name, sizeof(name)), ENETDOWN);
}

ON_PNO(shouldFailABlockedWriterWhenTheDpuDies)
{
    static char bytes[8000000];
    int fds[2];
    pthread_t thread;
    make_pair(stack, fds);
    CHECK_EQ(pthread_create(&thread, NULL, kill_later, NULL), 0);
    ssize_t written = write(fds[0], bytes, sizeof(bytes));
    CHECK(written > 0 && written < (ssize_t)sizeof(bytes));
    CHECK_ERRNO(send(fds[0], bytes, 1, MSG_NOSIGNAL), ECONNRESET);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

ON_PNO(shouldNoticeTheDpusDeathWithoutEverSleeping)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    signal_dpu(SIGKILL);
    errno = EAGAIN;
    while (recv(fds[1], &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN)
        ;
    CHECK_EQ(errno, ECONNRESET);
}

ON_PNO(shouldResetEverythingWhenFenced)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(read(fds[1], &byte, 1), 1);
    for (uint32_t i = 0; i < 10; i++)
        atomic_store(&pno_arena.records[i].tx_written, 1ULL << 40);
    if (send(fds[1], "x", 1, MSG_NOSIGNAL) < 0) /* tells the DPU to look */
        CHECK_EQ(errno, ECONNRESET);
    CHECK_ERRNO(read(fds[0], &byte, 1), ECONNRESET);
    CHECK(read(fds[1], &byte, 1) <= 0);
}
