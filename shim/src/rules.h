/* What is offloaded. PNO_OFFLOAD is a list CIDR[:PORT[-PORT]],...; without it, the DPU's own subnets are. */
#ifndef PNO_RULES_H
#define PNO_RULES_H

#include "address.h"

/* Reads PNO_OFFLOAD. False, with the item that cannot be read, if it is malformed. */
bool pno_rules_start(const char **wrong);

/* True if a connection to there goes through the DPU. */
bool pno_rules_connect(const struct pno_endpoint *to);

/* True if a listener there is the DPU's: on one of its addresses, or on a wildcard that includes one of them. That of
 * IPv6 includes IPv4 unless `only6`. */
bool pno_rules_listen(const struct pno_endpoint *at, bool only6);

/* True if the address is one of the DPU's own. */
bool pno_rules_is_dpus(const struct pno_endpoint *address);

#endif
