/* setsockopt and getsockopt on sockets of ours. Bounds, defaults and errors are Linux's. */
#include "options.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "libc.h"

#define MIN_SNDBUF 4608
#define MIN_RCVBUF 2304
#define DEFAULT_MEM_MAX 212992
#define DEFAULT_KEEP_IDLE 7200
#define DEFAULT_KEEP_INTVL 75
#define DEFAULT_KEEP_CNT 9
#define DEFAULT_MAX_SEG 1460
#define DEFAULT_SYN_COUNT 6
#define DEFAULT_LINGER2 60
#define MAX_LINGER2 120
#define FIRST_TIMEOUT 1 /* seconds, of a SYN-ACK */
#define LAST_TIMEOUT 120
#define MAX_FASTOPEN 4096 /* Linux's somaxconn */
#define FLAGS_MASK ((1U << PNO_REC_FASTOPEN_QUEUE_SHIFT) - 1)
#define MAX_SYN_ACKS 255
#define MAX_LOWAT 3145728 /* half of tcp_rmem's usual most */
#define LOWAT_RCVBUF (PNO_ARENA_STREAM_BYTES / 2)
#define TCP_CA_NAME_SIZE 16 /* Linux's TCP_CA_NAME_MAX */

/* An integer option that is one word of the options line, with Linux's bounds. */
struct number_option {
    int level;
    int option;
    size_t offset;
    int min;
    int max;
    int fallback; /* what getsockopt tells when it was not set */
};

#define AT(field) offsetof(struct pno_options_line, field)

static const struct number_option numbers[] = {
    {IPPROTO_TCP, TCP_KEEPIDLE, AT(keep_idle), 1, 32767, DEFAULT_KEEP_IDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL, AT(keep_intvl), 1, 32767, DEFAULT_KEEP_INTVL},
    {IPPROTO_TCP, TCP_KEEPCNT, AT(keep_cnt), 1, 127, DEFAULT_KEEP_CNT},
    {IPPROTO_TCP, TCP_USER_TIMEOUT, AT(user_timeout), 0, INT32_MAX, 0},
    {IPPROTO_TCP, TCP_SYNCNT, AT(syn_count), 1, 127, DEFAULT_SYN_COUNT},
    {IPPROTO_TCP, TCP_MAXSEG, AT(max_seg), 88, 32767, DEFAULT_MAX_SEG},
};

/* A switch that is one bit of the options line. */
static const struct {
    int level;
    int option;
    uint32_t flag;
} switches[] = {
    {IPPROTO_TCP, TCP_NODELAY, PNO_REC_OPTION_NODELAY},
    {IPPROTO_TCP, TCP_CORK, PNO_REC_OPTION_CORK},
    {SOL_SOCKET, SO_KEEPALIVE, PNO_REC_OPTION_KEEPALIVE},
    {SOL_SOCKET, SO_REUSEPORT, PNO_REC_OPTION_REUSEPORT},
};

void pno_options_reset(struct pno_options *options)
{
    *options = (struct pno_options){.linger_seconds = -1};
}

static uint32_t *word_of(struct pno_options *options, const struct number_option *number)
{
    return (uint32_t *)((uint8_t *)&options->line + number->offset);
}

/* The kernel's bound on a buffer's size, read once. */
static uint32_t mem_max(const char *path, _Atomic uint32_t *known)
{
    uint32_t value = atomic_load(known);
    if (value != 0)
        return value;
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned read_value;
    if (fd >= 0 && libc_read(fd, text, sizeof(text) - 1) > 0 && sscanf(text, "%u", &read_value) == 1)
        value = read_value;
    else
        value = DEFAULT_MEM_MAX;
    if (fd >= 0)
        libc_close(fd);
    atomic_store(known, value);
    return value;
}

static uint32_t clamp_buffer(int asked, uint32_t min, uint32_t max)
{
    uint32_t bytes = asked < 0 || (uint32_t)asked > max ? max : (uint32_t)asked;
    return bytes < min / 2 ? min / 2 : bytes;
}

