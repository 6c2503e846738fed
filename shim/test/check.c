/* The runner, and what the tests share. */
#include "check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define TESTS 256
#define SECONDS_PER_TEST 30 /* a stall, also on a machine that is busy with other things */
#define EXIT_SKIPPED 77

const struct stack kernel_stack = {"kernel", "127.0.0.1"};
const struct stack pno_stack = {"pno", "10.77.0.1"};

static struct {
    const char *name;
    test_function *function;
    const struct stack *stack;
} tests[TESTS];
static size_t test_count;

void check_register(const char *name, test_function *function, const struct stack *stack)
{
    tests[test_count].name = name;
    tests[test_count].function = function;
    tests[test_count++].stack = stack;
}

static struct {
    const char *name;
    check_program *program;
} programs[TESTS];
static size_t program_count;

void check_register_program(const char *name, check_program *program)
{
    programs[program_count].name = name;
    programs[program_count++].program = program;
}

static int run_program(const char *name, int count, char **arguments)
{
    for (size_t i = 0; i < program_count; i++)
        if (strcmp(programs[i].name, name) == 0) {
            programs[i].program(count, arguments);
            return 0;
        }
    return 2;
}

void check_failed(const char *file, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("# %s:%d: ", file, line);
    vprintf(format, arguments);
    printf("\n");
    va_end(arguments);
    fflush(stdout);
    _exit(1);
}

_Noreturn void check_skip(const char *why)
{
    printf("# skipped: %s\n", why);
    fflush(stdout);
    _exit(EXIT_SKIPPED);
}

/* Waits for the test's end, or ends it and what it has forked: not by its own alarm, since some tests use that. */
static int outcome(pid_t child)
{
    int status = 0;
    sigset_t ended;
    const struct timespec limit = {.tv_sec = SECONDS_PER_TEST};
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    if (sigtimedwait(&ended, NULL, &limit) < 0) {
        printf("# it stalled: no end after %d seconds\n", SECONDS_PER_TEST);
        kill(-child, SIGKILL);
    }
    waitpid(child, &status, 0);
    kill(-child, SIGKILL);
    return status;
}

static int run(size_t at)
{
    sigset_t ended;
    fflush(stdout);
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        sigprocmask(SIG_UNBLOCK, &ended, NULL);
        tests[at].function(tests[at].stack);
        fflush(stdout);
        _exit(0);
    }
    setpgid(child, child);
    int status = outcome(child);
    if (WIFSIGNALED(status))
        printf("# killed by signal %d (%s)\n", WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

int main(int count, char **arguments)
{
    size_t numbers[3] = {0}; /* passed, failed, skipped */
    const char *program = getenv("CHECK_PROGRAM");
    if (program != NULL)
        return run_program(program, count, arguments);
    signal(SIGPIPE, SIG_DFL);
    for (size_t i = 0; i < test_count; i++) {
        if (count > 1 && strstr(tests[i].name, arguments[1]) == NULL)
            continue;
        int status = run(i);
        numbers[status == 0 ? 0 : status == EXIT_SKIPPED ? 2 : 1]++;
        printf("%s %zu - %s%s%s%s\n", status == 0 || status == EXIT_SKIPPED ? "ok" : "not ok", i + 1, tests[i].name,
               tests[i].stack != NULL ? " on " : "", tests[i].stack != NULL ? tests[i].stack->name : "",
               status == EXIT_SKIPPED ? " # SKIP" : "");
    }
    printf("1..%zu\n", numbers[0] + numbers[1] + numbers[2]);
    printf("%zu passed, %zu failed, %zu skipped\n", numbers[0], numbers[1], numbers[2]);
    return numbers[1] != 0;
}

/* --- sockets --- */

struct sockaddr_in name_of(const struct stack *stack, uint16_t port)
{
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_port = htons(port)};
    CHECK(inet_pton(AF_INET, stack->address, &name.sin_addr) == 1);
    return name;
}

int listen_on(const struct stack *stack, int type_flags, uint16_t *port)
{
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM | type_flags, 0);
    CHECK(fd >= 0);
    CHECK_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(listen(fd, 16), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(name.sin_port);
    return fd;
}

int connect_to(const struct stack *stack, uint16_t port)
{
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(fd >= 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    return fd;
}

void make_pair(const struct stack *stack, int fds[2])
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    fds[0] = connect_to(stack, port);
    fds[1] = accept(listener, NULL, NULL);
    CHECK(fds[1] >= 0);
    CHECK_EQ(close(listener), 0);
}

void set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    CHECK(flags >= 0);
    CHECK_EQ(fcntl(fd, F_SETFL, flags | O_NONBLOCK), 0);
}

int take_error(int fd)
{
    int error = 0;
    socklen_t length = sizeof(error);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    return error;
}

void wait_readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
}

void wait_bytes(int fd, int bytes)
{
    int there = 0;
    while (there < bytes) {
        CHECK_EQ(ioctl(fd, FIONREAD, &there), 0);
        if (there < bytes)
            usleep(100);
    }
}

/* --- epoll --- */

int control_set(int set, int operation, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(set, operation, fd, &event);
}

uint32_t reports_of(int set, int fd, int timeout)
{
    struct epoll_event got[4];
    int count = epoll_wait(set, got, 4, timeout);
    if (count == 0)
        return 0;
    CHECK_EQ(count, 1);
    CHECK_EQ(got[0].data.fd, fd);
    return got[0].events;
}

int watch_pair(const struct stack *stack, int fds[2], uint32_t events)
{
    int set = epoll_create1(EPOLL_CLOEXEC);
    make_pair(stack, fds);
    CHECK_EQ(control_set(set, EPOLL_CTL_ADD, fds[1], events), 0);
    return set;
}

void put_bytes(int fd, int to, int bytes, int total)
{
    char text[64] = {0};
    CHECK_EQ(write(fd, text, (size_t)bytes), bytes);
    wait_bytes(to, total);
}

void get_bytes(int fd, int bytes)
{
    char text[64];
    CHECK_EQ(read(fd, text, (size_t)bytes), bytes);
}

/* --- the rest --- */

void fill_pattern(uint8_t *bytes, size_t length, uint64_t position)
{
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)((position + i) * 2654435761U >> 13);
}

bool has_pattern(const uint8_t *bytes, size_t length, uint64_t position)
{
    for (size_t i = 0; i < length; i++)
        if (bytes[i] != (uint8_t)((position + i) * 2654435761U >> 13))
            return false;
    return true;
}

void join_child(pid_t child)
{
    int status = -1;
    CHECK_EQ(waitpid(child, &status, 0), child);
    CHECK_EQ(status, 0);
}

long cpu_micros(void)
{
    struct rusage usage;
    CHECK_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000L + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}
