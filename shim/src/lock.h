/* Spinlocks that know their owner, so that a signal handler which finds its own thread holding one can tell. They stand
 * in private memory or in memory that a fork family shares. None is held over a system call of length. */
#ifndef PNO_LOCK_H
#define PNO_LOCK_H

#include <stdatomic.h>

#include "base.h"

struct pno_lock {
    _Atomic uint32_t owner; /* thread id, or 0 */
};

/* What signal handlers could not do since their thread held a lock: whoever gives its last lock next does it. */
extern _Atomic uint32_t pno_lock_postponed; /* not 0: there is something */
void pno_lock_catch_up(void);

/* The calling thread holds no lock any more, and a signal came while it did: its handler runs. */
void pno_signals_deliver(void);

/* The rest of pno_lock_take when somebody holds the lock. */
bool pno_lock_contend(struct pno_lock *lock);

/* Counted before a lock is taken and after it is given: a handler that sees no lock held may take any. */
static inline void pno_lock_count(uint32_t change)
{
    atomic_signal_fence(memory_order_seq_cst);
    pno_self.held += change;
    atomic_signal_fence(memory_order_seq_cst);
}

static inline void pno_lock_leave(void)
{
    pno_lock_count(-1U);
    if (PNO_UNLIKELY(atomic_load_explicit(&pno_lock_postponed, memory_order_relaxed) != 0) && pno_self.held == 0)
        pno_lock_catch_up();
    if (PNO_UNLIKELY(pno_self.put_off != 0) && pno_self.held == 0)
        pno_signals_deliver();
}

/* False only if the calling thread itself holds the lock: a signal handler interrupted it, and must not wait. */
static inline bool pno_lock_take(struct pno_lock *lock)
{
    uint32_t nobody = 0;
    pno_lock_count(1);
    if (PNO_LIKELY(atomic_compare_exchange_strong_explicit(&lock->owner, &nobody, pno_tid(), memory_order_acquire,
                                                           memory_order_relaxed)) ||
        pno_lock_contend(lock))
        return true;
    pno_lock_leave();
    return false;
}

/* Takes the lock if nobody holds it. For who holds another one already, of the same kind. */
static inline bool pno_lock_try(struct pno_lock *lock)
{
    uint32_t nobody = 0;
    pno_lock_count(1);
    if (atomic_compare_exchange_strong_explicit(&lock->owner, &nobody, pno_tid(), memory_order_acquire,
                                                memory_order_relaxed))
        return true;
    pno_lock_leave();
    return false;
}

static inline void pno_lock_give(struct pno_lock *lock)
{
    atomic_store_explicit(&lock->owner, 0, memory_order_release);
    pno_lock_leave();
}

#endif
