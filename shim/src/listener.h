/* Passive opens. A listener is a record whose transmit stream carries credits (records for connections to come) and
 * whose receive stream carries accepted connections. */
#ifndef PNO_LISTENER_H
#define PNO_LISTENER_H

#include "address.h"

extern const struct pno_ops pno_listener_ops;

/* listen on a candidate that is bound to an offloaded address, or to the wildcard. */
long pno_listener_open(struct pno_file *candidate, int fd, const struct pno_endpoint *at, int backlog);

/* Posts what listeners owe of credits, if records have come back. */
void pno_listeners_pay(void);

/* True if the kernel accepts connections for the file as well: a listener on the wildcard or on loopback. */
static inline bool pno_listener_in_kernel(const struct pno_file *file)
{
    return file->socket != NULL &&
           (atomic_load_explicit(&file->socket->flags, memory_order_relaxed) & PNO_IN_KERNEL) != 0;
}

#endif
