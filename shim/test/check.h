/* Tests: TEST and BOTH define them, CHECK* judge. Each runs in a process of its own, forked before anything was
 * offloaded, with a time limit. Output is TAP, and a last line "N passed, N failed, N skipped". */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Which TCP a test runs on. The same test on both shows that ours does as Linux does. */
struct stack {
    const char *name;
    const char *address;
};

typedef void test_function(const struct stack *stack);

void check_register(const char *name, test_function *function, const struct stack *stack);
void check_failed(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4), noreturn));
_Noreturn void check_skip(const char *why);

extern const struct stack kernel_stack;
extern const struct stack pno_stack;

#define TEST(name)                                                 \
    static void name(const struct stack *stack);                   \
    __attribute__((constructor)) static void register_##name(void) \
    {                                                              \
        check_register(#name, name, NULL);                         \
    }                                                              \
    static void name(const struct stack *stack __attribute__((unused)))

#define ON_PNO(name)                                               \
    static void name(const struct stack *stack);                   \
    __attribute__((constructor)) static void register_##name(void) \
    {                                                              \
        check_register(#name, name, &pno_stack);                   \
    }                                                              \
    static void name(const struct stack *stack __attribute__((unused)))

#define BOTH(name)                                                 \
    static void name(const struct stack *stack);                   \
    __attribute__((constructor)) static void register_##name(void) \
    {                                                              \
        check_register(#name, name, &kernel_stack);                \
        check_register(#name, name, &pno_stack);                   \
    }                                                              \
    static void name(const struct stack *stack)

/* What a test execs: this very program again, told by CHECK_PROGRAM to be that instead. It ends with 0. */
typedef void check_program(int count, char **arguments);
void check_register_program(const char *name, check_program *program);

#define PROGRAM(name)                                              \
    static void name(int count, char **arguments);                 \
    __attribute__((constructor)) static void register_##name(void) \
    {                                                              \
        check_register_program(#name, name);                       \
    }                                                              \
    static void name(int count __attribute__((unused)), char **arguments __attribute__((unused)))

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_failed(__FILE__, __LINE__, "%s (errno %s)", #condition, strerrorname_np(errno)); \
    } while (0)

#define CHECK_EQ(actual, expected)                                                                                     \
    do {                                                                                                               \
        long long actual_ = (long long)(actual), expected_ = (long long)(expected);                                    \
        if (actual_ != expected_)                                                                                      \
            check_failed(__FILE__, __LINE__, "%s is %lld, expected %s = %lld (errno %s)", #actual, actual_, #expected, \
                         expected_, strerrorname_np(errno));                                                           \
    } while (0)

/* The call fails with that errno. */
#define CHECK_ERRNO(call, error)                                                                  \
    do {                                                                                          \
        errno = 0;                                                                                \
        long long result_ = (long long)(call);                                                    \
        if (result_ != -1 || errno != (error))                                                    \
            check_failed(__FILE__, __LINE__, "%s answered %lld, %s, expected %s", #call, result_, \
                         strerrorname_np(errno), #error);                                         \
    } while (0)

/* --- sockets for tests; all CHECKed --- */

/* The address of a port on the stack. */
struct sockaddr_in name_of(const struct stack *stack, uint16_t port);

/* A listener on a port of the kernel's choice. */
int listen_on(const struct stack *stack, int type_flags, uint16_t *port);
int connect_to(const struct stack *stack, uint16_t port);

/* A connection with both ends here: [0] connected, [1] accepted. */
void make_pair(const struct stack *stack, int fds[2]);

void set_nonblocking(int fd);
int take_error(int fd);

/* Until so many bytes, or the peer's end, are there to read. */
void wait_readable(int fd);
void wait_bytes(int fd, int bytes);

/* At most 64 bytes, written until `total` are there to read at the other end, and read. */
void put_bytes(int fd, int to, int bytes, int total);
void get_bytes(int fd, int bytes);

/* epoll_ctl, the number its data. */
int control_set(int set, int operation, int fd, uint32_t events);

/* Reports for one descriptor, 0 if there are none; others must not be reported. */
uint32_t reports_of(int set, int fd, int timeout);

/* A connection, its accepted end in a set with these events. */
int watch_pair(const struct stack *stack, int fds[2], uint32_t events);

/* Bytes of a pattern that depends on the position. */
void fill_pattern(uint8_t *bytes, size_t length, uint64_t position);
bool has_pattern(const uint8_t *bytes, size_t length, uint64_t position);

/* Waits for a child, which must end with 0. */
void join_child(pid_t child);

/* Microseconds of processor time used by this process so far. */
long cpu_micros(void);

#endif
