/* What programs ask for in vain of our sockets: counted, logged, told to the DPU for `pno ss --calls`. */
#ifndef PNO_UNSUPPORTED_H
#define PNO_UNSUPPORTED_H

#include <stdatomic.h>

#include "base.h"
#include "pno_layout.h"

/* PNO_VAIN_SETSOCKOPT and its like. */
#define PNO_VAIN_ENTRY(name, number, sentence) PNO_VAIN_##name = number,
enum pno_vain { PNO_UNSUPPORTED_CALLS(PNO_VAIN_ENTRY) };
#undef PNO_VAIN_ENTRY

/* Counts a call that is not supported on our sockets; its first time is logged, the sums at exit. Answers -error, so
 * that a caller can return it. */
long pno_unsupported(enum pno_vain call, int error);

/* The same of setsockopt and getsockopt. */
long pno_unsupported_option(enum pno_vain call, int level, int option, int error);

/* Something was counted that the DPU does not know of. */
extern atomic_bool pno_unsupported_news;
void pno_unsupported_tell(void);

/* The thread is about to sleep. */
static inline void pno_unsupported_idle(void)
{
    if (PNO_UNLIKELY(atomic_load_explicit(&pno_unsupported_news, memory_order_relaxed)))
        pno_unsupported_tell();
}

/* In the child of a fork: what was counted is the parent's. */
void pno_unsupported_forget(void);

#endif
