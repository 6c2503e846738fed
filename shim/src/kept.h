/* Options that PnO does not know itself. The kernel is asked about them, on a socket of its own: what it refuses is
 * refused, what changes nothing is taken, what matters to the kernel alone is kept and told back, and a few are carried
 * to the DPU. What is left is not supported. */
#ifndef PNO_KEPT_H
#define PNO_KEPT_H

#include <sys/socket.h>

#include "arena.h"

/* The kernel socket `fd` has just taken the option: keeps what it tells of it. 1 if the DPU must hear of it, 0 if not,
 * -ENOPROTOOPT if it is none of those that are kept. */
int pno_kept_note(struct pno_options *options, int fd, int level, int option);

/* setsockopt on a connected socket: what the kernel says of it on a socket that it has just made. */
struct pno_verdict {
    long answer;   /* -errno, 1: it is to be noted, or 0: it changes nothing */
    bool refused;  /* by us: it is one that cannot be honoured */
    int at;        /* which of the kept, */
    int32_t value; /* and what it is from now on */
    int32_t priority;
};

struct pno_verdict pno_kept_judge(int domain, int level, int option, const void *value, socklen_t length);

/* Notes it. As pno_kept_note. */
int pno_kept_apply(struct pno_options *options, const struct pno_verdict *verdict);

/* getsockopt of what was kept, or else of a socket on which it was never set. 0 or -errno. */
long pno_kept_get(const struct pno_options *options, int domain, int level, int option, void *value, socklen_t *length);

/* An option that has no effect on sockets of ours was set on a candidate: it is counted when the socket becomes ours,
 * unless it is the default. */
void pno_kept_early(struct pno_options *options, int level, int option);
void pno_kept_count_early(const struct pno_options *options, int domain, int fd);

/* True if the kernel socket has nothing else there than one that was just made. */
bool pno_kept_is_default(int domain, int fd, int level, int option);

#endif
