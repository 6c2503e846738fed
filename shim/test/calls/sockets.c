/* Operations: from socket to close. */
#include "play.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

void do_socket(void)
{
    const int i = free_slot();
    const int family = one_in(4) ? AF_INET6 : AF_INET;
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    if (i < 0) {
        return;
    }
    tell("socket %d family %d flags %x", i, family, flags);
    const int fd = make_socket(family, flags);
    if (told(fd < 0 ? -1 : 0) == 0) {
        keep(i, fd, FRESH, family);
    }
}

void do_bind(void)
{
    const int i = pick_exactly(1U << FRESH | 1U << BOUND);
    const bool wildcard = one_in(4);
    const int other = one_in(6) ? pick_exactly(1U << BOUND | 1U << LISTENING) : -1;
    if (i < 0 || !may_become(i)) {
        return;
    }
    union address address;
    const uint16_t port = other < 0 ? 0 : port_of(slots[other].fd);
    const socklen_t length = make_address(&address, slots[i].family, wildcard, port);
    tell("bind %d wildcard %d port of %d", i, wildcard, other);
    if (told(bind(slots[i].fd, &address.any, length)) == 0 && slots[i].kind == FRESH) {
        slots[i].kind = BOUND;
    }
}

void do_listen(void)
{
    static const int BACKLOGS[] = {64, 128, 100, 511};
    const int i = pick(1U << BOUND);
    const int backlog = ANY_OF(BACKLOGS);
    if (i < 0 || !may_become(i)) {
        return;
    }
    tell("listen %d %d", i, backlog);
    if (told(listen(slots[i].fd, backlog)) == 0) {
        slots[i].kind = LISTENING;
    }
}

void do_connect(void)
{
    const int i = pick(1U << FRESH | 1U << BOUND);
    const int target = pick_exactly(one_in(8) ? 1U << BOUND : 1U << LISTENING);
    if (i < 0 || target < 0 || !may_become(i)) {
        return;
    }
    union address address;
    const socklen_t length = make_address(&address, slots[i].family, false, port_of(slots[target].fd));
    tell("connect %d to %d", i, target);
    if (told(connect(slots[i].fd, &address.any, length)) == 0) {
        slots[i].kind = CONNECTED;
    } else if (errno == EINPROGRESS) {
        slots[i].kind = CONNECTED;
        tell(" then ");
        tell_readiness((unsigned)await(slots[i].fd, POLLOUT));
    }
}

void do_accept(void)
{
    const int i = pick(1U << LISTENING);
    const int into = free_slot();
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    const bool plain = one_in(3);
    if (i < 0 || into < 0 || (is_blocking(slots[i].fd) && slots[i].kind == LISTENING && readiness(slots[i].fd) == 0)) {
        return;
    }
    union address address = {0};
    socklen_t length = sizeof address;
    tell("accept %d as %d flags %x", i, into, plain ? -1 : flags);
    const int fd =
        plain ? accept(slots[i].fd, &address.any, &length) : accept4(slots[i].fd, &address.any, &length, flags);
    if (told(fd < 0 ? -1 : 0) == 0) {
        tell_address(&address, length);
        keep(into, fd, CONNECTED, slots[i].family);
    }
}

void do_pair(void)
{
    const int server = free_slot();
    if (server < 0) {
        return;
    }
    const int family = one_in(4) ? AF_INET6 : AF_INET;
    const int flags = one_in(2) ? SOCK_NONBLOCK : 0;
    const int listener = make_socket(family, 0);
    union address address;
    const socklen_t length = make_address(&address, family, false, 0);
    tell("pair of family %d flags %x: bind", family, flags);
    told(bind(listener, &address.any, length));
    tell(" listen");
    told(listen(listener, 8));
    if (family == AF_INET) {
        address.v4.sin_port = port_of(listener);
    } else {
        address.v6.sin6_port = port_of(listener);
    }
    const int client = make_socket(family, 0);
    tell(" connect");
    told(connect(client, &address.any, length));
    tell(" accept");
    const int accepted = accept4(listener, NULL, NULL, flags);
    told(accepted < 0 ? -1 : 0);
    keep(server, accepted, CONNECTED, family);
    const int i = free_slot();
    if (i < 0) {
        close(client);
    } else {
        fcntl(client, F_SETFL, fcntl(client, F_GETFL) | (flags != 0 ? O_NONBLOCK : 0));
        keep(i, client, CONNECTED, family);
    }
    close(listener);
    tell(" as %d %d", server, i);
}

void do_shutdown(void)
{
    const int i = pick(1U << CONNECTED);
    const bool both = one_in(2);
    int how = one_in(30) ? 3 : shuts_reading ? SHUT_RD : SHUT_WR;
    /* What is shut before it is connected stays shut in Linux, and a listener that ends becomes what it was. */
    if (i >= 0 && slots[i].kind == CONNECTED) {
        /* Where nothing can come any more; see the known differences. */
        how = how == SHUT_WR && both && (readiness(slots[i].fd) & POLLRDHUP) != 0 ? SHUT_RDWR : how;
        tell("shutdown %d %d", i, how);
        told(shutdown(slots[i].fd, how));
    }
}

void do_close(void)
{
    const int i = pick(one_in(4) ? ~(1U << NONE) : 1U << CONNECTED);
    if (i >= 0) {
        tell("close %d", i);
        told(close(slots[i].fd));
        slots[i].kind = NONE;
    }
}
