/* What every file uses: hints, the clock, and what belongs to a thread. */
#ifndef PNO_BASE_H
#define PNO_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define PNO_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define PNO_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define PNO_EXPORT __attribute__((visibility("default")))
#define PNO_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Deadlines are CLOCK_MONOTONIC, in nanoseconds. */
#define PNO_NEVER UINT64_MAX
#define PNO_NS_PER_S 1000000000ULL
#define PNO_NS_PER_MS 1000000ULL
#define PNO_NS_PER_US 1000ULL

/* An operation's answer: this call is libc's. All others are results, or negative errno values. */
#define PNO_PASS INT64_MIN

/* What belongs to one thread. All zero is the state of a thread that has not called yet. */
struct pno_thread {
    uint32_t tid;                     /* 0: not asked yet */
    uint32_t held;                    /* locks held: a signal handler that sees some must not wait for any */
    int waiter;                       /* 1 + its private epoll set, see wait.c */
    uint32_t channel;                 /* 1 + the channel of its blocking waits */
    uint64_t waiter_channels;         /* whose bells stand in the private set, a bit each */
    const struct pno_set *harvesting; /* the set that the thread is in epoll_wait for */
    bool sleeping;                    /* it is one of that set's sleepers */
    uint32_t put_off;                 /* the signal that waits for the last lock to be given, see signals.c */
    uint32_t handled, cuts;           /* handlers that ran, and those without SA_RESTART; */
    uint32_t mark, cut_mark;          /* of them those before the call that is being made */
    uint32_t sleeping_on;             /* 1 + the channel whose bell ends its sleep, from before its last look */
};

extern __thread struct pno_thread pno_self __attribute__((tls_model("initial-exec")));

uint32_t pno_tid_ask(void);

static inline uint32_t pno_tid(void)
{
    return PNO_LIKELY(pno_self.tid != 0) ? pno_self.tid : pno_tid_ask();
}

static inline uint64_t pno_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * PNO_NS_PER_S + (uint64_t)now.tv_nsec;
}

/* A counter of the processor that is cheap to read; only good for "roughly that much time has passed". */
static inline uint64_t pno_ticks(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
    return pno_now();
#endif
}

static inline void pno_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
