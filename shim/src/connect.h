/* Active opens. */
#ifndef PNO_CONNECT_H
#define PNO_CONNECT_H

#include "address.h"

/* connect on a candidate, to an offloaded address: the socket becomes ours. */
long pno_connect(struct pno_file *candidate, int fd, const struct pno_endpoint *to);

#endif
