/* How the sockets are. After each step the program looks until nothing changes any more; each look asks for TCP_INFO,
 * which passes through whoever runs TCP. */
#include "play.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PATIENCE_MS 2000

static int pilot[2];

short readiness(int fd)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN | POLLPRI | POLLOUT | POLLRDHUP};
    return poll(&polled, 1, 0) < 0 ? -1 : polled.revents;
}

int unread(int fd)
{
    int bytes = -1;
    return ioctl(fd, FIONREAD, &bytes) != 0 ? -errno : bytes;
}

short await(int fd, short events)
{
    struct pollfd polled = {.fd = fd, .events = events};
    return poll(&polled, 1, PATIENCE_MS) < 0 ? -1 : polled.revents;
}

void ask_pilot(void)
{
    for (int end = 0; end < 2; end++) {
        struct tcp_info info;
        socklen_t length = sizeof info;
        getsockopt(pilot[end], IPPROTO_TCP, TCP_INFO, &info, &length);
    }
}

static void look(int seen[SLOTS][2])
{
    ask_pilot();
    for (int i = 0; i < SLOTS; i++) {
        seen[i][0] = slots[i].kind == NONE ? 0 : readiness(slots[i].fd);
        seen[i][1] = slots[i].kind == NONE ? 0 : unread(slots[i].fd);
    }
}

void settle(void)
{
    int before[SLOTS][2];
    int now[SLOTS][2];
    look(before);
    for (int same = 0, looks = 0; same < 3 && looks < 100; looks++) {
        look(now);
        same = memcmp(before, now, sizeof now) == 0 ? same + 1 : 0;
        memcpy(before, now, sizeof now);
    }
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            tell("  %d=%c", i, "-FBLC"[slots[i].kind]);
            tell_readiness((unsigned)now[i][0]);
            if (now[i][1] < 0) {
                tell("%s", strerrorname_np(-now[i][1]));
            } else {
                tell("%d", now[i][1]);
            }
        }
    }
}

void start_pilot(void)
{
    union address address;
    const socklen_t length = make_address(&address, AF_INET, false, 0);
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, &address.any, length);
    listen(listener, 1);
    address.v4.sin_port = port_of(listener);
    pilot[0] = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(pilot[0], &address.any, length) != 0 || (pilot[1] = accept(listener, NULL, NULL)) < 0) {
        perror("calls: the pilot");
        exit(2);
    }
    close(listener);
}
