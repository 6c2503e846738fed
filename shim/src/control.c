/* The control socket: SOCK_SEQPACKET, a message a packet, descriptors by SCM_RIGHTS. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "arena.h"
#include "fdtable.h"
#include "libc.h"
#include "lock.h"
#include "log.h"

#define REPLY_SECONDS 5
#define LONGEST_WAIT_MS 1024
#define REPLY_BYTES (PNO_MSG_WELCOME_ADDRESSES_OFFSET + PNO_MSG_MAX_ADDRESSES * PNO_MSG_WELCOME_ADDRESS_BYTES)
#define REQUEST_BYTES PNO_MSG_LISTEN_BYTES
#define MOST_DESCRIPTORS 2

typedef union {
    struct cmsghdr header;
    char room[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
} descriptor_room;

_Static_assert(sizeof(struct pno_dpu_address) == PNO_MSG_WELCOME_ADDRESS_BYTES, "address");
_Static_assert(offsetof(struct pno_dpu_address, prefix) == PNO_MSG_ADDRESS_PREFIX, "address.prefix");
_Static_assert(offsetof(struct pno_dpu_address, bytes) == PNO_MSG_ADDRESS_BYTES, "address.bytes");

/* The bodies of requests are u32 words without gaps. */
_Static_assert(PNO_MSG_CHANNEL_NUMBER_OFFSET == PNO_MSG_BODY_OFFSET + 4, "CHANNEL");
_Static_assert(PNO_MSG_HOLDER_SLOT_OFFSET == PNO_MSG_BODY_OFFSET + 4, "HOLDER");
_Static_assert(PNO_MSG_LISTEN_RECORD_OFFSET == PNO_MSG_BODY_OFFSET + 4, "LISTEN.record");
_Static_assert(PNO_MSG_LISTEN_GENERATION_OFFSET == PNO_MSG_BODY_OFFSET + 8, "LISTEN.generation");
_Static_assert(PNO_MSG_LISTEN_BACKLOG_OFFSET == PNO_MSG_BODY_OFFSET + 12, "LISTEN.backlog");

_Static_assert(PNO_MSG_SOCKET_RECORD_OFFSET == PNO_MSG_BODY_OFFSET + 4, "IDENTITY.record");
_Static_assert(PNO_MSG_SOCKET_GENERATION_OFFSET == PNO_MSG_BODY_OFFSET + 8, "IDENTITY.generation");

struct pno_control pno_control = {.fd = -1, .bell = -1};

static struct pno_lock lock;
static uid_t started_as;
static int inherited = -1; /* the connection of the process that forked this one */

struct reply {
    size_t length;
    int fds[MOST_DESCRIPTORS]; /* that came with it, or -1 */
    _Alignas(8) uint8_t bytes[REPLY_BYTES];
};

