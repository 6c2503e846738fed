/* listen and accept. */
#include "listener.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "async.h"
#include "candidate.h"
#include "channel.h"
#include "control.h"
#include "fdtable.h"
#include "kept.h"
#include "libc.h"
#include "log.h"
#include "options.h"
#include "poll.h"
#include "process.h"
#include "records.h"
#include "sets.h"
#include "signals.h"
#include "socket.h"
#include "stream.h"
#include "unsupported.h"
#include "wait.h"

#define MAX_CREDITS 1024
#define FIRST_CREDITS 128 /* each takes a record, whose memory is touched then */
#define LISTEN_TRIES 200
#define END_LOOKS 400
#define KERNEL_FIRST_EVERY 8 /* of accepts that serve both, so that neither side starves */

struct entry {
    uint32_t record;
    uint32_t generation;
};

_Static_assert(sizeof(struct entry) == PNO_ENTRY_BYTES, "entry");
_Static_assert(offsetof(struct entry, generation) == PNO_ENTRY_GENERATION_OFFSET, "entry.generation");

/* --- credits --- */

static _Atomic uint32_t debts; /* credits that were owed since debts were last paid */

/* Somebody looks after them before the next sleep, or at the next accept. */
static void owe(struct pno_socket *socket, uint32_t count)
{
    atomic_fetch_add_explicit(&socket->owed, count, memory_order_relaxed);
    atomic_fetch_add_explicit(&debts, count, memory_order_relaxed);
}

/* A listener begins with few credits. When a quarter of what it has stands for connections that wait for accept, it
 * gets as many again, up to its backlog. Under the lock. */
static uint32_t grow(struct pno_socket *socket, uint64_t unused)
{
    uint32_t most = socket->backlog - socket->credits;
    uint32_t more = socket->credits < most ? socket->credits : most;
    if (unused > socket->credits / 4 * 3)
        return 0;
    socket->credits += more;
    return more;
}

/* Offers `count` more records to the listener, those that are owed, and those by which it grows. */
static void post_credits(struct pno_file *file, uint32_t count)
{
    struct pno_record *record = file->record;
    struct pno_socket *socket = file->socket;
    uint32_t channel = pno_channel_number(file);
    if (!pno_lock_take(&socket->tx_lock)) {
        owe(socket, count);
        return;
    }
    count += atomic_exchange_explicit(&socket->owed, 0, memory_order_relaxed);
    uint64_t written = atomic_load_explicit(&record->tx_written, memory_order_relaxed);
    uint64_t acked = atomic_load_explicit(&record->tx_acked, memory_order_acquire);
    pno_stream_trim(record, socket, acked);
    count += grow(socket, count + (written - acked) / sizeof(struct entry));
    for (; count > 0; count--) {
        struct entry credit = {.record = pno_record_take(channel, &socket->options)};
        if (credit.record == PNO_NO_NUMBER)
            break;
        credit.generation = pno_record_generation(&pno_arena.records[credit.record]);
        if (pno_stream_write(record, socket, written, &credit, sizeof(credit)) < sizeof(credit)) {
            pno_record_cancel(credit.record);
            break;
        }
        written += sizeof(credit);
    }
    if (count > 0)
        owe(socket, count);
    atomic_store_explicit(&record->tx_written, written, memory_order_release);
    pno_submit_written(file, written, pno_stream_last_chunk(record, socket, written), 0);
    pno_lock_give(&socket->tx_lock);
}

void pno_listeners_pay(void)
{
    if (PNO_LIKELY(atomic_load_explicit(&debts, memory_order_relaxed) == 0) || pno_self.held != 0)
        return;
    atomic_store_explicit(&debts, 0, memory_order_relaxed);
    for (int fd = 0, end = pno_fd_end(); fd < end; fd++) {
        struct pno_file *file = pno_file_of(fd);
        if (file == NULL || file->ops != &pno_listener_ops || !pno_file_keep(file, fd))
            continue;
        if (atomic_load_explicit(&file->socket->owed, memory_order_relaxed) > 0)
            post_credits(file, 0);
        pno_file_put(file);
    }
}

/* --- listen --- */

