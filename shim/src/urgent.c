/* Linux's tcp_check_urg, tcp_recv_urg, and what tcp_recvmsg, tcp_poll and tcp_ioctl say of the mark.
 *
 * rxUrgent is loaded behind rxCommitted: whoever sees bytes sees the mark that stands among them. What the program
 * knows of it stands in urgent_noted: 1 + the last mark that was seen here, and whether its byte was taken. */
#include "urgent.h"

#include <errno.h>

#include "socket.h"
#include "stream.h"

#define TAKEN (1ULL << 63)

enum state {
    NONE,
    ANNOUNCED, /* the byte has not come yet */
    HERE,
    READ, /* by MSG_OOB */
};

struct view {
    enum state state;
    bool at_mark;  /* the reader stands before the urgent byte */
    bool left_out; /* and reading goes on behind it */
    uint64_t mark;
    uint64_t read;
    uint64_t committed;
    uint64_t noted; /* as it is to be from now on */
};

static enum state state_of(const struct view *view, uint64_t word)
{
    if (view->noted == 0 || view->mark < view->read)
        return NONE;
    return view->noted & TAKEN ? READ : word & PNO_REC_URGENT_HERE ? HERE : ANNOUNCED;
}

static struct view look(const struct pno_file *file)
{
    const struct pno_record *record = file->record;
    struct view view = {.committed = atomic_load_explicit(&record->rx_committed, memory_order_acquire)};
    uint64_t word = atomic_load_explicit(&record->rx_urgent, memory_order_acquire);
    view.read = atomic_load_explicit(&record->rx_read, memory_order_relaxed);
    if (PNO_LIKELY(word == 0))
        return view;
    bool in_line = file->socket->options.urgent_inline;
    uint64_t next = word & ~PNO_REC_URGENT_HERE;
    view.noted = atomic_load_explicit(&file->socket->urgent_noted, memory_order_relaxed);
    uint64_t known = view.noted & ~TAKEN;
    if (known != next) {
        /* As Linux: a reader that stands at a mark for which there is a new one has lost the urgent byte. */
        if (known == view.read + 1 && !in_line && view.committed > view.read)
            view.read++;
        view.noted = next;
    }
    view.mark = next - 1;
    view.state = state_of(&view, word);
    view.at_mark = view.state != NONE && view.mark == view.read;
    view.left_out = view.at_mark && !in_line && view.committed > view.read;
    return view;
}

/* Looks under the lock, and notes it. */
static struct view settle(struct pno_file *file)
{
    struct view view = look(file);
    if (PNO_UNLIKELY(view.noted != 0)) {
        atomic_store_explicit(&file->socket->urgent_noted, view.noted, memory_order_relaxed);
        atomic_store_explicit(&file->record->rx_read, view.read, memory_order_release);
    }
    return view;
}

/* Looks without the lock. News are noted, if nobody is reading: who is notes them himself. */
static struct view glance(struct pno_file *file)
{
    struct view view = look(file);
    if (PNO_UNLIKELY(view.noted != atomic_load_explicit(&file->socket->urgent_noted, memory_order_relaxed)) &&
        view.noted != 0 && pno_lock_try(&file->socket->rx_lock)) {
        view = settle(file);
        pno_lock_give(&file->socket->rx_lock);
    }
    return view;
}

struct pno_span pno_urgent_span(struct pno_file *file, size_t done, bool peek)
{
    struct view view = settle(file);
    struct pno_span span = {view.read, view.committed};
    if (peek && done > 0)
        span.start += done + view.left_out;
    if (PNO_LIKELY(view.state == NONE))
        return span;
    if (span.start == view.mark && done > 0)
        span.end = span.start;
    else if (span.start < view.mark && view.mark < span.end)
        span.end = view.mark;
    else if (view.left_out && done == 0)
        span.start++;
    if (!peek)
        atomic_store_explicit(&file->record->rx_read, span.start, memory_order_release);
    return span;
}

bool pno_urgent_stops(struct pno_file *file, size_t done, bool peek)
{
    struct view view = glance(file);
    uint64_t at = view.read + (peek && done > 0 ? done + view.left_out : 0);
    return done > 0 && view.state != NONE && at == view.mark;
}

uint64_t pno_urgent_start(struct pno_file *file)
{
    struct view view = glance(file);
    return view.read + view.left_out;
}

bool pno_urgent_readable(struct pno_file *file, uint64_t least)
{
    struct view view = glance(file);
    return view.committed >= view.read + view.left_out + least;
}

bool pno_urgent_is_here(struct pno_file *file)
{
    return glance(file).state == HERE;
}

uint64_t pno_urgent_unread(struct pno_file *file)
{
    struct view view = glance(file);
    bool stops = view.state != NONE && !file->socket->options.urgent_inline && view.mark < view.committed;
    return (stops ? view.mark : view.committed) - view.read;
}

bool pno_urgent_at_mark(struct pno_file *file)
{
    return glance(file).at_mark;
}

/* The urgent byte has not come. */
static long not_here(struct pno_file *file, enum pno_phase phase)
{
    bool over = phase == PNO_ENDED || (pno_socket_flags(file) & PNO_SHUT_READ) ||
                atomic_load_explicit(&file->record->rx_fin, memory_order_acquire) != 0;
    return over ? 0 : -EAGAIN;
}

static long copy(struct pno_file *file, uint64_t mark, const struct iovec *pieces, size_t count, int flags)
{
    size_t at = 0;
    while (at < count && pieces[at].iov_len == 0)
        at++;
    if (at == count)
        return 0;
    if (!(flags & MSG_TRUNC) && !pno_stream_read(file->record, mark, pieces[at].iov_base, 1))
        return -EIO;
    return 1;
}

long pno_urgent_take(struct pno_file *file, const struct iovec *pieces, size_t count, int flags)
{
    int error = 0;
    struct view view = settle(file);
    if (file->socket->options.urgent_inline || view.state == NONE || view.state == READ)
        return -EINVAL;
    enum pno_phase phase = pno_socket_phase(file, &error);
    if (phase == PNO_ENDED && atomic_load_explicit(&file->record->rx_fin, memory_order_acquire) == 0)
        return -ENOTCONN;
    if (view.state != HERE)
        return not_here(file, phase);
    long got = copy(file, view.mark, pieces, count, flags);
    if (got >= 0 && !(flags & MSG_PEEK))
        atomic_store_explicit(&file->socket->urgent_noted, view.noted | TAKEN, memory_order_relaxed);
    return got;
}
