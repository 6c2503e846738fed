/* A DPU for tests: the control socket and the link of the real one, and instead of TCP a loopback that moves bytes
 * between the S-rings of its clients. */
#ifndef FAKEDPU_H
#define FAKEDPU_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
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

/* Memory that a process needs to join: what ARENA brought. */
void fake_arena_keep(struct fake_arena *arena, int memory, int family);
const int *fake_arena_memory(const struct fake_arena *arena);

/* A connection of that generation is there. */
bool fake_is_connection(struct fake_arena *arena, uint32_t record, uint32_t generation);

/* Somebody may have let go of the record. */
void fake_released(struct fake_arena *arena, uint32_t record);

/* Names, see fakedpu_names.c. A descriptor, or -1. */
#define FAKE_NAMES 256
int fake_name_connection(struct fake_arena *arena, uint32_t record, uint32_t generation);
void fake_name_listener(struct fake_arena *arena, uint32_t record, uint32_t generation, int placeholder);
void fake_name_forget(struct fake_arena *arena, uint32_t record, uint32_t generation);
bool fake_name_holds(const struct fake_arena *arena, uint32_t record, uint32_t generation);
struct fake_arena *fake_name_find(int fd, uint32_t *record, uint32_t *generation, uint32_t *role);

/* True if since the last time it was asked for a listener that must be looked at again soon. */
bool fake_names_asked(void);
size_t fake_names_poll(struct pollfd *fds);
void fake_names_hear(const struct pollfd *fds, size_t count);

/* Does all there is to do. True if anything was done. */
bool fake_pump(void);

/* Parks all channels: true if the caller may sleep. */
bool fake_park(void);
void fake_unpark(void);

#endif
