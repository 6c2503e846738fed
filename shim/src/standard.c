#include "standard.h"

#include <errno.h>
#include <stdint.h>
#include <stdio_ext.h>
#include <wchar.h>

#include "fdtable.h"
#include "lock.h"

#define UNBUFFERED 0x0002 /* in a stream's flags; glibc's headers do not name it */

struct standard {
    FILE **place;
    const char *mode;
    FILE *usual; /* what stood there when ours took the place */
    FILE *ours;  /* made when it is first needed, and kept */
};

static struct standard standards[] = {
    [STDIN_FILENO] = {.place = &stdin, .mode = "r"},
    [STDOUT_FILENO] = {.place = &stdout, .mode = "w"},
    [STDERR_FILENO] = {.place = &stderr, .mode = "w"},
};

/* fclose, which frees the stream. */
static int close_standard(void *cookie)
{
    int fd = (int)(intptr_t)cookie;
    struct standard *standard = &standards[fd];
    if (*standard->place == standard->ours)
        *standard->place = standard->usual;
    standard->ours = NULL;
    return close(fd);
}

FILE *pno_standard_usual(FILE *stream)
{
    for (size_t fd = 0; fd < sizeof(standards) / sizeof(*standards); fd++) {
        if (stream == standards[fd].ours) {
            fflush(stream);
            return *standards[fd].place = standards[fd].usual;
        }
    }
    return stream;
}

/* What is buffered belongs to the number, whatever that names when the buffer is written or read. */
static void move_bytes(FILE *from, FILE *to)
{
    while (from->_IO_read_end > from->_IO_read_ptr)
        ungetc((unsigned char)*--from->_IO_read_end, to);
    size_t pending = __fpending(from);
    if (pending > 0)
        fwrite(from->_IO_write_base, 1, pending, to);
    __fpurge(from);
}

/* A stream that another thread is using keeps what it has: it may be asleep in a write. */
static void move(FILE *from, FILE *to)
{
    if (ftrylockfile(from) != 0)
        return;
    if (from->_flags & UNBUFFERED)
        setvbuf(to, NULL, _IONBF, 0);
    else if (__flbf(from))
        setvbuf(to, NULL, _IOLBF, 0);
    if (fwide(from, 0) <= 0)
        move_bytes(from, to);
    funlockfile(from);
}

void pno_standard_exchange(int fd)
{
    struct standard *standard = &standards[fd];
    FILE *old = *standard->place;
    bool wanted = pno_file_of(fd) != NULL;
    bool there = old != NULL && old == standard->ours;
    if (wanted == there || old == NULL || fileno_unlocked(old) != fd || pno_self.held > 0)
        return;
    int saved = errno;
    if (wanted && standard->ours == NULL)
        standard->ours = pno_stdio_open(fd, standard->mode, close_standard);
    if (wanted)
        standard->usual = old;
    FILE *next = wanted ? standard->ours : standard->usual;
    if (next != NULL) {
        move(old, next);
        *standard->place = next;
    }
    errno = saved;
}
