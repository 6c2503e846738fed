/* Reading and writing connected sockets: Linux's tcp_recvmsg and tcp_sendmsg. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>

#include "connect.h"
#include "fdtable.h"
#include "process.h"
#include "records.h"
#include "socket.h"
#include "stream.h"
#include "unsupported.h"
#include "urgent.h"
#include "wait.h"

/* What is published at a time, so that the DPU begins while a long copy goes on. */
#define PIECE_BYTES (128 * 1024)

/* A place in an array of pieces. */
struct cursor {
    const struct iovec *piece;
    size_t offset;
};

/* Sum of the pieces, or -EINVAL. */
static long total_bytes(const struct iovec *pieces, size_t count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].iov_len > (size_t)SSIZE_MAX - total)
            return -EINVAL;
        total += pieces[i].iov_len;
    }
    return (long)total;
}

/* The next run of bytes in one piece, at most `length`; the cursor steps over it. */
static void *next_run(struct cursor *cursor, size_t length, size_t *run)
{
    while (cursor->offset == cursor->piece->iov_len) {
        cursor->piece++;
        cursor->offset = 0;
    }
    size_t left = cursor->piece->iov_len - cursor->offset;
    *run = left < length ? left : length;
    void *bytes = (uint8_t *)cursor->piece->iov_base + cursor->offset;
    cursor->offset += *run;
    return bytes;
}

static bool copy_out(const struct pno_record *record, uint64_t position, struct cursor *cursor, size_t length)
{
    for (size_t done = 0, run; done < length; done += run) {
        void *target = next_run(cursor, length - done, &run);
        if (!pno_stream_read(record, position + done, target, run))
            return false;
    }
    return true;
}

/* Tells the DPU what was read when the peer may be waiting for window; else the next send says it. */
static void hint_read(struct pno_file *file, uint64_t read)
{
    uint32_t rcvbuf = file->socket->options.line.rcvbuf;
    uint64_t step = rcvbuf != 0 && rcvbuf / 4 < PNO_ARENA_CHUNK_BYTES ? rcvbuf / 4 : PNO_ARENA_CHUNK_BYTES;
    if (read - file->socket->rx_hinted < step)
        return;
    file->socket->rx_hinted = read;
    pno_submit(file, 0);
}

/* Takes what is there, after the call has taken `done` bytes. 0: nothing is. Under the lock. */
static long take_bytes(struct pno_file *file, struct cursor *cursor, size_t length, size_t done, int flags)
{
    struct pno_record *record = file->record;
    struct pno_span span = pno_urgent_span(file, done, flags & MSG_PEEK);
    uint64_t position = span.start;
    uint64_t available = span.end - position;
    if ((int64_t)available <= 0)
        return 0;
    if (length > available)
        length = (size_t)available;
    if (!(flags & MSG_TRUNC) && !copy_out(record, position, cursor, length))
        return -EIO;
    if (!(flags & MSG_PEEK)) {
        atomic_store_explicit(&record->rx_read, position + length, memory_order_release);
        hint_read(file, position + length);
    }
    return (long)length;
}

/* The number no longer names the file: whatever it names now is asked again, by the caller's libc path. */
static bool still_named(const struct pno_file *file, int fd)
{
    return fd < 0 || PNO_LIKELY(pno_file_is(file, fd));
}

static long receive_some(struct pno_file *file, int fd, struct cursor *cursor, size_t length, size_t done, int flags)
{
    if (!PNO_LIKELY(pno_lock_take(&file->socket->rx_lock)))
        return pno_unsupported(PNO_VAIN_RECEIVE_IN_HANDLER, EDEADLK);
    long got = still_named(file, fd) ? take_bytes(file, cursor, length, done, flags) : -EBADF;
    pno_lock_give(&file->socket->rx_lock);
    return got;
}

/* Nothing is there to read: 0 at the end of the stream, -EAGAIN if more may come, or what is wrong; that is left for
 * the next call if this one has some bytes to return. Who peeks has `done` bytes before him that are read by nobody. */
