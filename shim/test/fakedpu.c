/* fakedpu COMMAND ARGS...: runs a command with a fake DPU beside it, its socket in PNO_SOCKET. Exits as the command. */
#include "fakedpu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 64
#define HELD 8
#define ROUNDS_BEFORE_HEARING 16
#define LOOK_MILLIS 2 /* between looks for a listener's kernel socket */

struct client {
    int fd;
    int bell;
    uint32_t held; /* slots, of arenas */
    struct fake_arena *arenas[HELD];
    uint32_t slots[HELD];
};

static struct client clients[CLIENTS];
static size_t client_count;

static void put_u32(uint8_t *bytes, size_t offset, uint32_t value)
{
    memcpy(bytes + offset, &value, sizeof(value));
}

static uint32_t u32_at(const uint8_t *bytes, size_t offset)
{
    uint32_t value;
    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static void send_reply_with(int fd, uint8_t *bytes, size_t length, uint32_t type, const int *passed, size_t count)
{
    char room[CMSG_SPACE(2 * sizeof(int))] = {0};
    struct iovec piece = {bytes, length};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    put_u32(bytes, PNO_MSG_TYPE_OFFSET, type);
    put_u32(bytes, PNO_MSG_VERSION_OFFSET, PNO_ARENA_VERSION);
    if (count > 0) {
        message.msg_control = room;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(rights), passed, count * sizeof(int));
    }
    if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0)
        perror("fakedpu: reply");
}

static void send_reply(int fd, uint8_t *bytes, size_t length, uint32_t type, int passed)
{
    send_reply_with(fd, bytes, length, type, &passed, passed >= 0);
}

static void send_ok(int fd, uint32_t value)
{
    uint8_t bytes[PNO_MSG_OK_BYTES];
    put_u32(bytes, PNO_MSG_OK_VALUE_OFFSET, value);
    send_reply(fd, bytes, sizeof(bytes), PNO_MSG_OK, -1);
}

/* With a descriptor, which is closed here. */
static void give(int fd, int descriptor)
{
    uint8_t bytes[PNO_MSG_OK_BYTES] = {0};
    send_reply(fd, bytes, sizeof(bytes), PNO_MSG_OK, descriptor);
    close(descriptor);
}

static void send_error(int fd, int error)
{
    static const char text[] = "refused by the fake DPU";
    uint8_t bytes[PNO_MSG_ERROR_TEXT_OFFSET + sizeof(text) - 1];
    put_u32(bytes, PNO_MSG_ERROR_ERRNO_OFFSET, (uint32_t)error);
    put_u32(bytes, PNO_MSG_ERROR_LENGTH_OFFSET, sizeof(text) - 1);
    memcpy(bytes + PNO_MSG_ERROR_TEXT_OFFSET, text, sizeof(text) - 1);
    send_reply(fd, bytes, sizeof(bytes), PNO_MSG_ERROR, -1);
}

static void welcome(struct client *client)
{
    uint8_t bytes[PNO_MSG_WELCOME_ADDRESSES_OFFSET + 2 * PNO_MSG_WELCOME_ADDRESS_BYTES] = {0};
    put_u32(bytes, PNO_MSG_WELCOME_ADDRESS_COUNT_OFFSET, 2);
    uint8_t *address = bytes + PNO_MSG_WELCOME_ADDRESSES_OFFSET;
    uint16_t words[2] = {4, FAKE_PREFIX};
    memcpy(address, words, sizeof(words));
    inet_pton(AF_INET, FAKE_ADDRESS, address + PNO_MSG_ADDRESS_BYTES);
    address += PNO_MSG_WELCOME_ADDRESS_BYTES;
    uint16_t words6[2] = {6, FAKE_PREFIX6};
    memcpy(address, words6, sizeof(words6));
    inet_pton(AF_INET6, FAKE_ADDRESS6, address + PNO_MSG_ADDRESS_BYTES);
    send_reply(client->fd, bytes, sizeof(bytes), PNO_MSG_WELCOME, client->bell);
}

static void add_holder(struct client *client, struct fake_arena *arena, uint32_t slot)
{
    if (client->held < HELD && fake_holder_live(arena, slot, true)) {
        client->arenas[client->held] = arena;
        client->slots[client->held++] = slot;
    }
}

