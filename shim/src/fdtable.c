/* Descriptor numbers and the lives of files.
 *
 * A call looks its number up without a lock and a reference. It then takes a lock of the file and looks again: what the
 * number names under the lock stays alive while the lock is held, because a release passes through the locks. Calls
 * that sleep hold a reference. */
#include "fdtable.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include "libc.h"
#include "process.h"
#include "signals.h"
#include "standard.h"

#define INTERNAL_LIMIT 192
#define INTERNAL_ROOM 256 /* numbers below the limit that ours start from */

struct pno_file pno_files[PNO_FILE_COUNT];
_Atomic(struct pno_file *) pno_fds[PNO_FD_LIMIT];

static struct pno_bitmap others;
static _Atomic uint64_t other_words[PNO_BITMAP_WORDS(PNO_OTHER_FILES)];
static _Atomic int numbers_end;

static const struct pno_ops internal_ops;
static struct pno_file internal_file = {.ops = &internal_ops, .references = 1, .numbers = 1};
static int *internals[INTERNAL_LIMIT];

/* Files whose last reference a signal handler dropped while its thread held a lock: 1 + number, linked. They are
 * released when that thread gives its last lock; not later, since it may then sleep for what the release brings. */
_Atomic uint32_t pno_lock_postponed;

struct pno_file *pno_file_for_record(uint32_t record, const struct pno_ops *ops)
{
    struct pno_file *file = &pno_files[record];
    if (file->record != &pno_arena.records[record]) { /* else a call that is late may still be looking */
        file->record = &pno_arena.records[record];
        file->socket = &pno_arena.family->sockets[record];
    }
    file->generation = (uint32_t)(atomic_load(&file->record->channel_and_generation) >> 32);
    file->watchers = NULL;
    file->channel = 0;
    file->bound = 0;
    file->told_gone = false;
    file->named = false;
    file->cries = false;
    file->ops = ops;
    return file;
}

struct pno_file *pno_file_other(const struct pno_ops *ops)
{
    uint32_t number = pno_bitmap_take(&others, other_words, PNO_OTHER_FILES);
    if (number == PNO_NO_NUMBER)
        return NULL;
    struct pno_file *file = &pno_files[PNO_RECORD_COUNT + number];
    file->watchers = NULL;
    file->channel = 0;
    file->bound = 0;
    file->told_gone = false;
    file->named = false;
    file->cries = false;
    file->ops = ops;
    return file;
}

static void release(struct pno_file *file)
{
    bool other = file->record == NULL;
    file->ops->release(file); /* the record may be another file's from here on */
    if (other)
        pno_bitmap_give(&others, other_words, pno_file_number(file) - PNO_RECORD_COUNT);
}

/* A handler that interrupted our own code must not take its locks: somebody else does what it left. */
static void park(struct pno_file *file)
{
    uint32_t first = atomic_load(&pno_lock_postponed);
    do {
        file->parked_next = first;
    } while (!atomic_compare_exchange_weak(&pno_lock_postponed, &first, pno_file_number(file) + 1));
}

void pno_lock_catch_up(void)
{
    uint32_t next = atomic_exchange(&pno_lock_postponed, 0);
    while (next != 0) {
        struct pno_file *file = &pno_files[next - 1];
        next = file->parked_next;
        release(file);
    }
}

bool pno_file_keep(struct pno_file *file, int fd)
{
    uint32_t references = atomic_load(&file->references);
    do {
        if (references == 0)
            return false;
    } while (!atomic_compare_exchange_weak(&file->references, &references, references + 1));
    if (pno_file_is(file, fd))
        return true;
    pno_file_put(file);
    return false;
}

bool pno_file_hold(struct pno_file *file, int fd)
{
    pno_signals_mark(); /* a handler from here on may have closed the number */
    return pno_file_keep(file, fd);
}

void pno_file_put(struct pno_file *file)
{
    if (atomic_fetch_sub(&file->references, 1) == 1) {
        if (pno_self.held == 0)
            release(file);
        else
            park(file);
    }
}

static void put_number(struct pno_file *file)
{
    if (atomic_fetch_sub(&file->numbers, 1) == 1 && file->ops->linger != NULL)
        file->ops->linger(file);
    pno_file_put(file);
}

bool pno_fd_install(int fd, struct pno_file *file)
{
    if ((unsigned)fd >= PNO_FD_LIMIT)
        return false;
    int end = atomic_load(&numbers_end);
    while (fd >= end && !atomic_compare_exchange_weak(&numbers_end, &end, fd + 1))
        ;
    atomic_fetch_add(&file->references, 1);
    atomic_fetch_add(&file->numbers, 1);
    /* A stale entry is a number that was closed behind our back. */
    struct pno_file *stale = atomic_exchange(&pno_fds[fd], file);
    if (stale != NULL && stale != &internal_file)
        put_number(stale);
    pno_standard_follow(fd);
    return true;
}

void pno_fd_forget(int fd)
{
    struct pno_file *file = (unsigned)fd < PNO_FD_LIMIT ? atomic_exchange(&pno_fds[fd], NULL) : NULL;
    if (file != NULL) {
        put_number(file);
        pno_standard_follow(fd);
    }
}

int pno_fd_end(void)
{
    return atomic_load(&numbers_end);
}

static int convert(int fd, struct pno_file *next, int instead)
{
    int flags = libc_fcntl(fd, F_GETFD, 0);
    if (libc_dup3(instead, fd, flags >= 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0) < 0)
        return -errno;
    pno_fd_install(fd, next);
    return 0;
}

int pno_fd_convert(struct pno_file *old, struct pno_file *next, int fd, int instead)
{
    int error = convert(fd, next, instead);
    for (int other = 0, end = pno_fd_end(); other < end && error == 0 && atomic_load(&old->numbers) > 0; other++)
        if (pno_file_is(old, other))
            error = convert(other, next, instead);
    return error;
}

