/* The client of the DPU's control socket: one request at a time, each answered before the call returns. */
#ifndef PNO_CONTROL_H
#define PNO_CONTROL_H

#include <netinet/in.h>

#include "base.h"
#include "pno_layout.h"

struct pno_dpu_address {
    uint16_t family; /* 4 or 6 */
    uint16_t prefix;
    uint32_t reserved;
    uint8_t bytes[16]; /* network order, IPv4 in the first four */
};

/* What a descriptor from outside names, and where that lives. */
struct pno_joined {
    uint32_t arena, record, generation;
    uint32_t role; /* PNO_MSG_ROLE_ */
    int memory;    /* descriptors, the caller's to close: the arena, the family's memory */
    int family;
};

struct pno_control {
    int fd;           /* -1: no connection. Its end is the DPU's end */
    int bell;         /* wakes the DPU */
    struct ucred dpu; /* who made the socket at the other end */
    uint32_t address_count;
    struct pno_dpu_address addresses[PNO_MSG_MAX_ADDRESSES];
};

extern struct pno_control pno_control;

/* Finds the socket's path: PNO_SOCKET, or where a DPU of this user or of root stands. */
const char *pno_control_path(void);

/* Connects and says HELLO. Answers 0 or -errno; `why` then holds a sentence. */
int pno_control_open(uint32_t kind, char *why, size_t room);
void pno_control_close(void);

/* The requests. Each answers a value, 0 or more, or -errno; a refusal is logged with the DPU's words. */
int pno_control_arena(const int memory[2]);
int pno_control_channel(uint32_t channel, int bell);
int pno_control_holder(uint32_t slot);
int pno_control_listen(uint32_t record, uint32_t generation, uint32_t backlog, int placeholder);

/* Ends a listener whose kernel socket lives on. */
int pno_control_unlisten(uint32_t record, uint32_t generation);

/* A descriptor that names a connection in any process; or -errno, -EAGAIN if the DPU knows of none. */
int pno_control_identity(uint32_t record, uint32_t generation);

/* Asks what a descriptor names. 0 or -errno. */
int pno_control_join(int fd, struct pno_joined *joined);

/* Tells what was asked for in vain: counts as CALLS has them, two words each. 0 or -errno. */
int pno_control_calls(const uint64_t *counts, uint32_t count);

/* One more connection, for pno_control_adopt in a child that cannot find the path. A descriptor or -errno. */
int pno_control_spare(void);
int pno_control_adopt(int spare, uint32_t kind, char *why, size_t room);

/* True if the path leads nowhere, or would show us as another user than the one that we were at the start. */
bool pno_control_is_out_of_reach(void);

/* True if the connection has ended. Costs a system call. */
bool pno_control_ended(void);

/* In the child of a fork: no request is under way. */
void pno_control_forget(void);

/* The connection is the parent's. It is kept until the child has one of its own and its slot: while it lasts, the DPU
 * counts the slot that the parent filled, though the parent may end. */
void pno_control_inherit(void);
void pno_control_disinherit(void);

#endif
