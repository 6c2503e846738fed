/* Operations: a thread that sleeps in recv, and a child that plays on. */
#include "play.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define STEPS_OF_A_CHILD 4

struct sleeper {
    int fd;
    long result;
    int error;
};

static void *sleep_in_recv(void *argument)
{
    struct sleeper *sleeper = argument;
    char byte;
    sleeper->result = recv(sleeper->fd, &byte, 1, 0);
    sleeper->error = errno;
    return NULL;
}

void do_thread(void)
{
    const int i = pick(1U << CONNECTED);
    const int how = below(4);
    const int peer = i < 0 || slots[i].kind != CONNECTED ? -1 : peer_of(i);
    if (peer < 0 || peer == i || !is_blocking(slots[i].fd) || (readiness(slots[i].fd) & ~POLLOUT) != 0 ||
        (readiness(slots[peer].fd) & (POLLHUP | POLLERR)) != 0) {
        return;
    }
    struct sleeper sleeper = {.fd = slots[i].fd};
    pthread_t thread;
    pthread_create(&thread, NULL, sleep_in_recv, &sleeper);
    if (one_in(2)) {
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    tell("thread in recv %d peer %d way %d", i, peer, how);
    if (how == 0 && shuts_reading) {
        told(shutdown(slots[i].fd, SHUT_RD));
    } else if (how == 1 && !shuts_reading) {
        told(shutdown(slots[peer].fd, SHUT_WR));
    } else {
        char byte = 'y';
        if (told(send(slots[peer].fd, &byte, 1, 0)) < 0) {
            shutdown(slots[i].fd, SHUT_RD);
        }
    }
    pthread_join(thread, NULL);
    errno = sleeper.error;
    tell(" woken");
    told(sleeper.result);
}

void do_fork(uint64_t seed)
{
    if (depth > 0) {
        return;
    }
    tell("fork");
    end_line();
    const pid_t child = fork();
    if (child == 0) {
        depth++;
        make_sets();
        limit_time();
        play(seed ^ 0x5555U, STEPS_OF_A_CHILD);
        _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    tell("forked status %x", (unsigned)status);
}
