/* Urgent data, as Linux reads it: one byte at a time, which stands in the stream, and a mark there at which reads stop.
 * The DPU says where it stands; whether the program has taken it, and what it reads past, is known here. */
#ifndef PNO_URGENT_H
#define PNO_URGENT_H

#include "file.h"

/* What a read may take: bytes from start to end. */
struct pno_span {
    uint64_t start;
    uint64_t end;
};

/* What a read may take that has `done` bytes already. Passes over the urgent byte where Linux does: for good, unless
 * the read only peeks. Under the receive lock. */
struct pno_span pno_urgent_span(struct pno_file *file, size_t done, bool peek);

/* True if a read that has `done` bytes already stops where it is, since the mark is there. */
bool pno_urgent_stops(struct pno_file *file, size_t done, bool peek);

/* Where the next read begins: behind the urgent byte, if that is passed over. */
uint64_t pno_urgent_start(struct pno_file *file);

/* What poll (of so many bytes), FIONREAD and SIOCATMARK tell. */
bool pno_urgent_readable(struct pno_file *file, uint64_t least);
bool pno_urgent_is_here(struct pno_file *file);
uint64_t pno_urgent_unread(struct pno_file *file);
bool pno_urgent_at_mark(struct pno_file *file);

/* recv with MSG_OOB, under the receive lock: never waits. */
long pno_urgent_take(struct pno_file *file, const struct iovec *pieces, size_t count, int flags);

#endif
