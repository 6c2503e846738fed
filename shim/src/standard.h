/* stdin, stdout and stderr while their numbers name sockets of ours. glibc reads and writes its own streams past us;
 * but these three are variables, so others take their place, and what stands in a buffer goes along. Who has kept the
 * old pointer, as C++'s cin and cout have, still reads and writes the placeholder. */
#ifndef PNO_STANDARD_H
#define PNO_STANDARD_H

#include <stdio.h>
#include <unistd.h>

#include "base.h"

void pno_standard_exchange(int fd);

/* The stream itself, or if it is one of ours that which it has replaced, back at its place; ours is flushed. */
FILE *pno_standard_usual(FILE *stream);

/* A stream whose bytes come and go by our functions, and that ends by this one. */
FILE *pno_stdio_open(int fd, const char *mode, cookie_close_function_t *end);

/* To be called when the number names another file than before. */
static inline void pno_standard_follow(int fd)
{
    if (PNO_UNLIKELY((unsigned)fd <= STDERR_FILENO))
        pno_standard_exchange(fd);
}

#endif