static long nothing_to_read(struct pno_file *file, size_t length, size_t done, bool peeks)
{
    bool has_some = done > 0;
    int error = 0;
    enum pno_phase phase = pno_socket_phase(file, &error);
    uint64_t fin = atomic_load_explicit(&file->record->rx_fin, memory_order_acquire);
    uint64_t read = pno_urgent_start(file) + (peeks ? done : 0);
    if (atomic_load_explicit(&file->record->rx_committed, memory_order_acquire) > read)
        return length == 0 ? 0 : -EAGAIN; /* none was asked for; or it has come just now */
    if (fin != 0 && read >= fin - 1)
        return 0;
    if (phase == PNO_ENDED)
        return has_some ? 0 : -pno_socket_take_error(file);
    return pno_socket_flags(file) & PNO_SHUT_READ ? 0 : -EAGAIN;
}

/* How much a call that blocks waits for: as Linux's sock_rcvlowat. */
static size_t wanted_bytes(const struct pno_file *file, size_t length, int flags)
{
    uint64_t mark = pno_socket_read_mark(file);
    return flags & MSG_WAITALL || length < mark ? length : (size_t)mark;
}

/* Anything has come, beyond what was seen: a call that has some bytes and waits for more takes each piece as it comes.
 */
static bool has_come(struct pno_file *file, uint32_t seen)
{
    return pno_urgent_readable(file, seen + 1UL) || (file->ops->level(file) & (EPOLLRDHUP | EPOLLERR | EPOLLHUP));
}

static long receive_sleeping(struct pno_file *file, struct cursor *cursor, size_t length, size_t done, int flags)
{
    size_t wanted = wanted_bytes(file, length, flags);
    uint64_t deadline = pno_deadline_of(file->socket->options.receive_timeout_ns);
    for (;;) {
        long got = receive_some(file, -1, cursor, length - done, done, flags);
        if (got > 0)
            done += (size_t)got;
        if (got < 0 || (done > 0 && done >= wanted) || pno_urgent_stops(file, done, flags & MSG_PEEK))
            return done > 0 ? (long)done : got;
        got = nothing_to_read(file, length, done, flags & MSG_PEEK);
        if (got != -EAGAIN ||
            (got = pno_wait_until(file, has_come, flags & MSG_PEEK ? (uint32_t)done : 0, deadline)) < 0)
            return done > 0 ? (long)done : got;
    }
}

static long receive_urgent(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags)
{
    if (!pno_lock_take(&file->socket->rx_lock))
        return pno_unsupported(PNO_VAIN_RECEIVE_IN_HANDLER, EDEADLK);
    long got = still_named(file, fd) ? pno_urgent_take(file, pieces, count, flags) : PNO_PASS;
    pno_lock_give(&file->socket->rx_lock);
    return got;
}

long pno_socket_hand(struct pno_file *file, int fd, struct iovec room, pno_taker *taker, int argument)
{
    struct cursor cursor = {&room, 0};
    if (!pno_lock_take(&file->socket->rx_lock))
        return pno_unsupported(PNO_VAIN_RECEIVE_IN_HANDLER, EDEADLK);
    long got = still_named(file, fd) ? take_bytes(file, &cursor, room.iov_len, 0, MSG_PEEK) : PNO_PASS;
    if (got > 0)
        got = taker(argument, room.iov_base, (size_t)got);
    if (got > 0)
        got = take_bytes(file, NULL, (size_t)got, 0, MSG_TRUNC);
    pno_lock_give(&file->socket->rx_lock);
    return got;
}

long pno_socket_receive(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags)
{
    long length = count == 1 ? (long)pieces[0].iov_len : total_bytes(pieces, count);
    if (PNO_UNLIKELY(length < 0))
        return -EINVAL;
    if (PNO_UNLIKELY(flags & MSG_OOB))
        return receive_urgent(file, fd, pieces, count, flags);
    if (PNO_UNLIKELY(flags & MSG_ERRQUEUE))
        return -EAGAIN;
    struct cursor cursor = {pieces, 0};
    long got = receive_some(file, fd, &cursor, (size_t)length, 0, flags);
    if (PNO_LIKELY(got > 0) && (got == length || (size_t)got >= wanted_bytes(file, (size_t)length, flags)))
        return got;
    if (got < 0)
        return got == -EBADF ? PNO_PASS : got;
    if (!pno_socket_blocks(file, flags)) {
        if (got == 0)
            got = nothing_to_read(file, (size_t)length, 0, false);
        if (got == -EAGAIN)
            pno_process_glance();
        return got;
    }
    if (!pno_file_hold(file, fd))
        return got > 0 ? got : PNO_PASS;
    got = receive_sleeping(file, &cursor, (size_t)length, (size_t)got, flags);
    pno_file_put(file);
    return got;
}

