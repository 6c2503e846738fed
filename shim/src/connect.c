/* connect: a record with the request in it, and the shared placeholder in place of the kernel's socket. */
#include "connect.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "async.h"
#include "candidate.h"
#include "channel.h"
#include "fdtable.h"
#include "kept.h"
#include "libc.h"
#include "process.h"
#include "records.h"
#include "rules.h"
#include "sets.h"
#include "signals.h"
#include "socket.h"
#include "unsupported.h"
#include "wait.h"

#define REQUEST_NUMBER 1 /* a record serves one connect */
#define LOCAL_ANSWER_NS PNO_NS_PER_S

/* Takes a record for a socket with these options and flags, and holds it. NULL: *error says why. */
static struct pno_file *new_socket(const struct pno_options *options, uint32_t flags, int *error)
{
    *error = pno_process_arena();
    if (*error < 0)
        return NULL;
    uint32_t channel = pno_channel_of_thread();
    uint32_t record = PNO_NO_NUMBER;
    if (channel != PNO_NO_CHANNEL)
        record = pno_record_take(pno_channels[channel].number, options);
    if (record == PNO_NO_NUMBER) {
        *error = -ENOBUFS;
        return NULL;
    }
    struct pno_file *file = pno_file_for_record(record, &pno_socket_ops);
    file->channel = channel + 1;
    atomic_store(&file->socket->flags, flags);
    pno_hold(record);
    return file;
}

static void post_request(struct pno_file *file)
{
    atomic_store_explicit(&file->record->request, REQUEST_NUMBER | (uint64_t)PNO_REC_REQUEST_CONNECT << 32,
                          memory_order_release);
}

void pno_connect_start(struct pno_file *file)
{
    if (!(pno_socket_flags(file) & PNO_DEFERRED))
        return;
    post_request(file); /* first, or it would look like a request that is answered */
    atomic_fetch_and(&file->socket->flags, ~(uint32_t)PNO_DEFERRED);
    /* It was writable, is so no longer and will be again: for who watches edges that is an event. */
    uint64_t written = pno_record_written(file->record);
    atomic_store_explicit(&file->record->tx_wait, written, memory_order_release);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE | PNO_SUB_FLAG_OPTIONS);
}

/* Writes what is wanted, and asks the DPU for it, or leaves that to the first write; not so on loopback, where it must
 * be known first who listens. */
static void request(struct pno_file *file, const struct pno_endpoint *from, const struct pno_endpoint *to)
{
    struct pno_address_line *wanted = &file->record->wanted;
    wanted->family = to->family;
    memcpy(wanted->remote, to->bytes, sizeof(wanted->remote));
    wanted->remote_port = to->port;
    memcpy(wanted->local, from->bytes, sizeof(wanted->local));
    wanted->local_port = from->port;
    if (file->socket->options.opens_fast && !pno_address_is_loopback(to)) {
        pno_socket_set_flag(file, PNO_DEFERRED);
        return;
    }
    post_request(file);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE | PNO_SUB_FLAG_OPTIONS);
}

/* How a connect that is under way or over is answered. */
static long answer(struct pno_file *file)
{
    int error = 0;
    switch (pno_socket_phase(file, &error)) {
    case PNO_CONNECTING:
        return -EINPROGRESS;
    case PNO_OPEN:
        pno_socket_set_flag(file, PNO_ANNOUNCED);
        return 0;
    default:
        error = pno_socket_take_error(file);
        return error != 0 ? -error : -ECONNABORTED;
    }
}

/* Sleeps until the connection stands or has failed; SO_SNDTIMEO bounds it. A socket that does not block is told that it
 * is under way even if the DPU was quicker, as Linux does. */
long pno_connect_wait(struct pno_file *file, int fd)
{
    long result;
    if (pno_socket_flags(file) & PNO_DEFERRED)
        return 0;
    if (!pno_socket_blocks(file, 0) || !pno_file_hold(file, fd))
        return -EINPROGRESS;
    uint64_t deadline = pno_deadline_of(file->socket->options.send_timeout_ns);
    while ((result = answer(file)) == -EINPROGRESS) {
        long slept = pno_wait_file(file, EPOLLOUT, deadline);
        if (slept == -EAGAIN)
            break;
        if (slept < 0) {
            result = slept;
            break;
        }
    }
    pno_file_put(file);
    return result;
}

/* A program that has bound the socket keeps its port: the kernel's socket lives on beside the connection. */
static bool bound_to(int fd, struct pno_endpoint *from)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof(name);
    return libc_getsockname(fd, (struct sockaddr *)&name, &length) == 0 &&
           pno_address_parse((struct sockaddr *)&name, length, from) && from->port != 0;
}

