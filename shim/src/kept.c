/* What the kernel is asked about. */
#include "kept.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "libc.h"
#include "unsupported.h"

#define LONGEST_VALUE 256
#define NO_OPTION (-1)

/* Of younger kernels than the headers may be. */
#ifndef SO_PREFER_BUSY_POLL
#define SO_PREFER_BUSY_POLL 69
#endif
#ifndef SO_BUSY_POLL_BUDGET
#define SO_BUSY_POLL_BUDGET 70
#endif
#ifndef SO_TXREHASH
#define SO_TXREHASH 74
#endif
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

/* Numbers that mean nothing on a TCP connection, or nothing beyond this host, and the four that the DPU is told. */
static const struct {
    int level;
    int option;
} kept[] = {
    {SOL_SOCKET, SO_PRIORITY}, /* first: IP_TOS sets it too */
    {SOL_SOCKET, SO_MARK},
    {SOL_SOCKET, SO_DEBUG},
    {SOL_SOCKET, SO_BROADCAST},
    {SOL_SOCKET, SO_NO_CHECK},
    {SOL_SOCKET, SO_PASSCRED},
    {SOL_SOCKET, SO_PASSSEC},
    {SOL_SOCKET, SO_RXQ_OVFL},
    {SOL_SOCKET, SO_NOFCS},
    {SOL_SOCKET, SO_SELECT_ERR_QUEUE},
    {SOL_SOCKET, SO_BUSY_POLL},
    {SOL_SOCKET, SO_PREFER_BUSY_POLL},
    {SOL_SOCKET, SO_BUSY_POLL_BUDGET},
    {SOL_SOCKET, SO_INCOMING_CPU},
    {SOL_SOCKET, SO_TXREHASH},
    {SOL_SOCKET, SO_RCVMARK},
    {IPPROTO_IP, IP_TOS},
    {IPPROTO_IP, IP_TTL},
    {IPPROTO_IP, IP_FREEBIND},
    {IPPROTO_IP, IP_TRANSPARENT},
    {IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT},
    {IPPROTO_IP, IP_LOCAL_PORT_RANGE},
    {IPPROTO_IP, IP_MTU_DISCOVER},
    {IPPROTO_IP, IP_PKTINFO},
    {IPPROTO_IP, IP_RECVOPTS},
    {IPPROTO_IP, IP_RETOPTS},
    {IPPROTO_IP, IP_RECVTOS},
    {IPPROTO_IP, IP_RECVTTL},
    {IPPROTO_IP, IP_ORIGDSTADDR},
    {IPPROTO_IPV6, IPV6_TCLASS},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {IPPROTO_IPV6, IPV6_MTU_DISCOVER},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    {IPPROTO_IPV6, IPV6_RECVTCLASS},
    {IPPROTO_IPV6, IPV6_DONTFRAG},
    {IPPROTO_IPV6, IPV6_FREEBIND},
    {IPPROTO_IPV6, IPV6_TRANSPARENT},
};

_Static_assert(PNO_LENGTH(kept) <= PNO_KEPT_OPTIONS && PNO_KEPT_OPTIONS <= 64, "kept");

/* What the others that would change something are refused with: an error that programs expect of them. */
static const struct {
    int level;
    int option;
    int error;
} refusals[] = {
    {SOL_SOCKET, SO_ZEROCOPY, EOPNOTSUPP}, {SOL_SOCKET, SO_BINDTODEVICE, EPERM}, {SOL_SOCKET, SO_BINDTOIFINDEX, EPERM},
    {IPPROTO_TCP, TCP_REPAIR, EPERM},      {IPPROTO_TCP, TCP_ULP, ENOENT},       {IPPROTO_IPV6, IPV6_V6ONLY, EINVAL},
};

static int refusal_of(int level, int option)
{
    for (size_t i = 0; i < PNO_LENGTH(refusals); i++)
        if (refusals[i].level == level && refusals[i].option == option)
            return refusals[i].error;
    return ENOPROTOOPT;
}

static int index_of(int level, int option)
{
    for (size_t i = 0; i < PNO_LENGTH(kept); i++)
        if (kept[i].level == level && kept[i].option == option)
            return (int)i;
    return NO_OPTION;
}

/* Our segments are never fragmented, and believe what routers say of the path: that is all there is. */
static bool is_honoured(int at, int32_t value)
{
    bool is_discovery = kept[at].level == IPPROTO_IP     ? kept[at].option == IP_MTU_DISCOVER
                        : kept[at].level == IPPROTO_IPV6 ? kept[at].option == IPV6_MTU_DISCOVER
                                                         : false;
    return !is_discovery || value == IP_PMTUDISC_WANT || value == IP_PMTUDISC_DO;
}

static bool ask(int fd, int at, int32_t *value)
{
    socklen_t length = sizeof(*value);
    return libc_getsockopt(fd, kept[at].level, kept[at].option, value, &length) == 0;
}

static void keep(struct pno_options *options, int at, int32_t value)
{
    options->kept[at] = value;
    options->kept_set |= 1ULL << at;
}

/* To the DPU, what stands in IP's header. */
static int carry(struct pno_options_line *line, int at, int32_t value)
{
    if (kept[at].level == IPPROTO_IP && kept[at].option == IP_TOS) {
        line->tos = (uint8_t)value;
    } else if (kept[at].level == IPPROTO_IP && kept[at].option == IP_TTL) {
        line->ttl = (uint8_t)value;
    } else if (kept[at].level == IPPROTO_IPV6 && kept[at].option == IPV6_TCLASS) {
        line->traffic_class = (uint8_t)value;
    } else if (kept[at].level == IPPROTO_IPV6 && kept[at].option == IPV6_UNICAST_HOPS) {
        line->hop_limit = (uint8_t)value;
        line->flags |= PNO_REC_OPTION_HOP_LIMIT;
    } else {
        return 0;
    }
    return 1;
}

