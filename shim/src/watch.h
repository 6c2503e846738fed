/* Who wants to know of which file: registrations of files in epoll sets, and the sets' lists of what may be ready.
 *
 * Lock order: the stripe of a file's watchers, then that of the watchers of sets, then a set, then the sets that stand
 * in it, then a channel. */
#ifndef PNO_WATCH_H
#define PNO_WATCH_H

#include "file.h"

/* A file in an epoll set. A wildcard listener stands in the kernel's set too, with the item's address as its data. */
struct pno_item {
    struct pno_file *file; /* NULL: free */
    struct pno_set *set;
    struct pno_item *next_watcher; /* of the file, under its stripe's lock */
    struct pno_item *next_item;    /* of the set; this and the rest under the set's lock */
    struct pno_item *previous_item;
    struct pno_item *next_ready;
    struct pno_item *previous_ready;
    uint64_t data;
    uint64_t seen_committed; /* what the last look at the file saw: edges are measured from there */
    uint64_t seen_urgent;
    uint32_t seen_level;
    uint32_t events;
    uint32_t kernel_level; /* readiness that the kernel has just told of a listener */
    int fd;
    bool in_kernel; /* the kernel's set has it as well, or alone where the file has no level */
    bool queued;    /* on the ready list */
    bool disarmed;  /* EPOLLONESHOT has been reported */
};

struct pno_set {
    struct pno_lock lock;
    _Atomic uint32_t sleepers; /* threads in the kernel's epoll_wait for it, or about to be */
    uint32_t unaware;          /* of them: those that lay down before it had its latest channel */
    _Atomic uint32_t channel;  /* 1 + its own, or 0: none yet */
    _Atomic int fd;            /* a number that names it */
    _Atomic uint64_t channels; /* mask: its own, and those of files that another set's channel serves */
    struct pno_item *items;
    struct pno_item *first_ready;
    struct pno_item *last_ready;
    _Atomic uint32_t ready_count; /* written under the lock */
    _Atomic uint32_t
        kernel_items;          /* registrations that the kernel has for the program: at least so many once were made */
    _Atomic uint32_t calls;    /* since the kernel's set was last asked */
    atomic_bool ours;          /* has had sockets of ours */
    atomic_bool watched;       /* by another set, or by a poll: no bell stands in the kernel's set */
    bool shared;               /* there at a fork, or before us: other processes may sleep in the kernel's set */
    uint32_t front;            /* 1 + the kernel's set of this process alone in which its bells stand, or 0 */
    uint32_t version;          /* of how its sleepers are woken: counts its channels, and its being watched */
    _Atomic uint64_t asked_at; /* ticks */
};

#define PNO_ITEMS 65536

extern struct pno_item pno_items[PNO_ITEMS];

/* The registration of a number's file in a set, or NULL. */
struct pno_item *pno_watch_find(struct pno_file *file, const struct pno_set *set, int fd);

/* Registers a file, changes or ends a registration. */
struct pno_item *pno_watch_add(struct pno_file *file, struct pno_set *set, int fd, uint32_t events, uint64_t data);
void pno_watch_change(struct pno_item *item, uint32_t events, uint64_t data);
void pno_watch_remove(struct pno_item *item);

/* The file, or the set, is gone. */
void pno_watch_end(struct pno_file *file);
void pno_watch_end_set(struct pno_set *set);

/* Hands the registrations of one file to another that takes its place. `moved` is told of each. */
void pno_watch_move(struct pno_file *old, struct pno_file *next, void (*moved)(struct pno_item *item));

/* The DPU said: look at this record. */
void pno_watch_event(uint32_t record, uint32_t generation);

/* A level of the file was raised on this side. */
void pno_watch_raised(struct pno_file *file);

/* Calls for each registration of the file. */
void pno_watch_each(struct pno_file *file, void (*told)(struct pno_item *item, uint64_t argument), uint64_t argument);

/* Something new is ready in the set: who watches it is told. */
void pno_watch_outer(struct pno_set *set);

/* True if something on the set's ready list is ready. */
bool pno_watch_ready(struct pno_set *set);

/* Puts an item on its set's ready list, the set's lock held. */
void pno_watch_queue(struct pno_item *item);

/* Takes up to `room` reports off a ready list. */
struct epoll_event;
int pno_watch_harvest(struct pno_set *set, struct epoll_event *events, int room);

/* Around a fork. */
void pno_watch_prepare_fork(void);
void pno_watch_after_fork(bool child);

#endif
