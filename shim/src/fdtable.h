/* The table of descriptor numbers: who names what, and the calls that change it. */
#ifndef PNO_FDTABLE_H
#define PNO_FDTABLE_H

#include "file.h"

/* A file for a record, or any other file; the first number or hold makes it live. NULL: there is no room. */
struct pno_file *pno_file_for_record(uint32_t record, const struct pno_ops *ops);
struct pno_file *pno_file_other(const struct pno_ops *ops);

/* Keeps a file while a call sleeps. False if the number no longer names it. */
bool pno_file_hold(struct pno_file *file, int fd);

/* The same in a call that has marked already what signals came before it. */
bool pno_file_keep(struct pno_file *file, int fd);
void pno_file_put(struct pno_file *file);

/* A number that was just made by the kernel names the file from now on. False if numbers so high are not covered. */
bool pno_fd_install(int fd, struct pno_file *file);

/* The number is the kernel's alone again. */
void pno_fd_forget(int fd);

/* Every number that names `old`, as `fd` does, names `next` from now on, and is a dup of the descriptor `instead`;
 * CLOEXEC stays. Answers 0 or -errno. */
int pno_fd_convert(struct pno_file *old, struct pno_file *next, int fd, int instead);

/* Every number that names the file is a copy of the descriptor `instead` from now on; CLOEXEC stays. 0 or -errno. */
int pno_fd_reseat(struct pno_file *file, int instead);

/* close, dup and relatives, for any number. Results as the calls' own, errno set. */
int pno_fd_close(int fd);
int pno_fd_dup(int fd, int command, long lowest);
int pno_fd_dup3(int fd, int number, int flags);
int pno_fd_close_range(unsigned first, unsigned last, int flags);

/* A descriptor of our own: moved out of the way of programs, and closed by us alone. Answers its new number. */
int pno_fd_raise(int fd);
void pno_fd_raised_close(int fd);

/* The same, its number kept in *fd, which changes when a program insists on that very number. */
void pno_fd_internal(int *fd);
void pno_fd_internal_close(int *fd);

/* The number is in another place from now on. */
void pno_fd_internal_move(int *from, int *to);

/* Every number that names `old`, as `fd` does, names `next` from now on; NULL: it is the kernel's. The kernel's
 * descriptor stays. */
void pno_fd_rename(struct pno_file *old, struct pno_file *next, int fd);

/* One above the highest number that was ever ours. */
int pno_fd_end(void);

#endif
