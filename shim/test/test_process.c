/* Forks and signals. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ptrace.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "check.h"

/* --- forks --- */

BOTH(shouldInheritSockets)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(close(fds[1]), 0);
        CHECK_EQ(recv(fds[0], text, 3, MSG_WAITALL), 3);
        CHECK_EQ(write(fds[0], text, 3), 3);
        _exit(0);
    }
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(write(fds[1], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(read(fds[1], text, 1), 0);
    join_child(child);
}

BOTH(shouldKeepAConnectionThatOneProcessCloses)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(close(fds[0]), 0);
        _exit(0);
    }
    join_child(child);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(read(fds[1], text, 1), 0);
}

BOTH(shouldKeepConnectionsOfAParentThatExits)
{
    uint16_t port;
    char text[4];
    int listener = listen_on(stack, 0, &port);
    pid_t outer = fork();
    if (outer == 0) {
        int fd = connect_to(stack, port);
        if (fork() == 0) {
            char byte;
            CHECK_EQ(read(fd, &byte, 1), 1);
            CHECK_EQ(write(fd, "abc", 3), 3);
        }
        _exit(0);
    }
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    join_child(outer);
    CHECK_EQ(recv(accepted, text, 1, MSG_DONTWAIT), -1);
    CHECK_EQ(errno, EAGAIN);
    CHECK_EQ(write(accepted, "x", 1), 1);
    CHECK_EQ(recv(accepted, text, 4, MSG_WAITALL), 3);
}

/* Stops a process as it forks, before its child has run: the child, stopped too. */
static pid_t stop_at_fork(pid_t parent)
{
    int status;
    unsigned long child = 0;
    CHECK_EQ(waitpid(parent, &status, 0), parent);
    CHECK(WIFSTOPPED(status));
    CHECK_EQ(ptrace(PTRACE_SETOPTIONS, parent, NULL, PTRACE_O_TRACEFORK), 0);
    CHECK_EQ(ptrace(PTRACE_CONT, parent, NULL, NULL), 0);
    CHECK_EQ(waitpid(parent, &status, 0), parent);
    CHECK_EQ(status >> 8, SIGTRAP | PTRACE_EVENT_FORK << 8);
    CHECK_EQ(ptrace(PTRACE_GETEVENTMSG, parent, NULL, &child), 0);
    CHECK_EQ(waitpid((pid_t)child, &status, __WALL), (pid_t)child);
    return (pid_t)child;
}

BOTH(shouldKeepConnectionsOfAParentThatIsKilledBeforeItsChildRuns)
{
    uint16_t port;
    char text[4];
    int listener = listen_on(stack, 0, &port);
    pid_t outer = fork();
    if (outer == 0) {
        int fd = connect_to(stack, port);
        char byte;
        CHECK_EQ(ptrace(PTRACE_TRACEME, 0, NULL, NULL), 0);
        raise(SIGSTOP);
        if (fork() == 0) {
            CHECK_EQ(read(fd, &byte, 1), 1);
            CHECK_EQ(write(fd, "abc", 3), 3);
        }
        _exit(0);
    }
    int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0);
    pid_t inner = stop_at_fork(outer);
    kill(outer, SIGKILL);
    CHECK_EQ(waitpid(outer, NULL, 0), outer);
    CHECK_EQ(ptrace(PTRACE_DETACH, inner, NULL, NULL), 0);
    CHECK_EQ(write(accepted, "x", 1), 1);
    CHECK_EQ(recv(accepted, text, 4, MSG_WAITALL), 3);
}

/* As a daemon does: twice forked, the parents gone, the listener lives on. */
BOTH(shouldKeepAListenerThroughADaemonsForks)
{
    uint16_t port;
    char text[4];
    int listener = listen_on(stack, 0, &port);
    pid_t outer = fork();
    if (outer == 0) {
        if (fork() == 0) {
            if (fork() == 0) {
                int fd = accept(listener, NULL, NULL);
                CHECK(fd >= 0);
                CHECK_EQ(write(fd, "abc", 3), 3);
            }
        }
        _exit(0);
    }
    CHECK_EQ(close(listener), 0);
    join_child(outer);
    CHECK_EQ(recv(connect_to(stack, port), text, 4, MSG_WAITALL), 3);
}