static uint32_t credits_for(int backlog)
{
    return backlog < 1 ? 1 : backlog > MAX_CREDITS ? MAX_CREDITS : (uint32_t)backlog;
}

/* The backlog may have grown. */
static void post_first_credits(struct pno_file *file, uint32_t backlog)
{
    struct pno_socket *socket = file->socket;
    uint32_t first = backlog < FIRST_CREDITS ? backlog : FIRST_CREDITS;
    uint32_t more = 0;
    if (!pno_lock_take(&socket->tx_lock))
        return;
    if (backlog > socket->backlog)
        socket->backlog = backlog;
    if (first > socket->credits) {
        more = first - socket->credits;
        socket->credits = first;
    }
    pno_lock_give(&socket->tx_lock);
    if (more > 0)
        post_credits(file, more);
}

/* The kernel has let us bind the port; so if the DPU finds it in use, that is most likely a listener of ours that was
 * just closed, whose end the DPU has yet to notice. */
static int ask_to_listen(const struct pno_file *file, int fd, int backlog)
{
    const struct timespec moment = {.tv_nsec = PNO_NS_PER_MS};
    int error = 0;
    for (int tries = 0; tries < LISTEN_TRIES; tries++) {
        error = pno_control_listen(pno_file_number(file), file->generation, credits_for(backlog), fd);
        if (error != -EADDRINUSE)
            break;
        nanosleep(&moment, NULL);
    }
    return error;
}

/* Takes a record and makes the DPU listen for it. */
static struct pno_file *new_listener(const struct pno_candidate *candidate, int fd, int backlog, int *error)
{
    *error = pno_process_arena();
    if (*error < 0)
        return NULL;
    uint32_t channel = pno_channel_of_thread();
    uint32_t number = PNO_NO_NUMBER;
    if (channel != PNO_NO_CHANNEL)
        number = pno_record_take(pno_channels[channel].number, &candidate->options);
    if (number == PNO_NO_NUMBER) {
        *error = -ENOBUFS;
        return NULL;
    }
    struct pno_file *file = pno_file_for_record(number, &pno_listener_ops);
    file->channel = channel + 1;
    pno_hold(number);
    *error = ask_to_listen(file, fd, backlog);
    if (*error >= 0)
        return file;
    pno_unhold(number);
    pno_record_cancel(number);
    return NULL;
}

long pno_listener_open(struct pno_file *candidate, int fd, const struct pno_endpoint *at, int backlog)
{
    int error;
    bool loopback = pno_address_is_loopback(at);
    bool both = loopback || pno_address_is_any(at);
    /* On the wildcard and on loopback this is the kernel's listener. On an address of the DPU's nobody reaches it, but
     * since it listens, the kernel refuses the port to others even if they set SO_REUSEADDR. */
    if (libc_listen(fd, both ? backlog : 0) < 0)
        return -errno;
    struct pno_file *file = new_listener(candidate->candidate, fd, backlog, &error);
    if (file == NULL && loopback) {
        /* Another host of this DPU may have the port on its loopback; or the DPU has no IPv6. */
        pno_log("listener %d is the kernel's alone: the DPU answered %s", fd, strerrorname_np(-error));
        pno_candidate_resign(candidate, fd);
        return 0;
    }
    if (file == NULL) {
        libc_shutdown(fd, SHUT_RDWR);
        return error;
    }
    int status = libc_fcntl(fd, F_GETFL, 0);
    uint32_t flags = (status & O_NONBLOCK ? PNO_NONBLOCK : 0) | (both ? PNO_IN_KERNEL : 0) |
                     (candidate->candidate->domain == AF_INET6 ? PNO_INET6 : 0);
    atomic_store(&file->socket->flags, flags);
    pno_kept_count_early(&candidate->candidate->options, candidate->candidate->domain, fd);
    if (both)
        libc_fcntl(fd, F_SETFL, status | O_NONBLOCK); /* it is asked between other things, and must not block */
    post_first_credits(file, credits_for(backlog));
    struct pno_asked asked = candidate->candidate->asks_signals ? pno_async_asked(fd) : (struct pno_asked){0};
    pno_watch_move(candidate, file, pno_set_adopt);
    pno_fd_rename(candidate, file, fd);
    if (asked.any)
        pno_async_take_over(file, fd, &asked);
    return 0;
}

