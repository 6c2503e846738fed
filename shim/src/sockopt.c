/* setsockopt and getsockopt on connected sockets of ours: what the DPU or the connection has to tell, what is kept here
 * (options.c), and what the kernel is asked about (kept.c). */
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "fdtable.h"
#include "kept.h"
#include "libc.h"
#include "options.h"
#include "process.h"
#include "signals.h"
#include "socket.h"
#include "unsupported.h"
#include "urgent.h"
#include "wait.h"
#include "watch.h"

#define INFO_PATIENCE_NS PNO_NS_PER_S
#define INFO_NOT_SENT_BYTES 144     /* tcpi_notsent_bytes in linux/tcp.h; libc's header is older */
#define COOKIE_IS_OURS (1ULL << 63) /* the kernel counts its own from 1 */
#define COOKIE_ARENA_SHIFT 47

static uint8_t tcp_state(struct pno_file *file)
{
    int error = 0;
    bool ended = atomic_load(&file->record->rx_fin) != 0;
    bool finished = pno_socket_flags(file) & PNO_SHUT_WRITE;
    switch (pno_socket_phase(file, &error)) {
    case PNO_CONNECTING:
        return TCP_SYN_SENT;
    case PNO_ENDED:
        return TCP_CLOSE;
    default:
        return ended ? (finished ? TCP_LAST_ACK : TCP_CLOSE_WAIT) : finished ? TCP_FIN_WAIT1 : TCP_ESTABLISHED;
    }
}

static bool info_is_told(struct pno_file *file, uint32_t asked)
{
    int error;
    return (uint32_t)atomic_load_explicit(&file->record->info_told, memory_order_acquire) >= asked ||
           pno_socket_phase(file, &error) == PNO_ENDED;
}

/* Asks the DPU, and waits for its answer. What it does not tell in time is 0, but for the state. */
static void ask_info(struct pno_file *file, int fd, uint8_t info[PNO_REC_TCP_INFO_BYTES])
{
    memset(info, 0, PNO_REC_TCP_INFO_BYTES);
    info[0] = tcp_state(file);
    if (info[0] != TCP_CLOSE && info[0] != TCP_SYN_SENT && pno_file_hold(file, fd)) {
        uint64_t asked = atomic_fetch_add(&file->record->info_asked, 1) + 1;
        uint64_t deadline = pno_now() + INFO_PATIENCE_NS;
        pno_submit(file, PNO_SUB_FLAG_HOST_LINE);
        while (!info_is_told(file, (uint32_t)asked) && pno_now() < deadline) {
            pno_signals_mark(); /* it is no call that a signal interrupts */
            pno_wait_until(file, info_is_told, (uint32_t)asked, deadline);
        }
        if (atomic_load_explicit(&file->record->info_told, memory_order_acquire) >= asked)
            memcpy(info, file->record->tcp_info, PNO_REC_TCP_INFO_BYTES);
        pno_file_put(file);
    }
}

static long get_info(struct pno_file *file, int fd, void *value, socklen_t *length)
{
    uint8_t info[PNO_REC_TCP_INFO_BYTES];
    ask_info(file, fd, info);
    return pno_options_tell(info, sizeof(info), value, length);
}

/* Of a connection Linux tells what segments carry, whatever was asked for. */
static long get_segment_size(struct pno_file *file, int fd, void *value, socklen_t *length)
{
    uint8_t info[PNO_REC_TCP_INFO_BYTES];
    uint32_t bytes;
    ask_info(file, fd, info);
    memcpy(&bytes, info + offsetof(struct tcp_info, tcpi_snd_mss), sizeof(bytes));
    return bytes != 0 ? pno_options_tell(&bytes, sizeof(bytes), value, length)
                      : pno_options_get(&file->socket->options, IPPROTO_TCP, TCP_MAXSEG, value, length);
}