static int set_timeout(uint64_t *timeout_ns, const void *value, socklen_t length)
{
    struct timeval time;
    if (length < sizeof(time))
        return -EINVAL;
    memcpy(&time, value, sizeof(time));
    if (time.tv_usec < 0 || time.tv_usec >= 1000000)
        return -EDOM;
    if (time.tv_sec < 0)
        *timeout_ns = 1; /* Linux: at once */
    else
        *timeout_ns = (uint64_t)time.tv_sec * PNO_NS_PER_S + (uint64_t)time.tv_usec * PNO_NS_PER_US;
    return 0;
}

static int set_linger(struct pno_options *options, const void *value, socklen_t length)
{
    struct linger linger;
    if (length < sizeof(linger))
        return -EINVAL;
    memcpy(&linger, value, sizeof(linger));
    options->linger_seconds = linger.l_onoff == 0 ? -1 : linger.l_linger;
    return 0;
}

static int set_switch_or_number(struct pno_options *options, int level, int option, int value)
{
    for (size_t i = 0; i < PNO_LENGTH(switches); i++) {
        if (switches[i].level != level || switches[i].option != option)
            continue;
        options->line.flags =
            value != 0 ? options->line.flags | switches[i].flag : options->line.flags & ~switches[i].flag;
        return 1;
    }
    for (size_t i = 0; i < PNO_LENGTH(numbers); i++) {
        if (numbers[i].level != level || numbers[i].option != option)
            continue;
        bool unset = option == TCP_MAXSEG && value == 0;
        if (!unset && (value < numbers[i].min || value > numbers[i].max))
            return -EINVAL;
        *word_of(options, &numbers[i]) = (uint32_t)value;
        return 1;
    }
    return -ENOPROTOOPT;
}

/* As Linux's tcp_set_rcvlowat: no more than half of the buffer, which grows to hold it. */
static int set_receive_lowat(struct pno_options *options, int value)
{
    uint32_t wanted = value < 0 ? INT32_MAX : (uint32_t)value;
    uint32_t most = options->line.rcvbuf != 0 ? options->line.rcvbuf : MAX_LOWAT;
    options->receive_lowat = wanted < most ? wanted : most;
    if (options->line.rcvbuf != 0 || options->receive_lowat <= PNO_DEFAULT_RCVBUF / 2)
        return 0;
    options->line.rcvbuf = LOWAT_RCVBUF;
    return 1;
}

static int set_socket_number(struct pno_options *options, int option, int value)
{
    static _Atomic uint32_t wmem_max, rmem_max;
    switch (option) {
    case SO_SNDBUF:
        options->sndbuf = clamp_buffer(value, MIN_SNDBUF, mem_max("/proc/sys/net/core/wmem_max", &wmem_max));
        return 1;
    case SO_SNDBUFFORCE: /* the kernel has judged who may */
        options->sndbuf = clamp_buffer(value, MIN_SNDBUF, INT32_MAX / 2);
        return 1;
    case SO_RCVBUFFORCE:
        options->line.rcvbuf = clamp_buffer(value, MIN_RCVBUF, INT32_MAX / 2);
        return 1;
    case SO_RCVBUF:
        options->line.rcvbuf = clamp_buffer(value, MIN_RCVBUF, mem_max("/proc/sys/net/core/rmem_max", &rmem_max));
        return 1;
    case SO_REUSEADDR:
        options->reuse_address = value != 0;
        return 0;
    case SO_OOBINLINE:
        options->urgent_inline = value != 0;
        return 0;
    case SO_RCVLOWAT:
        return set_receive_lowat(options, value);
    default:
        return set_switch_or_number(options, SOL_SOCKET, option, value);
    }
}

