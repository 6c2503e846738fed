/* Active opens. */
#ifndef PNO_CONNECT_H
#define PNO_CONNECT_H

#include "address.h"

/* connect on a candidate, to an offloaded address: the socket becomes ours. */
long pno_connect(struct pno_file *candidate, int fd, const struct pno_endpoint *to);

/* Posts the request of a deferred connect: what stands up to tx_written may go with the SYN. Under the tx lock. */
void pno_connect_start(struct pno_file *file);

/* Sleeps until the connection stands, 0, or has failed; -EINPROGRESS if its time is up, or it does not block. */
long pno_connect_wait(struct pno_file *file, int fd);

#endif
