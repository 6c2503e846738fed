/* What names the fake DPU's sockets in other processes: ends of socket pairs, and listeners' kernel sockets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fakedpu.h"

struct name {
    uint64_t inode;
    struct fake_arena *arena;
    uint32_t record, generation, role;
    int end; /* of a pair; -1: a listener's */
};

static struct name names[FAKE_NAMES];
static size_t name_count;
static int kernel_sockets = -1; /* an epoll set that keeps none of them open */
static bool asked;              /* about a listener that only its kernel socket holds */

static uint64_t inode_of(int fd)
{
    struct stat status;
    return fd >= 0 && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

static bool add(const struct name *name)
{
    if (name->inode == 0 || name_count == FAKE_NAMES)
        return false;
    names[name_count++] = *name;
    return true;
}

static void remove_at(size_t at)
{
    if (names[at].end >= 0)
        close(names[at].end);
    names[at] = names[--name_count];
}

int fake_name_connection(struct fake_arena *arena, uint32_t record, uint32_t generation)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        return -1;
    shutdown(pair[0], SHUT_RD);
    struct name name = {inode_of(pair[1]), arena, record, generation, PNO_MSG_ROLE_CONNECTION, pair[0]};
    if (add(&name))
        return pair[1];
    close(pair[0]);
    close(pair[1]);
    return -1;
}

void fake_name_listener(struct fake_arena *arena, uint32_t record, uint32_t generation, int placeholder)
{
    struct name name = {inode_of(placeholder), arena, record, generation, PNO_MSG_ROLE_LISTENER, -1};
    struct epoll_event event = {.data.u64 = name.inode};
    if (kernel_sockets < 0)
        kernel_sockets = epoll_create1(EPOLL_CLOEXEC);
    fake_name_forget(arena, record, generation);
    epoll_ctl(kernel_sockets, EPOLL_CTL_ADD, placeholder, &event);
    add(&name);
}

void fake_name_forget(struct fake_arena *arena, uint32_t record, uint32_t generation)
{
    for (size_t i = name_count; i-- > 0;)
        if (names[i].arena == arena && names[i].record == record && names[i].generation == generation)
            remove_at(i);
}

static bool kernel_socket_is_open(uint64_t inode)
{
    char path[64], line[256];
    bool open = false;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", kernel_sockets);
    FILE *info = fopen(path, "re");
    while (info != NULL && !open && fgets(line, sizeof(line), info) != NULL) {
        const char *data = strstr(line, "data:");
        open = data != NULL && strtoull(data + strlen("data:"), NULL, 16) == inode;
    }
    if (info != NULL)
        fclose(info);
    return open;
}

bool fake_name_holds(const struct fake_arena *arena, uint32_t record, uint32_t generation)
{
    for (size_t i = name_count; i-- > 0;) {
        if (names[i].arena != arena || names[i].record != record || names[i].generation != generation)
            continue;
        if (names[i].end >= 0)
            return true;
        asked = true;
        if (kernel_socket_is_open(names[i].inode))
            return true;
        remove_at(i);
    }
    return false;
}

bool fake_names_asked(void)
{
    bool was = asked;
    asked = false;
    return was;
}

struct fake_arena *fake_name_find(int fd, uint32_t *record, uint32_t *generation, uint32_t *role)
{
    uint64_t inode = inode_of(fd);
    for (size_t i = 0; i < name_count && inode != 0; i++) {
        if (names[i].inode != inode)
            continue;
        *record = names[i].record;
        *generation = names[i].generation;
        *role = names[i].role;
        return names[i].arena;
    }
    return NULL;
}

size_t fake_names_poll(struct pollfd *fds)
{
    for (size_t i = 0; i < name_count; i++)
        fds[i] = (struct pollfd){.fd = names[i].end};
    return name_count;
}

void fake_names_hear(const struct pollfd *fds, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        if (!(fds[i].revents & POLLHUP) || names[i].end != fds[i].fd)
            continue;
        fake_released(names[i].arena, names[i].record);
        remove_at(i);
    }
}
