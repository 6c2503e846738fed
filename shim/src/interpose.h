/* How a wrapper decides. */
#ifndef PNO_INTERPOSE_H
#define PNO_INTERPOSE_H

#include <errno.h>

#include "fdtable.h"
#include "file.h"
#include "identity.h"
#include "libc.h"

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

/* Returns from the wrapper if the number is ours and its file has that operation, and does not pass. A call that is
 * made anew, as Linux restarts one after a signal, asks anew whose the number is. */
#define PNO_OURS(fd, operation, ...)                                      \
    for (struct pno_file * file_; PNO_FILE_WITH(file_, fd, operation);) { \
        long answer_ = file_->ops->operation(file_, fd, __VA_ARGS__);     \
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