/* Why a socket that is not plainly open takes no bytes: a negative errno, or 0: it does take them. What ended it is
 * left for the next call if this one has sent some. */
static long refusal_to_send(struct pno_file *file, bool has_some)
{
    int error = 0;
    enum pno_phase phase = pno_socket_phase(file, &error);
    if (phase == PNO_CONNECTING && (pno_socket_flags(file) & PNO_DEFERRED))
        return pno_socket_flags(file) & PNO_SHUT_WRITE ? -EPIPE : 0;
    if (phase == PNO_CONNECTING)
        return -EAGAIN;
    if (phase == PNO_OPEN && !(pno_socket_flags(file) & PNO_SHUT_WRITE))
        return 0;
    error = has_some ? 0 : pno_socket_take_error(file);
    return error != 0 ? -error : -EPIPE;
}

static bool plainly_open(const struct pno_file *file)
{
    return !(pno_socket_flags(file) & PNO_SHUT_WRITE) &&
           !atomic_load_explicit(&pno_process.gone, memory_order_relaxed) &&
           pno_status_state(pno_socket_status(file)) == PNO_STATUS_ESTABLISHED;
}

static uint64_t send_room(const struct pno_file *file, uint64_t written, uint64_t acked)
{
    uint64_t used = written - acked;
    return used < file->socket->sndbuf ? file->socket->sndbuf - used : 0;
}

/* Writes and publishes up to PIECE_BYTES. 0: there is no room. Under the lock. */
static long put_bytes(struct pno_file *file, struct cursor *cursor, size_t length, int flags)
{
    struct pno_record *record = file->record;
    struct pno_socket *socket = file->socket;
    uint64_t written = pno_record_written(record);
    uint64_t acked = atomic_load_explicit(&record->tx_acked, memory_order_acquire);
    uint64_t room = send_room(file, written, acked);
    pno_stream_trim(record, socket, acked);
    if (pno_socket_holds_back(file, written))
        room = 0;
    else if (socket->options.notsent_lowat != 0 && length > PNO_HELD_PIECE_BYTES)
        length = PNO_HELD_PIECE_BYTES;
    if (length > room)
        length = (size_t)room;
    bool goes_on = length > PIECE_BYTES;
    if (goes_on)
        length = PIECE_BYTES;
    size_t done = 0;
    while (done < length) {
        size_t run;
        struct cursor before = *cursor;
        const void *source = next_run(cursor, length - done, &run);
        size_t copied = pno_stream_write(record, socket, written + done, source, run);
        done += copied;
        if (PNO_UNLIKELY(copied < run)) {
            *cursor = before;
            cursor->offset += copied;
            break;
        }
    }
    if (done == 0)
        return room == 0 ? 0 : -ENOBUFS;
    uint64_t end = written + done;
    if (PNO_UNLIKELY(flags & MSG_OOB) && !goes_on)
        atomic_store_explicit(&record->tx_urgent, end, memory_order_release);
    /* The DPU shall not take this position before it knows of the urgent byte. */
    bool urgent = atomic_load_explicit(&record->tx_urgent, memory_order_relaxed) > acked;
    uint64_t word = PNO_UNLIKELY(urgent) ? end | PNO_REC_WRITTEN_URGENT : end;
    atomic_store_explicit(&record->tx_written, word, memory_order_release);
    pno_submit_written(file, word, pno_stream_last_chunk(record, socket, end),
                       flags & MSG_MORE ? PNO_SUB_FLAG_MORE : 0);
    return (long)done;
}

static long may_send(struct pno_file *file, int fd, bool has_some)
{
    if (!still_named(file, fd))
        return -EBADF;
    return PNO_LIKELY(plainly_open(file)) ? 0 : refusal_to_send(file, has_some);
}

