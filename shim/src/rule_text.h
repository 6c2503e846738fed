/* Offload rules as they are written: [listen=|connect=]WHERE[:PORT[-PORT]][@PROGRAM]. */
#ifndef PNO_RULE_TEXT_H
#define PNO_RULE_TEXT_H

#include "address.h"

#define PNO_RULE_FORM                                                                                                  \
    "a rule is [listen=|connect=]WHERE[:PORT[-PORT]][@PROGRAM], WHERE one of ADDRESS[/PREFIX], [IPV6[/PREFIX]], dpu, " \
    "localhost, *"

#define PNO_PROGRAM_BYTES 64

enum pno_rule_where {
    PNO_RULE_BLOCK,    /* bytes and prefix */
    PNO_RULE_OWN,      /* the DPU's own networks; a listener's address must be the DPU's */
    PNO_RULE_ANYWHERE, /* but loopback */
};

struct pno_rule {
    bool exclude;
    bool connects; /* says something of connect */
    bool listens;  /* and of listen */
    uint8_t where;
    uint8_t bytes[16];
    uint16_t family;
    uint16_t prefix;
    uint16_t first_port;
    uint16_t last_port;
    char program[PNO_PROGRAM_BYTES]; /* "": every program */
};

/* Reads a rule of `length` letters; localhost makes two. Answers how many, or 0 and why not. */
size_t pno_rule_read(const char *text, size_t length, struct pno_rule made[2], const char **why);

#endif
