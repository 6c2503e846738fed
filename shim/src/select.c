/* select: its bits as poll's entries, and back. */
#include "poll.h"

#include <errno.h>
#include <string.h>

#include "identity.h"

#define STACK_FDS 256
#define BITS_OF_WORD (8 * sizeof(unsigned long))
#define READ_BITS (POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR)
#define WRITE_BITS (POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR)

/* Sets may be larger than fd_set, so the macros of select.h won't do. */
static bool has_bit(int fd, const fd_set *set)
{
    return set != NULL && ((const unsigned long *)set)[(size_t)fd / BITS_OF_WORD] >> (size_t)fd % BITS_OF_WORD & 1;
}

static void set_bit(int fd, fd_set *set)
{
    ((unsigned long *)set)[(size_t)fd / BITS_OF_WORD] |= 1UL << (size_t)fd % BITS_OF_WORD;
}

static bool is_ours(int fd)
{
    struct pno_file *file = pno_file_known(fd);
    return file != NULL && file->ops->level != NULL;
}

static nfds_t entries_of(int count, const fd_set *reads, const fd_set *writes, const fd_set *excepts,
                         struct pollfd *fds, bool *any)
{
    nfds_t entries = 0;
    for (int fd = 0; fd < count; fd++) {
        short events = (short)((has_bit(fd, reads) ? POLLIN | POLLRDNORM : 0) |
                               (has_bit(fd, writes) ? POLLOUT | POLLWRNORM : 0) | (has_bit(fd, excepts) ? POLLPRI : 0));
        if (events == 0)
            continue;
        *any |= is_ours(fd);
        if (fds != NULL)
            fds[entries] = (struct pollfd){.fd = fd, .events = events};
        entries++;
    }
    return entries;
}

static void clear_set(int count, fd_set *set)
{
    if (set != NULL)
        memset(set, 0, ((size_t)count + BITS_OF_WORD - 1) / BITS_OF_WORD * sizeof(unsigned long));
}

/* Turns poll's results into select's. */
static long tell_bits(int count, const struct pollfd *fds, nfds_t entries, fd_set *reads, fd_set *writes,
                      fd_set *excepts)
{
    long bits = 0;
    for (nfds_t i = 0; i < entries; i++)
        if (fds[i].revents == POLLNVAL)
            return -EBADF;
    clear_set(count, reads);
    clear_set(count, writes);
    clear_set(count, excepts);
    for (nfds_t i = 0; i < entries; i++) {
        bool read = (fds[i].events & POLLIN) && (fds[i].revents & READ_BITS);
        bool write = (fds[i].events & POLLOUT) && (fds[i].revents & WRITE_BITS);
        bool except = (fds[i].events & POLLPRI) && (fds[i].revents & POLLPRI);
        if (read)
            set_bit(fds[i].fd, reads);
        if (write)
            set_bit(fds[i].fd, writes);
        if (except)
            set_bit(fds[i].fd, excepts);
        bits += read + write + except;
    }
    return bits;
}

long pno_select(int count, fd_set *reads, fd_set *writes, fd_set *excepts, uint64_t deadline, const sigset_t *mask)
{
    bool any = false;
    if (count < 0 || count > PNO_FD_LIMIT)
        return PNO_PASS;
    nfds_t entries = entries_of(count, reads, writes, excepts, NULL, &any);
    if (!any)
        return PNO_PASS;
    struct pollfd own[STACK_FDS];
    struct pollfd *fds = pno_poll_room(own, STACK_FDS, entries);
    if (fds == NULL)
        return -ENOMEM;
    entries_of(count, reads, writes, excepts, fds, &any);
    long answer = pno_poll(fds, entries, deadline, mask);
    if (answer >= 0)
        answer = tell_bits(count, fds, entries, reads, writes, excepts);
    pno_poll_leave(fds, own, entries);
    return answer;
}
