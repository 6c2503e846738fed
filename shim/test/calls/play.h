/* The player of random sequences of socket calls: a seed decides the calls, and each result is printed. Played on the
 * kernel's TCP and on ours, the lines must be equal. Ordinary libc calls only; nothing of the shim is in it. */
#ifndef PLAY_H
#define PLAY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SLOTS 10

enum kind { NONE, FRESH, BOUND, LISTENING, CONNECTED };

struct slot {
    int fd;
    enum kind kind;
    int family;
    int depth; /* that of the process which has made it */
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage room;
};

/* --- what is played, main.c --- */

extern int depth;            /* 0, in a child 1 */
extern bool shuts_reading;   /* whether the seed shuts this direction, or that of writing */
extern const char *address4; /* the loopback's */

void play(uint64_t seed, int steps);

/* From now on this process has a limited time, then on_alarm ends it. */
void limit_time(void);

/* --- what is printed, report.c --- */

void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
void end_line(void);
size_t told_so_far(void);

/* The result of a call, or its errno, which stays as it was. */
long told(long result);
void tell_address(const union address *address, socklen_t length);
void tell_readiness(unsigned found);

/* Ports are told by the order in which they were first seen. */
void forget_ports(void);

/* Tells the line so far, and that it hangs; ends the process. */
void on_alarm(int signal);

/* --- chance, chance.c --- */

void start_chance(uint64_t seed);
uint64_t draw(void);
int below(int bound);
bool one_in(int n);

#define ANY_OF(array) (array)[below((int)(sizeof(array) / sizeof((array)[0])))]

/* --- the sockets, slots.c --- */

extern struct slot slots[SLOTS];

/* A slot of one of these kinds, -1 if there is none. */
int pick_exactly(unsigned kinds);

/* Sometimes any that is open. */
int pick(unsigned kinds);
int free_slot(void);

void keep(int i, int fd, enum kind kind, int family);
void close_slots(void);

/* Whether it may be bound, listen or connect here. */
bool may_become(int i);

/* The slot at the other end of a connection, -1 if none of ours. */
int peer_of(int i);

int make_socket(int family, int flags);
socklen_t make_address(union address *address, int family, bool wildcard, uint16_t port);
uint16_t port_of(int fd);
bool is_blocking(int fd);

/* --- how they are, settle.c --- */

/* poll's answer, at once or after some patience; -1 if it fails. */
short readiness(int fd);
short await(int fd, short events);

/* FIONREAD's answer, or the negative errno. */
int unread(int fd);

/* A connection that is asked for TCP_INFO, which passes through whoever runs TCP. */
void start_pilot(void);
void ask_pilot(void);

/* Looks until nothing changes any more, and tells what is there. */
void settle(void);

/* --- the operations --- */

/* sockets.c */
void do_socket(void);
void do_pair(void);
void do_bind(void);
void do_listen(void);
void do_connect(void);
void do_accept(void);
void do_shutdown(void);
void do_close(void);

/* descriptors.c */
void do_dup(void);
void do_flags(void);
void do_pass(void);

/* options.c */
void do_set(void);
void do_get(void);
void do_names(void);

/* transfers.c */
void do_send(void);
void do_recv(void);
void do_sendfile(void);
void do_fill(void);
void restart_pattern(void); /* of the bytes that are sent */

/* waits.c */
void do_poll(void);
void do_select(void);
void do_control(void);
void do_wait(void);
void make_sets(void);

/* processes.c */
void do_thread(void);
void do_fork(uint64_t seed);

#endif
