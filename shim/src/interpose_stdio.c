/* stdio on our sockets. Inside libc it calls the kernel past us, and would read the placeholder: so a stream on a
 * socket of ours, or on one that may become ours, is one whose bytes come and go by our functions (fopencookie). */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "candidate.h"
#include "interpose.h"
#include "sets.h"
#include "standard.h"

static bool is_ours(int fd)
{
    struct pno_file *file = pno_file_known(fd);
    return file != NULL && ((file->ops->level != NULL && file->ops != &pno_set_ops) || file->ops == &pno_candidate_ops);
}

/* A stream's cookie is its number. */
static int number_of(void *cookie)
{
    return (int)(intptr_t)cookie;
}

static ssize_t read_cookie(void *cookie, char *buffer, size_t length)
{
    return read(number_of(cookie), buffer, length);
}

/* 0 means an error to fopencookie, as does less than all. */
static ssize_t write_cookie(void *cookie, const char *buffer, size_t length)
{
    size_t done = 0;
    while (done < length) {
        ssize_t put = write(number_of(cookie), buffer + done, length - done);
        if (put <= 0)
            break;
        done += (size_t)put;
    }
    return (ssize_t)done;
}

static int seek_cookie(void *cookie, off64_t *offset, int whence)
{
    (void)cookie, (void)offset, (void)whence;
    errno = ESPIPE;
    return -1;
}

static int close_cookie(void *cookie)
{
    return close(number_of(cookie));
}

FILE *pno_stdio_open(int fd, const char *mode, cookie_close_function_t *end)
{
    cookie_io_functions_t calls = {read_cookie, write_cookie, seek_cookie, end};
    FILE *stream = fopencookie((void *)(intptr_t)fd, mode, calls);
    if (stream != NULL)
        stream->_fileno = fd; /* for fileno(); glibc reads and writes by the functions all the same */
    return stream;
}

PNO_EXPORT FILE *fdopen(int fd, const char *mode)
{
    return is_ours(fd) ? pno_stdio_open(fd, mode, close_cookie) : PNO_LIBC_FUNCTION(fdopen)(fd, mode);
}

/* glibc puts a file at the stream's number by calls of its own. */
static FILE *reopen(__typeof__(freopen) *call, const char *path, const char *mode, FILE *stream)
{
    int fd = fileno(stream);
    if (fd < 0 || pno_file_of(fd) == NULL)
        return call(path, mode, stream);
    FILE *next = call(path, mode, pno_standard_usual(stream));
    int saved = errno;
    pno_fd_forget(fd);
    errno = saved;
    return next;
}

PNO_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
    return reopen(PNO_LIBC_FUNCTION(freopen), path, mode, stream);
}

PNO_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
    return reopen(PNO_LIBC_FUNCTION(freopen64), path, mode, stream);
}

PNO_EXPORT int vdprintf(int fd, const char *format, va_list arguments)
{
    char *text;
    if (!is_ours(fd))
        return PNO_LIBC_FUNCTION(vdprintf)(fd, format, arguments);
    int length = vasprintf(&text, format, arguments);
    if (length < 0)
        return length;
    bool all = write_cookie((void *)(intptr_t)fd, text, (size_t)length) == length;
    int saved = errno;
    free(text);
    errno = saved;
    return all ? length : -1;
}

PNO_EXPORT int dprintf(int fd, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vdprintf(fd, format, arguments);
    va_end(arguments);
    return length;
}

/* With _FORTIFY_SOURCE: the flag says how strict "%n" is judged, by libc alone. */
PNO_EXPORT int __vdprintf_chk(int fd, int flag, const char *format, va_list arguments)
{
    return is_ours(fd) ? vdprintf(fd, format, arguments)
                       : PNO_LIBC_FUNCTION(__vdprintf_chk)(fd, flag, format, arguments);
}

PNO_EXPORT int __dprintf_chk(int fd, int flag, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = __vdprintf_chk(fd, flag, format, arguments);
    va_end(arguments);
    return length;
}
