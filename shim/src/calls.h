/* The one list of intercepted calls: X(result, name, parameters, arguments). The table of libc's symbols (libc.h) and
 * the export map are made from it; interpose*.c define each. */
#ifndef PNO_CALLS_H
#define PNO_CALLS_H

#define PNO_CALLS(X)        \
    PNO_SOCKET_CALLS(X)     \
    PNO_TRANSFER_CALLS(X)   \
    PNO_DESCRIPTOR_CALLS(X) \
    PNO_PROCESS_CALLS(X)    \
    PNO_WAIT_CALLS(X)       \
    PNO_SIGNAL_CALLS(X)     \
    PNO_FORTIFIED_CALLS(X)

#define PNO_SOCKET_CALLS(X)                                                                                   \
    X(int, socket, (int domain, int type, int protocol), (domain, type, protocol))                            \
    X(int, bind, (int fd, const struct sockaddr *name, socklen_t length), (fd, name, length))                 \
    X(int, listen, (int fd, int backlog), (fd, backlog))                                                      \
    X(int, accept, (int fd, struct sockaddr *name, socklen_t *length), (fd, name, length))                    \
    X(int, accept4, (int fd, struct sockaddr *name, socklen_t *length, int flags), (fd, name, length, flags)) \
    X(int, connect, (int fd, const struct sockaddr *name, socklen_t length), (fd, name, length))              \
    X(int, shutdown, (int fd, int how), (fd, how))                                                            \
    X(int, getsockname, (int fd, struct sockaddr *name, socklen_t *length), (fd, name, length))               \
    X(int, getpeername, (int fd, struct sockaddr *name, socklen_t *length), (fd, name, length))               \
    X(int, sockatmark, (int fd), (fd))                                                                        \
    X(int, getsockopt, (int fd, int level, int option, void *value, socklen_t *length),                       \
      (fd, level, option, value, length))                                                                     \
    X(int, setsockopt, (int fd, int level, int option, const void *value, socklen_t length),                  \
      (fd, level, option, value, length))

#define PNO_TRANSFER_CALLS(X)                                                                                     \
    X(ssize_t, read, (int fd, void *buffer, size_t length), (fd, buffer, length))                                 \
    X(ssize_t, readv, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))                       \
    X(ssize_t, recv, (int fd, void *buffer, size_t length, int flags), (fd, buffer, length, flags))               \
    X(ssize_t, recvfrom,                                                                                          \
      (int fd, void *buffer, size_t length, int flags, struct sockaddr *name, socklen_t *name_length),            \
      (fd, buffer, length, flags, name, name_length))                                                             \
    X(ssize_t, recvmsg, (int fd, struct msghdr *message, int flags), (fd, message, flags))                        \
    X(int, recvmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *timeout),     \
      (fd, messages, count, flags, timeout))                                                                      \
    X(ssize_t, write, (int fd, const void *buffer, size_t length), (fd, buffer, length))                          \
    X(ssize_t, writev, (int fd, const struct iovec *pieces, int count), (fd, pieces, count))                      \
    X(ssize_t, send, (int fd, const void *buffer, size_t length, int flags), (fd, buffer, length, flags))         \
    X(ssize_t, sendto,                                                                                            \
      (int fd, const void *buffer, size_t length, int flags, const struct sockaddr *name, socklen_t name_length), \
      (fd, buffer, length, flags, name, name_length))                                                             \
    X(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags))                  \
    X(int, sendmmsg, (int fd, struct mmsghdr *messages, unsigned count, int flags), (fd, messages, count, flags)) \
    X(ssize_t, sendfile, (int out, int in, off_t *offset, size_t count), (out, in, offset, count))                \
    X(ssize_t, sendfile64, (int out, int in, off64_t *offset, size_t count), (out, in, offset, count))            \
    X(ssize_t, splice, (int in, off64_t *in_offset, int out, off64_t *out_offset, size_t length, unsigned flags), \
      (in, in_offset, out, out_offset, length, flags))

/* fcntl, fcntl64 and ioctl take their third argument as a word, whatever it stands for. */
#define PNO_DESCRIPTOR_CALLS(X)                                                                    \
    X(int, close, (int fd), (fd))                                                                  \
    X(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags))          \
    X(void, closefrom, (int first), (first))                                                       \
    X(int, dup, (int fd), (fd))                                                                    \
    X(int, dup2, (int fd, int number), (fd, number))                                               \
    X(int, dup3, (int fd, int number, int flags), (fd, number, flags))                             \
    X(int, fcntl, (int fd, int command, ...), (fd, command, argument))                             \
    X(int, fcntl64, (int fd, int command, ...), (fd, command, argument))                           \
    X(int, ioctl, (int fd, unsigned long request, ...), (fd, request, argument))                   \
    X(FILE *, fdopen, (int fd, const char *mode), (fd, mode))                                      \
    X(FILE *, freopen, (const char *path, const char *mode, FILE *stream), (path, mode, stream))   \
    X(FILE *, freopen64, (const char *path, const char *mode, FILE *stream), (path, mode, stream)) \
    X(int, vdprintf, (int fd, const char *format, va_list values), (fd, format, values))           \
    X(int, dprintf, (int fd, const char *format, ...), (fd, format))                               \
    X(long, syscall, (long number, ...), (number))                                                 \
    X(ssize_t, preadv2, (int fd, const struct iovec *pieces, int count, off_t offset, int flags),  \
      (fd, pieces, count, offset, flags))                                                          \
    X(ssize_t, pwritev2, (int fd, const struct iovec *pieces, int count, off_t offset, int flags), \
      (fd, pieces, count, offset, flags))