int pno_fd_reseat(struct pno_file *file, int instead)
{
    int answer = -EBADF;
    for (int fd = 0, end = pno_fd_end(); fd < end; fd++) {
        if (!pno_file_is(file, fd))
            continue;
        int flags = libc_fcntl(fd, F_GETFD, 0);
        answer = libc_dup3(instead, fd, flags >= 0 && (flags & FD_CLOEXEC) ? O_CLOEXEC : 0) < 0 ? -errno : 0;
    }
    return answer;
}

void pno_fd_rename(struct pno_file *old, struct pno_file *next, int fd)
{
    for (int at = fd, end = pno_fd_end(), tried = 0; tried <= end && atomic_load(&old->numbers) > 0; at = tried++) {
        if (!pno_file_is(old, at))
            continue;
        if (next != NULL)
            pno_fd_install(at, next);
        else
            pno_fd_forget(at);
    }
}

int pno_fd_close(int fd)
{
    struct pno_file *file = pno_file_of(fd);
    if (file == NULL || pno_process_is_borrowed())
        return libc_close(fd);
    if (file == &internal_file) {
        errno = EBADF;
        return -1;
    }
    if (!atomic_compare_exchange_strong(&pno_fds[fd], &file, NULL))
        return pno_fd_close(fd);
    int result = libc_close(fd);
    int saved = errno;
    put_number(file);
    pno_standard_follow(fd);
    errno = saved;
    return result;
}

int pno_fd_dup(int fd, int command, long lowest)
{
    struct pno_file *file = pno_file_of(fd);
    int number = libc_fcntl(fd, command, lowest);
    if (number >= 0 && file != NULL && file != &internal_file && !pno_process_is_borrowed())
        pno_fd_install(number, file);
    return number;
}

/* Gives up one of our own numbers to a program that insists on it. */
static bool relocate(int fd)
{
    for (size_t i = 0; i < INTERNAL_LIMIT; i++) {
        if (internals[i] == NULL || *internals[i] != fd)
            continue;
        int *owner = internals[i];
        internals[i] = NULL;
        atomic_store(&pno_fds[fd], NULL);
        pno_fd_internal(owner);
        return *owner != fd;
    }
    return false;
}

int pno_fd_dup3(int fd, int number, int flags)
{
    struct pno_file *file = pno_file_of(fd);
    struct pno_file *old = pno_file_of(number);
    if ((file == NULL && old == NULL) || fd == number || pno_process_is_borrowed())
        return libc_dup3(fd, number, flags);
    if (old == &internal_file && (libc_fcntl(fd, F_GETFD, 0) < 0 || !relocate(number))) {
        errno = EBADF;
        return -1;
    }
    int result = libc_dup3(fd, number, flags);
    if (result < 0)
        return result;
    if (file != NULL && file != &internal_file)
        pno_fd_install(number, file);
    else
        pno_fd_forget(number);
    return result;
}

int pno_fd_close_range(unsigned first, unsigned last, int flags)
{
    unsigned end = (unsigned)pno_fd_end();
    bool closes = flags == 0 || flags == CLOSE_RANGE_UNSHARE; /* else CLOEXEC, which ours have anyway; or an error */
    if (!closes || first > last || pno_process_is_borrowed())
        return PNO_LIBC_FUNCTION(close_range)(first, last, flags);
    if (flags == CLOSE_RANGE_UNSHARE && unshare(CLONE_FILES) < 0)
        return -1;
    for (unsigned fd = first; fd <= last && fd < end; fd++) {
        struct pno_file *file = pno_file_of((int)fd);
        if (file == NULL)
            continue;
        if (file != &internal_file) {
            pno_fd_close((int)fd);
            continue;
        }
        if (fd > first && PNO_LIBC_FUNCTION(close_range)(first, fd - 1, 0) < 0)
            return -1;
        if (fd == last)
            return 0;
        first = fd + 1;
    }
    return PNO_LIBC_FUNCTION(close_range)(first, last, 0);
}

/* Where our own descriptors start: at the top of what the program may use, or not at all out of its way. */
static long internal_base(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 2 * INTERNAL_ROOM)
        return 3;
    rlim_t top = limit.rlim_cur < PNO_FD_LIMIT ? limit.rlim_cur : PNO_FD_LIMIT;
    return (long)top - INTERNAL_ROOM;
}

int pno_fd_raise(int fd)
{
    int high = libc_fcntl(fd, F_DUPFD_CLOEXEC, internal_base());
    if (high >= 0)
        libc_close(fd);
    else
        high = fd;
    pno_fd_install(high, &internal_file);
    return high;
}

void pno_fd_raised_close(int fd)
{
    if ((unsigned)fd < PNO_FD_LIMIT)
        atomic_store(&pno_fds[fd], NULL);
    libc_close(fd);
}

void pno_fd_internal(int *fd)
{
    *fd = pno_fd_raise(*fd);
    for (size_t at = 0; at < INTERNAL_LIMIT; at++) {
        if (internals[at] == NULL) {
            internals[at] = fd;
            return;
        }
    }
}

void pno_fd_internal_move(int *from, int *to)
{
    for (size_t i = 0; i < INTERNAL_LIMIT; i++)
        if (internals[i] == from)
            internals[i] = to;
    *to = *from;
    *from = -1;
}

void pno_fd_internal_close(int *fd)
{
    if (*fd < 0)
        return;
    for (size_t i = 0; i < INTERNAL_LIMIT; i++)
        if (internals[i] == fd)
            internals[i] = NULL;
    pno_fd_raised_close(*fd);
    *fd = -1;
}
