/* The intercepted calls that move bytes. */
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/sendfile.h>

#include "candidate.h"
#include "interpose.h"
#include "pass.h"
#include "sets.h"
#include "socket.h"
#include "splice.h"
#include "unsupported.h"
#include "urgent.h"

#define PIECE(buffer, length) \
    (&(struct iovec){         \
        (void *)(buffer),     \
        (length),             \
    })

static bool is_ours(int fd)
{
    struct pno_file *file = pno_file_known(fd);
    return file != NULL && file->ops->level != NULL && file->ops != &pno_set_ops;
}

/* --- in --- */

static size_t sum(const struct iovec *pieces, int count)
{
    size_t bytes = 0;
    for (int i = 0; i < count; i++)
        bytes += pieces[i].iov_len;
    return bytes;
}

PNO_EXPORT ssize_t read(int fd, void *buffer, size_t length)
{
    if (PNO_UNLIKELY(length == 0) && is_ours(fd))
        return 0; /* as Linux on any socket, whatever its state */
    PNO_OURS(fd, receive, PIECE(buffer, length), 1, 0);
    return libc_read(fd, buffer, length);
}

PNO_EXPORT ssize_t readv(int fd, const struct iovec *pieces, int count)
{
    if (is_ours(fd)) {
        if (count < 0 || count > IOV_MAX)
            return pno_result(-EINVAL);
        if (sum(pieces, count) == 0)
            return 0;
    }
    PNO_OURS(fd, receive, pieces, (size_t)count, 0);
    return libc_readv(fd, pieces, count);
}

PNO_EXPORT ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    PNO_OURS(fd, receive, PIECE(buffer, length), 1, flags);
    return libc_recv(fd, buffer, length, flags);
}

PNO_EXPORT ssize_t recvfrom(int fd, void *buffer, size_t length, int flags, struct sockaddr *name,
                            socklen_t *name_length)
{
    if (name != NULL && name_length != NULL && is_ours(fd))
        *name_length = 0; /* as Linux on TCP */
    PNO_OURS(fd, receive, PIECE(buffer, length), 1, flags);
    return libc_recvfrom(fd, buffer, length, flags, name, name_length);
}

/* Linux says in the message that what came is urgent. */
static long receive_urgent(int fd, struct msghdr *message, int flags)
{
    struct pno_file *file = pno_file_of(fd);
    if (file == NULL || file->ops->receive == NULL)
        return PNO_PASS;
    bool room = sum(message->msg_iov, (int)message->msg_iovlen) > 0;
    long got = file->ops->receive(file, fd, message->msg_iov, message->msg_iovlen, flags);
    if (got > 0 || (got == 0 && !room))
        message->msg_flags = room ? MSG_OOB : MSG_OOB | MSG_TRUNC;
    return got;
}

/* TCP_INQ: how much is left to read goes with what was read; 1 at the end, as Linux. */
static void tell_unread(int fd, struct msghdr *message, void *control, size_t room)
{
    struct pno_file *file = pno_file_of(fd);
    struct cmsghdr header = {.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = IPPROTO_TCP, .cmsg_type = TCP_CM_INQ};
    if (file == NULL || file->ops != &pno_socket_ops || !file->socket->options.tells_unread)
        return;
    if (control == NULL || room < header.cmsg_len) {
        message->msg_flags |= MSG_CTRUNC;
        return;
    }
    int unread = (int)pno_urgent_unread(file);
    if (unread == 0 && atomic_load_explicit(&file->record->rx_fin, memory_order_acquire) != 0)
        unread = 1;
    memcpy(control, &header, sizeof(header));
    memcpy((uint8_t *)control + CMSG_LEN(0), &unread, sizeof(unread));
    message->msg_controllen = room < CMSG_SPACE(sizeof(int)) ? room : CMSG_SPACE(sizeof(int));
}

static ssize_t receive_message(int fd, struct msghdr *message, int flags)
{
    PNO_OURS(fd, receive, message->msg_iov, message->msg_iovlen, flags);
    ssize_t got = libc_recvmsg(fd, message, flags);
    if (got >= 0 && message->msg_controllen != 0)
        pno_pass_in(message);
    return got;
}

PNO_EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    void *control = message->msg_control;
    size_t room = message->msg_controllen;
    bool ours = is_ours(fd);
    if (ours) {
        if (message->msg_iovlen > IOV_MAX)
            return pno_result(-EMSGSIZE);
        message->msg_namelen = 0;
        message->msg_controllen = 0;
        message->msg_flags = 0;
    }
    if (PNO_UNLIKELY(flags & MSG_OOB)) {
        long answer = receive_urgent(fd, message, flags);
        return answer != PNO_PASS ? pno_result(answer) : libc_recvmsg(fd, message, flags);
    }
    ssize_t got = receive_message(fd, message, flags);
    if (ours && got >= 0 && room != 0)
        tell_unread(fd, message, control, room);
    return got;
}

