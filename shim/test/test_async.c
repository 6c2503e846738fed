/* Who is told by signals: owners, SIGIO and SIGURG, the same on the kernel's TCP and on ours. */
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include "check.h"

/* Blocks a signal, so that it can be waited for. */
static sigset_t hold_signal(int number)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, number);
    CHECK_EQ(sigprocmask(SIG_BLOCK, &mask, NULL), 0);
    return mask;
}

static int wait_signal(const sigset_t *mask, siginfo_t *info, int millis)
{
    const struct timespec limit = {.tv_sec = millis / 1000, .tv_nsec = millis % 1000 * 1000000L};
    int number;
    do
        number = sigtimedwait(mask, info, &limit);
    while (number < 0 && errno == EINTR);
    return number < 0 ? 0 : number;
}

/* ThreadSanitizer runs handlers only where the program calls, and no threads in the child of one that had some. */
static void skip_if_sanitized(void)
{
#ifdef __SANITIZE_THREAD__
    check_skip("not under this sanitizer");
#endif
}

/* --- what is kept --- */

BOTH(shouldKeepTheOwner)
{
    int fds[2], owner = 0;
    struct f_owner_ex told;
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), 0);
    CHECK_EQ(fcntl(fds[0], F_SETOWN, getpid()), 0);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), getpid());
    CHECK_EQ(fcntl(fds[0], F_GETOWN_EX, &told), 0);
    CHECK_EQ(told.type, F_OWNER_PID);
    CHECK_EQ(fcntl(fds[0], F_SETOWN, -getpgrp()), 0);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), -getpgrp());
    CHECK_EQ(ioctl(fds[0], SIOCGPGRP, &owner), 0);
    CHECK_EQ(owner, -getpgrp());
    owner = getpid();
    CHECK_EQ(ioctl(fds[0], FIOSETOWN, &owner), 0);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), getpid());
    told = (struct f_owner_ex){.type = F_OWNER_TID, .pid = gettid()};
    CHECK_EQ(fcntl(fds[0], F_SETOWN_EX, &told), 0);
    told.type = 99;
    CHECK_ERRNO(fcntl(fds[0], F_SETOWN_EX, &told), EINVAL);
    CHECK_EQ(fcntl(fds[0], F_GETOWN_EX, &told), 0);
    CHECK_EQ(told.type, F_OWNER_TID);
    CHECK_EQ(told.pid, gettid());
    CHECK_EQ(fcntl(fds[0], F_SETOWN, 0), 0);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), 0);
}

BOTH(shouldRefuseAnOwnerThatDoesNotExist)
{
    int fds[2], status;
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_ERRNO(fcntl(fds[0], F_SETOWN, child), ESRCH);
    CHECK_EQ(fcntl(fds[0], F_GETOWN), 0);
}

BOTH(shouldKeepTheSignalAndTheFlag)
{
    int fds[2], on = 1;
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[0], F_GETSIG), 0);
    CHECK_EQ(fcntl(fds[0], F_SETSIG, SIGUSR2), 0);
    CHECK_EQ(fcntl(fds[0], F_GETSIG), SIGUSR2);
    CHECK_ERRNO(fcntl(fds[0], F_SETSIG, 65), EINVAL);
    CHECK_EQ(fcntl(fds[0], F_SETFL, O_ASYNC), 0);
    CHECK_EQ(fcntl(fds[0], F_GETFL), O_RDWR | O_ASYNC);
    CHECK_EQ(fcntl(fds[0], F_SETFL, 0), 0);
    CHECK_EQ(fcntl(fds[0], F_GETFL), O_RDWR);
    CHECK_EQ(ioctl(fds[0], FIOASYNC, &on), 0);
    CHECK_EQ(fcntl(fds[0], F_GETFL), O_RDWR | O_ASYNC);
}

/* --- what is told --- */

BOTH(shouldTellItsOwnerOfWhatComes)
{
    int fds[2];
    char text[8];
    sigset_t mask = hold_signal(SIGIO);
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
    CHECK_EQ(fcntl(fds[1], F_SETFL, O_ASYNC), 0);
    CHECK_EQ(wait_signal(&mask, NULL, 50), 0);
    for (int i = 0; i < 3; i++) {
        CHECK_EQ(write(fds[0], "abc", 3), 3);
        CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGIO);
        CHECK_EQ(read(fds[1], text, sizeof(text)), 3);
    }
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGIO);
}

