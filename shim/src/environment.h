/* Our settings in the environment of programs that this one starts. Who makes an environment anew for a program, as
 * servers do for CGI, may keep LD_PRELOAD and drop the rest; then the shim would find no DPU and end that program. Who
 * drops that too, but leaves sockets of ours open for the new program, as nginx for its next binary, gets all of it:
 * else they would be dead there. */
#ifndef PNO_ENVIRONMENT_H
#define PNO_ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* At start: keeps the settings that the program was started with. */
void pno_environment_keep(void);

/* How many entries a copy of the environment with all of them takes, or 1: nothing is missing. `sockets`: some that may
 * be ours stay open. */
size_t pno_environment_room(char *const environment[], bool sockets);

/* The environment itself if nothing is missing, else such a copy in that room. */
char *const *pno_environment_complete(char *const environment[], bool sockets, char **room);

#endif
