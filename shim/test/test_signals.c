/* Signal handlers: what they may do, and what they do to the calls that they interrupt. */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "check.h"

static atomic_int handled;
static int handler_fds[2];

static void count(int number)
{
    (void)number;
    atomic_fetch_add(&handled, 1);
}

static void install(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    CHECK_EQ(sigaction(number, &action, NULL), 0);
}

static void start_timer(long micros)
{
    const struct itimerval often = {.it_interval.tv_usec = micros, .it_value.tv_usec = micros};
    CHECK_EQ(setitimer(ITIMER_REAL, &often, NULL), 0);
}

static void echo_once(const int fds[2])
{
    char text[8];
    CHECK_EQ(write(fds[0], "abcdefgh", 8), 8);
    CHECK_EQ(recv(fds[1], text, 8, MSG_WAITALL), 8);
}

/* --- locks --- */

struct crossing {
    const struct stack *stack;
    int own[2];
    int others[2];
    pthread_t thread;
    atomic_bool over;
};

static __thread struct crossing *crossing_of_thread;

/* Sends on the very socket that the other thread sends on, whose handler does the same to ours. */
static void send_on_the_others(int number)
{
    (void)number;
    (void)!send(crossing_of_thread->others[0], "h", 1, MSG_DONTWAIT);
    atomic_fetch_add(&handled, 1);
}

static void change_mask(int how, int number)
{
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    CHECK_EQ(pthread_sigmask(how, &only, NULL), 0);
}

static void *send_and_receive(void *argument)
{
    struct crossing *crossing = argument;
    static __thread char block[65536]; /* long copies, so that signals meet them */
    crossing_of_thread = crossing;
    change_mask(SIG_UNBLOCK, SIGUSR1);
    while (!atomic_load(&crossing->over)) {
        (void)!send(crossing->own[0], block, sizeof(block), MSG_DONTWAIT);
        (void)!recv(crossing->own[1], block, sizeof(block), MSG_DONTWAIT);
    }
    return NULL;
}

BOTH(shouldNotWaitForEachOtherInHandlersOfTwoThreads)
{
    struct crossing crossings[2] = {0};
    install(SIGUSR1, send_on_the_others, SA_RESTART);
    change_mask(SIG_BLOCK, SIGUSR1);
    for (int i = 0; i < 2; i++)
        make_pair(stack, crossings[i].own);
    for (int i = 0; i < 2; i++) {
        memcpy(crossings[i].others, crossings[1 - i].own, sizeof(crossings[i].others));
        CHECK_EQ(pthread_create(&crossings[i].thread, NULL, send_and_receive, &crossings[i]), 0);
    }
    for (int round = 0; round < 10000; round++) {
        CHECK_EQ(pthread_kill(crossings[round % 2].thread, SIGUSR1), 0);
        if (round % 16 == 0)
            usleep(50);
    }
    for (int i = 0; i < 2; i++)
        atomic_store(&crossings[i].over, true);
    for (int i = 0; i < 2; i++)
        CHECK_EQ(pthread_join(crossings[i].thread, NULL), 0);
    CHECK(handled > 0);
}

static void send_on_the_same(int number)
{
    (void)number;
    if (send(handler_fds[0], "h", 1, MSG_DONTWAIT) != 1)
        _exit(9);
    atomic_fetch_add(&handled, 1);
}

BOTH(shouldSendOnTheVerySocketWhoseSendWasInterrupted)
{
    char text[4096];
    long got = 0;
    make_pair(stack, handler_fds);
    install(SIGALRM, send_on_the_same, SA_RESTART);
    start_timer(100);
    for (int round = 0; round < 4000; round++) {
        CHECK_EQ(write(handler_fds[0], "abcdefgh", 8), 8);
        long more = recv(handler_fds[1], text, sizeof(text), 0);
        CHECK(more > 0);
        got += more;
    }
    start_timer(0);
    CHECK(handled > 0);
    for (long more; got < 4000 * 8 + handled; got += more) {
        more = recv(handler_fds[1], text, sizeof(text), 0);
        CHECK(more > 0);
    }
    CHECK_EQ(got, 4000 * 8 + handled);
}

static sigjmp_buf back;

static void jump_back(int number)
{
    (void)number;
    siglongjmp(back, 1);
}

BOTH(shouldBeWholeAfterJumpsOutOfHandlers)
{
    char text[4096];
    volatile int jumps = 0;
    make_pair(stack, handler_fds);
    set_nonblocking(handler_fds[0]);
    set_nonblocking(handler_fds[1]);
    install(SIGALRM, jump_back, 0);
    if (sigsetjmp(back, 1) != 0)
        jumps++;
    if (jumps < 300) {
        start_timer(150);
        for (;;) {
            (void)!write(handler_fds[0], "abcdefgh", 8);
            (void)!read(handler_fds[1], text, sizeof(text));
        }
    }
    start_timer(0);
    text[0] = '\0';
    while (write(handler_fds[0], "x", 1) != 1) /* what is on its way may fill the send buffer */
        (void)!read(handler_fds[1], text, sizeof(text));
    while (text[0] != 'x') {
        wait_readable(handler_fds[1]);
        CHECK_EQ(read(handler_fds[1], text, 1), 1);
    }
}

