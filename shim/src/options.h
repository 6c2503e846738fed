/* Socket options as PnO knows them. */
#ifndef PNO_OPTIONS_H
#define PNO_OPTIONS_H

#include <sys/socket.h>

#include "arena.h"

/* The defaults. */
void pno_options_reset(struct pno_options *options);

/* Sets one. Answers 1 if the DPU must hear of it, 0 if not, or -errno: -ENOPROTOOPT if it is not supported. */
int pno_options_set(struct pno_options *options, int level, int option, const void *value, socklen_t length);

/* Tells one. 0 or -errno. */
int pno_options_get(const struct pno_options *options, int level, int option, void *value, socklen_t *length);

/* Bytes that may be in flight. */
static inline uint32_t pno_options_sndbuf(const struct pno_options *options)
{
    return options->sndbuf != 0 ? options->sndbuf : PNO_DEFAULT_SNDBUF;
}

/* Gives an answer as getsockopt does: cut to the caller's room. */
long pno_options_tell(const void *answer, size_t bytes, void *value, socklen_t *length);

#endif
