/* splice with a socket of ours at one end. */
#ifndef PNO_SPLICE_H
#define PNO_SPLICE_H

#include "file.h"

/* PNO_PASS: neither end is ours. */
long pno_splice(int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags);

#endif
