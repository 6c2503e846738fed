/* The thread that raises SIGIO and SIGURG. The rules are those of Linux's send_sigio and send_sigurg: what has come
 * since the socket was watched is told once, an edge each; urgent data once for each mark. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "async.h"
#include "epoll.h"
#include "fdtable.h"
#include "libc.h"
#include "lock.h"
#include "process.h"
#include "sets.h"
#include "socket.h"
#include "unsupported.h"

#define REPORTS 16
#define HIGHEST_SIGNAL 64
#define WATCHED (EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET)

static struct pno_lock lock;
static bool running;
static int set = -1;

/* --- sending --- */

/* With siginfo. The code is that of a SIGIO that was queued: POLL_IN and its like are the kernel's alone to say. */
static void send_queued(int owner, int signal, int fd, uint32_t events)
{
    siginfo_t info = {.si_signo = signal, .si_code = SI_SIGIO};
    info.si_fd = fd;
    info.si_band = (long)events;
    if (syscall(SYS_rt_sigqueueinfo, owner, signal, &info) < 0)
        kill(owner, signal);
}

static void send_plain(uint32_t type, int owner, int signal)
{
    if (type == F_OWNER_TID)
        syscall(SYS_tkill, owner, signal);
    else
        kill(type == F_OWNER_PGRP ? -owner : owner, signal);
}

static void send_ready(const struct pno_socket *socket, int fd, uint32_t events)
{
    int owner = atomic_load(&socket->owner), signal = atomic_load(&socket->owner_signal);
    uint32_t type = atomic_load(&socket->owner_type);
    if (signal != 0 && type == F_OWNER_PID)
        send_queued(owner, signal, fd, events);
    else
        send_plain(type, owner, signal != 0 ? signal : SIGIO);
}

static uint64_t mark_of(const struct pno_file *file)
{
    return atomic_load_explicit(&file->record->rx_urgent, memory_order_acquire) & ~PNO_REC_URGENT_HERE;
}

/* What a report of the set tells the owner of one socket. */
static void cry(const struct epoll_event *report)
{
    uint32_t number = (uint32_t)report->data.u64 & (PNO_RECORD_COUNT - 1);
    int fd = (int)(report->data.u64 >> 32);
    struct pno_file *file = &pno_files[number];
    if (!atomic_load(&file->cries))
        return;
    const struct pno_socket *socket = file->socket;
    uint32_t news = report->events & ~atomic_exchange(&file->cried_level, 0);
    uint64_t mark = mark_of(file);
    if (atomic_load(&socket->owner) == 0)
        return;
    if (mark != 0 && mark != atomic_exchange(&file->cried_mark, mark))
        send_plain(atomic_load(&socket->owner_type), atomic_load(&socket->owner), SIGURG);
    if ((pno_socket_flags(file) & PNO_ASYNC) && (news & ~(uint32_t)EPOLLPRI) != 0)
        send_ready(socket, fd, news);
}

static void *watch(void *unused)
{
    struct epoll_event reports[REPORTS];
    (void)unused;
    for (;;) {
        int count = epoll_wait(set, reports, REPORTS, -1);
        if (count < 0 && errno != EINTR)
            break; /* the program has closed what is not its own */
        for (int i = 0; i < count; i++)
            cry(&reports[i]);
    }
    if (pno_lock_take(&lock)) {
        running = false;
        pno_lock_give(&lock);
    }
    return NULL;
}

/* --- the thread's beginning, and what it watches --- */

static bool make_set(void)
{
    if (set >= 0 && pno_file_of(set) != NULL && pno_file_of(set)->ops == &pno_set_ops)
        pno_fd_close(set); /* a parent's, or of a thread that has ended */
    set = libc_epoll_create1(EPOLL_CLOEXEC);
    if (set < 0)
        return false;
    set = pno_fd_raise(set);
    pno_epoll_created(set);
    return true;
}

