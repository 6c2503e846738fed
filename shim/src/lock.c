/* The slow side of spinlocks. */
#include "lock.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SPINS_BEFORE_YIELD 100
#define YIELDS_BEFORE_ASKING 1000

__thread struct pno_thread pno_self __attribute__((tls_model("initial-exec")));

uint32_t pno_tid_ask(void)
{
    pno_self.tid = (uint32_t)syscall(SYS_gettid);
    return pno_self.tid;
}

/* Takes the lock from a process of the family that died with it. */
static void release_if_dead(struct pno_lock *lock, uint32_t owner)
{
    int saved = errno;
    if (kill((pid_t)owner, 0) < 0 && errno == ESRCH)
        atomic_compare_exchange_strong_explicit(&lock->owner, &owner, 0, memory_order_acquire, memory_order_relaxed);
    errno = saved;
}

bool pno_lock_contend(struct pno_lock *lock)
{
    uint32_t self = pno_tid();
    for (unsigned round = 1;; round++) {
        uint32_t owner = atomic_load_explicit(&lock->owner, memory_order_relaxed);
        if (owner == self)
            return false;
        if (owner == 0 && atomic_compare_exchange_weak_explicit(&lock->owner, &owner, self, memory_order_acquire,
                                                                memory_order_relaxed))
            return true;
        if (round % SPINS_BEFORE_YIELD != 0) {
            pno_pause();
            continue;
        }
        sched_yield();
        if (round / SPINS_BEFORE_YIELD % YIELDS_BEFORE_ASKING == 0 && owner != 0)
            release_if_dead(lock, owner);
    }
}
