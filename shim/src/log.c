/* The log: a file opened for each of its rare lines, so that no descriptor of it can be lost or in the way. */
#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "libc.h"
#include "trace.h"

#define LINE_BYTES 512

static char path[PATH_MAX];

void pno_log_start(void)
{
    const char *name = secure_getenv("PNO_LOG");
    static const char with_calls[] = ",calls";
    if (name == NULL)
        return;
    snprintf(path, sizeof(path), "%s", name);
    size_t length = strlen(path), suffix = sizeof(with_calls) - 1;
    pno_traces = length > suffix && strcmp(path + length - suffix, with_calls) == 0;
    if (pno_traces)
        path[length - suffix] = '\0';
}

static void write_line(int fd, const char *format, va_list arguments)
{
    char line[LINE_BYTES];
    int start = snprintf(line, sizeof(line), "pno[%d]: ", (int)getpid());
    int length = vsnprintf(line + start, sizeof(line) - (size_t)start - 1, format, arguments);
    size_t end = (size_t)(start + length);
    if (end > sizeof(line) - 2)
        end = sizeof(line) - 2;
    line[end++] = '\n';
    if (libc_write(fd, line, end) < 0)
        return; /* there is nobody left to tell */
}

static void append(const char *format, va_list arguments)
{
    int fd = path[0] == '\0' ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    write_line(fd, format, arguments);
    libc_close(fd);
}

void pno_log(const char *format, ...)
{
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    append(format, arguments);
    va_end(arguments);
    errno = saved;
}

void pno_warn(const char *format, ...)
{
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    write_line(STDERR_FILENO, format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    append(format, arguments);
    va_end(arguments);
    errno = saved;
}