/* What the path carries. */
static long get_mtu(struct pno_file *file, int fd, void *value, socklen_t *length)
{
    uint8_t info[PNO_REC_TCP_INFO_BYTES];
    uint32_t bytes;
    ask_info(file, fd, info);
    memcpy(&bytes, info + offsetof(struct tcp_info, tcpi_pmtu), sizeof(bytes));
    return bytes != 0 ? pno_options_tell(&bytes, sizeof(bytes), value, length) : -ENOTCONN;
}

uint32_t pno_socket_not_sent(struct pno_file *file, int fd)
{
    uint8_t info[PNO_REC_TCP_INFO_BYTES];
    uint32_t bytes;
    ask_info(file, fd, info);
    memcpy(&bytes, info + INFO_NOT_SENT_BYTES, sizeof(bytes));
    return bytes;
}

/* --- what the socket knows of itself --- */

static long get_cookie(const struct pno_file *file, void *value, socklen_t *length)
{
    uint64_t cookie = COOKIE_IS_OURS | (uint64_t)pno_arena.number << COOKIE_ARENA_SHIFT |
                      (uint64_t)pno_file_number(file) << 32 | file->generation;
    if (length == NULL)
        return -EFAULT;
    return *length < sizeof(cookie) ? -EINVAL : pno_options_tell(&cookie, sizeof(cookie), value, length);
}

static long get_memory(struct pno_file *file, void *value, socklen_t *length)
{
    const struct pno_options *options = &file->socket->options;
    uint64_t written = pno_record_written(file->record);
    uint32_t unacked = (uint32_t)(written - atomic_load_explicit(&file->record->tx_acked, memory_order_acquire));
    uint32_t rcvbuf = options->line.rcvbuf != 0 ? options->line.rcvbuf : PNO_DEFAULT_RCVBUF;
    uint32_t memory[SK_MEMINFO_VARS] = {
        [SK_MEMINFO_RMEM_ALLOC] = (uint32_t)pno_urgent_unread(file),
        [SK_MEMINFO_RCVBUF] = 2 * rcvbuf,
        [SK_MEMINFO_SNDBUF] = 2 * pno_options_sndbuf(options),
        [SK_MEMINFO_WMEM_QUEUED] = unacked,
    };
    return pno_options_tell(memory, sizeof(memory), value, length);
}

/* getpeername as an option: room for less than the name is an error. */
static long get_peer(struct pno_file *file, int fd, void *value, socklen_t *length)
{
    struct sockaddr_storage name;
    socklen_t named = sizeof(name);
    if (length == NULL)
        return -EFAULT;
    long answer = file->ops->peer_name(file, fd, (struct sockaddr *)&name, &named);
    if (answer < 0)
        return answer;
    return *length > named ? -EINVAL : pno_options_tell(&name, named, value, length);
}

/* -ENOPROTOOPT: it is another option. */
static long get_socket_state(struct pno_file *file, int fd, int option, void *value, socklen_t *length)
{
    int answer = 0;
    switch (option) {
    case SO_ERROR:
        answer = pno_socket_take_error(file);
        break;
    case SO_DOMAIN:
        answer = pno_socket_domain(file);
        break;
    case SO_ACCEPTCONN:
    case SO_INCOMING_NAPI_ID: /* no queue of the kernel's carries it */
        break;
    case SO_COOKIE:
        return get_cookie(file, value, length);
    case SO_MEMINFO:
        return get_memory(file, value, length);
    case SO_PEERNAME:
        return get_peer(file, fd, value, length);
    default:
        return -ENOPROTOOPT;
    }
    return pno_options_tell(&answer, sizeof(answer), value, length);
}

static long get_state(struct pno_file *file, int fd, int level, int option, void *value, socklen_t *length)
{
    int off = 0;
    if (level == SOL_SOCKET)
        return get_socket_state(file, fd, option, value, length);
    if (level == IPPROTO_TCP && option == TCP_INFO)
        return get_info(file, fd, value, length);
    if (level == IPPROTO_TCP && option == TCP_MAXSEG)
        return get_segment_size(file, fd, value, length);
    if (level == IPPROTO_IP && option == IP_MTU)
        return get_mtu(file, fd, value, length);
    if (level == IPPROTO_IPV6 && pno_socket_domain(file) == AF_INET6 && (option == IPV6_V6ONLY || option == IPV6_MTU))
        return option == IPV6_MTU ? get_mtu(file, fd, value, length)
                                  : pno_options_tell(&off, sizeof(off), value, length);
    return -ENOPROTOOPT;
}

