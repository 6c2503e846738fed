/* Operations: waits, by poll, select and epoll. */
#include "play.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#define SETS 2

static int sets[SETS];

void do_poll(void)
{
    struct pollfd polled[SLOTS + 1];
    int count = 0;
    for (int i = 0; i < SLOTS; i++) {
        const short events = (short)(draw() & (POLLIN | POLLPRI | POLLOUT | POLLRDHUP | POLLRDNORM | POLLWRNORM));
        if (slots[i].kind != NONE && one_in(2)) {
            polled[count++] = (struct pollfd){.fd = slots[i].fd, .events = events};
        }
    }
    tell("poll of %d", count);
    told(poll(polled, (nfds_t)count, one_in(2) ? 0 : 1));
    for (int i = 0; i < count; i++) {
        tell(" %x:%x", (unsigned)polled[i].events, (unsigned)polled[i].revents);
    }
}

void do_select(void)
{
    fd_set found[3];
    int most = -1;
    for (int set = 0; set < 3; set++) {
        FD_ZERO(&found[set]);
    }
    for (int i = 0; i < SLOTS; i++) {
        const int wanted = below(8);
        for (int set = 0; set < 3 && slots[i].kind != NONE; set++) {
            if ((wanted >> set & 1) != 0) {
                FD_SET(slots[i].fd, &found[set]);
                most = slots[i].fd > most ? slots[i].fd : most;
            }
        }
    }
    struct timeval patience = {0, one_in(2) ? 0 : 1000};
    tell("select");
    told(select(most + 1, &found[0], &found[1], &found[2], &patience));
    for (int i = 0; i < SLOTS; i++) {
        if (slots[i].kind != NONE) {
            tell(" %d%d%d", FD_ISSET(slots[i].fd, &found[0]) != 0, FD_ISSET(slots[i].fd, &found[1]) != 0,
                 FD_ISSET(slots[i].fd, &found[2]) != 0);
        }
    }
}

/* A child has sets of its own: one that parent and child share is a known difference. */
void make_sets(void)
{
    for (int i = 0; i < SETS; i++) {
        if (sets[i] > 0) {
            close(sets[i]);
        }
        sets[i] = epoll_create1(0);
    }
}

void do_control(void)
{
    static const int WHAT[] = {EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL};
    const int i = pick(~(1U << NONE));
    const int set = below(SETS);
    const int what = ANY_OF(WHAT);
    struct epoll_event event = {.events = (uint32_t)(draw() & (EPOLLIN | EPOLLOUT | EPOLLRDHUP)),
                                .data.u32 = (uint32_t)i};
    event.events |= one_in(6) ? (uint32_t)EPOLLONESHOT : 0;
    if (i >= 0) {
        tell("epoll_ctl %d of %d what %d events %x", set, i, what, event.events);
        told(epoll_ctl(sets[set], what, slots[i].fd, &event));
    }
}

static int by_data(const void *one, const void *other)
{
    const struct epoll_event *a = one;
    const struct epoll_event *b = other;
    return a->data.u32 != b->data.u32 ? (a->data.u32 < b->data.u32 ? -1 : 1)
                                      : (a->events > b->events) - (a->events < b->events);
}

void do_wait(void)
{
    const int set = below(SETS);
    struct epoll_event events[4 * SLOTS];
    tell("epoll_wait %d", set);
    const long count = told(epoll_wait(sets[set], events, 4 * SLOTS, 0));
    qsort(events, count > 0 ? (size_t)count : 0, sizeof events[0], by_data);
    for (long i = 0; i < count; i++) {
        tell(" %u:%x", events[i].data.u32, events[i].events);
    }
}
