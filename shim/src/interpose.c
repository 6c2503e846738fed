/* The intercepted calls that open, change and close descriptors. A wrapper only decides whose the call is, ours or
 * libc's, and keeps errno: a call that succeeds leaves it alone. */
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <string.h>

#include "candidate.h"
#include "fdtable.h"
#include "interpose.h"
#include "log.h"
#include "process.h"

static bool is_active(void)
{
    return atomic_load_explicit(&pno_process.active, memory_order_relaxed);
}

/* Tells of a call on a number that is, or was, not libc's alone. */
#define PNO_TRACE_RESULT(ours, result, ...)                                 \
    do {                                                                    \
        if (PNO_UNLIKELY(ours))                                             \
            PNO_TRACE((result) < 0 ? -errno : (long)(result), __VA_ARGS__); \
    } while (0)

static bool is_traced(int fd)
{
    return PNO_UNLIKELY(pno_traces) && pno_file_of(fd) != NULL;
}

PNO_EXPORT int socket(int domain, int type, int protocol)
{
    int fd = libc_socket(domain, type, protocol);
    if (fd < 0 || !is_active())
        return fd;
    pno_fd_forget(fd);
    bool tcp = (type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC)) == SOCK_STREAM && (protocol == 0 || protocol == IPPROTO_TCP);
    if (tcp && (domain == AF_INET || domain == AF_INET6))
        pno_candidate_created(fd, domain);
    PNO_TRACE_RESULT(is_traced(fd), fd, domain, type, protocol);
    return fd;
}

PNO_EXPORT int bind(int fd, const struct sockaddr *name, socklen_t length)
{
    PNO_OURS(fd, bind, name, length);
    return libc_bind(fd, name, length);
}

PNO_EXPORT int listen(int fd, int backlog)
{
    PNO_OURS(fd, listen, backlog);
    return libc_listen(fd, backlog);
}

PNO_EXPORT int accept(int fd, struct sockaddr *name, socklen_t *length)
{
    PNO_OURS(fd, accept, name, length, 0);
    return pno_fresh(libc_accept(fd, name, length));
}

PNO_EXPORT int accept4(int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    PNO_OURS(fd, accept, name, length, flags);
    return pno_fresh(libc_accept4(fd, name, length, flags));
}

PNO_EXPORT int connect(int fd, const struct sockaddr *name, socklen_t length)
{
    PNO_OURS(fd, connect, name, length);
    return libc_connect(fd, name, length);
}

PNO_EXPORT int shutdown(int fd, int how)
{
    PNO_OURS(fd, shutdown, how);
    return libc_shutdown(fd, how);
}

PNO_EXPORT int getsockname(int fd, struct sockaddr *name, socklen_t *length)
{
    PNO_OURS(fd, local_name, name, length);
    return libc_getsockname(fd, name, length);
}

PNO_EXPORT int getpeername(int fd, struct sockaddr *name, socklen_t *length)
{
    PNO_OURS(fd, peer_name, name, length);
    return libc_getpeername(fd, name, length);
}

PNO_EXPORT int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    PNO_OURS(fd, get_option, level, option, value, length);
    return libc_getsockopt(fd, level, option, value, length);
}

PNO_EXPORT int setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
    PNO_OURS(fd, set_option, level, option, value, length);
    return libc_setsockopt(fd, level, option, value, length);
}

PNO_EXPORT int close(int fd)
{
    bool traced = is_traced(fd);
    int result = pno_fd_close(fd);
    PNO_TRACE_RESULT(traced, result, fd);
    return result;
}

PNO_EXPORT int close_range(unsigned first, unsigned last, int flags)
{
    return pno_fd_close_range(first, last, flags);
}

PNO_EXPORT void closefrom(int first)
{
    pno_fd_close_range(first < 0 ? 0 : (unsigned)first, ~0U, 0);
}

PNO_EXPORT int dup(int fd)
{
    int result = pno_fd_dup(fd, F_DUPFD, 0);
    PNO_TRACE_RESULT(is_traced(fd), result, fd);
    return result;
}

PNO_EXPORT int dup2(int fd, int number)
{
    if (fd == number)
        return libc_fcntl(fd, F_GETFD, 0) < 0 ? -1 : fd;
    bool traced = is_traced(fd) || is_traced(number);
    int result = pno_fd_dup3(fd, number, 0);
    PNO_TRACE_RESULT(traced, result, fd, number);
    return result;
}

PNO_EXPORT int dup3(int fd, int number, int flags)
{
    bool traced = is_traced(fd) || is_traced(number);
    int result = pno_fd_dup3(fd, number, flags);
    PNO_TRACE_RESULT(traced, result, fd, number, flags);
    return result;
}

static int ask_owner(int fd, struct f_owner_ex *told)
{
    PNO_OURS(fd, control, F_GETOWN_EX, (long)told);
    return libc_fcntl(fd, F_GETOWN_EX, (long)told);
}

/* The number of a group is told below 0, which would look like an error of ours; so libc asks, too. */
static int owner(int fd)
{
    struct f_owner_ex told;
    if (ask_owner(fd, &told) < 0)
        return -1;
    return told.type == F_OWNER_PGRP ? -told.pid : told.pid;
}

static int control(int fd, int command, long argument)
{
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        return pno_fd_dup(fd, command, argument);
    if (command == F_GETOWN)
        return owner(fd);
    PNO_OURS(fd, control, command, argument);
    return libc_fcntl(fd, command, argument);
}

PNO_EXPORT int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(fd, command, argument);
}

PNO_EXPORT int fcntl64(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    long argument = va_arg(arguments, long);
    va_end(arguments);
    return control(fd, command, argument);
}

PNO_EXPORT int ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    PNO_OURS(fd, device, request, argument);
    return libc_ioctl(fd, request, argument);
}

/* libc's own asks the kernel past us. */
PNO_EXPORT int sockatmark(int fd)
{
    int answer = 0;
    struct pno_file *file = pno_file_of(fd);
    if (file == NULL || file->ops->device == NULL)
        return libc_sockatmark(fd);
    return ioctl(fd, SIOCATMARK, &answer) < 0 ? -1 : answer;
}
