/* What a candidate does itself; everything else is the kernel's until it is decided. */
#include "candidate.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "address.h"
#include "connect.h"
#include "fdtable.h"
#include "kept.h"
#include "libc.h"
#include "listener.h"
#include "log.h"
#include "options.h"
#include "process.h"
#include "rules.h"
#include "socket.h"
#include "unsupported.h"
#include "watch.h"

static struct pno_candidate candidates[PNO_OTHER_FILES];

struct pno_file *pno_candidate_made(int domain, const struct pno_options *options)
{
    struct pno_file *file = pno_file_other(&pno_candidate_ops);
    if (file == NULL) {
        pno_log("a socket stays the kernel's: too many are undecided");
        return NULL;
    }
    file->candidate = &candidates[pno_file_number(file) - PNO_RECORD_COUNT];
    file->candidate->domain = domain;
    file->candidate->asks_signals = false;
    file->candidate->options = *options;
    return file;
}

void pno_candidate_created(int fd, int domain)
{
    struct pno_options options;
    pno_options_reset(&options);
    struct pno_file *file = pno_candidate_made(domain, &options);
    if (file != NULL && !pno_fd_install(fd, file))
        pno_log("socket %d stays the kernel's: the number is too high", fd);
}

void pno_candidate_resign(struct pno_file *file, int fd)
{
    pno_watch_end(file); /* the kernel has the registrations too */
    pno_fd_rename(file, NULL, fd);
}

/* The DPU's addresses are not the host's own: the kernel binds them all the same, and so keeps the ports. The option
 * matters to bind alone, and is taken back: a program that looks at a listener which it was sent, as haproxy does at a
 * reload, would take it for one that is not like its own. */
static long bind_freely(int fd, const struct sockaddr *name, socklen_t length)
{
    int on = 1;
    int off = 0;
    int before = 0;
    socklen_t room = sizeof(before);
    libc_getsockopt(fd, IPPROTO_IP, IP_FREEBIND, &before, &room);
    if (before != 0)
        return PNO_PASS;
    libc_setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
    long answer = libc_bind(fd, name, length) < 0 ? -errno : 0;
    libc_setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &off, sizeof(off));
    return answer;
}

static long candidate_bind(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    struct pno_endpoint endpoint;
    if (!pno_address_parse(name, length, &endpoint) || pno_address_is_any(&endpoint))
        return PNO_PASS;
    if (pno_rules_is_dpus(&endpoint))
        return bind_freely(fd, name, length);
    if (!pno_address_is_loopback(&endpoint) || !pno_rules_name(&endpoint))
        pno_candidate_resign(file, fd);
    return PNO_PASS;
}

/* True if the socket, of IPv6, takes no IPv4. */
static bool is_only6(const struct pno_file *file, int fd)
{
    int only6 = 0;
    socklen_t length = sizeof(only6);
    return file->candidate->domain == AF_INET6 &&
           libc_getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only6, &length) == 0 && only6 != 0;
}

static long candidate_listen(struct pno_file *file, int fd, int backlog)
{
    struct sockaddr_storage name;
    socklen_t length = sizeof(name);
    struct pno_endpoint at;
    if (!file->candidate->options.on_device && libc_getsockname(fd, (struct sockaddr *)&name, &length) == 0 &&
        pno_address_parse((struct sockaddr *)&name, length, &at) && pno_rules_listen(&at, is_only6(file, fd)))
        return pno_listener_open(file, fd, &at, backlog);
    pno_candidate_resign(file, fd);
    return PNO_PASS;
}

/* What the kernel refuses: a name of another family than the socket's, IPv4 where only IPv6 is wanted. */
static bool is_refused(const struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    if (name == NULL || length < sizeof(sa_family_t) || name->sa_family != file->candidate->domain)
        return true;
    return name->sa_family == AF_INET6 && length >= offsetof(struct sockaddr_in6, sin6_scope_id) &&
           IN6_IS_ADDR_V4MAPPED(&((const struct sockaddr_in6 *)name)->sin6_addr) && is_only6(file, fd);
}

