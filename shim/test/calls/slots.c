/* The slots: the sockets that there are, and how one is made and named. */
#include "play.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

struct slot slots[SLOTS];

int pick_exactly(unsigned kinds)
{
    int found[SLOTS];
    int count = 0;
    for (int i = 0; i < SLOTS; i++) {
        if ((kinds >> slots[i].kind & 1) != 0) {
            found[count++] = i;
        }
    }
    const uint64_t chance = draw();
    return count == 0 ? -1 : found[chance % (uint64_t)count];
}

int pick(unsigned kinds)
{
    return pick_exactly(one_in(10) ? ~(1U << NONE) : kinds);
}

int free_slot(void)
{
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind == NONE) {
            return i;
        }
    }
    return -1;
}

void keep(int i, int fd, enum kind kind, int family)
{
    slots[i] = (struct slot){fd, kind, family, depth};
}

void close_slots(void)
{
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            close(slots[i].fd);
            slots[i].kind = NONE;
        }
    }
}

/* A socket that becomes ours in a child stays the kernel's in its parent: a known difference. */
bool may_become(int i)
{
    return slots[i].depth == depth;
}

socklen_t make_address(union address *address, int family, bool wildcard, uint16_t port)
{
    memset(address, 0, sizeof *address);
    if (family == AF_INET) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = port;
        if (!wildcard) {
            inet_pton(AF_INET, address4, &address->v4.sin_addr);
        }
        return sizeof address->v4;
    }
    address->v6.sin6_family = AF_INET6;
    address->v6.sin6_port = port;
    if (!wildcard) {
        address->v6.sin6_addr = (struct in6_addr)IN6ADDR_LOOPBACK_INIT;
    }
    return sizeof address->v6;
}

uint16_t port_of(int fd)
{
    union address address = {0};
    socklen_t length = sizeof address;
    return getsockname(fd, &address.any, &length) != 0 ? 0 : address.v4.sin_port;
}

int peer_of(int i)
{
    union address wanted = {0};
    union address found = {0};
    socklen_t length = sizeof wanted;
    if (getpeername(slots[i].fd, &wanted.any, &length) != 0) {
        return -1;
    }
    for (int other = 0; other < SLOTS; other++) {
        length = sizeof found;
        if (slots[other].kind == CONNECTED && slots[other].family == slots[i].family &&
            getpeername(slots[other].fd, &found.any, &length) == 0 && port_of(slots[i].fd) == found.v4.sin_port &&
            port_of(slots[other].fd) == wanted.v4.sin_port) {
            return other;
        }
    }
    return -1;
}

/* Without Nagle's waiting for ACKs, which come by a clock. */
int make_socket(int family, int flags)
{
    const int one = 1;
    const int fd = socket(family, SOCK_STREAM | flags, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

bool is_blocking(int fd)
{
    return (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0;
}