BOTH(shouldAcceptInSeveralProcesses)
{
    enum { WORKERS = 3, CONNECTIONS = 12 };
    uint16_t port;
    int fds[CONNECTIONS];
    pid_t workers[WORKERS];
    int listener = listen_on(stack, SOCK_NONBLOCK, &port);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            for (;;) {
                char byte;
                int fd = accept(listener, NULL, NULL);
                if (fd < 0) {
                    usleep(1000);
                    continue;
                }
                fcntl(fd, F_SETFL, 0);
                if (read(fd, &byte, 1) == 1 && byte == 'q')
                    _exit(0);
                CHECK_EQ(write(fd, &byte, 1), 1);
                close(fd);
            }
        }
    }
    for (int i = 0; i < CONNECTIONS; i++)
        fds[i] = connect_to(stack, port);
    for (int i = 0; i < CONNECTIONS; i++) {
        char byte = (char)('A' + i), got;
        CHECK_EQ(write(fds[i], &byte, 1), 1);
        CHECK_EQ(read(fds[i], &got, 1), 1);
        CHECK_EQ(got, byte);
    }
    for (int i = 0; i < WORKERS; i++)
        CHECK_EQ(write(connect_to(stack, port), "q", 1), 1);
    for (int i = 0; i < WORKERS; i++)
        join_child(workers[i]);
}

/* Who has accepted is busy until it is told to end; the others hear of the next connections, also if some were killed.
 */
BOTH(shouldWakeAnotherProcessBlockedInAccept)
{
    enum { WORKERS = 5 };
    uint16_t port;
    int fds[WORKERS];
    pid_t workers[WORKERS];
    int listener = listen_on(stack, 0, &port);
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = fork();
        if (workers[i] == 0) {
            char byte;
            int fd = accept(listener, NULL, NULL);
            CHECK(fd >= 0);
            CHECK_EQ(write(fd, "a", 1), 1);
            CHECK_EQ(read(fd, &byte, 1), 1);
            _exit(0);
        }
        usleep(5000);
    }
    for (int i = 0; i < WORKERS; i += WORKERS - 1) {
        kill(workers[i], SIGKILL);
        CHECK_EQ(waitpid(workers[i], NULL, 0), workers[i]);
    }
    for (int i = 1; i < WORKERS - 1; i++) {
        char byte;
        fds[i] = connect_to(stack, port);
        CHECK_EQ(read(fds[i], &byte, 1), 1);
    }
    for (int i = 1; i < WORKERS - 1; i++)
        CHECK_EQ(write(fds[i], "q", 1), 1);
    for (int i = 1; i < WORKERS - 1; i++)
        join_child(workers[i]);
}

static int watch_listener(int listener)
{
    struct epoll_event event = {.events = EPOLLIN};
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, listener, &event), 0);
    return set;
}

/* As nginx's workers do, each with a set of its own. The one that came last is busy with something else. */
BOTH(shouldWakeEachProcessThatWatchesAListener)
{
    uint16_t port;
    char byte;
    int pipes[2], listener = listen_on(stack, SOCK_NONBLOCK, &port);
    struct epoll_event event;
    CHECK_EQ(pipe(pipes), 0);
    for (int worker = 0; worker < 3; worker++) {
        pid_t child = fork();
        if (child == 0) {
            int set = watch_listener(listener);
            CHECK_EQ(write(pipes[1], "r", 1), 1);
            if (worker == 2)
                pause();
            for (;;) {
                CHECK_EQ(epoll_wait(set, &event, 1, -1), 1);
                int fd = accept(listener, NULL, NULL);
                if (fd >= 0 && write(fd, "a", 1) != 1)
                    _exit(1);
            }
        }
        CHECK_EQ(read(pipes[0], &byte, 1), 1);
    }
    for (int i = 0; i < 20; i++) {
        int fd = connect_to(stack, port);
        CHECK_EQ(read(fd, &byte, 1), 1);
        close(fd);
    }
}

ON_PNO(shouldForkMoreOftenThanThereAreSlotsAndChannels)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) {
            CHECK_EQ(write(fds[0], "x", 1), 1);
            CHECK_EQ(close(fds[0]), 0);
            _exit(0);
        }
        join_child(child);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
    }
    CHECK_EQ(write(fds[0], "y", 1), 1);
    CHECK_EQ(read(fds[1], &byte, 1), 1);
    CHECK_EQ(byte, 'y');
}

BOTH(shouldNotMindAVforkedChildThatCloses)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    pid_t child = vfork();
    if (child == 0) {
        close(fds[0]);
        dup2(fds[1], 200);
        close(fds[1]);
        _exit(0);
    }
    join_child(child);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_ERRNO(write(200, text, 1), EBADF);
}

static _Atomic bool stop;

static void *keep_writing(void *fds)
{
    char text[64];
    while (!stop) {
        CHECK_EQ(write(((int *)fds)[0], text, sizeof(text)), sizeof(text));
        CHECK_EQ(recv(((int *)fds)[1], text, sizeof(text), MSG_WAITALL), sizeof(text));
    }
    return NULL;
}