long pno_socket_get_option(struct pno_file *file, int fd, int level, int option, void *value, socklen_t *length)
{
    long told = get_state(file, fd, level, option, value, length);
    if (told == -ENOPROTOOPT)
        told = pno_options_get(&file->socket->options, level, option, value, length);
    if (told != -ENOPROTOOPT)
        return told;
    /* The pages that it would give are not the kernel's to give. */
    if (level != IPPROTO_TCP || option != TCP_ZEROCOPY_RECEIVE)
        told = pno_kept_get(&file->socket->options, pno_socket_domain(file), level, option, value, length);
    return told == -ENOPROTOOPT ? pno_unsupported_option(PNO_VAIN_GETSOCKOPT, level, option, ENOPROTOOPT) : told;
}

/* --- setting --- */

/* As Linux: only of a socket that is not connected. */
static bool is_too_late(int level, int option, const void *value, socklen_t length)
{
    if (level == IPPROTO_IPV6 && option == IPV6_V6ONLY)
        return true;
    if (level != IPPROTO_TCP)
        return false;
    return option == TCP_FASTOPEN || option == TCP_FASTOPEN_CONNECT || option == TCP_FASTOPEN_NO_COOKIE ||
           (option == TCP_WINDOW_CLAMP && length >= sizeof(int) && *(const int *)value == 0);
}

static bool is_for_the_privileged(int level, int option)
{
    return level == SOL_SOCKET && (option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE);
}

/* What is said of an option by us, or else by the kernel; either is written to the record. 1: the DPU must hear. */
static long note(struct pno_file *file, int level, int option, const void *value, socklen_t length,
                 const struct pno_verdict *verdict)
{
    struct pno_socket *socket = file->socket;
    bool locked = pno_lock_take(&socket->tx_lock); /* against other threads that set */
    long set = verdict != NULL ? pno_kept_apply(&socket->options, verdict)
                               : pno_options_set(&socket->options, level, option, value, length);
    if (set > 0) {
        socket->sndbuf = pno_options_sndbuf(&socket->options);
        file->record->options = socket->options.line;
    }
    if (locked)
        pno_lock_give(&socket->tx_lock);
    return set;
}

/* One that we do not know. */
static long set_as_kernel(struct pno_file *file, int level, int option, const void *value, socklen_t length)
{
    struct pno_verdict verdict = pno_kept_judge(pno_socket_domain(file), level, option, value, length);
    if (verdict.refused)
        return pno_unsupported_option(PNO_VAIN_SETSOCKOPT, level, option, (int)-verdict.answer);
    if (verdict.answer <= 0)
        return verdict.answer;
    return note(file, level, option, value, length, &verdict);
}

long pno_socket_set_option(struct pno_file *file, int fd, int level, int option, const void *value, socklen_t length)
{
    (void)fd;
    if (value == NULL && length != 0)
        return -EFAULT;
    if (is_too_late(level, option, value, length))
        return -EINVAL;
    if (is_for_the_privileged(level, option)) {
        struct pno_verdict verdict = pno_kept_judge(pno_socket_domain(file), level, option, value, length);
        if (!verdict.refused && verdict.answer < 0)
            return verdict.answer;
    }
    long set = note(file, level, option, value, length, NULL);
    if (set == -ENOPROTOOPT)
        set = set_as_kernel(file, level, option, value, length);
    if (set > 0)
        pno_submit(file, PNO_SUB_FLAG_OPTIONS);
    if (set > 0 || (level == SOL_SOCKET && option == SO_RCVLOWAT))
        pno_watch_raised(file);
    return set > 0 ? 0 : set;
}