/* listen once more: the backlog may grow. */
static long listener_listen(struct pno_file *file, int fd, int backlog)
{
    if (pno_listener_in_kernel(file) && libc_listen(fd, backlog) < 0)
        return -errno;
    int error = ask_to_listen(file, fd, backlog);
    if (error < 0)
        return error;
    post_first_credits(file, credits_for(backlog));
    return 0;
}

/* --- accept --- */

static bool has_connection(const struct pno_file *file)
{
    uint64_t committed = atomic_load_explicit(&file->record->rx_committed, memory_order_acquire);
    return committed - atomic_load_explicit(&file->record->rx_read, memory_order_relaxed) >= sizeof(struct entry);
}

/* Takes the oldest connection off the queue and holds its record. */
static bool take_connection(struct pno_file *file, int fd, struct entry *entry)
{
    if (!pno_lock_take(&file->socket->rx_lock))
        return false;
    uint64_t read = atomic_load_explicit(&file->record->rx_read, memory_order_relaxed);
    bool taken = (fd < 0 || pno_file_is(file, fd)) && has_connection(file) &&
                 pno_stream_read(file->record, read, entry, sizeof(*entry)) && entry->record < PNO_RECORD_COUNT;
    if (taken) {
        pno_hold(entry->record);
        atomic_store_explicit(&file->record->rx_read, read + sizeof(*entry), memory_order_release);
    }
    pno_lock_give(&file->socket->rx_lock);
    return taken;
}

/* An accepted socket has its listener's options; those set since the credit was given are made good. */
static void inherit_options(struct pno_file *file, const struct pno_socket *listener)
{
    file->socket->options = listener->options;
    file->socket->sndbuf = pno_options_sndbuf(&listener->options);
    /* Who waits for what is sent must be sure that the DPU tells it. */
    if (listener->options.notsent_lowat == 0 &&
        memcmp(&file->record->options, &listener->options.line, sizeof(file->record->options)) == 0)
        return;
    file->record->options = listener->options.line;
    pno_submit(file, PNO_SUB_FLAG_OPTIONS);
}

/* Makes a socket of a connection. The channel named in its record may be ours, or another process's of the family. */
static struct pno_file *open_connection(const struct pno_file *listener, const struct entry *entry, int flags)
{
    struct pno_file *file = pno_file_for_record(entry->record, &pno_socket_ops);
    uint32_t channel = (uint32_t)atomic_load(&file->record->channel_and_generation);
    uint32_t inherited = (uint32_t)atomic_load(&listener->socket->flags) & PNO_INET6;
    if (listener->channel != 0 && pno_channels[listener->channel - 1].number == channel)
        file->channel = listener->channel;
    atomic_store(&file->socket->flags,
                 inherited | PNO_CONNECTED | PNO_ANNOUNCED | (flags & SOCK_NONBLOCK ? (uint32_t)PNO_NONBLOCK : 0));
    inherit_options(file, listener->socket);
    return file;
}

static long accept_ours(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    struct entry entry;
    if (!has_connection(file))
        return -EAGAIN;
    int command = flags & SOCK_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD;
    int number = libc_fcntl(pno_process.placeholder, command, 0);
    if (number < 0)
        return -errno;
    if (number >= PNO_FD_LIMIT || !take_connection(file, fd, &entry)) {
        libc_close(number);
        return number >= PNO_FD_LIMIT ? -EMFILE : -EAGAIN;
    }
    struct pno_file *connection = open_connection(file, &entry, flags);
    post_credits(file, 1);
    if (name != NULL)
        pno_address_tell(connection, &connection->record->actual, false, name, length);
    pno_fd_install(number, connection);
    return number;
}

/* A number that was closed or means something else by now names nothing of the kernel's. */
static bool kernel_has(const struct pno_file *file, int fd)
{
    return pno_listener_in_kernel(file) && pno_file_is(file, fd);
}

static long accept_kernels(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    if (!kernel_has(file, fd))
        return -EAGAIN;
    int saved = errno;
    long number = libc_accept4(fd, name, length, flags);
    if (number >= 0)
        pno_fd_forget((int)number);
    else
        number = -errno;
    errno = saved;
    return number;
}