static uint32_t u32_at(const uint8_t *bytes, size_t offset)
{
    uint32_t value;
    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static void put_u32(uint8_t *bytes, size_t offset, uint32_t value)
{
    memcpy(bytes + offset, &value, sizeof(value));
}

const char *pno_control_path(void)
{
    static char path[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
    if (path[0] != '\0')
        return path; /* whatever became of the user and the environment meanwhile */
    const char *given = getenv("PNO_SOCKET");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (given != NULL)
        snprintf(path, sizeof(path), "%s", given);
    else if (geteuid() == 0)
        snprintf(path, sizeof(path), "/run/pno/dpu.sock");
    else if (runtime != NULL)
        snprintf(path, sizeof(path), "%s/pno/dpu.sock", runtime);
    else
        snprintf(path, sizeof(path), "/tmp/pno-%u/dpu.sock", (unsigned)geteuid());
    return path;
}

/* With the descriptors up to the first that is -1. */
static int send_request(const uint8_t *request, size_t length, const int fds[MOST_DESCRIPTORS])
{
    descriptor_room control = {0};
    struct iovec piece = {(void *)request, length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    size_t count = fds[0] < 0 ? 0 : fds[1] < 0 ? 1 : 2;
    if (count > 0) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, count * sizeof(int));
    }
    ssize_t sent;
    do {
        sent = libc_sendmsg(pno_control.fd, &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

static int receive_reply(struct reply *reply)
{
    descriptor_room control;
    struct iovec piece = {reply->bytes, sizeof(reply->bytes)};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t length;
    do {
        length = libc_recvmsg(pno_control.fd, &message, MSG_CMSG_CLOEXEC);
    } while (length < 0 && errno == EINTR);
    if (length < PNO_MSG_BODY_OFFSET)
        return length < 0 ? -errno : -ECONNRESET;
    reply->length = (size_t)length;
    reply->fds[0] = reply->fds[1] = -1;
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights != NULL && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
        memcpy(reply->fds, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
    return 0;
}

/* An ERROR's errno, its text in `why`. */
static int refusal(const struct reply *reply, char *why, size_t room)
{
    if (reply->length < PNO_MSG_ERROR_TEXT_OFFSET) {
        snprintf(why, room, "the DPU answered %zu bytes that mean nothing", reply->length);
        return -EPROTO;
    }
    size_t length = u32_at(reply->bytes, PNO_MSG_ERROR_LENGTH_OFFSET);
    if (length > reply->length - PNO_MSG_ERROR_TEXT_OFFSET)
        length = reply->length - PNO_MSG_ERROR_TEXT_OFFSET;
    snprintf(why, room, "%.*s", (int)length, (const char *)reply->bytes + PNO_MSG_ERROR_TEXT_OFFSET);
    int error = (int)u32_at(reply->bytes, PNO_MSG_ERROR_ERRNO_OFFSET);
    return error > 0 ? -error : -EPROTO;
}

static void close_received(const struct reply *reply)
{
    for (size_t i = 0; i < MOST_DESCRIPTORS; i++)
        if (reply->fds[i] >= 0)
            libc_close(reply->fds[i]);
}

/* Sends a request and waits for its reply of that type. */
static int ask(uint8_t *request, size_t length, const int fds[MOST_DESCRIPTORS], uint32_t expected, struct reply *reply,
               char *why, size_t room)
{
    put_u32(request, PNO_MSG_VERSION_OFFSET, PNO_ARENA_VERSION);
    int error = send_request(request, length, fds);
    if (error == 0)
        error = receive_reply(reply);
    if (error < 0) {
        snprintf(why, room, "the DPU did not answer: %s", strerrordesc_np(-error));
        return error;
    }
    uint32_t type = u32_at(reply->bytes, PNO_MSG_TYPE_OFFSET);
    if (type == expected)
        return 0;
    close_received(reply);
    if (type == PNO_MSG_ERROR)
        return refusal(reply, why, room);
    snprintf(why, room, "the DPU answered with a message of type %u, expected %u", type, expected);
    return -EPROTO;
}

/* A request that is answered by a message of that type; length says how much of the body it has. */
static int exchange(uint32_t type, size_t length, const uint32_t body[4], const int fds[MOST_DESCRIPTORS],
                    uint32_t expected, struct reply *reply)
{
    uint8_t bytes[REQUEST_BYTES];
    char why[256];
    put_u32(bytes, PNO_MSG_TYPE_OFFSET, type);
    memcpy(bytes + PNO_MSG_BODY_OFFSET, body, REQUEST_BYTES - PNO_MSG_BODY_OFFSET);
    if (!pno_lock_take(&lock))
        return -EAGAIN;
    int error = ask(bytes, length, fds, expected, reply, why, sizeof(why));
    pno_lock_give(&lock);
    if (error < 0)
        pno_log("request %u refused (%s): %s", type, strerrorname_np(-error), why);
    return error;
}

/* The same, answered by OK: its value. */
static int request(uint32_t type, size_t length, const uint32_t body[4], int fd)
{
    struct reply reply;
    int error = exchange(type, length, body, (int[]){fd, -1}, PNO_MSG_OK, &reply);
    if (error < 0)
        return error;
    close_received(&reply);
    return reply.length < PNO_MSG_OK_BYTES ? -EPROTO : (int)u32_at(reply.bytes, PNO_MSG_OK_VALUE_OFFSET);
}

/* The same, answered by OK with a descriptor. */
static int request_descriptor(uint32_t type, size_t length, const uint32_t body[4])
{
    struct reply reply;
    int error = exchange(type, length, body, (int[]){-1, -1}, PNO_MSG_OK, &reply);
    return error < 0 ? error : reply.fds[0] < 0 ? -EPROTO : reply.fds[0];
}

int pno_control_arena(const int memory[2])
{
    struct reply reply;
    int error = exchange(PNO_MSG_ARENA, PNO_MSG_ARENA_BYTES, (uint32_t[4]){0}, memory, PNO_MSG_OK, &reply);
    return error < 0                         ? error
           : reply.length < PNO_MSG_OK_BYTES ? -EPROTO
                                             : (int)u32_at(reply.bytes, PNO_MSG_OK_VALUE_OFFSET);
}

int pno_control_unlisten(uint32_t record, uint32_t generation)
{
    return request(PNO_MSG_UNLISTEN, PNO_MSG_SOCKET_BYTES, (uint32_t[4]){pno_arena.number, record, generation}, -1);
}

int pno_control_identity(uint32_t record, uint32_t generation)
{
    return request_descriptor(PNO_MSG_IDENTITY, PNO_MSG_SOCKET_BYTES,
                              (uint32_t[4]){pno_arena.number, record, generation});
}

int pno_control_join(int fd, struct pno_joined *joined)
{
    struct reply reply;
    int error = exchange(PNO_MSG_JOIN, PNO_MSG_JOIN_BYTES, (uint32_t[4]){0}, (int[]){fd, -1}, PNO_MSG_JOINED, &reply);
    if (error < 0)
        return error;
    if (reply.length < PNO_MSG_JOINED_BYTES || reply.fds[1] < 0) {
        close_received(&reply);
        return -EPROTO;
    }
    *joined = (struct pno_joined){
        .arena = u32_at(reply.bytes, PNO_MSG_SOCKET_ARENA_OFFSET),
        .record = u32_at(reply.bytes, PNO_MSG_SOCKET_RECORD_OFFSET),
        .generation = u32_at(reply.bytes, PNO_MSG_SOCKET_GENERATION_OFFSET),
        .role = u32_at(reply.bytes, PNO_MSG_JOINED_ROLE_OFFSET),
        .memory = reply.fds[0],
        .family = reply.fds[1],
    };
    return 0;
}

int pno_control_calls(const uint64_t *counts, uint32_t count)
{
    uint8_t bytes[PNO_MSG_CALLS_COUNTS_OFFSET + PNO_MSG_MAX_CALLS * PNO_MSG_CALL_BYTES] = {0};
    struct reply reply;
    char why[256];
    put_u32(bytes, PNO_MSG_TYPE_OFFSET, PNO_MSG_CALLS);
    put_u32(bytes, PNO_MSG_CALLS_COUNT_OFFSET, count);
    memcpy(bytes + PNO_MSG_CALLS_COUNTS_OFFSET, counts, (size_t)count * PNO_MSG_CALL_BYTES);
    if (!pno_lock_take(&lock))
        return -EAGAIN;
    int error = ask(bytes, PNO_MSG_CALLS_COUNTS_OFFSET + (size_t)count * PNO_MSG_CALL_BYTES, (int[]){-1, -1},
                    PNO_MSG_OK, &reply, why, sizeof(why));
    pno_lock_give(&lock);
    if (error < 0)
        pno_log("what was asked for in vain cannot be told to the DPU: %s", why);
    else
        close_received(&reply);
    return error;
}

int pno_control_spare(void)
{
    return request_descriptor(PNO_MSG_SPARE, PNO_MSG_SPARE_BYTES, (uint32_t[4]){0});
}

/* Asks for a channel or a slot, which may have been a dead process's: the DPU refuses it until it has noticed the
 * death, and is asked again, ever later, for some two seconds. */
static int request_number(uint32_t type, size_t length, uint32_t number, int fd)
{
    int error;
    for (long wait_ms = 1;; wait_ms *= 2) {
        error = request(type, length, (uint32_t[4]){pno_arena.number, number}, fd);
        if (error != -EBUSY || wait_ms > LONGEST_WAIT_MS)
            return error;
        nanosleep(&(struct timespec){wait_ms / 1000, wait_ms % 1000 * (long)PNO_NS_PER_MS}, NULL);
    }
}

int pno_control_channel(uint32_t channel, int bell)
{
    return request_number(PNO_MSG_CHANNEL, PNO_MSG_CHANNEL_BYTES, channel, bell);
}

int pno_control_holder(uint32_t slot)
{
    return request_number(PNO_MSG_HOLDER, PNO_MSG_HOLDER_BYTES, slot, -1);
}

int pno_control_listen(uint32_t record, uint32_t generation, uint32_t backlog, int placeholder)
{
    return request(PNO_MSG_LISTEN, PNO_MSG_LISTEN_BYTES, (uint32_t[4]){pno_arena.number, record, generation, backlog},
                   placeholder);
}

static void be_patient(int fd)
{
    struct timeval patience = {.tv_sec = REPLY_SECONDS};
    libc_setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    libc_setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

static int connect_to(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    snprintf(name.sun_path, sizeof(name.sun_path), "%s", path);
    int fd = libc_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    be_patient(fd);
    if (libc_connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
        return fd;
    int error = errno;
    libc_close(fd);
    return -error;
}

static int take_welcome(const struct reply *reply, char *why, size_t room)
{
    uint32_t count = 0;
    if (reply->length >= PNO_MSG_WELCOME_ADDRESSES_OFFSET)
        count = u32_at(reply->bytes, PNO_MSG_WELCOME_ADDRESS_COUNT_OFFSET);
    if (reply->fds[0] < 0 || count > PNO_MSG_MAX_ADDRESSES ||
        reply->length < PNO_MSG_WELCOME_ADDRESSES_OFFSET + count * sizeof(struct pno_dpu_address)) {
        snprintf(why, room, "the DPU's welcome is malformed: %zu bytes, %u addresses", reply->length, count);
        return -EPROTO;
    }
    const uint8_t *addresses = reply->bytes + PNO_MSG_WELCOME_ADDRESSES_OFFSET;
    size_t bytes = count * sizeof(struct pno_dpu_address);
    /* In the child of a fork other threads may be reading them: most likely they are the same. */
    if (pno_control.address_count != count || memcmp(pno_control.addresses, addresses, bytes) != 0) {
        pno_control.address_count = count;
        memcpy(pno_control.addresses, addresses, bytes);
    }
    pno_control.bell = reply->fds[0];
    pno_fd_internal(&pno_control.bell);
    return 0;
}

int pno_control_open(uint32_t kind, char *why, size_t room)
{
    const char *path = pno_control_path();
    int fd = connect_to(path);
    if (fd < 0) {
        snprintf(why, room, "no DPU answers at %s: %s; start one with: pno dpu --socket %s", path, strerrordesc_np(-fd),
                 path);
        return fd;
    }
    socklen_t length = sizeof(pno_control.dpu);
    libc_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &pno_control.dpu, &length);
    started_as = geteuid();
    return pno_control_adopt(fd, kind, why, room);
}

bool pno_control_is_out_of_reach(void)
{
    return geteuid() != started_as || faccessat(AT_FDCWD, pno_control_path(), R_OK | W_OK, AT_EACCESS) < 0;
}

int pno_control_adopt(int spare, uint32_t kind, char *why, size_t room)
{
    pno_control.fd = spare;
    be_patient(spare);
    pno_fd_internal(&pno_control.fd);
    uint8_t hello[PNO_MSG_HELLO_BYTES];
    struct reply reply;
    put_u32(hello, PNO_MSG_TYPE_OFFSET, PNO_MSG_HELLO);
    put_u32(hello, PNO_MSG_HELLO_KIND_OFFSET, kind);
    int error = ask(hello, sizeof(hello), (int[]){-1, -1}, PNO_MSG_WELCOME, &reply, why, room);
    if (error == 0)
        error = take_welcome(&reply, why, room);
    if (error < 0)
        pno_control_close();
    return error;
}

void pno_control_close(void)
{
    pno_fd_internal_close(&pno_control.fd);
    pno_fd_internal_close(&pno_control.bell);
}

bool pno_control_ended(void)
{
    int saved = errno;
    char byte;
    ssize_t got = libc_recv(pno_control.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    bool ended = got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
    errno = saved;
    return ended;
}

void pno_control_forget(void)
{
    lock = (struct pno_lock){0};
}

void pno_control_inherit(void)
{
    pno_fd_internal_close(&pno_control.bell);
    pno_fd_internal_move(&pno_control.fd, &inherited);
}

void pno_control_disinherit(void)
{
    pno_fd_internal_close(&inherited);
}
