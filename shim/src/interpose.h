/* How a wrapper decides. */
#ifndef PNO_INTERPOSE_H
#define PNO_INTERPOSE_H

#include <errno.h>

#include "fdtable.h"
#include "file.h"
#include "identity.h"
#include "libc.h"
#include "trace.h"

/* An operation's answer as the call's result. */
static inline long pno_result(long answer)
{
    if (PNO_LIKELY(answer >= 0))
        return answer;
    errno = (int)-answer;
    return -1;
}

/* True, and the file, if the number is of one that has that operation. */
#define PNO_FILE_WITH(file, fd, operation)        \
    ((file = pno_file_of(fd)) != NULL &&          \
     (PNO_LIKELY(file->ops->operation != NULL) || \
      ((file = pno_file_settled(file, fd)) != NULL && file->ops->operation != NULL)))

/* How an operation's call is told in the log. */
#define PNO_TRACE_BYTES(answer, fd, pieces, count, flags)                          \
    do {                                                                           \
        if (PNO_UNLIKELY(pno_traces))                                              \
            pno_trace_bytes(__func__, (answer), (fd), (pieces), (count), (flags)); \
    } while (0)
#define PNO_TRACE_receive PNO_TRACE_BYTES
#define PNO_TRACE_transmit PNO_TRACE_BYTES
#define PNO_TRACE_bind PNO_TRACE
#define PNO_TRACE_listen PNO_TRACE
#define PNO_TRACE_accept PNO_TRACE
#define PNO_TRACE_connect PNO_TRACE
#define PNO_TRACE_shutdown PNO_TRACE
#define PNO_TRACE_local_name PNO_TRACE
#define PNO_TRACE_peer_name PNO_TRACE
#define PNO_TRACE_get_option PNO_TRACE
#define PNO_TRACE_set_option PNO_TRACE
#define PNO_TRACE_control PNO_TRACE
#define PNO_TRACE_device PNO_TRACE
#define PNO_TRACE_send_file PNO_TRACE

/* Returns from the wrapper if the number is ours and its file has that operation, and does not pass. A call that is
 * made anew, as Linux restarts one after a signal, asks anew whose the number is. */
#define PNO_OURS(fd, operation, ...)                                      \
    for (struct pno_file * file_; PNO_FILE_WITH(file_, fd, operation);) { \
        long answer_ = file_->ops->operation(file_, fd, __VA_ARGS__);     \
        PNO_TRACE_##operation(answer_, fd, __VA_ARGS__);                  \
        if (PNO_LIKELY(answer_ != PNO_PASS && answer_ != -ERESTART))      \
            return pno_result(answer_);                                   \
        if (answer_ == PNO_PASS)                                          \
            break;                                                        \
    }

/* Calls that no header declares unless a program is compiled for them. */
#define PNO_DECLARE_CALL(result, name, parameters, arguments) result name parameters;
PNO_FORTIFIED_CALLS(PNO_DECLARE_CALL)

/* A number that the kernel has just given: it is nobody's. */
static inline int pno_fresh(int fd)
{
    if (PNO_UNLIKELY(fd >= 0 && pno_file_of(fd) != NULL))
        pno_fd_forget(fd);
    return fd;
}

#endif