/* `held`: the call has slept, and keeps the file whatever has become of the number. */
static long accept_once(struct pno_file *file, int fd, bool held, struct sockaddr *name, socklen_t *length, int flags)
{
    static _Atomic uint32_t accepts;
    bool kernel_first = pno_listener_in_kernel(file) &&
                        atomic_fetch_add_explicit(&accepts, 1, memory_order_relaxed) % KERNEL_FIRST_EVERY == 0;
    long number = kernel_first ? accept_kernels(file, fd, name, length, flags) : -EAGAIN;
    if (number == -EAGAIN)
        number = accept_ours(file, held ? -1 : fd, name, length, flags);
    if (number == -EAGAIN && !kernel_first)
        number = accept_kernels(file, fd, name, length, flags);
    return number;
}

/* The DPU is gone, and the kernel has no part in this listener. */
static bool is_orphan(const struct pno_file *file)
{
    return atomic_load_explicit(&pno_process.gone, memory_order_relaxed) && !pno_listener_in_kernel(file);
}

/* Why there is no connection. When the DPU is gone the socket listens no more, which is EINVAL; ENETDOWN would be taken
 * for a passing error of one connection and tried again. A program that does not block hears of it once: it would spin
 * if its listener stood ready for ever. */
static long why_not(struct pno_file *file)
{
    if (pno_socket_flags(file) & PNO_SHUT_READ)
        return -EINVAL;
    if (!is_orphan(file) || (file->told_gone && !pno_socket_blocks(file, 0)))
        return -EAGAIN;
    file->told_gone = true;
    return -EINVAL;
}

/* Sleeps until there may be a connection: 0, or -errno. The listener may have been closed meanwhile: what comes to it
 * on our side is accepted all the same, as Linux does. */
static long wait_connection(struct pno_file *file, int fd, uint64_t deadline)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    if (!kernel_has(file, fd))
        return pno_wait_file(file, EPOLLIN, deadline);
    long ready = pno_poll(&wanted, 1, deadline, NULL);
    if (ready == -EINTR)
        return pno_signals_answer(deadline);
    return ready > 0 ? 0 : ready == 0 ? -EAGAIN : ready == PNO_PASS ? 0 : ready;
}

static long accept_sleeping(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    uint64_t deadline = pno_deadline_of(file->socket->options.receive_timeout_ns);
    for (;;) {
        long answer = accept_once(file, fd, true, name, length, flags);
        if (answer == -EAGAIN)
            answer = why_not(file);
        if (answer != -EAGAIN)
            return answer;
        answer = wait_connection(file, fd, deadline);
        if (answer < 0)
            return answer;
    }
}

static long listener_accept(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    if (flags & ~(SOCK_NONBLOCK | SOCK_CLOEXEC))
        return -EINVAL;
    if (pno_socket_flags(file) & PNO_SHUT_READ)
        return -EINVAL;
    long number = accept_once(file, fd, false, name, length, flags);
    if (number != -EAGAIN)
        return number;
    if (!pno_socket_blocks(file, 0)) {
        pno_process_glance();
        return why_not(file);
    }
    if (!pno_file_hold(file, fd))
        return PNO_PASS;
    number = accept_sleeping(file, fd, name, length, flags);
    pno_file_put(file);
    return number;
}

/* --- the rest --- */

static uint32_t listener_level(struct pno_file *file)
{
    uint32_t level = has_connection(file) ? EPOLLIN | EPOLLRDNORM : 0;
    if (pno_socket_flags(file) & PNO_SHUT_READ)
        level |= EPOLLIN | EPOLLRDNORM | EPOLLHUP;
    if (is_orphan(file) && !file->told_gone)
        level |= EPOLLIN | EPOLLRDNORM | EPOLLERR | EPOLLHUP;
    return level;
}

