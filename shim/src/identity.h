/* Sockets that leave the process and come from others. Normally the number of a connection is a dup of one shared
 * descriptor; before a copy of it may go to another process, the DPU gives the connection a descriptor that names it,
 * which takes that place. A listener is named by its kernel socket. docs/shim.md, "Between processes". */
#ifndef PNO_IDENTITY_H
#define PNO_IDENTITY_H

#include "file.h"

/* What an inherited or received number stands for until it is used: perhaps a socket of the DPU's. */
extern struct pno_file pno_stranger;

/* Gives the file's numbers a descriptor that names it, if they have none yet. 0 or -errno. */
int pno_identity_give(struct pno_file *file);

/* Looks at a number that has come from outside. One that may be ours waits to be used. */
void pno_identity_meet(int fd);

/* The same for all numbers that an exec has left open. */
void pno_identity_meet_all(void);

/* The file that the number names, joined by now if it was a stranger; NULL if it is the kernel's after all. */
struct pno_file *pno_identity_settle(int fd);

/* The same, where a call has found the file to lack the operation in question. */
static inline struct pno_file *pno_file_settled(struct pno_file *file, int fd)
{
    return PNO_UNLIKELY(file == &pno_stranger) ? pno_identity_settle(fd) : file;
}

/* pno_file_of for calls that are not a matter of nanoseconds. */
static inline struct pno_file *pno_file_known(int fd)
{
    return pno_file_settled(pno_file_of(fd), fd);
}

#endif
