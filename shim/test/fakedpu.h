/* A DPU for tests: the control socket and the link of the real one, and instead of TCP a loopback that moves bytes
 * between the S-rings of its clients. */
#ifndef FAKEDPU_H
#define FAKEDPU_H

#include <stdbool.h>
#include <stdint.h>

#include "layout.h"

#define FAKE_ADDRESS "10.77.0.1"
#define FAKE_ADDRESS6 "fd00:77::1"
#define FAKE_PREFIX6 64
#define FAKE_PREFIX 24
#define FAKE_BLACKHOLE_PORT 9 /* a connect to it is never answered */

struct fake_arena;

/* Maps an arena that a client has passed. NULL if its header is wrong. */
struct fake_arena *fake_arena_add(int fd);
struct fake_arena *fake_arena_of(uint32_t number);
uint32_t fake_arena_number(const struct fake_arena *arena);

bool fake_channel_add(struct fake_arena *arena, uint32_t channel, int bell);
/* The family is 4, 6, or 0 for the wildcard of both. */
int fake_listen(struct fake_arena *arena, uint32_t record, uint32_t generation, uint16_t family, const uint8_t *address,
                uint16_t port);

/* A slot counts as long as its process lives. */
bool fake_holder_live(struct fake_arena *arena, uint32_t slot, bool live);
bool fake_holder_is_forking(struct fake_arena *arena, uint32_t slot);

/* Does all there is to do. True if anything was done. */
bool fake_pump(void);

/* Parks all channels: true if the caller may sleep. */
bool fake_park(void);
void fake_unpark(void);

#endif