static int do_listen(const uint8_t *request, int placeholder)
{
    struct sockaddr_storage name = {0};
    socklen_t length = sizeof(name);
    struct fake_arena *arena = fake_arena_of(u32_at(request, PNO_MSG_LISTEN_ARENA_OFFSET));
    if (arena == NULL || getsockname(placeholder, (struct sockaddr *)&name, &length) < 0)
        return EINVAL;
    const struct sockaddr_in *in = (struct sockaddr_in *)&name; /* the port stands at one place in both families */
    const struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&name;
    uint8_t address[16] = {0};
    uint16_t family = 4;
    int only6 = 0;
    socklen_t only6_length = sizeof(only6);
    if (name.ss_family == AF_INET) {
        memcpy(address, &in->sin_addr, 4);
    } else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        memcpy(address, in6->sin6_addr.s6_addr + 12, 4);
    } else {
        memcpy(address, in6->sin6_addr.s6_addr, 16);
        getsockopt(placeholder, IPPROTO_IPV6, IPV6_V6ONLY, &only6, &only6_length);
        family = IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr) && only6 == 0 ? 0 : 6;
    }
    uint32_t record = u32_at(request, PNO_MSG_LISTEN_RECORD_OFFSET);
    uint32_t generation = u32_at(request, PNO_MSG_LISTEN_GENERATION_OFFSET);
    int error = fake_listen(arena, record, generation, family, address, ntohs(in->sin_port));
    if (error == 0)
        fake_name_listener(arena, record, generation, placeholder);
    return error;
}

static void identity(const struct client *client, struct fake_arena *arena, const uint8_t *request)
{
    uint32_t record = u32_at(request, PNO_MSG_SOCKET_RECORD_OFFSET);
    uint32_t generation = u32_at(request, PNO_MSG_SOCKET_GENERATION_OFFSET);
    int name = -1;
    if (arena != NULL && fake_is_connection(arena, record, generation))
        name = fake_name_connection(arena, record, generation);
    if (name >= 0)
        give(client->fd, name);
    else
        send_error(client->fd, EAGAIN);
}

static void join(const struct client *client, int shown)
{
    uint8_t bytes[PNO_MSG_JOINED_BYTES] = {0};
    uint32_t record, generation, role;
    struct fake_arena *arena = fake_name_find(shown, &record, &generation, &role);
    if (arena == NULL) {
        send_error(client->fd, ENOENT);
        return;
    }
    put_u32(bytes, PNO_MSG_SOCKET_ARENA_OFFSET, fake_arena_number(arena));
    put_u32(bytes, PNO_MSG_SOCKET_RECORD_OFFSET, record);
    put_u32(bytes, PNO_MSG_SOCKET_GENERATION_OFFSET, generation);
    put_u32(bytes, PNO_MSG_JOINED_ROLE_OFFSET, role);
    send_reply_with(client->fd, bytes, sizeof(bytes), PNO_MSG_JOINED, fake_arena_memory(arena), 2);
}

static void spare(const struct client *client)
{
    int pair[2];
    if (client_count == CLIENTS || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0) {
        send_error(client->fd, EMFILE);
        return;
    }
    clients[client_count++] = (struct client){.fd = pair[0], .bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    give(client->fd, pair[1]);
}

/* Keeps what a client asked for in vain in a file, for the test that asks. */
static void keep_calls(const uint8_t *request)
{
    const char *path = getenv("FAKE_CALLS");
    int fd = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t bytes = u32_at(request, PNO_MSG_CALLS_COUNT_OFFSET) * PNO_MSG_CALL_BYTES;
    if (fd < 0 || write(fd, request + PNO_MSG_CALLS_COUNTS_OFFSET, bytes) != (ssize_t)bytes)
        perror("fakedpu: calls");
    close(fd);
}

static void serve(struct client *client, const uint8_t *request, int passed, int family)
{
    struct fake_arena *arena = fake_arena_of(u32_at(request, PNO_MSG_BODY_OFFSET));
    uint32_t second = u32_at(request, PNO_MSG_BODY_OFFSET + 4);
    int error = 0;
    switch (u32_at(request, PNO_MSG_TYPE_OFFSET)) {
    case PNO_MSG_HELLO:
        welcome(client);
        return;
    case PNO_MSG_ARENA:
        arena = fake_arena_add(passed);
        if (arena == NULL) {
            send_error(client->fd, EINVAL);
            return;
        }
        fake_arena_keep(arena, passed, family);
        add_holder(client, arena, 0);
        send_ok(client->fd, fake_arena_number(arena));
        return;
    case PNO_MSG_CHANNEL:
        if (!fake_channel_add(arena, second, passed))
            error = EINVAL;
        break;
    case PNO_MSG_HOLDER:
        if (fake_holder_is_forking(arena, second))
            add_holder(client, arena, second);
        else
            error = EINVAL;
        break;
    case PNO_MSG_LISTEN:
        error = do_listen(request, passed);
        close(passed);
        break;
    case PNO_MSG_IDENTITY:
        identity(client, arena, request);
        return;
    case PNO_MSG_JOIN:
        join(client, passed);
        close(passed);
        return;
    case PNO_MSG_UNLISTEN:
        if (arena != NULL)
            fake_name_forget(arena, second, u32_at(request, PNO_MSG_SOCKET_GENERATION_OFFSET));
        break;
    case PNO_MSG_CALLS:
        keep_calls(request);
        break;
    case PNO_MSG_SPARE:
        spare(client);
        return;
    default:
        error = EPROTO;
    }
    if (error == 0)
        send_ok(client->fd, 0);
    else
        send_error(client->fd, error);
}

/* False when the connection has ended: its process is gone. */
static bool hear(struct client *client)
{
    uint8_t request[PNO_MSG_CALLS_COUNTS_OFFSET + PNO_MSG_MAX_CALLS * PNO_MSG_CALL_BYTES] = {0};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec piece = {request, sizeof(request)};
    struct msghdr message = {
        .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)};
    ssize_t length = recvmsg(client->fd, &message, MSG_CMSG_CLOEXEC);
    if (length <= 0) {
        for (uint32_t i = 0; i < client->held; i++)
            fake_holder_live(client->arenas[i], client->slots[i], false);
        close(client->fd);
        close(client->bell);
        return false;
    }
    int passed[2] = {-1, -1};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    if (rights != NULL)
        memcpy(passed, CMSG_DATA(rights), rights->cmsg_len - CMSG_LEN(0));
    serve(client, request, passed[0], passed[1]);
    return true;
}

