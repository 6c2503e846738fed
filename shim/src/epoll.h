/* epoll_ctl and epoll_wait for sets that may have sockets of ours. */
#ifndef PNO_EPOLL_H
#define PNO_EPOLL_H

#include <signal.h>
#include <sys/epoll.h>

#include "file.h"

/* epoll_ctl; PNO_PASS: it is the kernel's alone. */
long pno_epoll_control(int set_fd, int operation, int fd, struct epoll_event *event);

/* epoll_wait with a deadline: 0 asks only. PNO_PASS: there is nothing of ours in the set. */
long pno_epoll_wait(struct pno_file *file, int fd, struct epoll_event *events, int room, uint64_t deadline,
                    const sigset_t *mask);

#endif
