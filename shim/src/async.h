/* SIGIO and SIGURG. Nobody but a thread can raise them while the program does not call: there is one, from the first
 * time that a socket of ours gets an owner or O_ASYNC, and none in a program that asks for neither. It sleeps in an
 * epoll set of its own, in which those sockets stand edge-triggered, and sends what the kernel would send. */
#ifndef PNO_ASYNC_H
#define PNO_ASYNC_H

#include <fcntl.h>

#include "file.h"

/* F_SETOWN, F_GETSIG and the like. PNO_PASS: it is another command. F_GETOWN is asked as F_GETOWN_EX. */
long pno_async_control(struct pno_file *file, int fd, int command, long argument);

/* The same by ioctl: SIOCSPGRP, FIOGETOWN and the like. */
long pno_async_device(struct pno_file *file, int fd, unsigned long request, void *argument);

/* O_ASYNC. 0 or -errno. */
long pno_async_switch(struct pno_file *file, int fd, bool on);

/* A socket becomes ours for which the program has asked the kernel for signals: from now on we send them. */
struct pno_asked {
    bool any;
    int status; /* F_GETFL */
    int signal;
    struct f_owner_ex owner;
};

struct pno_asked pno_async_asked(int fd);
void pno_async_take_over(struct pno_file *file, int fd, const struct pno_asked *asked);

/* In the child of a fork, which has no such thread. */
void pno_async_forget(void);

#endif