static uint32_t flags_of(const struct pno_file *candidate, int fd)
{
    uint32_t flags = candidate->candidate->domain == AF_INET6 ? PNO_INET6 : 0;
    return libc_fcntl(fd, F_GETFL, 0) & O_NONBLOCK ? flags | PNO_NONBLOCK : flags;
}

/* --- addresses of this side: what no listener of PnO's takes there is the kernel's --- */

static bool is_answered(struct pno_file *file, uint32_t unused)
{
    (void)unused;
    int error;
    return pno_socket_phase(file, &error) != PNO_CONNECTING;
}

/* True if a socket of the kernel's can have the address: another one than the DPU's may be this host's too. */
static bool is_kernels(const struct pno_endpoint *address)
{
    struct sockaddr_storage name;
    socklen_t length = pno_address_write(address, &name);
    int fd = libc_socket(address->family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && libc_bind(fd, (struct sockaddr *)&name, length) == 0;
    if (fd >= 0)
        libc_close(fd);
    return bound;
}

/* Waits for the DPU's answer, also where the program does not block: nothing has to cross a wire for it. True if nobody
 * listens there, and the kernel may know somebody. */
static bool is_for_kernel(struct pno_file *file, const struct pno_endpoint *to)
{
    int error = 0;
    uint64_t deadline = pno_now() + LOCAL_ANSWER_NS;
    do {
        pno_signals_mark(); /* it is short: a signal does not interrupt it */
    } while (!is_answered(file, 0) && pno_wait_until(file, is_answered, 0, deadline) != -EAGAIN);
    if (pno_socket_phase(file, &error) != PNO_ENDED)
        return false;
    return pno_address_is_loopback(to) || (error == ECONNREFUSED && is_kernels(to));
}

static long leave_to_kernel(struct pno_file *candidate, int fd)
{
    pno_candidate_resign(candidate, fd);
    return PNO_PASS;
}

long pno_connect(struct pno_file *candidate, int fd, const struct pno_endpoint *to)
{
    int error;
    struct pno_endpoint from = {.family = to->family};
    bool bound = bound_to(fd, &from);
    if (bound && from.family != to->family && !pno_address_is_any(&from))
        return -ENETUNREACH; /* bound to an address of IPv4, and on to one of IPv6, or the other way */
    struct pno_file *file = new_socket(&candidate->candidate->options, flags_of(candidate, fd), &error);
    if (file == NULL)
        return pno_address_is_loopback(to) ? leave_to_kernel(candidate, fd) : error;
    request(file, &from, to);
    bool is_local = pno_address_is_loopback(to) || pno_rules_is_dpus(to);
    if (is_local && !(pno_socket_flags(file) & PNO_DEFERRED) && is_for_kernel(file, to)) {
        pno_socket_release(file);
        return leave_to_kernel(candidate, fd);
    }
    pno_kept_count_early(&candidate->candidate->options, candidate->candidate->domain, fd);
    if (bound) {
        int kept = libc_fcntl(fd, F_DUPFD_CLOEXEC, 3);
        file->bound = kept >= 0 ? pno_fd_raise(kept) + 1 : 0;
    }
    pno_watch_move(candidate, file, pno_set_adopt);
    struct pno_asked asked = candidate->candidate->asks_signals ? pno_async_asked(fd) : (struct pno_asked){0};
    error = pno_fd_convert(candidate, file, fd, pno_process.placeholder);
    if (asked.any && error >= 0)
        pno_async_take_over(file, fd, &asked);
    return error < 0 ? error : pno_connect_wait(file, fd);
}

/* connect once more on a socket that is ours. */
long pno_socket_connect_again(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    int error = 0;
    uint32_t flags = pno_socket_flags(file);
    struct pno_endpoint to;
    switch (pno_socket_phase(file, &error)) {
    case PNO_CONNECTING:
        if (flags & PNO_DEFERRED)
            return -EISCONN; /* as Linux */
        return pno_socket_blocks(file, 0) ? pno_connect_wait(file, fd) : -EALREADY;
    case PNO_OPEN:
        return flags & PNO_ANNOUNCED ? -EISCONN : answer(file);
    default:
        break;
    }
    if (flags & PNO_CONNECTED)
        return -EISCONN;
    if (!(flags & PNO_ERROR_TAKEN))
        return answer(file);
    /* The last attempt failed: another one, with another record. */
    if (!pno_address_parse(name, length, &to))
        return -EAFNOSUPPORT;
    if (!pno_rules_connect(&to))
        return pno_unsupported(PNO_VAIN_CONNECT_ELSEWHERE, ENETUNREACH);
    struct pno_endpoint from = {.family = to.family};
    struct pno_file *next = new_socket(&file->socket->options, flags & (PNO_NONBLOCK | PNO_INET6), &error);
    if (next == NULL)
        return error;
    request(next, &from, &to);
    pno_watch_move(file, next, pno_set_adopt);
    pno_fd_rename(file, next, fd);
    return pno_connect_wait(next, fd);
}
