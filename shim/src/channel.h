/* Channels: the pairs of G-rings by which this process's threads and the DPU tell each other to look at a socket. Each
 * epoll set with sockets of ours has one; blocking calls share a few. Sets of channels are masks. */
#ifndef PNO_CHANNEL_H
#define PNO_CHANNEL_H

#include "file.h"

#define PNO_CHANNELS 64          /* of one process */
#define PNO_BLOCKING_CHANNELS 16 /* the first of them, for blocking calls */
#define PNO_NO_CHANNEL UINT32_MAX

struct pno_channel {
    struct pno_lock lock;
    uint32_t number;            /* in the arena */
    struct pno_gring *gring;    /* NULL: not open */
    int bell;                   /* eventfd that wakes who sleeps on the channel; never read, watched for edges */
    _Atomic uint32_t sleepers;  /* sleepSeq is odd while there are any */
    uint64_t sub_tail;          /* written under the lock, as is all of this */
    uint64_t sub_head;          /* as last seen */
    _Atomic uint64_t ev_head;   /* read without */
    _Atomic uint64_t owed_head; /* ev_head when the DPU was last rung for events that it owes */
    _Atomic uint32_t sets;      /* epoll sets that live on it */
};

extern struct pno_channel pno_channels[PNO_CHANNELS];

/* Channels of the process, or PNO_NO_CHANNEL: for the calling thread's blocking calls, and for a new epoll set. Making
 * one takes a round trip to the DPU. */
uint32_t pno_channel_of_thread(void);
uint32_t pno_channel_for_set(void);

/* Tells the DPU to look at a file's record. Flags as in PNO_SUB_FLAG. */
void pno_submit(struct pno_file *file, uint32_t flags);

/* The same after a write: the position reached, and the chunk that covers its last byte. */
void pno_submit_written(struct pno_file *file, uint64_t tx_written, uint32_t chunk, uint32_t flags);

/* Sees to it that a file's events go to that channel of ours; or that they go to any, by preference that one. Where
 * another process of the family holds the file as well they go to all channels. */
void pno_channel_attach(struct pno_file *file, uint32_t channel);
void pno_channel_attach_first(struct pno_file *file, uint32_t channel);

/* The same for the channel that the file has, before a sleep or when an event has come: another process may have begun
 * to hold the file, or have ceased to. */
void pno_channel_claim(struct pno_file *file);

/* The arena's number of the channel that a file's submissions go by. */
uint32_t pno_channel_number(struct pno_file *file);

/* Consumes what has arrived and hands it out. A signal handler that interrupted us leaves it to whom it interrupted. */
void pno_channels_drain(uint64_t mask);

/* Around a sleep: sleepSeq becomes odd, and even again. Between the two the caller must look once more. */
void pno_channels_arm(uint64_t mask);
void pno_channels_disarm(uint64_t mask);

/* Before a sleep, armed, with nothing found: rings for events that the DPU keeps back because the ring was full. */
void pno_channels_ask_owed(uint64_t mask);

/* Wakes whoever sleeps on the channels, because a level of a file there was raised on this side. */
void pno_channels_wake(uint64_t mask);

/* Wakes one thread that sleeps for an epoll set on this channel, or all that sleep on it. */
void pno_channels_ring(uint32_t channel);

/* The mask of all channels that are open. */
uint64_t pno_channels_all(void);

/* True if an event waits on one of the channels. */
bool pno_channels_pending(uint64_t mask);

/* True if the DPU has given the arena up. */
bool pno_channels_fenced(uint64_t mask);

/* In the child of a fork: the parent's channels are not ours. */
void pno_channels_forget(void);

#endif
