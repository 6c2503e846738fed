/* Candidates: kernel TCP sockets that may still become ours. bind, listen and connect decide. */
#ifndef PNO_CANDIDATE_H
#define PNO_CANDIDATE_H

#include "file.h"

struct pno_candidate {
    int domain;
    bool asks_signals;          /* the program may have asked the kernel for SIGIO or SIGURG */
    struct pno_options options; /* what was set so far, and accepted by the kernel */
};

extern const struct pno_ops pno_candidate_ops;

/* The kernel has just made a TCP socket. */
void pno_candidate_created(int fd, int domain);

/* A candidate that no number names yet, or NULL. */
struct pno_file *pno_candidate_made(int domain, const struct pno_options *options);

/* Connects by Fast Open: the first write, which follows, brings the SYN. As the operation connect. */
long pno_candidate_connect_fast(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length);

/* It remains the kernel's for good. */
void pno_candidate_resign(struct pno_file *file, int fd);

#endif
