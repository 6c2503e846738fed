/* What is offloaded: by the rules of PNO_OFFLOAD and PNO_EXCLUDE (separated by commas) and of the file PNO_CONFIG
 * (lines "offload RULE" and "exclude RULE"); without a rule to offload, the DPU's own networks are. Of the rules that
 * match, the most exact decides; see docs/shim.md. */
#ifndef PNO_RULES_H
#define PNO_RULES_H

#include "address.h"

/* Reads the rules. False, with a sentence, if one cannot be read. */
bool pno_rules_start(char *why, size_t room);

/* True if a connection to there goes through the DPU. */
bool pno_rules_connect(const struct pno_endpoint *to);

/* True if a listener there is the DPU's: on one of its addresses, on a wildcard that includes one of them, or on a
 * loopback address. The wildcard of IPv6 includes IPv4 unless `only6`. */
bool pno_rules_listen(const struct pno_endpoint *at, bool only6);

/* True if a rule offloads that address, at some port and in some direction. */
bool pno_rules_name(const struct pno_endpoint *address);

/* True if the address is one of the DPU's own. */
bool pno_rules_is_dpus(const struct pno_endpoint *address);

#endif
