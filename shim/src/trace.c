/* Writing calls down. */
#include "trace.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"

#define LINE_BYTES 200
#define MAX_ERRNO 4095
#define PLAIN (1L << 31) /* numbers up to here are told as such, others are taken for addresses */

bool pno_traces;

/* Appends to a line, as far as there is room. */
static size_t append(char *line, size_t length, const char *format, long value)
{
    int written = snprintf(line + length, LINE_BYTES - length, format, value);
    size_t end = length + (written > 0 ? (size_t)written : 0);
    return end < LINE_BYTES ? end : LINE_BYTES - 1;
}

static void tell(const char *call, const char *arguments, long answer)
{
    if (answer == PNO_PASS)
        pno_log("%s(%s) is the kernel's", call, arguments);
    else if (answer < 0 && answer >= -MAX_ERRNO)
        pno_log("%s(%s) = %s", call, arguments, strerrorname_np((int)-answer));
    else
        pno_log("%s(%s) = %ld", call, arguments, answer);
}

void pno_trace(const char *call, long answer, const long *arguments, size_t count)
{
    char line[LINE_BYTES] = "";
    size_t length = 0;
    int saved = errno;
    for (size_t i = 0; i < count; i++) {
        bool plain = arguments[i] > -PLAIN && arguments[i] < PLAIN;
        length = append(line, length, i == 0 ? "" : ", ", 0);
        length = append(line, length, plain ? "%ld" : "0x%lx", arguments[i]);
    }
    tell(call, line, answer);
    errno = saved;
}

void pno_trace_bytes(const char *call, long answer, int fd, const struct iovec *pieces, size_t count, int flags)
{
    char line[LINE_BYTES];
    size_t bytes = 0;
    int saved = errno;
    for (size_t i = 0; i < count; i++)
        bytes += pieces[i].iov_len;
    snprintf(line, sizeof(line), "%d, %zu bytes in %zu, flags 0x%x", fd, bytes, count, (unsigned)flags);
    tell(call, line, answer);
    errno = saved;
}