BOTH(shouldTellNobodyWithoutAnOwnerOrTheFlag)
{
    int fds[2], others[2];
    sigset_t mask = hold_signal(SIGIO);
    make_pair(stack, fds);
    make_pair(stack, others);
    CHECK_EQ(fcntl(fds[1], F_SETFL, O_ASYNC), 0);
    CHECK_EQ(fcntl(others[1], F_SETOWN, getpid()), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(write(others[0], "abc", 3), 3);
    CHECK_EQ(wait_signal(&mask, NULL, 100), 0);
}

BOTH(shouldTellWhichSocketItIsByASignalOfTheProgramsChoice)
{
    int fds[2], number = SIGRTMIN + 3;
    siginfo_t info;
    sigset_t mask = hold_signal(number);
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[1], F_SETSIG, number), 0);
    CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
    CHECK_EQ(fcntl(fds[1], F_SETFL, O_ASYNC), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(wait_signal(&mask, &info, 5000), number);
    CHECK_EQ(info.si_fd, fds[1]);
    CHECK(info.si_band & POLLIN);
}

BOTH(shouldTellItsOwnerOfUrgentDataOnce)
{
    int fds[2];
    char byte;
    sigset_t mask = hold_signal(SIGURG);
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(wait_signal(&mask, NULL, 50), 0);
    CHECK_EQ(send(fds[0], "!", 1, MSG_OOB), 1);
    CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGURG);
    CHECK_EQ(recv(fds[1], &byte, 1, MSG_OOB), 1);
    CHECK_EQ(byte, '!');
    CHECK_EQ(write(fds[0], "def", 3), 3);
    CHECK_EQ(wait_signal(&mask, NULL, 50), 0);
    CHECK_EQ(send(fds[0], "?", 1, MSG_OOB), 1);
    CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGURG);
}

static volatile sig_atomic_t handled;

static void on_signal(int number)
{
    (void)number;
    handled++;
}

/* Such as a server does whose handler reads the urgent byte. */
BOTH(shouldInterruptAProgramThatDoesNotCall)
{
    int fds[2];
    struct sigaction action = {.sa_handler = on_signal};
    skip_if_sanitized();
    make_pair(stack, fds);
    CHECK_EQ(sigaction(SIGURG, &action, NULL), 0);
    CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
    CHECK_EQ(send(fds[0], "!", 1, MSG_OOB), 1);
    while (handled == 0)
        ;
    CHECK_EQ(handled, 1);
}

BOTH(shouldTellOfConnectionsToAListener)
{
    uint16_t port;
    sigset_t mask = hold_signal(SIGIO);
    int listener = listen_on(stack, 0, &port);
    CHECK_EQ(fcntl(listener, F_SETOWN, getpid()), 0);
    CHECK_EQ(fcntl(listener, F_SETFL, O_ASYNC | O_NONBLOCK), 0);
    CHECK(connect_to(stack, port) >= 0);
    CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGIO);
    CHECK(accept(listener, NULL, NULL) >= 0);
}

BOTH(shouldKeepWhatWasAskedForBeforeTheConnection)
{
    uint16_t port;
    sigset_t mask = hold_signal(SIGIO);
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_EQ(fcntl(client, F_SETOWN, getpid()), 0);
    CHECK_EQ(fcntl(client, F_SETFL, O_ASYNC), 0);
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(fcntl(client, F_GETOWN), getpid());
    CHECK_EQ(fcntl(client, F_GETFL), O_RDWR | O_ASYNC);
    wait_signal(&mask, NULL, 50); /* Linux tells that it is connected, if it came to wait for that */
    CHECK_EQ(write(accepted, "abc", 3), 3);
    CHECK_EQ(wait_signal(&mask, NULL, 5000), SIGIO);
}

BOTH(shouldTellTheChildThatOwnsTheSocket)
{
    int fds[2];
    sigset_t mask = hold_signal(SIGIO);
    skip_if_sanitized();
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(close(fds[0]), 0);
        CHECK_EQ(fcntl(fds[1], F_SETOWN, getpid()), 0);
        CHECK_EQ(fcntl(fds[1], F_SETFL, O_ASYNC), 0);
        CHECK_EQ(wait_signal(&mask, NULL, 10000), SIGIO);
        _exit(0);
    }
    CHECK_EQ(close(fds[1]), 0);
    usleep(100000);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    join_child(child);
}