static void *page;

static void open_page(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    if ((uint8_t *)info->si_addr < (uint8_t *)page || mprotect(page, 4096, PROT_READ | PROT_WRITE) != 0)
        _exit(9);
    atomic_fetch_add(&handled, 1);
}

/* A write barrier, as some collectors have: the kernel would say EFAULT, but we copy in the program's stead. */
ON_PNO(shouldRunAFaultsHandlerAtOnce)
{
    int fds[2];
    struct sigaction action = {.sa_sigaction = open_page, .sa_flags = SA_SIGINFO};
    make_pair(stack, fds);
    page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_EQ(sigaction(SIGSEGV, &action, NULL), 0);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    wait_readable(fds[1]);
    CHECK_EQ(read(fds[1], page, 3), 3);
    CHECK_EQ(memcmp(page, "abc", 3), 0);
    CHECK_EQ(handled, 1);
}

/* --- what a handler sees --- */

static atomic_int next_value;
static atomic_int wrong;

static void check_value(int number, siginfo_t *info, void *context)
{
    int expected = atomic_fetch_add(&next_value, 1);
    wrong += number != SIGRTMIN || info->si_signo != SIGRTMIN || info->si_code != SI_QUEUE ||
             info->si_value.sival_int != expected || info->si_pid != getpid() || context == NULL;
}

static void *queue_values(void *unused)
{
    for (int value = 0; value < 3000;) {
        if (sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = value}) == 0)
            value++;
        else
            usleep(100);
    }
    return unused;
}

BOTH(shouldDeliverEachQueuedSignalOnceWithItsValue)
{
    int fds[2];
    pthread_t thread;
    struct sigaction action = {.sa_sigaction = check_value, .sa_flags = SA_SIGINFO | SA_RESTART};
    make_pair(stack, fds);
    CHECK_EQ(sigaction(SIGRTMIN, &action, NULL), 0);
    change_mask(SIG_BLOCK, SIGRTMIN); /* the thread inherits that */
    CHECK_EQ(pthread_create(&thread, NULL, queue_values, NULL), 0);
    change_mask(SIG_UNBLOCK, SIGRTMIN);
    while (atomic_load(&next_value) < 3000)
        echo_once(fds);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(next_value, 3000);
    CHECK_EQ(wrong, 0);
}

static char alternate[64 * 1024];

static void check_mask_and_stack(int number)
{
    sigset_t mask;
    char here;
    wrong += pthread_sigmask(SIG_SETMASK, NULL, &mask) != 0 || sigismember(&mask, SIGUSR2) != 1 ||
             sigismember(&mask, number) != 1 || sigismember(&mask, SIGTERM) != 0;
    wrong += &here < alternate || &here > alternate + sizeof(alternate);
    atomic_fetch_add(&handled, 1);
}

BOTH(shouldRunHandlersWithTheirMaskOnTheirStack)
{
    int fds[2];
    sigset_t mask;
    stack_t other = {.ss_sp = alternate, .ss_size = sizeof(alternate)};
    struct sigaction action = {.sa_handler = check_mask_and_stack, .sa_flags = SA_RESTART | SA_ONSTACK};
    make_pair(stack, fds);
    sigaddset(&action.sa_mask, SIGUSR2);
    CHECK_EQ(sigaltstack(&other, NULL), 0);
    CHECK_EQ(sigaction(SIGALRM, &action, NULL), 0);
    start_timer(100);
    for (int round = 0; round < 3000; round++)
        echo_once(fds);
    start_timer(0);
    CHECK(handled > 0);
    CHECK_EQ(wrong, 0);
    CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
    CHECK_EQ(sigismember(&mask, SIGALRM) + sigismember(&mask, SIGUSR2) + sigismember(&mask, SIGTERM), 0);
}

/* --- what sigaction tells --- */

static void check_info(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info, (void)context;
}