/* BGSAVE: a child that only writes a file, while the parent's threads go on. */
BOTH(shouldForkWhileThreadsTransfer)
{
    int fds[3][2];
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) {
        make_pair(stack, fds[i]);
        CHECK_EQ(pthread_create(&threads[i], NULL, keep_writing, fds[i]), 0);
    }
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        if (child == 0) {
            CHECK_EQ(close(fds[0][0]), 0);
            _exit(0);
        }
        join_child(child);
    }
    stop = true;
    for (int i = 0; i < 3; i++)
        CHECK_EQ(pthread_join(threads[i], NULL), 0);
}

BOTH(shouldServeAnInheritedEpollSet)
{
    int fds[2];
    struct epoll_event event = {.events = EPOLLIN}, got;
    make_pair(stack, fds);
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fds[1], &event), 0);
    CHECK_EQ(epoll_wait(set, &got, 1, 0), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        CHECK_EQ(epoll_wait(set, &got, 1, -1), 1);
        CHECK_EQ(read(fds[1], &byte, 1), 1);
        CHECK_EQ(write(fds[1], "y", 1), 1);
        _exit(0);
    }
    char byte;
    usleep(20000);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(read(fds[0], &byte, 1), 1);
    join_child(child);
}

/* --- signals --- */

static int handler_fds[2];
static volatile sig_atomic_t handled;

static void write_in_handler(int number)
{
    handled += number == SIGALRM;
    if (write(handler_fds[0], "s", 1) != 1)
        _exit(9);
}

/* A handler that writes to another socket, at any moment of our own code. */
BOTH(shouldWriteInASignalHandler)
{
    int fds[2], more[2];
    struct sigaction action = {.sa_handler = write_in_handler, .sa_flags = SA_RESTART};
    const struct itimerval often = {.it_interval.tv_usec = 200, .it_value.tv_usec = 200}, never = {0};
    make_pair(stack, fds);
    make_pair(stack, handler_fds);
    memcpy(more, handler_fds, sizeof(more));
    CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
    CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
    for (int i = 0; i < 3000; i++) {
        char text[16];
        CHECK_EQ(write(fds[0], "abcdefgh", 8), 8);
        CHECK_EQ(recv(fds[1], text, 8, MSG_WAITALL), 8);
    }
    CHECK_EQ(setitimer(ITIMER_REAL, &never, NULL), 0);
    CHECK(handled > 0);
    wait_bytes(more[1], handled);
}

static void close_in_handler(int number)
{
    handled += number == SIGALRM;
    if (handler_fds[0] >= 0 && close(handler_fds[0]) != 0)
        _exit(9);
    handler_fds[0] = -1;
}

BOTH(shouldCloseInASignalHandler)
{
    int fds[2];
    struct sigaction action = {.sa_handler = close_in_handler, .sa_flags = SA_RESTART};
    make_pair(stack, fds);
    CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
    for (int round = 0; round < 30; round++) {
        char text[16];
        int target[2];
        const struct itimerval soon = {.it_value.tv_usec = 100 + 17 * round};
        make_pair(stack, target);
        handler_fds[0] = target[0];
        CHECK_EQ(setitimer(ITIMER_REAL, &soon, NULL), 0);
        while (handler_fds[0] >= 0) {
            CHECK_EQ(write(fds[0], "abcdefgh", 8), 8);
            CHECK_EQ(recv(fds[1], text, 8, MSG_WAITALL), 8);
        }
        CHECK_EQ(read(target[1], text, 1), 0);
        CHECK_EQ(close(target[1]), 0);
    }
}

static void *signal_later(void *thread)
{
    usleep(20000);
    CHECK_EQ(pthread_kill(*(pthread_t *)thread, SIGUSR1), 0);
    return NULL;
}

static void *signal_and_write_later(void *thread)
{
    signal_later(thread);
    usleep(20000);
    CHECK_EQ(write(handler_fds[0], "x", 1), 1);
    return NULL;
}

static void ignore(int number)
{
    (void)number;
}

BOTH(shouldReturnEintrWithoutSaRestart)
{
    pthread_t self = pthread_self(), thread;
    struct sigaction action = {.sa_handler = ignore};
    char byte;
    make_pair(stack, handler_fds);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(pthread_create(&thread, NULL, signal_later, &self), 0);
    CHECK_ERRNO(read(handler_fds[1], &byte, 1), EINTR);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

BOTH(shouldRestartWithSaRestart)
{
    pthread_t self = pthread_self(), thread;
    struct sigaction action = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    char byte;
    make_pair(stack, handler_fds);
    CHECK_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    CHECK_EQ(pthread_create(&thread, NULL, signal_and_write_later, &self), 0);
    CHECK_EQ(read(handler_fds[1], &byte, 1), 1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}
