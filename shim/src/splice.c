/* splice between our sockets and pipes, by copying. As in Linux SPLICE_F_NONBLOCK is about the pipe alone; whether the
 * socket blocks, its own flag says. */
#include "splice.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include "fdtable.h"
#include "identity.h"
#include "libc.h"
#include "signals.h"
#include "socket.h"
#include "wait.h"

#define PIECE_BYTES 16384
#define SURE_BYTES 4096 /* what a pipe that polls as writable takes without blocking: a page (pipe(7)) */

static bool is_pipe(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/* Waits for the pipe. 0: what was wanted is so, or its other end is gone. */
static long wait_pipe(int pipe, short events, bool blocks)
{
    struct pollfd wanted = {.fd = pipe, .events = events};
    int ready = libc_poll(&wanted, 1, blocks ? -1 : 0);
    if (ready < 0)
        return errno == EINTR ? pno_signals_answer(PNO_NEVER) : -errno;
    return ready == 0 ? -EAGAIN : 0;
}

static bool has_lost_readers(int pipe)
{
    struct pollfd wanted = {.fd = pipe, .events = POLLOUT};
    return libc_poll(&wanted, 1, 0) > 0 && (wanted.revents & POLLERR);
}

/* --- from a socket --- */

/* Never sleeps: by RWF_NOWAIT; where the kernel does not know that for pipes, because the pipe polls as writable and
 * the piece is small enough, unless somebody else writes to it at this moment. */
static long put_into_pipe(int pipe, const void *bytes, size_t length)
{
    struct iovec piece = {(void *)bytes, length};
    ssize_t put = PNO_LIBC_FUNCTION(pwritev2)(pipe, &piece, 1, -1, RWF_NOWAIT);
    if (put < 0 && errno == EOPNOTSUPP)
        put = libc_write(pipe, bytes, length);
    return put < 0 ? -errno : put;
}

/* Moves what one piece holds. 0: the end of the stream, or there is no more just now if something has been moved. */
static long piece_to_pipe(struct pno_file *file, int fd, int pipe, size_t length, bool pipe_is_nonblocking, int flags)
{
    uint8_t buffer[PIECE_BYTES];
    struct iovec first = {buffer, 1};
    size_t most = pipe_is_nonblocking ? sizeof(buffer) : SURE_BYTES;
    struct iovec room = {buffer, length < most ? length : most};
    long moved;
    do {
        long there = pno_socket_receive(file, fd, &first, 1, MSG_PEEK | flags);
        if (there <= 0)
            return there;
        moved = pno_socket_hand(file, fd, room, put_into_pipe, pipe);
    } while (moved == 0); /* another thread has taken what was there */
    return moved;
}

static long to_pipe(struct pno_file *file, int fd, int pipe, size_t length, unsigned flags)
{
    bool nonblocking = libc_fcntl(pipe, F_GETFL, 0) & O_NONBLOCK;
    bool blocks = !nonblocking && !(flags & SPLICE_F_NONBLOCK);
    size_t done = 0;
    if (length == 0)
        return 0;
    if (has_lost_readers(pipe)) {
        raise(SIGPIPE);
        return -EPIPE;
    }
    while (done < length) {
        long moved = wait_pipe(pipe, POLLOUT, blocks && done == 0);
        if (moved == 0)
            moved = piece_to_pipe(file, fd, pipe, length - done, nonblocking, done > 0 ? MSG_DONTWAIT : 0);
        if (moved == -EAGAIN && blocks && done == 0 && wait_pipe(pipe, POLLOUT, false) == -EAGAIN)
            continue; /* somebody else has filled the pipe */
        if (moved <= 0)
            return done > 0 ? (long)done : moved;
        done += (size_t)moved;
    }
    return (long)done;
}

/* --- to a socket --- */

/* Room in the send buffer, 0 if the caller is not to wait for it, or what is wrong. */
static long wait_room(struct pno_file *file, int fd, bool waits)
{
    uint64_t deadline = pno_deadline_of(file->socket->options.send_timeout_ns);
    struct iovec nothing = {NULL, 0};
    for (;;) {
        long refusal = pno_socket_transmit(file, fd, &nothing, 1, MSG_DONTWAIT);
        if (refusal < 0 && refusal != -EAGAIN)
            return refusal;
        uint64_t room = refusal == 0 ? pno_socket_room(file) : 0;
        if (room > 0)
            return room < PIECE_BYTES ? (long)room : PIECE_BYTES;
        if (!waits || !pno_socket_blocks(file, 0)) {
            pno_socket_want_space(file);
            return -EAGAIN;
        }
        if (!pno_file_hold(file, fd))
            return PNO_PASS;
        long slept = pno_wait_file(file, EPOLLOUT, deadline);
        pno_file_put(file);
        if (slept < 0)
            return slept;
    }
}

/* After a send that took nothing. False: nothing will ever be taken. */
static bool may_try_again(struct pno_file *file, int fd, long answer)
{
    if (answer == -EINTR || answer == -ERESTART)
        return true;
    if (answer != -EAGAIN && answer != -ENOBUFS)
        return false;
    if (!pno_file_hold(file, fd))
        return false;
    pno_signals_mark(); /* the bytes are out of the pipe: no signal may interrupt this */
    if (answer == -ENOBUFS)
        pno_wait_memory(PNO_NEVER);
    else
        pno_wait_file(file, EPOLLOUT, PNO_NEVER);
    pno_file_put(file);
    return true;
}

/* Sends all of it. There was room, so it waits only if somebody else has taken that meanwhile. */
static long send_all(struct pno_file *file, int fd, const uint8_t *bytes, size_t length, int flags)
{
    size_t done = 0;
    while (done < length) {
        struct iovec piece = {(void *)(bytes + done), length - done};
        long sent = pno_socket_transmit(file, fd, &piece, 1, flags);
        if (sent > 0)
            done += (size_t)sent;
        else if (!may_try_again(file, fd, sent))
            return done > 0 ? (long)done : sent;
    }
    return (long)done;
}

static long piece_from_pipe(struct pno_file *file, int fd, int pipe, size_t length, unsigned flags)
{
    uint8_t buffer[PIECE_BYTES];
    int there = 0;
    if (libc_ioctl(pipe, FIONREAD, &there) < 0)
        return -errno;
    if (there == 0)
        return 0; /* no writer is left */
    if (length > (size_t)there)
        length = (size_t)there;
    ssize_t got = libc_read(pipe, buffer, length);
    if (got <= 0)
        return got < 0 ? -errno : 0;
    return send_all(file, fd, buffer, (size_t)got, flags & SPLICE_F_MORE ? MSG_MORE : 0);
}

static long from_pipe(struct pno_file *file, int fd, int pipe, size_t length, unsigned flags)
{
    bool blocks = !(flags & SPLICE_F_NONBLOCK) && !(libc_fcntl(pipe, F_GETFL, 0) & O_NONBLOCK);
    size_t done = 0;
    while (done < length) {
        long moved = wait_pipe(pipe, POLLIN, blocks && done == 0);
        long room = moved == 0 ? wait_room(file, fd, true) : moved;
        if (room > 0)
            moved = piece_from_pipe(file, fd, pipe, length - done < (size_t)room ? length - done : (size_t)room, flags);
        else
            moved = room;
        if (moved <= 0)
            return done > 0 ? (long)done : moved;
        done += (size_t)moved;
    }
    return (long)done;
}

long pno_splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags)
{
    struct pno_file *source = pno_file_known(in);
    struct pno_file *target = pno_file_known(out);
    bool from_socket = source != NULL && source->ops == &pno_socket_ops;
    bool to_socket = target != NULL && target->ops == &pno_socket_ops;
    if (!from_socket && !to_socket)
        return PNO_PASS; /* a listener's placeholder is as unconnected as the listener */
    if (flags & ~(unsigned)(SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT))
        return -EINVAL;
    int pipe = from_socket ? out : in;
    if (libc_fcntl(pipe, F_GETFD, 0) < 0)
        return -EBADF;
    if ((from_socket && to_socket) || !is_pipe(pipe))
        return -EINVAL;
    if ((from_socket ? out_offset : in_offset) != NULL)
        return -ESPIPE;
    if (in_offset != NULL || out_offset != NULL)
        return -EINVAL;
    if ((libc_fcntl(pipe, F_GETFL, 0) & O_ACCMODE) == (from_socket ? O_RDONLY : O_WRONLY))
        return -EBADF;
    pno_signals_mark();
    return from_socket ? to_pipe(source, in, out, length, flags) : from_pipe(target, out, in, length, flags);
}