/* As Linux: the timeout is looked at after each message; a later one's failure is told by the next call. */
PNO_EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout)
{
    unsigned done = 0;
    if (!is_ours(fd)) {
        int got = libc_recvmmsg(fd, messages, count, flags, timeout);
        for (int i = 0; i < got; i++)
            if (messages[i].msg_hdr.msg_controllen != 0)
                pno_pass_in(&messages[i].msg_hdr);
        return got;
    }
    if (timeout != NULL && (timeout->tv_sec < 0 || timeout->tv_nsec < 0 || timeout->tv_nsec >= (long)PNO_NS_PER_S))
        return (int)pno_result(-EINVAL);
    uint64_t limit =
        timeout == NULL ? PNO_NEVER : (uint64_t)timeout->tv_sec * PNO_NS_PER_S + (uint64_t)timeout->tv_nsec;
    uint64_t start = pno_now();
    while (done < count && done < UIO_MAXIOV) {
        int flag = done > 0 && (flags & MSG_WAITFORONE) ? MSG_DONTWAIT : 0;
        ssize_t got = recvmsg(fd, &messages[done].msg_hdr, (flags & ~MSG_WAITFORONE) | flag);
        if (got < 0)
            return done > 0 ? (int)done : -1;
        messages[done++].msg_len = (unsigned)got;
        if (limit != PNO_NEVER && pno_now() - start >= limit)
            break;
    }
    return (int)done;
}

/* An offset of -1 is the file's own position, which sockets do without. */
PNO_EXPORT ssize_t preadv2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    if (offset != -1 || !is_ours(fd))
        return PNO_LIBC_FUNCTION(preadv2)(fd, pieces, count, offset, flags);
    if (flags & ~(RWF_NOWAIT | RWF_HIPRI))
        return pno_result(pno_unsupported(PNO_VAIN_PREADV2_FLAGS, EOPNOTSUPP));
    PNO_OURS(fd, receive, pieces, (size_t)count, flags & RWF_NOWAIT ? MSG_DONTWAIT : 0);
    return libc_readv(fd, pieces, count);
}

/* --- out --- */

PNO_EXPORT ssize_t write(int fd, const void *buffer, size_t length)
{
    PNO_OURS(fd, transmit, PIECE(buffer, length), 1, 0);
    return libc_write(fd, buffer, length);
}

PNO_EXPORT ssize_t writev(int fd, const struct iovec *pieces, int count)
{
    if (is_ours(fd)) {
        if (count < 0 || count > IOV_MAX)
            return pno_result(-EINVAL);
        if (sum(pieces, count) == 0)
            return 0; /* as Linux, whatever the state: it does not get as far as the socket */
    }
    PNO_OURS(fd, transmit, pieces, (size_t)count, 0);
    return libc_writev(fd, pieces, count);
}

PNO_EXPORT ssize_t send(int fd, const void *buffer, size_t length, int flags)
{
    PNO_OURS(fd, transmit, PIECE(buffer, length), 1, flags);
    return libc_send(fd, buffer, length, flags);
}

/* MSG_FASTOPEN: connect, and what is sent goes with the SYN, if the DPU has a cookie, or behind it.
 * PNO_PASS: it is no socket of ours, and does not become one. */
static long send_opening(int fd, const struct iovec *pieces, size_t count, int flags, const struct sockaddr *name,
                         socklen_t length)
{
    struct pno_file *file = pno_file_of(fd);
    if (file == NULL || file->ops->connect == NULL || (name == NULL && file->ops->transmit == NULL))
        return PNO_PASS;
    if (name == NULL)
        return file->ops->transmit(file, fd, pieces, count, flags);
    if (file->ops == &pno_socket_ops && (pno_socket_flags(file) & PNO_DEFERRED))
        return file->ops->transmit(file, fd, pieces, count, flags & ~MSG_FASTOPEN);
    long answer = file->ops == &pno_candidate_ops ? pno_candidate_connect_fast(file, fd, name, length)
                                                  : file->ops->connect(file, fd, name, length);
    if (answer != 0)
        return answer;
    file = pno_file_of(fd);
    return file != NULL && file->ops->transmit != NULL
               ? file->ops->transmit(file, fd, pieces, count, flags & ~MSG_FASTOPEN)
               : -EBADF; /* closed meanwhile */
}