/* The congestion controls by their number on the link; an unset one is told as the DPU's usual default. */
static const char congestion_names[][TCP_CA_NAME_SIZE] = {
    [PNO_REC_CONGESTION_DEFAULT] = "cubic", [PNO_REC_CONGESTION_RENO] = "reno", [PNO_REC_CONGESTION_CUBIC] = "cubic",
    [PNO_REC_CONGESTION_DCTCP] = "dctcp",   [PNO_REC_CONGESTION_BBR] = "bbr",
};

static int set_congestion(struct pno_options *options, const void *value, socklen_t length)
{
    char name[TCP_CA_NAME_SIZE] = "";
    if ((int)length < 1)
        return -EINVAL;
    memcpy(name, value, length < sizeof(name) - 1 ? length : sizeof(name) - 1);
    for (uint32_t i = PNO_REC_CONGESTION_RENO; i < PNO_LENGTH(congestion_names); i++) {
        if (strcmp(congestion_names[i], name) == 0) {
            options->line.congestion = i;
            return 1;
        }
    }
    return -ENOENT;
}

/* Linux's secs_to_retrans and retrans_to_secs: TCP_DEFER_ACCEPT is kept as a number of SYN-ACKs. */
static uint32_t syn_acks_within(int seconds)
{
    uint32_t count = seconds > 0;
    for (int timeout = FIRST_TIMEOUT, period = timeout; seconds > period && count < MAX_SYN_ACKS; count++) {
        timeout = 2 * timeout > LAST_TIMEOUT ? LAST_TIMEOUT : 2 * timeout;
        period += timeout;
    }
    return count;
}

static int seconds_of(uint32_t syn_acks)
{
    int period = 0;
    for (int timeout = FIRST_TIMEOUT; syn_acks > 0; syn_acks--) {
        period += timeout;
        timeout = 2 * timeout > LAST_TIMEOUT ? LAST_TIMEOUT : 2 * timeout;
    }
    return period;
}

static int set_fast_open(struct pno_options *options, int option, int value)
{
    uint32_t flag = option == TCP_FASTOPEN_CONNECT ? PNO_REC_OPTION_FASTOPEN : PNO_REC_OPTION_FASTOPEN_NO_COOKIE;
    if (value < 0 || value > 1)
        return -EINVAL;
    if (option == TCP_FASTOPEN_CONNECT)
        options->opens_fast = value;
    options->line.flags = value ? options->line.flags | flag : options->line.flags & ~flag;
    return 1;
}

/* What is not kept as it was said. */
static int set_tcp_number(struct pno_options *options, int option, int value)
{
    struct pno_options_line *line = &options->line;
    switch (option) {
    case TCP_QUICKACK: /* an event: every setting counts */
        line->quick_ack = ((line->quick_ack >> 1) + 1) << 1 | (value != 0);
        return 1;
    case TCP_LINGER2:
        line->linger2 = value < 0 ? -1 : value > MAX_LINGER2 ? MAX_LINGER2 : value;
        return 1;
    case TCP_DEFER_ACCEPT:
        line->defer_accept = syn_acks_within(value);
        return 1;
    case TCP_FASTOPEN:
        if (value < 0)
            return -EINVAL;
        if (value > MAX_FASTOPEN)
            value = MAX_FASTOPEN;
        line->flags = (line->flags & FLAGS_MASK) | (uint32_t)value << PNO_REC_FASTOPEN_QUEUE_SHIFT;
        return 1;
    case TCP_NOTSENT_LOWAT: /* 0, and all that a number can say, is no bound */
        options->notsent_lowat = (uint32_t)value;
        line->flags = value != 0 ? line->flags | PNO_REC_OPTION_TX_SENT : line->flags & ~PNO_REC_OPTION_TX_SENT;
        return 1;
    case TCP_FASTOPEN_CONNECT:
    case TCP_FASTOPEN_NO_COOKIE:
        return set_fast_open(options, option, value);
    case TCP_INQ:
        if (value < 0 || value > 1)
            return -EINVAL;
        options->tells_unread = value;
        return 0;
    case TCP_WINDOW_CLAMP:
        line->window_clamp = value == 0 ? 0 : value < MIN_RCVBUF / 2 ? MIN_RCVBUF / 2 : (uint32_t)value;
        return 1;
    default:
        return set_switch_or_number(options, IPPROTO_TCP, option, value);
    }
}

