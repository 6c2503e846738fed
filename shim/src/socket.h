/* Connected sockets: what a record's words mean to a program. */
#ifndef PNO_SOCKET_H
#define PNO_SOCKET_H

#include "channel.h"
#include "file.h"

/* What is written at a time where TCP_NOTSENT_LOWAT looks at what is unsent after each piece: Linux's longest buffer.
 */
#define PNO_HELD_PIECE_BYTES (64 * 1024)

extern const struct pno_ops pno_socket_ops;

enum pno_phase {
    PNO_CONNECTING,
    PNO_OPEN,
    PNO_ENDED, /* nothing more will come or go */
};

/* Where a connection stands. *error is what ended it, 0 for an orderly end; untouched otherwise. */
enum pno_phase pno_socket_phase(struct pno_file *file, int *error);

/* Takes what SO_ERROR would say: once. */
int pno_socket_take_error(struct pno_file *file);

/* The operations that are long enough for files of their own. */
long pno_socket_receive(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags);
/* Gives what is there, by way of a buffer, to somebody who answers how much of it he takes, or a negative errno,
 * without sleeping: nobody else reads meanwhile. 0: nothing is there. */
typedef long pno_taker(int argument, const void *bytes, size_t length);
long pno_socket_hand(struct pno_file *file, int fd, struct iovec room, pno_taker *taker, int argument);
long pno_socket_transmit(struct pno_file *file, int fd, const struct iovec *pieces, size_t count, int flags);
long pno_socket_send_file(struct pno_file *file, int fd, int in, off64_t *offset, size_t count);
long pno_socket_connect_again(struct pno_file *file, int fd, const struct sockaddr *name, socklen_t length);
long pno_socket_get_option(struct pno_file *file, int fd, int level, int option, void *value, socklen_t *length);
long pno_socket_set_option(struct pno_file *file, int fd, int level, int option, const void *value, socklen_t length);

/* Bytes that are written and not sent yet: asked of the DPU, as TCP_INFO. */
uint32_t pno_socket_not_sent(struct pno_file *file, int fd);

/* Readiness, in EPOLL bits. */
uint32_t pno_socket_level(struct pno_file *file);

/* Asks for an event once a third of the send buffer is free, as Linux wakes writers. */
void pno_socket_want_space(struct pno_file *file);

/* The record's number goes back: the DPU is told that this process holds it no more. */
void pno_socket_release(struct pno_file *file);

/* O_NONBLOCK and the like, by fcntl and by ioctl; shared with listeners. */
long pno_socket_control(struct pno_file *file, int fd, int command, long argument);
long pno_socket_device(struct pno_file *file, int fd, unsigned long request, void *argument);

static inline uint32_t pno_socket_flags(const struct pno_file *file)
{
    return atomic_load_explicit(&file->socket->flags, memory_order_relaxed);
}

static inline int pno_socket_domain(const struct pno_file *file)
{
    return pno_socket_flags(file) & PNO_INET6 ? AF_INET6 : AF_INET;
}

static inline void pno_socket_set_flag(struct pno_file *file, uint32_t flag)
{
    atomic_fetch_or(&file->socket->flags, flag);
}

static inline bool pno_socket_blocks(const struct pno_file *file, int flags)
{
    return !(flags & MSG_DONTWAIT) && !(pno_socket_flags(file) & PNO_NONBLOCK);
}

/* The DPU's status, or 0 as long as it says nothing about this generation. */
static inline uint64_t pno_socket_status(const struct pno_file *file)
{
    uint64_t status = atomic_load_explicit(&file->record->status, memory_order_acquire);
    return PNO_LIKELY(pno_status_generation(status) == file->generation) ? status : 0;
}

/* TCP_NOTSENT_LOWAT: true if no more may be written until some of what is written was sent. */
static inline bool pno_socket_holds_back(const struct pno_file *file, uint64_t written)
{
    uint32_t lowat = file->socket->options.notsent_lowat;
    return PNO_UNLIKELY(lowat != 0) &&
           (int64_t)(written - atomic_load_explicit(&file->record->tx_sent, memory_order_acquire)) >= (int64_t)lowat;
}

/* SO_RCVLOWAT: bytes that make the socket readable; no more than the window lets come. */
static inline uint64_t pno_socket_read_mark(const struct pno_file *file)
{
    uint64_t lowat = file->socket->options.receive_lowat;
    if (PNO_LIKELY(lowat <= 1))
        return 1;
    uint64_t rcvbuf = file->socket->options.line.rcvbuf;
    uint64_t most = (rcvbuf != 0 ? rcvbuf : PNO_DEFAULT_RCVBUF) / 2;
    return lowat < most ? lowat : most;
}

/* Bytes that a send takes now without waiting. */
static inline uint64_t pno_socket_room(const struct pno_file *file)
{
    uint64_t acked = atomic_load_explicit(&file->record->tx_acked, memory_order_acquire);
    uint64_t used = pno_record_written(file->record) - acked;
    uint64_t room = used < file->socket->sndbuf ? file->socket->sndbuf - used : 0;
    if (PNO_LIKELY(file->socket->options.notsent_lowat == 0))
        return room;
    if (pno_socket_holds_back(file, used + acked))
        return 0;
    return room < PNO_HELD_PIECE_BYTES ? room : PNO_HELD_PIECE_BYTES;
}

/* The most bytes in flight at which a writer is told that it may write. */
static inline uint64_t pno_socket_write_mark(const struct pno_file *file)
{
    return file->socket->sndbuf - file->socket->sndbuf / 3;
}

#endif
