/* epoll sets. The program's descriptor is a real kernel set, which serves its kernel descriptors; our sockets stand in
 * a set of our own beside it. Who sleeps does so in the kernel's, where the bells of our channels stand as well. */
#ifndef PNO_SETS_H
#define PNO_SETS_H

#include <sys/epoll.h>

#include "listener.h"
#include "watch.h"

extern const struct pno_ops pno_set_ops;

/* The file of a set. */
struct pno_file *pno_set_file(const struct pno_set *set);

/* True if the kernel is to be asked about the file as well. */
static inline bool pno_set_asks_kernel(const struct pno_file *file)
{
    return file->ops == &pno_set_ops || pno_listener_in_kernel(file);
}

/* Somebody else than its sleepers wants to know when the set is ready: the kernel's set must be readable for what the
 * program has put there alone, so the bells leave it. Who sleeps for it does so beside it from now on. */
void pno_set_watch(struct pno_set *set);

/* A set's events shall reach a set that it stands in. */
void pno_set_connect_inner(struct pno_set *outer, const struct pno_set *inner);

/* Around a poll's sleep: it counts as one of the set's. Answers what is to be given back. */
uint32_t pno_set_poll_begins(struct pno_set *set);
void pno_set_poll_ends(struct pno_set *set, uint32_t version);

/* A set was just made by the kernel. */
void pno_epoll_created(int fd);

/* A set came from elsewhere, or was made before our start: what stands in it already is the kernel's to tell. */
void pno_epoll_met(int fd);

/* Gives the set a channel, and the kernel's set what wakes its sleepers. False: there is none. */
bool pno_set_activate(struct pno_set *set);

/* The same after a fork, for all files in it: the parent's channels are not ours. */
bool pno_set_revive(struct pno_set *set);

/* A file's events shall reach the set: by the set's own channel, unless the file is in another set already. */
void pno_set_connect_events(struct pno_set *set, struct pno_file *file);

/* epoll_ctl on the kernel's set for a descriptor of ours. The data is an address inside our own memory, by which its
 * reports are known. */
int pno_set_kernel_control(int set_fd, int operation, int fd, uint32_t events, const void *data);

/* Of what the kernel reported, keeps the program's and acts upon ours. Answers how many are kept. */
int pno_set_sift(struct pno_set *set, struct epoll_event *events, int count);

/* Puts a new or changed registration up for judgement, and wakes a sleeper if it is ready already. */
void pno_set_present(struct pno_item *item);

/* A channel that its sleepers have announced from now on, and are woken by. False: it was so already. */
bool pno_set_add_bell(struct pno_set *set, uint32_t channel);

/* Other processes may sleep in the kernel's set from now on, see bells.c; its front goes with it. The set's lock is
 * held. */
void pno_set_part(struct pno_set *set);
void pno_set_close_front(struct pno_set *set);

/* Around a sleep for the set: announces it, and answers the channels that can end it and where the bells stand. */
struct pno_sleep {
    uint64_t channels;
    uint32_t version;
    uint32_t front; /* as the set's */
};

struct pno_sleep pno_set_lie_down(struct pno_set *set);
void pno_set_rise(struct pno_set *set, struct pno_sleep sleep);

/* Wakes a thread that sleeps for the set. */
void pno_set_wake(struct pno_set *set);

/* EPOLLONESHOT was reported, the set's lock held. */
void pno_set_disarm(struct pno_item *item);

/* A registration's file is ours from now on, or another of ours. */
void pno_set_adopt(struct pno_item *item);

/* Around a fork: all sets. */
void pno_sets_lock(void);
void pno_sets_unlock(bool child);

#endif