/* As Linux: eight bytes or four, of which all ones mean no bound. */
static int set_max_pacing_rate(struct pno_options *options, const void *value, socklen_t length)
{
    uint64_t rate;
    uint32_t short_rate;
    if (length < sizeof(short_rate))
        return -EINVAL;
    if (length == sizeof(rate)) {
        memcpy(&rate, value, sizeof(rate));
    } else {
        memcpy(&short_rate, value, sizeof(short_rate));
        rate = short_rate == UINT32_MAX ? UINT64_MAX : short_rate;
    }
    options->line.max_pacing_rate = rate == UINT64_MAX ? 0 : rate;
    return 1;
}

static long get_max_pacing_rate(const struct pno_options *options, void *value, socklen_t *length)
{
    uint64_t rate = options->line.max_pacing_rate != 0 ? options->line.max_pacing_rate : UINT64_MAX;
    uint32_t short_rate = rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
    if (length != NULL && *length >= sizeof(rate))
        return pno_options_tell(&rate, sizeof(rate), value, length);
    return pno_options_tell(&short_rate, sizeof(short_rate), value, length);
}

long pno_options_tell(const void *answer, size_t bytes, void *value, socklen_t *length)
{
    if (value == NULL || length == NULL)
        return -EFAULT;
    if ((int)*length < 0)
        return -EINVAL;
    if (*length > bytes)
        *length = (socklen_t)bytes;
    memcpy(value, answer, *length);
    return 0;
}

static int get_timeout(uint64_t timeout_ns, void *value, socklen_t *length)
{
    struct timeval time = {.tv_sec = (time_t)(timeout_ns / PNO_NS_PER_S),
                           .tv_usec = (suseconds_t)(timeout_ns % PNO_NS_PER_S / PNO_NS_PER_US)};
    return (int)pno_options_tell(&time, sizeof(time), value, length);
}

static bool get_switch_or_number(const struct pno_options *options, int level, int option, int *answer)
{
    for (size_t i = 0; i < PNO_LENGTH(switches); i++) {
        if (switches[i].level == level && switches[i].option == option) {
            *answer = (options->line.flags & switches[i].flag) != 0;
            return true;
        }
    }
    for (size_t i = 0; i < PNO_LENGTH(numbers); i++) {
        if (numbers[i].level == level && numbers[i].option == option) {
            int set = (int)*word_of((struct pno_options *)options, &numbers[i]);
            *answer = set != 0 ? set : numbers[i].fallback;
            return true;
        }
    }
    return false;
}

static bool get_tcp_number(const struct pno_options *options, int option, int *answer)
{
    const struct pno_options_line *line = &options->line;
    switch (option) {
    case TCP_QUICKACK:
        *answer = line->quick_ack == 0 || line->quick_ack & 1;
        return true;
    case TCP_LINGER2:
        *answer = line->linger2 != 0 ? line->linger2 : DEFAULT_LINGER2;
        return true;
    case TCP_DEFER_ACCEPT:
        *answer = seconds_of(line->defer_accept);
        return true;
    case TCP_FASTOPEN:
        *answer = (int)(line->flags >> PNO_REC_FASTOPEN_QUEUE_SHIFT);
        return true;
    case TCP_NOTSENT_LOWAT:
        *answer = (int)options->notsent_lowat;
        return true;
    case TCP_FASTOPEN_CONNECT:
        *answer = options->opens_fast;
        return true;
    case TCP_INQ:
        *answer = options->tells_unread;
        return true;
    case TCP_FASTOPEN_NO_COOKIE:
        *answer = (line->flags & PNO_REC_OPTION_FASTOPEN_NO_COOKIE) != 0;
        return true;
    case TCP_WINDOW_CLAMP:
        *answer = (int)(line->window_clamp != 0 ? line->window_clamp
                        : line->rcvbuf != 0     ? line->rcvbuf
                                                : PNO_DEFAULT_RCVBUF);
        return true;
    default:
        return get_switch_or_number(options, IPPROTO_TCP, option, answer);
    }
}