#define PNO_PROCESS_CALLS(X)                                                                                           \
    X(pid_t, fork, (void), ())                                                                                         \
    X(pid_t, vfork, (void), ())                                                                                        \
    X(pid_t, _Fork, (void), ())                                                                                        \
    X(int, chroot, (const char *path), (path))                                                                         \
    X(int, execve, (const char *path, char *const arguments[], char *const environment[]),                             \
      (path, arguments, environment))                                                                                  \
    X(int, execv, (const char *path, char *const arguments[]), (path, arguments))                                      \
    X(int, execvp, (const char *file, char *const arguments[]), (file, arguments))                                     \
    X(int, execvpe, (const char *file, char *const arguments[], char *const environment[]),                            \
      (file, arguments, environment))                                                                                  \
    X(int, fexecve, (int fd, char *const arguments[], char *const environment[]), (fd, arguments, environment))        \
    X(int, execveat, (int directory, const char *path, char *const arguments[], char *const environment[], int flags), \
      (directory, path, arguments, environment, flags))                                                                \
    X(int, execl, (const char *path, const char *argument, ...), (path, argument))                                     \
    X(int, execlp, (const char *file, const char *argument, ...), (file, argument))                                    \
    X(int, execle, (const char *path, const char *argument, ...), (path, argument))                                    \
    X(int, posix_spawn,                                                                                                \
      (pid_t * child, const char *path, const posix_spawn_file_actions_t *actions,                                     \
       const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]),                       \
      (child, path, actions, attributes, arguments, environment))                                                      \
    X(int, posix_spawnp,                                                                                               \
      (pid_t * child, const char *file, const posix_spawn_file_actions_t *actions,                                     \
       const posix_spawnattr_t *attributes, char *const arguments[], char *const environment[]),                       \
      (child, file, actions, attributes, arguments, environment))                                                      \
    X(int, posix_spawn_file_actions_adddup2, (posix_spawn_file_actions_t * actions, int fd, int number),               \
      (actions, fd, number))

#define PNO_WAIT_CALLS(X)                                                                                          \
    X(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout))                          \
    X(int, ppoll, (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask),       \
      (fds, count, timeout, mask))                                                                                 \
    X(int, select, (int count, fd_set *reads, fd_set *writes, fd_set *excepts, struct timeval *timeout),           \
      (count, reads, writes, excepts, timeout))                                                                    \
    X(int, pselect,                                                                                                \
      (int count, fd_set *reads, fd_set *writes, fd_set *excepts, const struct timespec *timeout,                  \
       const sigset_t *mask),                                                                                      \
      (count, reads, writes, excepts, timeout, mask))                                                              \
    X(int, epoll_create, (int size), (size))                                                                       \
    X(int, epoll_create1, (int flags), (flags))                                                                    \
    X(int, epoll_ctl, (int set, int operation, int fd, struct epoll_event *event), (set, operation, fd, event))    \
    X(int, epoll_wait, (int set, struct epoll_event *events, int room, int timeout), (set, events, room, timeout)) \
    X(int, epoll_pwait, (int set, struct epoll_event *events, int room, int timeout, const sigset_t *mask),        \
      (set, events, room, timeout, mask))                                                                          \
    X(int, epoll_pwait2,                                                                                           \
      (int set, struct epoll_event *events, int room, const struct timespec *timeout, const sigset_t *mask),       \
      (set, events, room, timeout, mask))

#define PNO_SIGNAL_CALLS(X)                                                                                         \
    X(int, sigaction, (int number, const struct sigaction *action, struct sigaction *old), (number, action, old))   \
    X(int, __sigaction, (int number, const struct sigaction *action, struct sigaction *old), (number, action, old)) \
    X(sighandler_t, signal, (int number, sighandler_t handler), (number, handler))                                  \
    X(sighandler_t, bsd_signal, (int number, sighandler_t handler), (number, handler))                              \
    X(sighandler_t, ssignal, (int number, sighandler_t handler), (number, handler))                                 \
    X(sighandler_t, sysv_signal, (int number, sighandler_t handler), (number, handler))                             \
    X(sighandler_t, __sysv_signal, (int number, sighandler_t handler), (number, handler))                           \
    X(sighandler_t, sigset, (int number, sighandler_t handler), (number, handler))                                  \
    X(int, sigignore, (int number), (number))                                                                       \
    X(int, siginterrupt, (int number, int on), (number, on))

/* What _FORTIFY_SOURCE makes of some of them. */
#define PNO_FORTIFIED_CALLS(X)                                                                                      \
    X(int, __vdprintf_chk, (int fd, int flag, const char *format, va_list values), (fd, flag, format, values))      \
    X(int, __dprintf_chk, (int fd, int flag, const char *format, ...), (fd, flag, format))                          \
    X(ssize_t, __read_chk, (int fd, void *buffer, size_t length, size_t room), (fd, buffer, length, room))          \
    X(ssize_t, __recv_chk, (int fd, void *buffer, size_t length, size_t room, int flags),                           \
      (fd, buffer, length, room, flags))                                                                            \
    X(ssize_t, __recvfrom_chk,                                                                                      \
      (int fd, void *buffer, size_t length, size_t room, int flags, struct sockaddr *name, socklen_t *name_length), \
      (fd, buffer, length, room, flags, name, name_length))                                                         \
    X(int, __poll_chk, (struct pollfd * fds, nfds_t count, int timeout, size_t room), (fds, count, timeout, room))  \
    X(int, __ppoll_chk,                                                                                             \
      (struct pollfd * fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t room),       \
      (fds, count, timeout, mask, room))

#endif