static void greet(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0 && client_count < CLIENTS)
        clients[client_count++] = (struct client){.fd = fd, .bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
    else if (fd >= 0)
        close(fd);
}

static void sleep_and_hear(int listener, int timeout)
{
    struct pollfd fds[1 + 2 * CLIENTS + FAKE_NAMES] = {{.fd = listener, .events = POLLIN}};
    size_t count = client_count;
    for (size_t i = 0; i < count; i++) {
        fds[1 + 2 * i] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        fds[2 + 2 * i] = (struct pollfd){.fd = clients[i].bell, .events = POLLIN};
    }
    size_t named = fake_names_poll(fds + 1 + 2 * count);
    if (poll(fds, 1 + 2 * count + named, timeout) <= 0)
        return;
    fake_names_hear(fds + 1 + 2 * count, named);
    for (size_t i = count; i-- > 0;) {
        uint64_t rung;
        if (fds[2 + 2 * i].revents != 0 && read(clients[i].bell, &rung, sizeof(rung)) < 0)
            perror("fakedpu: bell");
        if (fds[1 + 2 * i].revents != 0 && !hear(&clients[i]))
            clients[i] = clients[--client_count];
    }
    if (fds[0].revents != 0)
        greet(listener);
}

static void run(int listener)
{
    for (;;) {
        int rounds = 0;
        while (rounds < ROUNDS_BEFORE_HEARING && fake_pump())
            rounds++;
        if (rounds == ROUNDS_BEFORE_HEARING) {
            sleep_and_hear(listener, 0); /* busy clients must not keep others from being heard */
            continue;
        }
        fake_names_asked();
        bool asleep = fake_park();
        sleep_and_hear(listener, !asleep ? 0 : fake_names_asked() ? LOOK_MILLIS : -1);
        fake_unpark();
    }
}

static int open_socket(char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    snprintf(name.sun_path, sizeof(name.sun_path), "/tmp/pno-fakedpu-%d.sock", (int)getpid());
    strcpy(path, name.sun_path);
    unlink(path);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
        return -1;
    return fd;
}

/* Tells tests whom to kill, in a file beside the socket. */
static void write_pid(const char *path, pid_t pid)
{
    char name[128], text[16];
    snprintf(name, sizeof(name), "%s.pid", path);
    int length = snprintf(text, sizeof(text), "%d", (int)pid);
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)length) != length)
        perror(name);
    close(fd);
}

/* Starts a DPU, and waits until its socket listens. */
static pid_t start_dpu(int listener, const char *path)
{
    int ready[2];
    char byte;
    if (pipe(ready) < 0)
        return -1;
    pid_t dpu = fork();
    if (dpu == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        write_pid(path, getpid());
        listen(listener, CLIENTS);
        close(ready[0]);
        close(ready[1]);
        run(listener);
    }
    close(ready[1]);
    ssize_t end = read(ready[0], &byte, 1);
    close(ready[0]);
    return end < 0 ? -1 : dpu;
}

/* Waits for the command's end. A DPU that was killed has a successor. */
static int supervise(int listener, const char *path, pid_t command, pid_t dpu)
{
    for (;;) {
        int status;
        pid_t ended = wait(&status);
        if (ended == command || ended < 0) {
            kill(dpu, SIGKILL);
            waitpid(dpu, NULL, 0);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
        dpu = start_dpu(listener, path);
    }
}

int main(int count, char **arguments)
{
    char path[128], calls[160];
    int listener = count < 2 ? -1 : open_socket(path);
    if (listener < 0) {
        fprintf(stderr, "usage: fakedpu COMMAND ARGS...\n");
        return 2;
    }
    snprintf(calls, sizeof(calls), "%s.calls", path);
    setenv("PNO_SOCKET", path, 1);
    setenv("FAKE_CALLS", calls, 1);
    pid_t dpu = start_dpu(listener, path);
    pid_t command = dpu < 0 ? -1 : fork();
    if (command == 0) {
        close(listener);
        execvp(arguments[1], arguments + 1);
        perror(arguments[1]);
        _exit(127);
    }
    int status = supervise(listener, path, command, dpu);
    unlink(path);
    unlink(calls);
    strcat(path, ".pid");
    unlink(path);
    return status;
}
