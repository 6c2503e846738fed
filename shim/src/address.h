/* Addresses: struct sockaddr, and 16 bytes in network order with IPv4 in the first four, as the arena has them. */
#ifndef PNO_ADDRESS_H
#define PNO_ADDRESS_H

#include <sys/socket.h>

#include "file.h"

struct pno_endpoint {
    uint8_t bytes[16];
    uint16_t port;   /* host byte order */
    uint16_t family; /* 4 or 6; an IPv4-mapped address is 4 */
};

/* False if the name is not an IP address of full length. */
bool pno_address_parse(const struct sockaddr *name, socklen_t length, struct pno_endpoint *endpoint);

bool pno_address_is_any(const struct pno_endpoint *endpoint);

/* True for 127.0.0.0/8 and ::1. */
bool pno_address_is_loopback(const struct pno_endpoint *endpoint);

/* The address as a name of its family, at any port. Answers its length. */
socklen_t pno_address_write(const struct pno_endpoint *endpoint, struct sockaddr_storage *name);

/* Tells one end of a connection as getsockname does: in the family that the program opened the socket with. */
long pno_address_tell(const struct pno_file *file, const struct pno_address_line *line, bool local,
                      struct sockaddr *name, socklen_t *length);

#endif
