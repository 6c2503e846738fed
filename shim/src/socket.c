/* State, readiness and the end of connected sockets. The rules are Linux's tcp_poll, tcp_recvmsg, tcp_sendmsg and
 * inet_shutdown; where they look odd, so does Linux. */
#include "socket.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "address.h"
#include "async.h"
#include "connect.h"
#include "libc.h"
#include "process.h"
#include "signals.h"
#include "unsupported.h"
#include "urgent.h"
#include "wait.h"
#include "watch.h"

#define READABLE (EPOLLIN | EPOLLRDNORM)
#define WRITABLE (EPOLLOUT | EPOLLWRNORM)

static enum pno_phase connecting_phase(struct pno_file *file, int *error)
{
    if (pno_socket_flags(file) & PNO_DEFERRED)
        return PNO_CONNECTING;
    uint64_t request = atomic_load_explicit(&file->record->request, memory_order_relaxed);
    uint64_t done = atomic_load_explicit(&file->record->request_done, memory_order_acquire);
    if ((uint32_t)done != (uint32_t)request)
        return PNO_CONNECTING;
    if (done >> 32 == 0) {
        pno_socket_set_flag(file, PNO_CONNECTED);
        return PNO_OPEN;
    }
    *error = (int)(done >> 32);
    return PNO_ENDED;
}

enum pno_phase pno_socket_phase(struct pno_file *file, int *error)
{
    uint32_t flags = pno_socket_flags(file);
    uint64_t status = pno_socket_status(file);
    if (PNO_UNLIKELY(atomic_load_explicit(&pno_process.gone, memory_order_relaxed))) {
        *error = ECONNRESET;
        return PNO_ENDED;
    }
    if (pno_status_state(status) == PNO_STATUS_CLOSED) {
        *error = pno_status_error(status);
        return PNO_ENDED;
    }
    return flags & PNO_CONNECTED ? PNO_OPEN : connecting_phase(file, error);
}

int pno_socket_take_error(struct pno_file *file)
{
    int error = 0;
    if (pno_socket_phase(file, &error) != PNO_ENDED || error == 0)
        return 0;
    uint32_t before = atomic_fetch_or(&file->socket->flags, PNO_ERROR_TAKEN);
    return before & PNO_ERROR_TAKEN ? 0 : error;
}

static uint64_t in_flight(const struct pno_file *file)
{
    uint64_t acked = atomic_load_explicit(&file->record->tx_acked, memory_order_acquire);
    return pno_record_written(file->record) - acked;
}

uint32_t pno_socket_level(struct pno_file *file)
{
    int error = 0;
    uint32_t level = 0;
    uint32_t flags = pno_socket_flags(file);
    enum pno_phase phase = pno_socket_phase(file, &error);
    if (phase == PNO_CONNECTING)
        return flags & PNO_DEFERRED ? WRITABLE : 0; /* as Linux: the first write is what it waits for */
    bool read_shut = phase == PNO_ENDED || (flags & PNO_SHUT_READ) ||
                     atomic_load_explicit(&file->record->rx_fin, memory_order_acquire) != 0;
    bool write_shut = phase == PNO_ENDED || (flags & PNO_SHUT_WRITE);
    if (read_shut)
        level |= READABLE | EPOLLRDHUP;
    else if (pno_urgent_readable(file, pno_socket_read_mark(file)))
        level |= READABLE;
    if (pno_urgent_is_here(file))
        level |= EPOLLPRI;
    if (write_shut || (in_flight(file) <= pno_socket_write_mark(file) &&
                       !pno_socket_holds_back(file, pno_record_written(file->record))))
        level |= WRITABLE;
    if (read_shut && write_shut)
        level |= EPOLLHUP;
    if (error != 0 && !(flags & PNO_ERROR_TAKEN))
        level |= EPOLLERR;
    return level;
}

void pno_socket_want_space(struct pno_file *file)
{
    uint64_t written = pno_record_written(file->record);
    uint64_t mark = pno_socket_write_mark(file);
    uint64_t wait = written > mark ? written - mark : 0;
    /* As Linux: a writer is woken when less than half of what may be unsent is. */
    if (pno_socket_holds_back(file, written))
        wait = PNO_REC_TX_WAIT_SENT | (written - (file->socket->options.notsent_lowat - 1) / 2);
    if (wait == 0)
        return;
    atomic_store_explicit(&file->record->tx_wait, wait, memory_order_release);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
}

/* Ends our direction at what is written. False in a signal handler that interrupted a send on this very socket. */
static bool finish_writing(struct pno_file *file)
{
    if (!pno_lock_take(&file->socket->tx_lock))
        return false;
    uint64_t end = pno_record_written(file->record);
    pno_socket_set_flag(file, PNO_SHUT_WRITE);
    if (atomic_load_explicit(&file->record->tx_fin, memory_order_relaxed) == 0)
        atomic_store_explicit(&file->record->tx_fin, end + 1, memory_order_release);
    pno_lock_give(&file->socket->tx_lock);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
    return true;
}

static void abort_connection(struct pno_file *file)
{
    atomic_store_explicit(&file->record->tx_fin, PNO_REC_TX_FIN_ABORT, memory_order_release);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
}

static long socket_shutdown(struct pno_file *file, int fd, int how)
{
    (void)fd;
    int error = 0;
    if (how != SHUT_RD && how != SHUT_WR && how != SHUT_RDWR)
        return -EINVAL;
    switch (pno_socket_phase(file, &error)) {
    case PNO_CONNECTING: /* Linux disconnects a socket in SYN-SENT */
        pno_socket_set_flag(file, PNO_SHUT_READ | PNO_SHUT_WRITE);
        abort_connection(file);
        return 0;
    case PNO_ENDED:
        return -ENOTCONN;
    case PNO_OPEN:
        break;
    }
    if (how != SHUT_WR)
        pno_socket_set_flag(file, PNO_SHUT_READ);
    if (how != SHUT_RD && !finish_writing(file))
        return pno_unsupported(PNO_VAIN_SHUTDOWN_IN_HANDLER, EBUSY);
    pno_watch_raised(file);
    return 0;
}

