/* Operations: transfers. */
#include "play.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static uint64_t written; /* so many bytes of the pattern */

void restart_pattern(void)
{
    written = 0;
}

static void fill_pattern(char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (char)(written * 31 + written / 251);
        written++;
    }
}

void do_send(void)
{
    static const int LENGTHS[] = {0, 1, 2, 7, 100, 500, 1400};
    static const int FLAGS[] = {MSG_DONTWAIT, MSG_MORE, MSG_NOSIGNAL, MSG_DONTWAIT | MSG_NOSIGNAL, MSG_OOB};
    const int i = pick(1U << CONNECTED);
    const size_t length = (size_t)ANY_OF(LENGTHS);
    const int flags = one_in(3) ? ANY_OF(FLAGS) : 0;
    const int how = below(5);
    if (i < 0) {
        return;
    }
    char bytes[1400];
    fill_pattern(bytes, length);
    struct iovec parts[3] = {{bytes, length / 3}, {bytes + length / 3, 0}, {bytes + length / 3, length - length / 3}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    /* What is held back leaves by a clock: it is sent along at once. */
    const int sent = (flags & (MSG_MORE | MSG_OOB)) != 0 ? 0 : flags;
    tell("send %d way %d length %zu flags %x", i, how, length, sent);
    switch (how) {
    case 0:
        told(write(slots[i].fd, bytes, length));
        break;
    case 1:
        told(writev(slots[i].fd, parts, 3));
        break;
    case 2:
        told(sendmsg(slots[i].fd, &message, sent));
        break;
    default:
        told(send(slots[i].fd, bytes, length, sent));
    }
}

static uint32_t digest(const char *bytes, long length)
{
    uint32_t hash = 2166136261U;
    for (long i = 0; i < length; i++) {
        hash = (hash ^ (uint8_t)bytes[i]) * 16777619U;
    }
    return hash;
}

void do_recv(void)
{
    static const int LENGTHS[] = {0, 1, 3, 50, 1000, 4000};
    static const int FLAGS[] = {MSG_PEEK,
                                MSG_DONTWAIT,
                                MSG_WAITALL,
                                MSG_TRUNC,
                                MSG_PEEK | MSG_TRUNC,
                                MSG_OOB,
                                MSG_PEEK | MSG_WAITALL,
                                MSG_WAITALL | MSG_DONTWAIT};
    const int i = pick(1U << CONNECTED);
    size_t length = (size_t)ANY_OF(LENGTHS);
    int flags = one_in(2) ? ANY_OF(FLAGS) : 0;
    int how = below(5);
    if (i < 0) {
        return;
    }
    const int fd = slots[i].fd;
    const short ready = readiness(fd);
    if (is_blocking(fd) && (ready & (POLLIN | POLLHUP | POLLERR | POLLRDHUP)) == 0) {
        flags |= MSG_DONTWAIT;
        how = how < 2 ? 2 : how;
    } else if ((flags & MSG_WAITALL) != 0 && (ready & (POLLHUP | POLLERR | POLLRDHUP)) == 0) {
        const int bytes = unread(fd);
        length = bytes > 0 && (size_t)bytes < length ? (size_t)bytes : length;
    }
    char bytes[4000] = {0};
    struct iovec parts[3] = {{bytes, length / 2}, {bytes + length / 2, 0}, {bytes + length / 2, length - length / 2}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 3};
    tell("recv %d way %d length %zu flags %x", i, how, length, flags);
    long received;
    switch (how) {
    case 0:
        received = told(read(fd, bytes, length));
        break;
    case 1:
        received = told(readv(fd, parts, 3));
        break;
    case 2:
        received = told(recvmsg(fd, &message, flags));
        tell(" flags %x", (unsigned)message.msg_flags);
        break;
    default:
        received = told(recv(fd, bytes, length, flags));
    }
    if (received > 0) {
        tell(" digest %08x", digest(bytes, sizeof bytes));
    }
}

void do_sendfile(void)
{
    const int i = pick(1U << CONNECTED);
    const size_t length = (size_t)below(1500);
    off_t offset = below(100);
    if (i < 0) {
        return;
    }
    const int file = memfd_create("file", 0);
    char bytes[1000];
    fill_pattern(bytes, sizeof bytes);
    if (write(file, bytes, sizeof bytes) != sizeof bytes) {
        abort();
    }
    tell("sendfile %d length %zu offset %ld", i, length, (long)offset);
    told(sendfile(slots[i].fd, file, &offset, length));
    tell(" offset %ld", (long)offset);
    close(file);
}

static long fill(int fd)
{
    static char bytes[65536];
    long all = 0;
    for (int idle = 0; idle < 3; idle++) {
        long sent;
        while ((sent = send(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
            all += sent;
            idle = 0;
        }
        if (errno != EAGAIN) {
            return all;
        }
        ask_pilot();
        nanosleep(&(struct timespec){0, 2000000}, NULL);
    }
    return all;
}

void do_fill(void)
{
    static char bytes[65536];
    const int i = pick(1U << CONNECTED);
    const int peer = i < 0 || slots[i].kind != CONNECTED ? -1 : peer_of(i);
    if (peer < 0 || peer == i || readiness(slots[i].fd) != POLLOUT ||
        (readiness(slots[peer].fd) & ~POLLIN) != POLLOUT) {
        return;
    }
    const long left = fill(slots[i].fd);
    tell("fill %d peer %d", i, peer);
    told(errno == EAGAIN ? 0 : -1);
    tell(" full ");
    tell_readiness((unsigned)readiness(slots[i].fd));
    long got = 0;
    while (got < left && (await(slots[peer].fd, POLLIN) & POLLIN) != 0) {
        const long received = recv(slots[peer].fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (received <= 0) {
            told(received);
            break;
        }
        got += received;
    }
    tell(" drained %d ", got >= left);
    tell_readiness((unsigned)await(slots[i].fd, POLLOUT));
}