PNO_EXPORT ssize_t sendto(int fd, const void *buffer, size_t length, int flags, const struct sockaddr *name,
                          socklen_t name_length)
{
    if (PNO_UNLIKELY(flags & MSG_FASTOPEN)) {
        long answer = send_opening(fd, PIECE(buffer, length), 1, flags, name, name_length);
        return answer != PNO_PASS ? pno_result(answer) : libc_sendto(fd, buffer, length, flags, name, name_length);
    }
    PNO_OURS(fd, transmit, PIECE(buffer, length), 1, flags); /* Linux ignores the name on TCP */
    return libc_sendto(fd, buffer, length, flags, name, name_length);
}

PNO_EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (PNO_UNLIKELY(message->msg_controllen != 0)) {
        if (is_ours(fd))
            return pno_result(pno_unsupported(PNO_VAIN_SENDMSG_CONTROL, EINVAL));
        int error = pno_pass_out(message);
        if (error < 0)
            return pno_result(error);
    }
    if (message->msg_iovlen > IOV_MAX && is_ours(fd))
        return pno_result(-EMSGSIZE);
    if (PNO_UNLIKELY(flags & MSG_FASTOPEN)) {
        long answer =
            send_opening(fd, message->msg_iov, message->msg_iovlen, flags, message->msg_name, message->msg_namelen);
        return answer != PNO_PASS ? pno_result(answer) : libc_sendmsg(fd, message, flags);
    }
    PNO_OURS(fd, transmit, message->msg_iov, message->msg_iovlen, flags);
    return libc_sendmsg(fd, message, flags);
}

PNO_EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    unsigned done = 0;
    if (!is_ours(fd)) {
        for (unsigned i = 0; i < count; i++) {
            int error = messages[i].msg_hdr.msg_controllen == 0 ? 0 : pno_pass_out(&messages[i].msg_hdr);
            if (error < 0)
                return (int)pno_result(error);
        }
        return libc_sendmmsg(fd, messages, count, flags);
    }
    while (done < count && done < UIO_MAXIOV) {
        ssize_t sent = sendmsg(fd, &messages[done].msg_hdr, flags);
        if (sent < 0)
            return done > 0 ? (int)done : -1;
        messages[done++].msg_len = (unsigned)sent;
    }
    return (int)done;
}

PNO_EXPORT ssize_t pwritev2(int fd, const struct iovec *pieces, int count, off_t offset, int flags)
{
    if (offset != -1 || !is_ours(fd))
        return PNO_LIBC_FUNCTION(pwritev2)(fd, pieces, count, offset, flags);
    if (flags & ~(RWF_NOWAIT | RWF_HIPRI))
        return pno_result(pno_unsupported(PNO_VAIN_PWRITEV2_FLAGS, EOPNOTSUPP));
    PNO_OURS(fd, transmit, pieces, (size_t)count, flags & RWF_NOWAIT ? MSG_DONTWAIT : 0);
    return libc_writev(fd, pieces, count);
}

PNO_EXPORT ssize_t sendfile64(int out, int in, off64_t *offset, size_t count)
{
    if (is_ours(in))
        return pno_result(-EINVAL); /* as Linux: a socket is no source */
    PNO_OURS(out, send_file, in, offset, count);
    return libc_sendfile64(out, in, offset, count);
}

PNO_EXPORT ssize_t sendfile(int out, int in, off_t *offset, size_t count)
{
    _Static_assert(sizeof(off_t) == sizeof(off64_t), "offsets of 64 bits only");
    return sendfile64(out, in, offset, count);
}

PNO_EXPORT ssize_t splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags)
{
    long answer;
    do
        answer = pno_splice(in, in_offset, out, out_offset, length, flags);
    while (answer == -ERESTART);
    PNO_TRACE(answer, in, in_offset, out, out_offset, length, flags);
    return answer != PNO_PASS ? pno_result(answer) : libc_splice(in, in_offset, out, out_offset, length, flags);
}

/* --- what _FORTIFY_SOURCE makes of them. libc's own check first, if the length is too great --- */

PNO_EXPORT ssize_t __read_chk(int fd, void *buffer, size_t length, size_t room)
{
    return length <= room ? read(fd, buffer, length) : libc___read_chk(fd, buffer, length, room);
}

PNO_EXPORT ssize_t __recv_chk(int fd, void *buffer, size_t length, size_t room, int flags)
{
    return length <= room ? recv(fd, buffer, length, flags) : libc___recv_chk(fd, buffer, length, room, flags);
}

PNO_EXPORT ssize_t __recvfrom_chk(int fd, void *buffer, size_t length, size_t room, int flags, struct sockaddr *name,
                                  socklen_t *name_length)
{
    return length <= room ? recvfrom(fd, buffer, length, flags, name, name_length)
                          : libc___recvfrom_chk(fd, buffer, length, room, flags, name, name_length);
}
