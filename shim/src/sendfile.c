/* sendfile into one of our sockets: read, then sent, in pieces. */
#include <errno.h>
#include <unistd.h>

#include "libc.h"
#include "socket.h"

#define PIECE_BYTES 16384

/* The file's own position stands behind what was sent, not behind what was read. */
static ssize_t read_piece(int in, const off64_t *offset, void *buffer, size_t length)
{
    return offset != NULL ? pread64(in, buffer, length, *offset) : libc_read(in, buffer, length);
}

static void step(int in, off64_t *offset, ssize_t read, ssize_t sent)
{
    if (offset != NULL)
        *offset += sent;
    else if (sent < read)
        lseek64(in, sent - read, SEEK_CUR);
}

long pno_socket_send_file(struct pno_file *file, int fd, int in, off64_t *offset, size_t count)
{
    uint8_t buffer[PIECE_BYTES];
    size_t done = 0;
    if (offset == NULL && lseek64(in, 0, SEEK_CUR) < 0)
        return -EINVAL; /* as Linux: a pipe or socket is no source */
    while (done < count) {
        size_t wanted = count - done < sizeof(buffer) ? count - done : sizeof(buffer);
        ssize_t got = read_piece(in, offset, buffer, wanted);
        if (got <= 0)
            return done > 0 || got == 0 ? (long)done : -errno;
        struct iovec piece = {buffer, (size_t)got};
        long sent = pno_socket_transmit(file, fd, &piece, 1, 0);
        step(in, offset, got, sent > 0 ? sent : 0);
        if (sent > 0)
            done += (size_t)sent;
        if (sent < got)
            return done > 0 ? (long)done : sent;
    }
    return (long)done;
}