static long candidate_connect(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    struct pno_endpoint to;
    if (is_refused(file, fd, name, length))
        return PNO_PASS;
    if (file->candidate->options.on_device || !pno_address_parse(name, length, &to) || !pno_rules_connect(&to)) {
        pno_candidate_resign(file, fd);
        return PNO_PASS;
    }
    return pno_connect(file, fd, &to);
}

long pno_candidate_connect_fast(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length)
{
    struct pno_options *options = &file->candidate->options;
    struct pno_options kept = *options;
    options->opens_fast = true;
    options->line.flags |= PNO_REC_OPTION_FASTOPEN;
    long answer = candidate_connect(file, fd, name, length);
    struct pno_file *now = pno_file_of(fd);
    if (now == file)
        *options = kept; /* it is a candidate still */
    else if (now != NULL && now->ops == &pno_socket_ops)
        now->socket->options.opens_fast = kept.opens_fast; /* should it fail, and connect be called again */
    return answer;
}

/* A socket that is to use a device of the host's cannot use the DPU. */
static bool is_on_device(int fd)
{
    char name[IF_NAMESIZE];
    socklen_t length = sizeof(name);
    return libc_getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, &length) == 0 && length > 0;
}

/* Nobody would tell a program that its buffers are free again. */
static bool wants_zero_copy(int level, int option, const void *value, socklen_t length)
{
    int on = 0;
    if (level != SOL_SOCKET || option != SO_ZEROCOPY || value == NULL || length < sizeof(on))
        return false;
    memcpy(&on, value, sizeof(on));
    return on != 0;
}

/* Keeps in mind what the kernel has taken. */
static void note(struct pno_candidate *candidate, int fd, int level, int option, const void *value, socklen_t length)
{
    int set = pno_options_set(&candidate->options, level, option, value, length);
    if (set == -ENOPROTOOPT)
        set = pno_kept_note(&candidate->options, fd, level, option);
    if (level == SOL_SOCKET && (option == SO_BINDTODEVICE || option == SO_BINDTOIFINDEX))
        candidate->options.on_device = is_on_device(fd);
    else if (set < 0 && (level != IPPROTO_IPV6 || option != IPV6_V6ONLY)) /* which is read later */
        pno_kept_early(&candidate->options, level, option);
}

/* The kernel judges the option; we keep it in mind for the day that the socket is ours. */
static long set_option(struct pno_file *file, int fd, int level, int option, const void *value, socklen_t length)
{
    if (wants_zero_copy(level, option, value, length))
        return pno_unsupported_option(PNO_VAIN_SETSOCKOPT, level, option, EOPNOTSUPP);
    if (libc_setsockopt(fd, level, option, value, length) < 0) {
        /* A congestion control that this kernel lacks, or keeps for root, may be the DPU's. */
        int error = errno;
        bool is_name = level == IPPROTO_TCP && option == TCP_CONGESTION && (error == ENOENT || error == EPERM);
        if (!is_name || pno_options_set(&file->candidate->options, level, option, value, length) < 0)
            return -error;
        pno_log("socket %d has a congestion control that only the DPU offers", fd);
        return 0;
    }
    note(file->candidate, fd, level, option, value, length);
    return 0;
}

/* What the kernel is told is asked for when the socket becomes ours. */
static long note_control(struct pno_file *file, int fd, int command, long argument)
{
    (void)fd;
    if (command == F_SETOWN || command == F_SETOWN_EX || (command == F_SETFL && (argument & O_ASYNC)))
        file->candidate->asks_signals = true;
    return PNO_PASS;
}

static long note_device(struct pno_file *file, int fd, unsigned long request, void *argument)
{
    (void)fd, (void)argument;
    if (request == FIOASYNC || request == FIOSETOWN || request == SIOCSPGRP)
        file->candidate->asks_signals = true;
    return PNO_PASS;
}

static void release(struct pno_file *file)
{
    pno_watch_end(file);
}

const struct pno_ops pno_candidate_ops = {
    .bind = candidate_bind,
    .listen = candidate_listen,
    .connect = candidate_connect,
    .set_option = set_option,
    .control = note_control,
    .device = note_device,
    .release = release,
};