static bool is_drained(struct pno_file *file, uint32_t unused)
{
    (void)unused;
    int error;
    return in_flight(file) == 0 || pno_socket_phase(file, &error) == PNO_ENDED;
}

/* SO_LINGER with a time: close waits until the peer has acknowledged everything, or for so long. With none: RST. As in
 * Linux only the last close does, of whatever process. */
static void socket_linger(struct pno_file *file)
{
    int32_t seconds = file->socket->options.linger_seconds;
    int error = 0;
    if (seconds < 0 || pno_self.held != 0 || pno_socket_phase(file, &error) == PNO_ENDED ||
        pno_held_by_others(pno_file_number(file)))
        return;
    if (seconds == 0) {
        abort_connection(file);
        return;
    }
    finish_writing(file);
    uint64_t written = pno_record_written(file->record);
    atomic_store_explicit(&file->record->tx_wait, written, memory_order_release);
    pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
    pno_signals_mark();
    pno_wait_until(file, is_drained, 0, pno_now() + (uint64_t)seconds * PNO_NS_PER_S);
}

void pno_socket_release(struct pno_file *file)
{
    /* Whoever found the file by its number before it was closed is done when the locks have been free once. */
    if (pno_lock_take(&file->socket->tx_lock)) {
        pno_connect_start(file); /* a record without a request would never become FREE */
        pno_lock_give(&file->socket->tx_lock);
    }
    if (pno_lock_take(&file->socket->rx_lock))
        pno_lock_give(&file->socket->rx_lock);
    pno_watch_end(file);
    pno_unhold(pno_file_number(file));
    pno_submit(file, PNO_SUB_FLAG_RELEASED | PNO_SUB_FLAG_HOST_LINE);
}

static long local_name(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length)
{
    (void)fd;
    return pno_address_tell(file, &file->record->actual, true, name, length);
}

static long peer_name(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length)
{
    (void)fd;
    int error = 0;
    if (pno_socket_phase(file, &error) != PNO_OPEN)
        return -ENOTCONN;
    return pno_address_tell(file, &file->record->actual, false, name, length);
}

static void set_nonblock(struct pno_file *file, bool on)
{
    if (on)
        atomic_fetch_or(&file->socket->flags, PNO_NONBLOCK);
    else
        atomic_fetch_and(&file->socket->flags, ~(uint32_t)PNO_NONBLOCK);
}

long pno_socket_control(struct pno_file *file, int fd, int command, long argument)
{
    uint32_t flags = pno_socket_flags(file);
    bool async = argument & O_ASYNC;
    long answer = 0;
    switch (command) {
    case F_GETFL:
        return O_RDWR | (flags & PNO_NONBLOCK ? O_NONBLOCK : 0) | (flags & PNO_ASYNC ? O_ASYNC : 0);
    case F_SETFL:
        if (async != ((flags & PNO_ASYNC) != 0))
            answer = pno_async_switch(file, fd, async);
        if (answer == 0)
            set_nonblock(file, argument & O_NONBLOCK);
        return answer;
    default: /* PNO_PASS: what belongs to the number, not to the socket */
        return pno_async_control(file, fd, command, argument);
    }
}

long pno_socket_device(struct pno_file *file, int fd, unsigned long request, void *argument)
{
    switch (request) {
    case FIONBIO:
        set_nonblock(file, *(int *)argument != 0);
        return 0;
    case FIONREAD:
        *(int *)argument = (int)pno_urgent_unread(file);
        return 0;
    case SIOCOUTQ:
        *(int *)argument = (int)in_flight(file);
        return 0;
    case SIOCOUTQNSD:
        *(int *)argument = (int)pno_socket_not_sent(file, fd);
        return 0;
    case SIOCATMARK:
        *(int *)argument = pno_urgent_at_mark(file);
        return 0;
    case FIOCLEX:
    case FIONCLEX:
        return PNO_PASS;
    default:
        break;
    }
    long answer = pno_async_device(file, fd, request, argument);
    return answer == PNO_PASS ? pno_unsupported(PNO_VAIN_IOCTL, ENOTTY) : answer;
}

static long socket_bind(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    (void)file, (void)fd, (void)name, (void)length;
    return -EINVAL; /* as Linux: it has an address already */
}

static long socket_listen(struct pno_file *file, int fd, int backlog)
{
    (void)file, (void)fd, (void)backlog;
    return -EINVAL;
}

static long socket_accept(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags)
{
    (void)file, (void)fd, (void)name, (void)length, (void)flags;
    return -EINVAL;
}

const struct pno_ops pno_socket_ops = {
    .receive = pno_socket_receive,
    .transmit = pno_socket_transmit,
    .bind = socket_bind,
    .listen = socket_listen,
    .accept = socket_accept,
    .connect = pno_socket_connect_again,
    .shutdown = socket_shutdown,
    .local_name = local_name,
    .peer_name = peer_name,
    .get_option = pno_socket_get_option,
    .set_option = pno_socket_set_option,
    .control = pno_socket_control,
    .device = pno_socket_device,
    .send_file = pno_socket_send_file,
    .level = pno_socket_level,
    .want_space = pno_socket_want_space,
    .linger = socket_linger,
    .release = pno_socket_release,
};
