/* Operations: options and names. */
#include "play.h"

#include <netinet/tcp.h>

static const struct option_of {
    int level;
    int name;
    const char *text;
    int most;
} OPTIONS[] = {{SOL_SOCKET, SO_KEEPALIVE, "KEEPALIVE", 2},
               {SOL_SOCKET, SO_REUSEADDR, "REUSEADDR", 2},
               {SOL_SOCKET, SO_OOBINLINE, "OOBINLINE", 2},
               {IPPROTO_TCP, TCP_NODELAY, "NODELAY", 0},
               {IPPROTO_TCP, TCP_KEEPIDLE, "KEEPIDLE", 40000},
               {IPPROTO_TCP, TCP_KEEPINTVL, "KEEPINTVL", 40000},
               {IPPROTO_TCP, TCP_KEEPCNT, "KEEPCNT", 200},
               {IPPROTO_TCP, TCP_SYNCNT, "SYNCNT", 200},
               {IPPROTO_TCP, TCP_LINGER2, "LINGER2", 200},
               {IPPROTO_TCP, TCP_USER_TIMEOUT, "USER_TIMEOUT", 40000},
               {IPPROTO_TCP, TCP_DEFER_ACCEPT, "DEFER_ACCEPT", 1},
               {SOL_SOCKET, SO_TYPE, "TYPE", 2},
               {SOL_SOCKET, SO_DOMAIN, "DOMAIN", 2},
               {SOL_SOCKET, SO_PROTOCOL, "PROTOCOL", 2},
               {SOL_SOCKET, SO_ACCEPTCONN, "ACCEPTCONN", 2},
               {SOL_SOCKET, SO_ERROR, "ERROR", 2},
               {SOL_SOCKET, 9999, "UNKNOWN", 2}};

void do_set(void)
{
    const int i = pick(~(1U << NONE));
    const struct option_of *option = &ANY_OF(OPTIONS);
    const int value = below(option->most == 0 ? 1 : option->most) - (one_in(10) ? 1 : 0);
    const socklen_t length = one_in(12) ? (socklen_t)below(4) : sizeof value;
    if (i < 0) {
        return;
    }
    if (one_in(5)) {
        const struct linger linger = {.l_onoff = one_in(2), .l_linger = one_in(2) ? 0 : 5};
        tell("set %d LINGER %d %d", i, linger.l_onoff, linger.l_linger);
        told(setsockopt(slots[i].fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
        return;
    }
    if (option->name == TCP_NODELAY && option->level == IPPROTO_TCP) {
        return;
    }
    tell("set %d %s %d length %u", i, option->text, value, length);
    told(setsockopt(slots[i].fd, option->level, option->name, &value, length));
}

void do_get(void)
{
    const int i = pick(~(1U << NONE));
    const struct option_of *option = one_in(3) ? &OPTIONS[15] : &ANY_OF(OPTIONS);
    socklen_t length = one_in(12) ? (socklen_t)below(12) : sizeof(int);
    if (i < 0) {
        return;
    }
    int room[4] = {-1, -1, -1, -1};
    tell("get %d %s length %u", i, option->text, length);
    if (told(getsockopt(slots[i].fd, option->level, option->name, room, &length)) == 0) {
        tell(" value %x length %u", (unsigned)room[0], length);
    }
}

void do_names(void)
{
    const int i = pick(~(1U << NONE));
    if (i < 0) {
        return;
    }
    union address address = {0};
    socklen_t length = one_in(6) ? (socklen_t)below(20) : sizeof address;
    const socklen_t room = length;
    tell("names %d room %u mine", i, room);
    if (told(getsockname(slots[i].fd, &address.any, &length)) == 0 && room >= length) {
        tell_address(&address, length);
    }
    length = sizeof address;
    tell(" peer");
    if (told(getpeername(slots[i].fd, &address.any, &length)) == 0) {
        tell_address(&address, length);
    }
}