static bool start_thread(void)
{
    pthread_t thread;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the program's handlers are none of its business */
    bool started = pthread_create(&thread, NULL, watch, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}

static bool start(void)
{
    bool locked = pno_lock_take(&lock);
    if (locked && !running)
        running = make_set() && start_thread();
    bool is_running = running;
    if (locked)
        pno_lock_give(&lock);
    return is_running;
}

/* Sees to it that the socket is watched. What has come before is no news. */
static bool watch_file(struct pno_file *file, int fd)
{
    int saved = errno;
    struct epoll_event event = {.events = WATCHED};
    event.data.u64 = pno_file_number(file) | (uint64_t)(uint32_t)fd << 32;
    if (!start())
        return false;
    if (atomic_exchange(&file->cries, true))
        return true;
    atomic_store(&file->cried_level, file->ops->level(file));
    atomic_store(&file->cried_mark, mark_of(file));
    bool watched = pno_epoll_control(set, EPOLL_CTL_ADD, fd, &event) >= 0;
    if (!watched)
        atomic_store(&file->cries, false);
    errno = saved;
    return watched;
}

/* --- what the program asks for --- */

static bool exists(uint32_t type, int owner)
{
    int saved = errno;
    long found = type == F_OWNER_TID ? syscall(SYS_tkill, owner, 0) : kill(type == F_OWNER_PGRP ? -owner : owner, 0);
    bool is_there = found == 0 || errno == EPERM;
    errno = saved;
    return is_there;
}

static long set_owner(struct pno_file *file, int fd, uint32_t type, int owner)
{
    struct pno_socket *socket = file->socket;
    if (type > F_OWNER_PGRP || owner < 0)
        return -EINVAL;
    if (owner != 0 && !exists(type, owner))
        return -ESRCH;
    if (owner != 0 && !watch_file(file, fd))
        return pno_unsupported(PNO_VAIN_SETOWN, EINVAL);
    atomic_store(&socket->owner_type, owner == 0 ? F_OWNER_PID : type);
    atomic_store(&socket->owner, owner);
    return 0;
}

/* A number below 0 is that of a group, as for kill. */
static long set_owner_by_number(struct pno_file *file, int fd, int who)
{
    if (who == INT32_MIN)
        return -EINVAL;
    return set_owner(file, fd, who < 0 ? F_OWNER_PGRP : F_OWNER_PID, who < 0 ? -who : who);
}

static struct f_owner_ex owner_of(const struct pno_file *file)
{
    return (struct f_owner_ex){.type = (int)atomic_load(&file->socket->owner_type),
                               .pid = atomic_load(&file->socket->owner)};
}

long pno_async_control(struct pno_file *file, int fd, int command, long argument)
{
    struct f_owner_ex *owner = (struct f_owner_ex *)argument;
    switch (command) {
    case F_SETOWN:
        return set_owner_by_number(file, fd, (int)argument);
    case F_SETOWN_EX:
        return owner == NULL ? -EFAULT : set_owner(file, fd, (uint32_t)owner->type, owner->pid);
    case F_GETOWN_EX:
        if (owner == NULL)
            return -EFAULT;
        *owner = owner_of(file);
        return 0;
    case F_SETSIG:
        if (argument < 0 || argument > HIGHEST_SIGNAL)
            return -EINVAL;
        atomic_store(&file->socket->owner_signal, (int)argument);
        return 0;
    case F_GETSIG:
        return atomic_load(&file->socket->owner_signal);
    default:
        return PNO_PASS;
    }
}

long pno_async_device(struct pno_file *file, int fd, unsigned long request, void *argument)
{
    struct f_owner_ex owner = owner_of(file);
    switch (request) {
    case FIOASYNC:
        return pno_async_switch(file, fd, *(int *)argument != 0);
    case FIOSETOWN:
    case SIOCSPGRP:
        return set_owner_by_number(file, fd, *(int *)argument);
    case FIOGETOWN:
    case SIOCGPGRP:
        *(int *)argument = owner.type == F_OWNER_PGRP ? -owner.pid : owner.pid;
        return 0;
    default:
        return PNO_PASS;
    }
}

long pno_async_switch(struct pno_file *file, int fd, bool on)
{
    if (on && !watch_file(file, fd))
        return pno_unsupported(PNO_VAIN_SETFL_ASYNC, EINVAL);
    if (on)
        pno_socket_set_flag(file, PNO_ASYNC);
    else
        atomic_fetch_and(&file->socket->flags, ~(uint32_t)PNO_ASYNC);
    return 0;
}

struct pno_asked pno_async_asked(int fd)
{
    struct pno_asked asked = {.status = libc_fcntl(fd, F_GETFL, 0), .signal = libc_fcntl(fd, F_GETSIG, 0)};
    bool owned = libc_fcntl(fd, F_GETOWN_EX, (long)&asked.owner) == 0 && asked.owner.pid != 0;
    asked.any = owned || (asked.status & O_ASYNC);
    return asked;
}

void pno_async_take_over(struct pno_file *file, int fd, const struct pno_asked *asked)
{
    if (asked->signal > 0)
        atomic_store(&file->socket->owner_signal, asked->signal);
    if (asked->owner.pid != 0)
        set_owner(file, fd, (uint32_t)asked->owner.type, asked->owner.pid);
    if (asked->status & O_ASYNC)
        pno_async_switch(file, fd, true);
}

void pno_async_forget(void)
{
    lock = (struct pno_lock){0};
    running = false;
}
