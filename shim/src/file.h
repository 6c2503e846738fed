/* Descriptors. A file is what one or more descriptor numbers name; its operations table says what kind it is. A call on
 * a number that is not ours costs one load and a branch. */
#ifndef PNO_FILE_H
#define PNO_FILE_H

#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "arena.h"
#include "base.h"

#define PNO_FD_LIMIT (1 << 20)

struct pno_file;
struct pno_item;

/* What a kind of file does. Every operation answers a result, a negative errno, or PNO_PASS: libc shall do it. One that
 * is missing is libc's. `fd` is the number that the call came by. */
struct pno_ops {
    /* Many processes share it: once two of them have taken an interest its events go to all, for good. */
    bool for_anybody;
    long (*receive)(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags);
    long (*transmit)(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags);
    long (*bind)(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length);
    long (*listen)(struct pno_file *file, int fd, int backlog);
    long (*accept)(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length, int flags);
    long (*connect)(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length);
    long (*shutdown)(struct pno_file *file, int fd, int how);
    long (*local_name)(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length);
    long (*peer_name)(struct pno_file *file, int fd, struct sockaddr *name, socklen_t *length);
    long (*get_option)(struct pno_file *file, int fd, int level, int option, void *value, socklen_t *length);
    long (*set_option)(struct pno_file *file, int fd, int level, int option, const void *value, socklen_t length);
    long (*control)(struct pno_file *file, int fd, int command, long argument);
    long (*device)(struct pno_file *file, int fd, unsigned long request, void *argument);
    long (*send_file)(struct pno_file *file, int fd, int in, off64_t *offset, size_t count);
    /* Readiness, in EPOLL bits; computed from the record, takes no lock. A file that lacks it is the kernel's to ask.
     */
    uint32_t (*level)(struct pno_file *file);
    /* Somebody wants to hear when the file becomes writable and it is not. */
    void (*want_space)(struct pno_file *file);
    /* The last number is closed: the program may wait for a lingering close. */
    void (*linger)(struct pno_file *file);
    /* The last number and the last blocked call are gone. */
    void (*release)(struct pno_file *file);
};

/* The first PNO_RECORD_COUNT files are the sockets of the records of the same number, so their addresses never change;
 * the others are taken from a bitmap. Private to the process. */
struct pno_file {
    _Atomic(const struct pno_ops *) ops;
    struct pno_record *record; /* NULL where there is none */
    struct pno_socket *socket;
    _Atomic(struct pno_item *) watchers; /* epoll registrations, under its stripe's lock */
    _Atomic uint32_t references;         /* numbers, and calls that sleep */
    _Atomic uint32_t numbers;
    _Atomic uint32_t generation; /* of the record */
    _Atomic uint32_t channel;    /* 1 + the process's channel that takes its events, or 0 */
    uint32_t parked_next;        /* 1 + the next file whose release waits, see fdtable.c */
    atomic_bool told_gone;       /* a listener has failed an accept for the DPU's end, and is silent from then on */
    atomic_bool cries; /* its owner is told of what comes, see async.c; but not of this level and this mark: */
    _Atomic uint32_t cried_level;
    _Atomic uint64_t cried_mark;
    atomic_bool named; /* its numbers are copies of a descriptor that names it, see identity.h */
    int bound;         /* 1 + a kernel socket that holds the local port of a connection, or 0 */
    union {
        struct pno_candidate *candidate;
        struct pno_set *set;
    };
};

#define PNO_OTHER_FILES 32768
#define PNO_FILE_COUNT (PNO_RECORD_COUNT + PNO_OTHER_FILES)

extern struct pno_file pno_files[PNO_FILE_COUNT];
extern _Atomic(struct pno_file *) pno_fds[PNO_FD_LIMIT];

/* Which file a number names, or NULL: it is libc's. */
static inline struct pno_file *pno_file_of(int fd)
{
    return PNO_LIKELY((unsigned)fd < PNO_FD_LIMIT) ? atomic_load_explicit(&pno_fds[fd], memory_order_acquire) : NULL;
}

/* True if the number still names the file; asked under a lock of the file, it stays so while the lock is held. */
static inline bool pno_file_is(const struct pno_file *file, int fd)
{
    return atomic_load_explicit(&pno_fds[fd], memory_order_relaxed) == file;
}

static inline uint32_t pno_file_number(const struct pno_file *file)
{
    return (uint32_t)(file - pno_files);
}

#endif
