/* A line in the log for each call that is ours, if PNO_LOG asks for it: PNO_LOG=FILE,calls. Off, it costs a load and a
 * branch. */
#ifndef PNO_TRACE_H
#define PNO_TRACE_H

#include <sys/uio.h>

#include "base.h"

extern bool pno_traces;

/* `answer` is an operation's: a result, a negative errno, or PNO_PASS, the kernel's. */
void pno_trace(const char *call, long answer, const long *arguments, size_t count);

/* The same of a call that moves bytes: it tells how many there were to be moved. */
void pno_trace_bytes(const char *call, long answer, int fd, const struct iovec *pieces, size_t count, int flags);

#define PNO_TRACE_WORDS_1(a) (long)(a)
#define PNO_TRACE_WORDS_2(a, ...) (long)(a), PNO_TRACE_WORDS_1(__VA_ARGS__)
#define PNO_TRACE_WORDS_3(a, ...) (long)(a), PNO_TRACE_WORDS_2(__VA_ARGS__)
#define PNO_TRACE_WORDS_4(a, ...) (long)(a), PNO_TRACE_WORDS_3(__VA_ARGS__)
#define PNO_TRACE_WORDS_5(a, ...) (long)(a), PNO_TRACE_WORDS_4(__VA_ARGS__)
#define PNO_TRACE_WORDS_6(a, ...) (long)(a), PNO_TRACE_WORDS_5(__VA_ARGS__)
#define PNO_TRACE_CHOOSE(a, b, c, d, e, f, chosen, ...) chosen
#define PNO_TRACE_WORDS(...)                                                                                  \
    PNO_TRACE_CHOOSE(__VA_ARGS__, PNO_TRACE_WORDS_6, PNO_TRACE_WORDS_5, PNO_TRACE_WORDS_4, PNO_TRACE_WORDS_3, \
                     PNO_TRACE_WORDS_2, PNO_TRACE_WORDS_1, )                                                  \
    (__VA_ARGS__)

/* Of a wrapper: its call's words. */
#define PNO_TRACE(answer, ...)                                                         \
    do {                                                                               \
        if (PNO_UNLIKELY(pno_traces)) {                                                \
            const long words_[] = {PNO_TRACE_WORDS(__VA_ARGS__)};                      \
            pno_trace(__func__, (answer), words_, sizeof(words_) / sizeof(words_[0])); \
        }                                                                              \
    } while (0)

#endif
