/* Spinlocks that know their owner, so that a signal handler which finds its own thread holding one can tell. They stand
 * in private memory or in memory that a fork family shares. None is held over a system call of length. */
#ifndef PNO_LOCK_H
#define PNO_LOCK_H

#include <stdatomic.h>

#include "base.h"

struct pno_lock {
    _Atomic uint32_t owner; /* thread id, or 0 */
};

/* The rest of pno_lock_take when somebody holds the lock. */
bool pno_lock_contend(struct pno_lock *lock);

/* False only if the calling thread itself holds the lock: a signal handler interrupted it, and must not wait. */
static inline bool pno_lock_take(struct pno_lock *lock)
{
    uint32_t nobody = 0;
    if (PNO_UNLIKELY(!atomic_compare_exchange_strong_explicit(&lock->owner, &nobody, pno_tid(), memory_order_acquire,
                                                              memory_order_relaxed)) &&
        !pno_lock_contend(lock))
        return false;
    pno_self.held++;
    return true;
}

/* Takes the lock if nobody holds it. For who holds another one already, of the same kind. */
static inline bool pno_lock_try(struct pno_lock *lock)
{
    uint32_t nobody = 0;
    if (!atomic_compare_exchange_strong_explicit(&lock->owner, &nobody, pno_tid(), memory_order_acquire,
                                                 memory_order_relaxed))
        return false;
    pno_self.held++;
    return true;
}

static inline void pno_lock_give(struct pno_lock *lock)
{
    atomic_store_explicit(&lock->owner, 0, memory_order_release);
    pno_self.held--;
}

#endif
