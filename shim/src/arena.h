/* The arena: the memory that this process and its forked children share with the DPU, and beside it the family's own
 * memory, which the DPU never sees: who has taken which number, and the host's half of each socket's state. */
#ifndef PNO_ARENA_H
#define PNO_ARENA_H

#include "bitmap.h"
#include "layout.h"
#include "lock.h"

/* The arena is sparse: what is never touched costs nothing. */
enum {
    PNO_CHANNEL_COUNT = 256,
    PNO_RECORD_COUNT = 32768,
    PNO_HOLDER_COUNT = 64,
    PNO_TX_CHUNK_COUNT = 32768,
    PNO_RX_CHUNK_COUNT = 32768,
};

/* Bytes in flight where the program has not set SO_SNDBUF. */
#define PNO_DEFAULT_SNDBUF (1 << 20)
#define PNO_DEFAULT_RCVBUF (1 << 16) /* at the start; the DPU lets it grow */

/* Options that matter to the kernel alone and are kept for getsockopt, see kept.c; and of those that were set before a
 * socket was ours, and have no effect, how many are remembered. */
#define PNO_KEPT_OPTIONS 40
#define PNO_EARLY_OPTIONS 4

/* What setsockopt set, in its units. */
struct pno_options {
    struct pno_options_line line; /* as the record carries it to the DPU */
    uint64_t receive_timeout_ns;  /* 0: none */
    uint64_t send_timeout_ns;
    int32_t linger_seconds; /* -1: off */
    bool reuse_address;
    bool opens_fast;                   /* TCP_FASTOPEN_CONNECT: connect leaves the SYN to the first write */
    bool urgent_inline;                /* SO_OOBINLINE */
    bool tells_unread;                 /* TCP_INQ */
    bool on_device;                    /* bound to a device of the host's: it stays the kernel's */
    uint32_t notsent_lowat;            /* 0: unlimited */
    uint32_t sndbuf;                   /* 0: the default */
    uint32_t receive_lowat;            /* 0: a byte, as 1 */
    uint32_t early[PNO_EARLY_OPTIONS]; /* level above, option below, 16 bits each */
    uint64_t kept_set;                 /* a bit for each of: */
    int32_t kept[PNO_KEPT_OPTIONS];
};

enum pno_socket_flag {
    PNO_NONBLOCK = 1 << 0,
    PNO_SHUT_READ = 1 << 1,
    PNO_SHUT_WRITE = 1 << 2,
    PNO_CONNECTED = 1 << 3,   /* was seen established */
    PNO_ERROR_TAKEN = 1 << 4, /* the program has seen soError; Linux shows it once */
    PNO_ANNOUNCED = 1 << 5,   /* connect has said so once; from then on it answers EISCONN */
    PNO_INET6 = 1 << 6,       /* the program sees IPv4-mapped addresses */
    PNO_IN_KERNEL = 1 << 7,   /* a listener that the kernel serves too */
    PNO_ASYNC = 1 << 9,       /* O_ASYNC */
    PNO_DEFERRED = 1 << 8,    /* connect has been called, and its request waits for the first write */
};

/* The host's half of a socket, one per record, shared by the family. Chunks are held for [tx_freed, tx_mapped), which
 * are chunk boundaries around the bytes not yet acknowledged; equal: none. */
struct pno_socket {
    _Alignas(64) struct pno_lock tx_lock;
    _Atomic uint32_t sndbuf;
    _Atomic uint64_t tx_freed; /* both written under the lock, and looked at without */
    _Atomic uint64_t tx_mapped;
    _Alignas(64) struct pno_lock rx_lock;
    uint64_t rx_hinted;            /* rxRead of the last submission */
    _Atomic uint64_t urgent_noted; /* see urgent.c */
    _Alignas(64) _Atomic uint32_t flags;
    _Atomic uint32_t life;
    uint32_t swept;        /* the sweep that first found the record FREE, its event lost */
    uint32_t backlog;      /* of a listener: connections that may wait for accept */
    uint32_t credits;      /* of a listener: those that wait, and those that it has been given records for */
    _Atomic uint32_t owed; /* of a listener: credits for which there was no record or no chunk */
    _Atomic int32_t owner; /* who gets SIGURG and SIGIO, 0: nobody; which kind of owner (F_OWNER_), and F_SETSIG */
    _Atomic uint32_t owner_type;
    _Atomic int32_t owner_signal;
    struct pno_options options;
};

/* The family's own memory: a sealed memfd that the DPU only keeps, for who joins. */
struct pno_family {
    uint64_t layout;        /* PNO_FAMILY_LAYOUT: which build's struct this is */
    uint64_t pid_namespace; /* in which its process ids mean something */
    struct pno_bitmap channels, records, holders, chunks;
    _Atomic uint64_t channel_words[PNO_BITMAP_WORDS(PNO_CHANNEL_COUNT)];
    _Atomic uint64_t record_words[PNO_BITMAP_WORDS(PNO_RECORD_COUNT)];
    _Atomic uint64_t holder_words[PNO_BITMAP_WORDS(PNO_HOLDER_COUNT)];
    _Atomic uint64_t chunk_words[PNO_BITMAP_WORDS(PNO_TX_CHUNK_COUNT)];
    _Atomic uint32_t channel_owners[PNO_CHANNEL_COUNT]; /* process ids */
    struct pno_socket sockets[PNO_RECORD_COUNT];
};

struct pno_arena {
    uint8_t *base; /* NULL: none yet */
    struct pno_record *records;
    uint8_t *tx_pool;
    uint8_t *rx_pool;
    struct pno_family *family;
    struct pno_holder *holder; /* this process's slot */
    uint32_t holder_slot;
    uint32_t number;   /* the DPU's name for the arena */
    atomic_bool known; /* the DPU has it: all of this is in force, other threads may use it */
};

extern struct pno_arena pno_arena;

#define PNO_FAMILY_LAYOUT (0x506E4F46616D0001ULL ^ (uint64_t)sizeof(struct pno_family) << 16)

/* Makes the arena, this process its first holder. 0, and the memfds of the arena and of the family's memory to pass to
 * the DPU; or -errno. */
int pno_arena_create(int memory[2]);

/* Maps the arena of another family, to which this process comes. It holds nothing yet. 0 or -errno. */
int pno_arena_join(int memory, int family);

/* What an earlier program of this very process has left in the family's memory: an exec has ended its threads, and its
 * channels and slots are the DPU's to forget. */
void pno_arena_clear_past(void);

/* Takes it back, where the DPU would not have it. */
void pno_arena_destroy(void);

struct pno_gring *pno_arena_gring(uint32_t channel);

/* A holder slot that is free, with this process's bits in it, for a child that is about to be forked, or for itself. */
uint32_t pno_holder_prepare(void);

void pno_holder_cancel(uint32_t slot);

/* In the child: the slot is filled for this process, which must be said in it before the DPU is told and makes it LIVE.
 */
void pno_holder_claim(uint32_t slot);

void pno_hold(uint32_t record);
void pno_unhold(uint32_t record);

/* True if any process of the family holds it, as far as the holder slots tell. */
bool pno_is_held(uint32_t record);

/* Whether another living process of the family holds it too. */
bool pno_held_by_others(uint32_t record);

#endif
