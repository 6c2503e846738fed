/* The program's signal handlers run through a trampoline of ours, for two reasons. One that comes while its thread
 * holds a lock of ours is put off until the last lock is given; so no handler runs under our locks, unless it is of a
 * fault or was installed past libc. And a call that sleeps knows whether a handler ran meanwhile, and whether that one
 * wants calls to be restarted. */
#ifndef PNO_SIGNALS_H
#define PNO_SIGNALS_H

#include <signal.h>

#include "base.h"

/* A call begins that may sleep: handlers that have run until now do not interrupt it. */
static inline void pno_signals_mark(void)
{
    pno_self.mark = pno_self.handled;
    pno_self.cut_mark = pno_self.cuts;
}

/* True if a handler has run since the mark. */
static inline bool pno_signals_came(void)
{
    return pno_self.handled != pno_self.mark;
}

/* The answer of a call that found itself interrupted: -EINTR; -ERESTART: the call is made anew, its number looked up
 * anew; or 0: it was no handler, the sleep goes on. */
long pno_signals_answer(uint64_t deadline);

/* sigaction as the program sees it. 0, or -1 and errno. */
int pno_signal_action(int signal, const struct sigaction *action, struct sigaction *old);

/* In the child of a fork: a signal that was put off is the parent's. */
void pno_signals_forget(void);

#endif