/* Writes as much as there is room for, after the call has written some or not. */
static long transmit_some(struct pno_file *file, int fd, struct cursor *cursor, size_t length, bool has_some, int flags)
{
    if (!PNO_LIKELY(pno_lock_take(&file->socket->tx_lock)))
        return pno_unsupported(PNO_VAIN_SEND_IN_HANDLER, EDEADLK);
    long done = 0;
    long put = may_send(file, fd, has_some);
    while (put >= 0 && (size_t)done < length) {
        put = put_bytes(file, cursor, length - (size_t)done, flags);
        if (put <= 0)
            break;
        done += put;
    }
    if (PNO_UNLIKELY(pno_socket_flags(file) & PNO_DEFERRED) && put >= 0)
        pno_connect_start(file);
    pno_lock_give(&file->socket->tx_lock);
    return done > 0 ? done : put;
}

static long transmit_sleeping(struct pno_file *file, struct cursor *cursor, size_t length, size_t done, int flags)
{
    uint64_t deadline = pno_deadline_of(file->socket->options.send_timeout_ns);
    for (;;) {
        long put = transmit_some(file, -1, cursor, length - done, done > 0, flags);
        if (put > 0)
            done += (size_t)put;
        if (done == length)
            return (long)done;
        if (put == -ENOBUFS)
            put = pno_wait_memory(deadline);
        else if (put >= 0 || put == -EAGAIN)
            put = pno_wait_file(file, EPOLLOUT, deadline);
        if (put < 0)
            return done > 0 ? (long)done : put;
    }
}

/* -EPIPE comes with its signal, unless the caller does not want it. */
static long with_signal(long answer, int flags)
{
    if (PNO_UNLIKELY(answer == -EPIPE) && !(flags & MSG_NOSIGNAL))
        raise(SIGPIPE);
    return answer;
}

/* The first write after a deferred connect. What fits is written, then asked for; a call that blocks waits for the
 * connection, and writes the rest. As Linux: what keeps it from standing is the answer. */
static long transmit_opening(struct pno_file *file, int fd, struct cursor *cursor, size_t length, int flags)
{
    long put = transmit_some(file, fd, cursor, length, false, flags);
    if (put < 0 || !pno_socket_blocks(file, flags))
        return put == -EBADF ? PNO_PASS : put;
    long connected = pno_connect_wait(file, fd);
    if (connected < 0)
        return connected == -EINPROGRESS && put > 0 ? put : connected;
    if ((size_t)put == length || !pno_file_hold(file, fd))
        return put;
    put = transmit_sleeping(file, cursor, length, (size_t)put, flags);
    pno_file_put(file);
    return put;
}

long pno_socket_transmit(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags)
{
    long length = count == 1 ? (long)pieces[0].iov_len : total_bytes(pieces, count);
    if (PNO_UNLIKELY(length < 0))
        return -EINVAL;
    struct cursor cursor = {pieces, 0};
    if (PNO_UNLIKELY(pno_socket_flags(file) & PNO_DEFERRED))
        return with_signal(transmit_opening(file, fd, &cursor, (size_t)length, flags), flags);
    if (PNO_UNLIKELY(flags & MSG_FASTOPEN))
        return -EISCONN; /* by send, which names nobody */
    long put = transmit_some(file, fd, &cursor, (size_t)length, false, flags);
    if (PNO_LIKELY(put == length))
        return put;
    if (put == -EBADF)
        return PNO_PASS;
    if (put < 0 && put != -EAGAIN && put != -ENOBUFS)
        return with_signal(put, flags);
    if (put == -ENOBUFS) {
        pno_records_sweep();
        put = transmit_some(file, fd, &cursor, (size_t)length, false, flags);
    }
    if (!pno_socket_blocks(file, flags)) {
        pno_socket_want_space(file);
        pno_process_glance();
        return put != 0 ? put : -EAGAIN;
    }
    if (!pno_file_hold(file, fd))
        return put > 0 ? put : PNO_PASS;
    put = transmit_sleeping(file, &cursor, (size_t)length, put > 0 ? (size_t)put : 0, flags);
    pno_file_put(file);
    return with_signal(put, flags);
}