/* Ends the listening: the kernel's socket is a candidate again, which may listen anew. */
static long listener_shutdown(struct pno_file *file, int fd, int how)
{
    struct pno_options options = file->socket->options;
    int domain = pno_socket_domain(file);
    if (how == SHUT_WR)
        return 0;
    if (libc_shutdown(fd, how) < 0)
        return -errno;
    if (!(pno_socket_flags(file) & PNO_NONBLOCK))
        libc_fcntl(fd, F_SETFL, libc_fcntl(fd, F_GETFL, 0) & ~O_NONBLOCK);
    pno_socket_set_flag(file, PNO_SHUT_READ);
    pno_watch_raised(file);
    pno_control_unlisten(pno_file_number(file), file->generation);
    struct pno_file *candidate = pno_candidate_made(domain, &options);
    pno_fd_rename(file, candidate, fd);
    return 0;
}

/* True if the DPU has ended it. */
static bool is_ended(uint32_t number, uint32_t generation)
{
    const struct pno_record *record = &pno_arena.records[number];
    uint64_t status = atomic_load_explicit(&record->status, memory_order_acquire);
    return pno_record_generation(record) != generation ||
           (pno_status_generation(status) == generation && pno_status_state(status) == PNO_STATUS_FREE);
}

/* On Linux nobody is accepted from the moment a listener's last number is closed: so its end is waited for, unless a
 * process of the family holds it. A copy of the kernel's socket elsewhere shows by the time that passes. */
static void listener_release(struct pno_file *file)
{
    const struct timespec moment = {.tv_nsec = PNO_NS_PER_MS / 4};
    uint32_t number = pno_file_number(file);
    uint32_t generation = file->generation;
    int saved = errno;
    pno_socket_release(file); /* the record may be another file's from here on */
    for (int looks = 0; looks < END_LOOKS; looks++) {
        if (is_ended(number, generation) || pno_is_held(number) ||
            atomic_load_explicit(&pno_process.gone, memory_order_relaxed))
            break;
        nanosleep(&moment, NULL);
    }
    errno = saved;
}

static long not_connected(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags)
{
    (void)file, (void)fd, (void)pieces, (void)count, (void)flags;
    return -ENOTCONN;
}

static long not_a_pipe(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags)
{
    (void)file, (void)fd, (void)pieces, (void)count;
    if (!(flags & MSG_NOSIGNAL))
        raise(SIGPIPE);
    return -EPIPE;
}

static long listener_connect(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    (void)file, (void)fd, (void)name, (void)length;
    return -EISCONN;
}

static long listener_get_option(struct pno_file *file, int fd, int level, int option, void *value, socklen_t *length)
{
    int one = 1;
    if (level == SOL_SOCKET && option == SO_ACCEPTCONN)
        return pno_options_tell(&one, sizeof(one), value, length);
    (void)file, (void)fd;
    return PNO_PASS; /* the placeholder has them all */
}

/* The placeholder keeps them for getsockopt; ours are what accepted connections inherit. */
static long listener_set_option(struct pno_file *file, int fd, int level, int option, const void *value,
                                socklen_t length)
{
    if (libc_setsockopt(fd, level, option, value, length) < 0)
        return -errno;
    int set = pno_options_set(&file->socket->options, level, option, value, length);
    if (set == -ENOPROTOOPT)
        set = pno_kept_note(&file->socket->options, fd, level, option);
    if (set == -ENOPROTOOPT && !pno_kept_is_default(pno_socket_domain(file), fd, level, option))
        pno_unsupported_option(PNO_VAIN_SETSOCKOPT, level, option, ENOPROTOOPT);
    if (set > 0) {
        file->record->options = file->socket->options.line;
        pno_submit(file, PNO_SUB_FLAG_OPTIONS);
    }
    return 0;
}

/* What it asks about bytes, the placeholder answers: a listener has none. */
static long listener_device(struct pno_file *file, int fd, unsigned long request, void *argument)
{
    if (request == FIONREAD || request == SIOCOUTQ || request == SIOCATMARK)
        return PNO_PASS;
    return pno_socket_device(file, fd, request, argument);
}

const struct pno_ops pno_listener_ops = {
    .for_anybody = true,
    .receive = not_connected,
    .transmit = not_a_pipe,
    .listen = listener_listen,
    .accept = listener_accept,
    .connect = listener_connect,
    .shutdown = listener_shutdown,
    .get_option = listener_get_option,
    .set_option = listener_set_option,
    .control = pno_socket_control,
    .device = listener_device,
    .level = listener_level,
    .release = listener_release,
};
