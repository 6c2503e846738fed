/* libc's own functions, found behind ours. A symbol is looked up at its first use and kept in an atomic: two threads
 * may look up the same one, and both find it. No lock, so calls before the constructor are fine. */
#ifndef PNO_LIBC_H
#define PNO_LIBC_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"

enum pno_call {
#define PNO_ENUMERATE(result, name, parameters, arguments) PNO_CALL_##name,
    PNO_CALLS(PNO_ENUMERATE)
#undef PNO_ENUMERATE
        PNO_CALL_COUNT
};

extern _Atomic(void *) pno_libc_symbols[PNO_CALL_COUNT];

/* Looks a symbol up. One that this libc lacks is answered by a function that fails with ENOSYS. */
void *pno_libc_resolve(enum pno_call call);

static inline void *pno_libc_symbol(enum pno_call call)
{
    void *symbol = atomic_load_explicit(&pno_libc_symbols[call], memory_order_acquire);
    return __builtin_expect(symbol != NULL, 1) ? symbol : pno_libc_resolve(call);
}

#define PNO_DEFINE_CALL(result, name, parameters, arguments)                      \
    static inline result libc_##name parameters                                   \
    {                                                                             \
        return ((result(*) parameters)pno_libc_symbol(PNO_CALL_##name))arguments; \
    }

PNO_SOCKET_CALLS(PNO_DEFINE_CALL)
PNO_TRANSFER_CALLS(PNO_DEFINE_CALL)
PNO_WAIT_CALLS(PNO_DEFINE_CALL)
PNO_FORTIFIED_CALLS(PNO_DEFINE_CALL)
PNO_SIGNAL_CALLS(PNO_DEFINE_CALL)
#undef PNO_DEFINE_CALL

#define PNO_LIBC_FUNCTION(name) ((__typeof__(&name))pno_libc_symbol(PNO_CALL_##name))

static inline int libc_close(int fd)
{
    return PNO_LIBC_FUNCTION(close)(fd);
}

static inline int libc_dup3(int fd, int number, int flags)
{
    return PNO_LIBC_FUNCTION(dup3)(fd, number, flags);
}

static inline int libc_fcntl(int fd, int command, long argument)
{
    return PNO_LIBC_FUNCTION(fcntl)(fd, command, argument);
}

static inline int libc_ioctl(int fd, unsigned long request, void *argument)
{
    return PNO_LIBC_FUNCTION(ioctl)(fd, request, argument);
}

#endif
