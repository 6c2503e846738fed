/* syscall(): calls by their numbers. Those on descriptors are handed to our functions of the same name, so that they
 * find our sockets; io_uring, which would reach the placeholders past us, is not there. */
#include <errno.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "interpose.h"
#include "process.h"
#include "unsupported.h"

#define ARGUMENTS 6

#define AS_INT(at) ((int)words[at])
#define AS_POINTER(at) ((void *)words[at])

static long descriptor_call(long number, const long words[ARGUMENTS])
{
    switch (number) {
    case SYS_close:
        return close(AS_INT(0));
#ifdef SYS_close_range
    case SYS_close_range:
        return close_range((unsigned)words[0], (unsigned)words[1], AS_INT(2));
#endif
    case SYS_dup:
        return dup(AS_INT(0));
#ifdef SYS_dup2
    case SYS_dup2:
        return dup2(AS_INT(0), AS_INT(1));
#endif
    case SYS_dup3:
        return dup3(AS_INT(0), AS_INT(1), AS_INT(2));
    case SYS_fcntl:
        return fcntl(AS_INT(0), AS_INT(1), words[2]);
    case SYS_ioctl:
        return ioctl(AS_INT(0), (unsigned long)words[1], words[2]);
    default:
        return PNO_PASS;
    }
}

static long socket_call(long number, const long words[ARGUMENTS])
{
    switch (number) {
    case SYS_socket:
        return socket(AS_INT(0), AS_INT(1), AS_INT(2));
    case SYS_bind:
        return bind(AS_INT(0), AS_POINTER(1), (socklen_t)words[2]);
    case SYS_listen:
        return listen(AS_INT(0), AS_INT(1));
    case SYS_accept:
        return accept(AS_INT(0), AS_POINTER(1), AS_POINTER(2));
    case SYS_accept4:
        return accept4(AS_INT(0), AS_POINTER(1), AS_POINTER(2), AS_INT(3));
    case SYS_connect:
        return connect(AS_INT(0), AS_POINTER(1), (socklen_t)words[2]);
    case SYS_shutdown:
        return shutdown(AS_INT(0), AS_INT(1));
    case SYS_getsockname:
        return getsockname(AS_INT(0), AS_POINTER(1), AS_POINTER(2));
    case SYS_getpeername:
        return getpeername(AS_INT(0), AS_POINTER(1), AS_POINTER(2));
    case SYS_getsockopt:
        return getsockopt(AS_INT(0), AS_INT(1), AS_INT(2), AS_POINTER(3), AS_POINTER(4));
    case SYS_setsockopt:
        return setsockopt(AS_INT(0), AS_INT(1), AS_INT(2), AS_POINTER(3), (socklen_t)words[4]);
    default:
        return PNO_PASS;
    }
}

static long transfer_call(long number, const long words[ARGUMENTS])
{
    switch (number) {
    case SYS_read:
        return read(AS_INT(0), AS_POINTER(1), (size_t)words[2]);
    case SYS_write:
        return write(AS_INT(0), AS_POINTER(1), (size_t)words[2]);
    case SYS_readv:
        return readv(AS_INT(0), AS_POINTER(1), AS_INT(2));
    case SYS_writev:
        return writev(AS_INT(0), AS_POINTER(1), AS_INT(2));
    case SYS_recvfrom:
        return recvfrom(AS_INT(0), AS_POINTER(1), (size_t)words[2], AS_INT(3), AS_POINTER(4), AS_POINTER(5));
    case SYS_sendto:
        return sendto(AS_INT(0), AS_POINTER(1), (size_t)words[2], AS_INT(3), AS_POINTER(4), (socklen_t)words[5]);
    case SYS_recvmsg:
        return recvmsg(AS_INT(0), AS_POINTER(1), AS_INT(2));
    case SYS_sendmsg:
        return sendmsg(AS_INT(0), AS_POINTER(1), AS_INT(2));
    case SYS_epoll_ctl:
        return epoll_ctl(AS_INT(0), AS_INT(1), AS_INT(2), AS_POINTER(3));
    default:
        return PNO_PASS;
    }
}

static long process_call(long number, const long words[ARGUMENTS])
{
    switch (number) {
    case SYS_execve:
        return execve(AS_POINTER(0), AS_POINTER(1), AS_POINTER(2));
    case SYS_execveat:
        return execveat(AS_INT(0), AS_POINTER(1), AS_POINTER(2), AS_POINTER(3), AS_INT(4));
#ifdef SYS_fork
    case SYS_fork:
    case SYS_vfork:
        return _Fork();
#endif
    default:
        return PNO_PASS;
    }
}

static long call(long number, const long words[ARGUMENTS])
{
    if (number == SYS_io_uring_setup && atomic_load_explicit(&pno_process.active, memory_order_relaxed))
        return pno_result(pno_unsupported(PNO_VAIN_IO_URING, ENOSYS));
    long answer = descriptor_call(number, words);
    if (answer == PNO_PASS)
        answer = socket_call(number, words);
    if (answer == PNO_PASS)
        answer = transfer_call(number, words);
    return answer == PNO_PASS ? process_call(number, words) : answer;
}

PNO_EXPORT long syscall(long number, ...)
{
    long words[ARGUMENTS];
    va_list arguments;
    va_start(arguments, number);
    for (size_t i = 0; i < ARGUMENTS; i++)
        words[i] = va_arg(arguments, long);
    va_end(arguments);
    long answer = call(number, words);
    return answer != PNO_PASS
               ? answer
               : PNO_LIBC_FUNCTION(syscall)(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}