BOTH(shouldTellTheProgramsOwnAction)
{
    struct sigaction old, action = {.sa_sigaction = check_info, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    (void)stack;
    sigaddset(&action.sa_mask, SIGUSR2);
    CHECK_EQ(sigaction(SIGUSR1, &action, &old), 0);
    CHECK(old.sa_handler == SIG_DFL);
    install(SIGUSR1, count, (int)SA_RESETHAND);
    CHECK_EQ(sigaction(SIGUSR1, &action, &old), 0);
    CHECK(old.sa_handler == count);
    CHECK_EQ(old.sa_flags & (int)(SA_SIGINFO | SA_RESETHAND | SA_RESTART | SA_NODEFER), (int)SA_RESETHAND);
    CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
    CHECK(old.sa_sigaction == check_info);
    CHECK_EQ(old.sa_flags & (SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART), SA_SIGINFO | SA_ONSTACK | SA_NODEFER);
    CHECK_EQ(sigismember(&old.sa_mask, SIGUSR2), 1);
    CHECK((void *)signal(SIGUSR1, SIG_IGN) == (void *)check_info);
    CHECK(signal(SIGUSR1, count) == SIG_IGN);
    CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
    CHECK_EQ(old.sa_flags & SA_RESTART, SA_RESTART);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    CHECK_EQ(siginterrupt(SIGUSR1, 1), 0);
#pragma GCC diagnostic pop
    CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
    CHECK(old.sa_handler == count && !(old.sa_flags & SA_RESTART));
    CHECK_ERRNO(sigaction(SIGKILL, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(0, &action, NULL), EINVAL);
    CHECK_ERRNO(sigaction(65, &action, NULL), EINVAL);
    CHECK(signal(SIGSTOP, count) == SIG_ERR);
}

BOTH(shouldRunAOneShotHandlerOnce)
{
    struct sigaction old;
    int fds[2];
    make_pair(stack, fds);
    install(SIGWINCH, count, (int)(SA_RESETHAND | SA_RESTART)); /* ignored by default */
    for (int round = 0; round < 3; round++) {
        CHECK_EQ(raise(SIGWINCH), 0);
        echo_once(fds);
    }
    CHECK_EQ(handled, 1);
    CHECK_EQ(sigaction(SIGWINCH, NULL, &old), 0);
    CHECK(old.sa_handler == SIG_DFL);
}

BOTH(shouldKeepTheParentsActionsApartFromAVforkedChilds)
{
    (void)stack;
    install(SIGUSR1, count, 0);
    pid_t child = vfork();
    if (child == 0) {
        struct sigaction other = {.sa_handler = jump_back};
        _exit(sigaction(SIGUSR1, &other, NULL) != 0);
    }
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    CHECK_EQ(raise(SIGUSR1), 0);
    CHECK_EQ(handled, 1);
}

BOTH(shouldInheritHandlersOverAFork)
{
    struct sigaction old;
    int fds[2], status = -1;
    make_pair(stack, fds);
    install(SIGUSR1, count, SA_RESTART);
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQ(sigaction(SIGUSR1, NULL, &old), 0);
        CHECK(old.sa_handler == count);
        CHECK_EQ(raise(SIGUSR1), 0);
        CHECK_EQ(handled, 1);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
    CHECK_EQ(handled, 0);
}

/* Forks while signals come: what was put off when the locks were taken for the fork is the parent's. */
BOTH(shouldForkUnderSignals)
{
    int fds[2];
    make_pair(stack, fds);
    install(SIGALRM, count, SA_RESTART);
    start_timer(200);
    for (int round = 0; round < 100; round++) {
        sigset_t mask;
        int status = -1;
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            CHECK_EQ(pthread_sigmask(SIG_SETMASK, NULL, &mask), 0);
            _exit(sigismember(&mask, SIGALRM) + sigismember(&mask, SIGTERM));
        }
        CHECK_EQ(waitpid(child, &status, 0), child);
        CHECK_EQ(status, 0);
        echo_once(fds);
    }
    start_timer(0);
    CHECK(handled > 0);
}

/* --- which handler it was that interrupted a call --- */

struct visitor {
    pthread_t sleeper;
    int number;
};

static void *signal_then_write(void *argument)
{
    struct visitor *visitor = argument;
    for (int round = 0; round < 3; round++) {
        usleep(10000);
        CHECK_EQ(pthread_kill(visitor->sleeper, visitor->number), 0);
    }
    usleep(10000);
    CHECK_EQ(write(handler_fds[0], "x", 1), 1);
    return NULL;
}

/* Some other handler is without SA_RESTART: that does not matter. */
BOTH(shouldRestartAfterTheHandlerThatAskedForIt)
{
    pthread_t thread;
    struct visitor visitor = {pthread_self(), SIGUSR1};
    char byte;
    make_pair(stack, handler_fds);
    install(SIGUSR2, count, 0);
    install(SIGUSR1, count, SA_RESTART);
    CHECK_EQ(pthread_create(&thread, NULL, signal_then_write, &visitor), 0);
    CHECK_EQ(read(handler_fds[1], &byte, 1), 1);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(handled, 3);
}

static atomic_bool over;

static void *signal_until_over(void *argument)
{
    struct visitor *visitor = argument;
    while (!atomic_load(&over)) {
        usleep(3000);
        CHECK_EQ(pthread_kill(visitor->sleeper, visitor->number), 0);
    }
    return NULL;
}

BOTH(shouldInterruptAfterTheHandlerThatDidNot)
{
    pthread_t thread;
    struct visitor visitor = {pthread_self(), SIGUSR2};
    char byte;
    make_pair(stack, handler_fds);
    install(SIGUSR1, count, SA_RESTART);
    install(SIGUSR2, count, 0);
    CHECK_EQ(pthread_create(&thread, NULL, signal_until_over, &visitor), 0);
    for (int round = 0; round < 3; round++)
        CHECK_ERRNO(read(handler_fds[1], &byte, 1), EINTR);
    atomic_store(&over, true);
    CHECK_EQ(pthread_join(thread, NULL), 0);
    CHECK_EQ(write(handler_fds[0], "x", 1), 1);
    CHECK_EQ(read(handler_fds[1], &byte, 1), 1);
}

/* With a time limit no call is restarted. */
BOTH(shouldInterruptATimedReadThoughTheHandlerRestarts)
{
    pthread_t thread;
    struct visitor visitor = {pthread_self(), SIGUSR1};
    const struct timeval patience = {.tv_sec = 20};
    char byte;
    make_pair(stack, handler_fds);
    CHECK_EQ(setsockopt(handler_fds[1], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    install(SIGUSR1, count, SA_RESTART);
    CHECK_EQ(pthread_create(&thread, NULL, signal_until_over, &visitor), 0);
    CHECK_ERRNO(read(handler_fds[1], &byte, 1), EINTR);
    atomic_store(&over, true);
    CHECK_EQ(pthread_join(thread, NULL), 0);
}

/* --- Java's asynchronous close --- */

struct blocked {
    pthread_t thread;
    int fd;
    char call; /* r: read, a: accept, p: poll */
    long result;
    int error;
    atomic_bool ended;
};

static void *block(void *argument)
{
    struct blocked *blocked = argument;
    char byte;
    struct pollfd wanted = {.fd = blocked->fd, .events = POLLIN};
    do {
        errno = 0;
        blocked->result = blocked->call == 'r'   ? read(blocked->fd, &byte, 1)
                          : blocked->call == 'a' ? accept(blocked->fd, NULL, NULL)
                                                 : poll(&wanted, 1, -1);
        blocked->error = errno;
    } while (blocked->call == 'p' && blocked->result < 0 && blocked->error == EINTR);
    atomic_store(&blocked->ended, true);
    return NULL;
}

/* What the marker answers, where the call found it at once, or EINTR where the signal came first. */
static void check_blocked(const struct blocked *blocked)
{
    if (blocked->call == 'r')
        CHECK(blocked->result == 0 || (blocked->result < 0 && blocked->error == EINTR));
    else if (blocked->call == 'a')
        CHECK(blocked->result < 0 && (blocked->error == EINTR || blocked->error == EINVAL ||
                                      blocked->error == EOPNOTSUPP || blocked->error == EBADF));
    else
        CHECK_EQ(blocked->result, 1);
}

/* One signal must be enough, whatever moment of the call it meets. */
static void close_asynchronously(const struct stack *stack, char call, int rounds)
{
    int marker[2];
    uint16_t port;
    char byte;
    install(SIGRTMAX - 2, count, 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, marker), 0);
    CHECK_EQ(shutdown(marker[0], SHUT_RDWR), 0);
    CHECK_EQ(close(marker[1]), 0);
    for (int round = 0; round < rounds; round++) {
        struct blocked blocked = {.call = call};
        int fds[2] = {-1, -1};
        if (call == 'a')
            fds[1] = listen_on(stack, 0, &port);
        else
            make_pair(stack, fds);
        blocked.fd = fds[1];
        CHECK_EQ(pthread_create(&blocked.thread, NULL, block, &blocked), 0);
        for (int spin = 0; spin < round * 37 % 3000; spin++)
            __asm__ volatile("");
        if (round % 8 == 0)
            usleep(2000);
        CHECK_EQ(dup2(marker[0], fds[1]), fds[1]);
        CHECK_EQ(pthread_kill(blocked.thread, SIGRTMAX - 2), 0);
        CHECK_EQ(pthread_join(blocked.thread, NULL), 0);
        check_blocked(&blocked);
        CHECK_EQ(read(fds[1], &byte, 1), 0);
        CHECK_EQ(close(fds[1]), 0);
        if (fds[0] >= 0)
            CHECK_EQ(close(fds[0]), 0);
    }
}

BOTH(shouldEndABlockedReadByAsynchronousClose)
{
    close_asynchronously(stack, 'r', 400);
}

BOTH(shouldEndABlockedAcceptByAsynchronousClose)
{
    close_asynchronously(stack, 'a', 200);
}

BOTH(shouldEndABlockedPollByAsynchronousClose)
{
    close_asynchronously(stack, 'p', 400);
}
