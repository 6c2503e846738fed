/* poll and select over kernel descriptors and ours. */
#ifndef PNO_POLL_H
#define PNO_POLL_H

#include <poll.h>
#include <signal.h>
#include <sys/select.h>

#include "base.h"

/* ppoll with a deadline: 0 asks only. PNO_PASS: there is nothing of ours. */
long pno_poll(struct pollfd *fds, nfds_t count, uint64_t deadline, const sigset_t *mask);

/* Room for so many entries: the caller's own, or a mapping, which pno_poll_leave gives back. NULL: there is none. */
struct pollfd *pno_poll_room(struct pollfd *own, size_t own_count, size_t count);
void pno_poll_leave(struct pollfd *room, const struct pollfd *own, size_t count);

/* pselect, likewise; the sets are changed only if there is a result. */
long pno_select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, uint64_t deadline, const sigset_t *mask);

#endif
