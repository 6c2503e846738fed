/* Names for sockets that leave, and what comes with one. */
#include "identity.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "candidate.h"
#include "channel.h"
#include "control.h"
#include "fdtable.h"
#include "libc.h"
#include "listener.h"
#include "log.h"
#include "process.h"
#include "sets.h"
#include "socket.h"

#define NAMING_TRIES 20
#define NUMBERS_WITHOUT_PROC 1024

static const struct pno_ops stranger_ops;
struct pno_file pno_stranger = {.ops = &stranger_ops, .references = 1, .numbers = 1};

/* --- what leaves --- */

/* A connect that was just submitted is not known to the DPU yet: asked a few times. */
static int ask_for_name(const struct pno_file *file)
{
    const struct timespec moment = {.tv_nsec = PNO_NS_PER_MS};
    int fd = -EAGAIN;
    for (int tries = 0; tries < NAMING_TRIES && fd == -EAGAIN; tries++) {
        if (tries > 0)
            nanosleep(&moment, NULL);
        fd = pno_control_identity(pno_file_number(file), file->generation);
    }
    return fd;
}

int pno_identity_give(struct pno_file *file)
{
    if (file->ops != &pno_socket_ops || file->named)
        return 0;
    if (atomic_load(&pno_process.gone))
        return -ENETDOWN;
    int fd = ask_for_name(file);
    if (fd < 0)
        return fd;
    file->named = true;
    int error = pno_fd_reseat(file, fd);
    libc_close(fd);
    return error;
}

/* --- what comes --- */

static int option_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t length = sizeof(value);
    return libc_getsockopt(fd, level, option, &value, &length) < 0 ? -1 : value;
}

/* A name that a DPU has made: only the DPU itself can tell of which socket, if it is one. */
static bool is_of_the_dpu(int fd)
{
    struct ucred maker = {0};
    socklen_t length = sizeof(maker);
    return option_of(fd, SOL_SOCKET, SO_TYPE) == SOCK_SEQPACKET &&
           libc_getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &maker, &length) == 0 && maker.pid == pno_control.dpu.pid &&
           maker.uid == pno_control.dpu.uid;
}

static bool is_unused(int fd)
{
    struct tcp_info info = {0};
    socklen_t length = sizeof(info);
    return libc_getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 && info.tcpi_state == TCP_CLOSE;
}

/* An epoll set: it alone knows that a descriptor of ours does not stand in it. */
static bool is_set(int fd)
{
    return libc_epoll_ctl(fd, EPOLL_CTL_DEL, pno_control.fd, NULL) < 0 && errno == ENOENT;
}

void pno_identity_meet(int fd)
{
    int domain = option_of(fd, SOL_SOCKET, SO_DOMAIN);
    pno_fd_forget(fd);
    if (domain < 0 && is_set(fd))
        pno_epoll_met(fd);
    if (domain == AF_UNIX && is_of_the_dpu(fd)) {
        pno_fd_install(fd, &pno_stranger);
    } else if ((domain == AF_INET || domain == AF_INET6) && option_of(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_TCP) {
        if (option_of(fd, SOL_SOCKET, SO_ACCEPTCONN) > 0)
            pno_fd_install(fd, &pno_stranger);
        else if (is_unused(fd))
            pno_candidate_created(fd, domain);
    }
}

static void meet_if_new(int fd)
{
    if (fd >= 0 && pno_file_of(fd) == NULL)
        pno_identity_meet(fd);
}

void pno_identity_meet_all(void)
{
    DIR *directory = opendir("/proc/self/fd");
    if (directory == NULL) {
        for (int fd = 0; fd < NUMBERS_WITHOUT_PROC; fd++)
            meet_if_new(fd);
        return;
    }
    int own = dirfd(directory);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        char *end;
        long fd = strtol(entry->d_name, &end, 10);
        if (end != entry->d_name && *end == '\0' && fd != own)
            meet_if_new((int)fd);
    }
    closedir(directory);
}

/* --- joining --- */

/* The socket of a record that the process may know already, by another number. */
static struct pno_file *file_of(const struct pno_joined *joined)
{
    struct pno_file *file = &pno_files[joined->record];
    if (file->record != NULL && file->generation == joined->generation && atomic_load(&file->numbers) > 0)
        return file;
    bool listens = joined->role == PNO_MSG_ROLE_LISTENER;
    file = pno_file_for_record(joined->record, listens ? &pno_listener_ops : &pno_socket_ops);
    file->named = !listens;
    pno_hold(joined->record);
    return file;
}

/* Shows the descriptor to the DPU, and shares what it answers. NULL: it is none of its sockets, or cannot be shared. */
static struct pno_file *join(int fd)
{
    struct pno_joined joined;
    int error = pno_control_join(fd, &joined);
    if (error == 0)
        error = pno_process_join(&joined);
    if (error == 0 && joined.record >= PNO_RECORD_COUNT)
        error = -EPROTO;
    if (error < 0) {
        pno_log("descriptor %d is no offloaded socket here: %s", fd, strerrorname_np(-error));
        return NULL;
    }
    return file_of(&joined);
}

struct pno_file *pno_identity_settle(int fd)
{
    static struct pno_lock lock;
    int saved = errno;
    struct pno_file *file = pno_file_of(fd);
    if (file != &pno_stranger || pno_process_is_borrowed() || !pno_lock_take(&lock))
        return NULL;
    file = pno_file_of(fd);
    if (file == &pno_stranger) {
        file = pno_process_connect() == 0 ? join(fd) : NULL;
        if (file != NULL) {
            pno_fd_install(fd, file);
            pno_submit(file, PNO_SUB_FLAG_HOST_LINE); /* what its last process wrote, and said to nobody */
        } else {
            pno_fd_forget(fd);
        }
    }
    pno_lock_give(&lock);
    errno = saved;
    return file;
}

static void stranger_release(struct pno_file *file)
{
    (void)file;
}

static const struct pno_ops stranger_ops = {
    .release = stranger_release,
};