/* Linux doubles what was asked for, and tells the double. */
static bool get_socket_number(const struct pno_options *options, int option, int *answer)
{
    switch (option) {
    case SO_SNDBUF:
        *answer = 2 * (int)pno_options_sndbuf(options);
        return true;
    case SO_RCVBUF:
        *answer = 2 * (int)(options->line.rcvbuf != 0 ? options->line.rcvbuf : PNO_DEFAULT_RCVBUF);
        return true;
    case SO_REUSEADDR:
        *answer = options->reuse_address;
        return true;
    case SO_OOBINLINE:
        *answer = options->urgent_inline;
        return true;
    case SO_TYPE:
        *answer = SOCK_STREAM;
        return true;
    case SO_PROTOCOL:
        *answer = IPPROTO_TCP;
        return true;
    case SO_RCVLOWAT:
        *answer = options->receive_lowat != 0 ? (int)options->receive_lowat : 1;
        return true;
    case SO_SNDLOWAT:
        *answer = 1;
        return true;
    default:
        return get_switch_or_number(options, SOL_SOCKET, option, answer);
    }
}

int pno_options_get(const struct pno_options *options, int level, int option, void *value, socklen_t *length)
{
    int answer;
    if (level == IPPROTO_TCP && option == TCP_CONGESTION)
        return (int)pno_options_tell(congestion_names[options->line.congestion], TCP_CA_NAME_SIZE, value, length);
    if (level == SOL_SOCKET && option == SO_MAX_PACING_RATE)
        return (int)get_max_pacing_rate(options, value, length);
    if (level == SOL_SOCKET && option == SO_LINGER) {
        bool on = options->linger_seconds >= 0;
        struct linger linger = {.l_onoff = on, .l_linger = on ? options->linger_seconds : 0};
        return (int)pno_options_tell(&linger, sizeof(linger), value, length);
    }
    if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_RCVTIMEO_NEW))
        return get_timeout(options->receive_timeout_ns, value, length);
    if (level == SOL_SOCKET && (option == SO_SNDTIMEO || option == SO_SNDTIMEO_NEW))
        return get_timeout(options->send_timeout_ns, value, length);
    if (level == SOL_SOCKET    ? get_socket_number(options, option, &answer)
        : level == IPPROTO_TCP ? get_tcp_number(options, option, &answer)
                               : false)
        return (int)pno_options_tell(&answer, sizeof(answer), value, length);
    return -ENOPROTOOPT;
}

int pno_options_set(struct pno_options *options, int level, int option, const void *value, socklen_t length)
{
    int number;
    if (level == IPPROTO_TCP && option == TCP_CONGESTION)
        return set_congestion(options, value, length);
    if (level == SOL_SOCKET && option == SO_MAX_PACING_RATE)
        return set_max_pacing_rate(options, value, length);
    if (level == SOL_SOCKET && option == SO_LINGER)
        return set_linger(options, value, length);
    if (level == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_RCVTIMEO_NEW))
        return set_timeout(&options->receive_timeout_ns, value, length);
    if (level == SOL_SOCKET && (option == SO_SNDTIMEO || option == SO_SNDTIMEO_NEW))
        return set_timeout(&options->send_timeout_ns, value, length);
    if (level != SOL_SOCKET && level != IPPROTO_TCP)
        return -ENOPROTOOPT;
    if (length < sizeof(number)) {
        bool known = level == SOL_SOCKET ? get_socket_number(options, option, &number)
                                         : get_tcp_number(options, option, &number);
        return known ? -EINVAL : -ENOPROTOOPT;
    }
    memcpy(&number, value, sizeof(number));
    return level == SOL_SOCKET ? set_socket_number(options, option, number) : set_tcp_number(options, option, number);
}
