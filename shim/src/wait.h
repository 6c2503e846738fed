/* Sleeping until a file of ours may have changed. Each thread that sleeps in a blocking call, in poll or in select does
 * so in a private epoll set, in which the bells of the channels it waits for stand edge-triggered: a bell is never
 * read, and each ring wakes every sleeper once. */
#ifndef PNO_WAIT_H
#define PNO_WAIT_H

#include <sys/epoll.h>

#include "file.h"

typedef bool pno_condition(struct pno_file *file, uint32_t argument);

/* A timeout's deadline; 0 is none. */
static inline uint64_t pno_deadline_of(uint64_t timeout_ns)
{
    return timeout_ns == 0 ? PNO_NEVER : pno_now() + timeout_ns;
}

/* Sleeps until the condition may hold (0: look again), or answers -EAGAIN at the deadline, or what pno_signals_answer
 * says if a handler has run since pno_signals_mark. */
long pno_wait_until(struct pno_file *file, pno_condition *condition, uint32_t argument, uint64_t deadline);

/* The same for readiness, in EPOLL bits; errors count always. */
long pno_wait_file(struct pno_file *file, uint32_t events, uint64_t deadline);

/* Sleeps a moment where the pool of chunks is empty. */
long pno_wait_memory(uint64_t deadline);

/* The mask of channels that the file's events come by; sees to it that there is one. 0: there cannot be. */
uint64_t pno_wait_channels(struct pno_file *file);

/* The thread's private epoll set, with the bells of these channels in it, or -errno. */
int pno_wait_set(uint64_t mask);

/* What is to be done after the private set was readable: its edges are taken, and the DPU's end noticed. */
void pno_wait_taken(void);

/* Looks for `spin` microseconds (PNO_SPIN) whether one of the channels has an event. */
bool pno_wait_spin(uint64_t mask);
void pno_wait_start(void);

/* Milliseconds until a deadline for poll and epoll_wait, rounded up; -1 for never. */
int pno_wait_millis(uint64_t deadline);

/* In the child of a fork. */
void pno_wait_forget(void);

#endif
