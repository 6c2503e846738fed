/* Walks the control data of messages. */
#include "pass.h"

#include <string.h>

#include "fdtable.h"
#include "identity.h"
#include "process.h"

/* Calls for each descriptor of a message until one fails. */
static int for_each(const struct msghdr *message, int (*visit)(int fd))
{
    struct msghdr *walk = (struct msghdr *)message;
    for (struct cmsghdr *control = CMSG_FIRSTHDR(walk); control != NULL; control = CMSG_NXTHDR(walk, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS || control->cmsg_len < CMSG_LEN(0))
            continue;
        size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(control) + i * sizeof(fd), sizeof(fd));
            int error = visit(fd);
            if (error < 0)
                return error;
        }
    }
    return 0;
}

static int give_name(int fd)
{
    struct pno_file *file = pno_file_of(fd);
    return file != NULL && file->record != NULL && !pno_process_is_borrowed() ? pno_identity_give(file) : 0;
}

static int meet(int fd)
{
    pno_identity_meet(fd);
    return 0;
}

int pno_pass_out(const struct msghdr *message)
{
    return for_each(message, give_name);
}

void pno_pass_in(const struct msghdr *message)
{
    if (atomic_load_explicit(&pno_process.active, memory_order_relaxed) && !pno_process_is_borrowed())
        for_each(message, meet);
}
