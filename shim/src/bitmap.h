/* Numbers handed out and taken back by threads and by processes of a fork family, without a lock, so that nobody can
 * die with it: a bit is set while its number is taken. The lowest words are tried first, so that what is in use stays
 * close together. */
#ifndef PNO_BITMAP_H
#define PNO_BITMAP_H

#include <stdatomic.h>

#include "base.h"

#define PNO_BITMAP_WORDS(bits) (((bits) + 63) / 64)
#define PNO_NO_NUMBER UINT32_MAX

struct pno_bitmap {
    _Atomic uint32_t hint;  /* no word below it has room, or it will soon be lowered */
    _Atomic uint32_t taken; /* how many, for limits and statistics */
};

static inline uint32_t pno_bitmap_take(struct pno_bitmap *bitmap, _Atomic uint64_t *words, uint32_t bits)
{
    uint32_t count = PNO_BITMAP_WORDS(bits);
    uint32_t start = atomic_load_explicit(&bitmap->hint, memory_order_relaxed);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = start + i < count ? start + i : start + i - count;
        uint64_t word = atomic_load_explicit(&words[at], memory_order_relaxed);
        while (word != UINT64_MAX) {
            uint32_t bit = (uint32_t)__builtin_ctzll(~word);
            if (at * 64 + bit >= bits)
                break;
            if (atomic_compare_exchange_weak_explicit(&words[at], &word, word | 1ULL << bit, memory_order_acquire,
                                                      memory_order_relaxed)) {
                if (i != 0)
                    atomic_store_explicit(&bitmap->hint, at, memory_order_relaxed);
                atomic_fetch_add_explicit(&bitmap->taken, 1, memory_order_relaxed);
                return at * 64 + bit;
            }
        }
    }
    return PNO_NO_NUMBER;
}

static inline void pno_bitmap_give(struct pno_bitmap *bitmap, _Atomic uint64_t *words, uint32_t number)
{
    atomic_fetch_and_explicit(&words[number / 64], ~(1ULL << number % 64), memory_order_release);
    atomic_fetch_sub_explicit(&bitmap->taken, 1, memory_order_relaxed);
    if (number / 64 < atomic_load_explicit(&bitmap->hint, memory_order_relaxed))
        atomic_store_explicit(&bitmap->hint, number / 64, memory_order_relaxed);
}

#endif
