/* The process as the DPU sees it: its start, its forks, and what is left when the DPU goes. */
#ifndef PNO_PROCESS_H
#define PNO_PROCESS_H

#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

#include "base.h"

struct pno_process {
    atomic_bool active; /* a DPU was found: new sockets may become ours */
    atomic_bool gone;   /* the DPU, or the arena with it: every socket of ours has failed */
    pid_t pid;
    int placeholder; /* what the numbers of connected sockets are dups of */
};

extern struct pno_process pno_process;

/* Makes sure that there is an arena which the DPU knows. 0 or -errno. */
int pno_process_arena(void);

/* Makes sure that the control connection is this process's own. 0 or -errno. */
int pno_process_connect(void);

/* Shares the arena of a socket that came from elsewhere, unless it is ours already; closes the descriptors. 0, or
 * -errno: -EXDEV if this process has another arena. */
struct pno_joined;
int pno_process_join(const struct pno_joined *joined);

/* Around a fork. */
void pno_process_before_fork(void);
void pno_process_after_fork_in_parent(void);
void pno_process_after_fork_in_child(void);

/* The control connection has ended. */
void pno_process_dpu_gone(void);

/* After a wake-up: has the DPU fenced the arena? */
void pno_process_check(uint64_t channels);

/* A call found nothing and will not sleep: now and then looks whether the DPU still lives. */
void pno_process_glance(void);

/* fork has failed after its handlers ran. */
void pno_process_fork_failed(void);

/* True in the child of vfork: the memory is the parent's, and only the kernel's descriptors are its own. */
static inline bool pno_process_is_borrowed(void)
{
    return getpid() != pno_process.pid && pno_process.pid != 0;
}

#endif
