/* The calls that put another program into this process or a new one. Connections whose numbers the new program will
 * have get names, by which it finds them again; that is also right for a program that never starts. */
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "fdtable.h"
#include "identity.h"
#include "interpose.h"
#include "log.h"
#include "process.h"
#include "socket.h"

extern char **environ;

/* Gives names to all that stays open and is to be found again. True if anything is. */
static bool prepare(void)
{
    int saved = errno;
    bool stays = false;
    if (!atomic_load(&pno_process.active) || atomic_load(&pno_process.gone) || pno_process_is_borrowed() ||
        pno_self.held != 0)
        return false;
    for (int fd = 0, end = pno_fd_end(), error = 0; fd < end && error >= 0; fd++) {
        struct pno_file *file = pno_file_of(fd);
        if (file == NULL || (file->record == NULL && file != &pno_stranger) ||
            (libc_fcntl(fd, F_GETFD, 0) & FD_CLOEXEC))
            continue;
        stays = true;
        error = pno_identity_give(file);
        if (error < 0)
            pno_log("the new program will not know socket %d: %s", fd, strerrorname_np(-error));
        if (error == -EAGAIN)
            error = 0; /* this one has ended */
    }
    errno = saved;
    return stays;
}

/* With our settings, if it has the shim and not them; with both, if sockets of ours stay open. On the caller's stack:
 * in a vforked child nothing is allocated. */
#define COMPLETE(environment, sockets)             \
    pno_environment_complete(environment, sockets, \
                             __builtin_alloca(pno_environment_room(environment, sockets) * sizeof(char *)))

PNO_EXPORT int execve(const char *path, char *const arguments[], char *const environment[])
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(execve)(path, arguments, COMPLETE(environment, sockets));
}

PNO_EXPORT int execv(const char *path, char *const arguments[])
{
    return execve(path, arguments, environ);
}

PNO_EXPORT int execvpe(const char *file, char *const arguments[], char *const environment[])
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(execvpe)(file, arguments, COMPLETE(environment, sockets));
}

PNO_EXPORT int execvp(const char *file, char *const arguments[])
{
    return execvpe(file, arguments, environ);
}

PNO_EXPORT int fexecve(int fd, char *const arguments[], char *const environment[])
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(fexecve)(fd, arguments, COMPLETE(environment, sockets));
}

PNO_EXPORT int execveat(int directory, const char *path, char *const arguments[], char *const environment[], int flags)
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(execveat)(directory, path, arguments, COMPLETE(environment, sockets), flags);
}

/* The arguments of execl and its kin, the first of them and the list that follows, as an array on the stack. */
#define COUNT_ARGUMENTS(count, first)                                               \
    size_t count = 1;                                                               \
    va_list counting;                                                               \
    va_start(counting, first);                                                      \
    for (const char *at = (first); at != NULL; at = va_arg(counting, const char *)) \
        count++;                                                                    \
    va_end(counting)

#define TAKE_ARGUMENTS(array, list, first)                    \
    do {                                                      \
        const char *at_ = (first);                            \
        size_t taken_ = 0;                                    \
        for (; at_ != NULL; at_ = va_arg(list, const char *)) \
            (array)[taken_++] = (char *)at_;                  \
        (array)[taken_] = NULL;                               \
    } while (0)

PNO_EXPORT int execl(const char *path, const char *argument, ...)
{
    COUNT_ARGUMENTS(count, argument);
    char **arguments = __builtin_alloca(count * sizeof(char *));
    va_list list;
    va_start(list, argument);
    TAKE_ARGUMENTS(arguments, list, argument);
    va_end(list);
    return execve(path, arguments, environ);
}

PNO_EXPORT int execlp(const char *file, const char *argument, ...)
{
    COUNT_ARGUMENTS(count, argument);
    char **arguments = __builtin_alloca(count * sizeof(char *));
    va_list list;
    va_start(list, argument);
    TAKE_ARGUMENTS(arguments, list, argument);
    va_end(list);
    return execvp(file, arguments);
}

PNO_EXPORT int execle(const char *path, const char *argument, ...)
{
    COUNT_ARGUMENTS(count, argument);
    char **arguments = __builtin_alloca(count * sizeof(char *));
    va_list list;
    va_start(list, argument);
    TAKE_ARGUMENTS(arguments, list, argument);
    char **environment = va_arg(list, char **);
    va_end(list);
    return execve(path, arguments, environment);
}

PNO_EXPORT int posix_spawn(pid_t *child, const char *path, const posix_spawn_file_actions_t *actions,
                           const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(posix_spawn)(child, path, actions, attributes, arguments, COMPLETE(environment, sockets));
}

PNO_EXPORT int posix_spawnp(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
                            const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[])
{
    bool sockets = prepare();
    return PNO_LIBC_FUNCTION(posix_spawnp)(child, file, actions, attributes, arguments, COMPLETE(environment, sockets));
}

/* The action runs inside libc, and may keep open under another number what exec would have closed. */
PNO_EXPORT int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int number)
{
    struct pno_file *file = pno_file_of(fd);
    if (file != NULL && file->record != NULL && !pno_process_is_borrowed() && pno_identity_give(file) < 0)
        pno_log("the new program will not know socket %d", fd);
    return PNO_LIBC_FUNCTION(posix_spawn_file_actions_adddup2)(actions, fd, number);
}

/* Beyond it the DPU's socket may have no name any more. */
PNO_EXPORT int chroot(const char *path)
{
    if (atomic_load(&pno_process.active) && !pno_process_is_borrowed())
        pno_process_connect();
    return PNO_LIBC_FUNCTION(chroot)(path);
}

PNO_EXPORT pid_t fork(void)
{
    pid_t child = PNO_LIBC_FUNCTION(fork)();
    if (child < 0)
        pno_process_fork_failed();
    return child;
}

/* A child in its parent's memory could give its descriptors other numbers unseen: it gets memory of its own, as POSIX
 * allows. */
PNO_EXPORT pid_t vfork(void)
{
    return fork();
}

/* Runs nobody's handlers, but ours. */
PNO_EXPORT pid_t _Fork(void)
{
    pno_process_before_fork();
    pid_t child = PNO_LIBC_FUNCTION(_Fork)();
    if (child == 0)
        pno_process_after_fork_in_child();
    else
        pno_process_after_fork_in_parent();
    if (child < 0)
        pno_process_fork_failed();
    return child;
}