int pno_kept_apply(struct pno_options *options, const struct pno_verdict *verdict)
{
    keep(options, verdict->at, verdict->value);
    int told = carry(&options->line, verdict->at, verdict->value);
    if (kept[verdict->at].level == IPPROTO_IP && kept[verdict->at].option == IP_TOS)
        keep(options, 0, verdict->priority);
    return told;
}

/* What the kernel socket tells of an option that it has taken. */
static bool read_verdict(int fd, int at, struct pno_verdict *verdict)
{
    verdict->at = at;
    return at != NO_OPTION && ask(fd, at, &verdict->value) && ask(fd, 0, &verdict->priority) &&
           is_honoured(at, verdict->value);
}

int pno_kept_note(struct pno_options *options, int fd, int level, int option)
{
    struct pno_verdict verdict;
    int saved = errno;
    bool is_kept = read_verdict(fd, index_of(level, option), &verdict);
    errno = saved;
    return is_kept ? pno_kept_apply(options, &verdict) : -ENOPROTOOPT;
}

/* --- a socket that the kernel has just made --- */

static int make_socket(int domain)
{
    return libc_socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

struct told {
    bool known;
    socklen_t length;
    uint8_t bytes[LONGEST_VALUE];
};

static struct told tell(int fd, int level, int option)
{
    struct told told = {.length = sizeof(told.bytes)};
    told.known = libc_getsockopt(fd, level, option, told.bytes, &told.length) == 0;
    return told;
}

static bool is_same(const struct told *one, const struct told *other)
{
    return one->known && other->known && one->length == other->length &&
           memcmp(one->bytes, other->bytes, one->length) == 0;
}

static struct pno_verdict judge_on(int fd, int level, int option, const void *value, socklen_t length)
{
    struct pno_verdict verdict = {.answer = 0};
    struct told before = tell(fd, level, option);
    if (libc_setsockopt(fd, level, option, value, length) < 0) {
        verdict.answer = -errno;
        return verdict;
    }
    struct told after = tell(fd, level, option);
    if (read_verdict(fd, index_of(level, option), &verdict)) {
        verdict.answer = 1;
    } else if (!is_same(&before, &after)) {
        verdict.refused = true;
        verdict.answer = -refusal_of(level, option);
    }
    return verdict;
}

struct pno_verdict pno_kept_judge(int domain, int level, int option, const void *value, socklen_t length)
{
    int saved = errno;
    struct pno_verdict verdict = {.answer = -refusal_of(level, option), .refused = true};
    if (level == IPPROTO_TCP && option == TCP_ULP)
        return verdict; /* whatever this kernel could do */
    int fd = make_socket(domain);
    if (fd < 0)
        return (struct pno_verdict){.answer = -errno};
    verdict = judge_on(fd, level, option, value, length);
    libc_close(fd);
    errno = saved;
    return verdict;
}

static long ask_new_socket(int domain, int level, int option, void *value, socklen_t *length)
{
    int saved = errno;
    int fd = make_socket(domain);
    long answer = fd < 0 || libc_getsockopt(fd, level, option, value, length) < 0 ? -errno : 0;
    if (fd >= 0)
        libc_close(fd);
    errno = saved;
    return answer;
}

long pno_kept_get(const struct pno_options *options, int domain, int level, int option, void *value, socklen_t *length)
{
    int32_t number = 0;
    uint8_t octet;
    int at = index_of(level, option);
    if (at == NO_OPTION || !(options->kept_set >> at & 1))
        return ask_new_socket(domain, level, option, value, length);
    if (value == NULL || length == NULL)
        return -EFAULT;
    number = options->kept[at];
    octet = (uint8_t)number;
    /* As Linux's IP, which gives a byte to who has room for no more. */
    bool short_answer = level == IPPROTO_IP && *length > 0 && *length < sizeof(number) && number == octet;
    socklen_t most = short_answer ? sizeof(octet) : sizeof(number);
    if ((int)*length < 0)
        return -EINVAL;
    if (*length > most)
        *length = most;
    memcpy(value, short_answer ? (const void *)&octet : &number, *length);
    return 0;
}

/* --- before a socket is ours --- */

bool pno_kept_is_default(int domain, int fd, int level, int option)
{
    int saved = errno;
    int other = make_socket(domain);
    struct told here = tell(fd, level, option), there = tell(other, level, option);
    if (other >= 0)
        libc_close(other);
    errno = saved;
    return is_same(&here, &there);
}

void pno_kept_early(struct pno_options *options, int level, int option)
{
    uint32_t what = (uint32_t)level << 16 | (uint16_t)option;
    for (size_t i = 0; i < PNO_EARLY_OPTIONS; i++) {
        if (options->early[i] != 0 && options->early[i] != what)
            continue;
        options->early[i] = what;
        return;
    }
}

void pno_kept_count_early(const struct pno_options *options, int domain, int fd)
{
    for (size_t i = 0; i < PNO_EARLY_OPTIONS && options->early[i] != 0; i++) {
        int level = (int)(options->early[i] >> 16), option = (uint16_t)options->early[i];
        if (!pno_kept_is_default(domain, fd, level, option))
            pno_unsupported_option(PNO_VAIN_SETSOCKOPT, level, option, ENOPROTOOPT);
    }
}
