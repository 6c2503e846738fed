/* One sleep for both: the kernel's poll, with the thread's private epoll set as one more descriptor. */
#include "poll.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/mman.h>

#include "channel.h"
#include "fdtable.h"
#include "identity.h"
#include "libc.h"
#include "listener.h"
#include "process.h"
#include "records.h"
#include "sets.h"
#include "signals.h"
#include "unsupported.h"
#include "wait.h"

/* So many descriptors are copied to the stack; more to a mapping. */
#define STACK_FDS 256

/* What an entry of the caller's named when the call began; kept once the call has slept, whoever closes the number. */
struct named {
    struct pno_file *file; /* NULL: the kernel's */
    uint32_t version;      /* of a set, when the sleep began */
};

/* One poll call: the caller's array, and the one that the kernel sees, in which ours are left out. */
struct request {
    struct pollfd *fds;
    struct named *named;
    struct pollfd *kernel; /* count entries, and one for the private set */
    nfds_t count;
    uint64_t channels;
    nfds_t kernel_count; /* entries that the kernel is asked about */
    bool keeps;          /* it holds the files */
};

static struct pno_file *ours(int fd)
{
    struct pno_file *file = fd < 0 ? NULL : pno_file_known(fd);
    return file != NULL && file->ops->level != NULL ? file : NULL;
}

/* poll's bits are epoll's, but for the ones that epoll alone has. */
static short level_of(struct pno_file *file, short events)
{
    return (short)(file->ops->level(file) & ((unsigned short)events | EPOLLERR | EPOLLHUP));
}

/* The events of a file shall reach us if we are going to sleep. */
static void claim(struct pno_file *file, bool may_sleep)
{
    if (file->ops == &pno_set_ops) {
        pno_set_watch(file->set);
        if (file->set->ours)
            pno_set_revive(file->set);
    }
    if (file->record == NULL || !may_sleep)
        return;
    pno_wait_channels(file);
    pno_channel_claim(file);
}

/* Splits the array between the kernel and us, and asks for what our files can't tell by themselves. */
static void split(struct request *request, bool may_sleep)
{
    for (nfds_t i = 0; i < request->count; i++) {
        struct pno_file *file = ours(request->fds[i].fd);
        request->kernel[i] = request->fds[i];
        request->named[i].file = file;
        if (file != NULL) {
            claim(file, may_sleep);
            request->channels |= pno_wait_channels(file);
            if (!pno_set_asks_kernel(file))
                request->kernel[i].fd = -1;
            if ((request->fds[i].events & POLLOUT) && file->ops->want_space != NULL && level_of(file, POLLOUT) == 0)
                file->ops->want_space(file);
        }
        request->kernel_count += request->kernel[i].fd >= 0;
    }
}

static int look_at_ours(const struct request *request)
{
    int ready = 0;
    for (nfds_t i = 0; i < request->count; i++) {
        struct pno_file *file = request->named[i].file;
        request->fds[i].revents = file != NULL ? level_of(file, request->fds[i].events) : 0;
        if (request->fds[i].revents != 0 && request->keeps && !pno_file_is(file, request->fds[i].fd))
            request->fds[i].revents |= POLLNVAL; /* as in Linux, which looks the number up again when it wakes */
        ready += request->fds[i].revents != 0;
    }
    return ready;
}

/* Adds what the kernel has just said; answers how many entries are ready in all. */
static int merge(const struct request *request)
{
    int ready = 0;
    for (nfds_t i = 0; i < request->count; i++) {
        if (request->kernel[i].fd >= 0)
            request->fds[i].revents |= request->kernel[i].revents;
        ready += request->fds[i].revents != 0;
    }
    return ready;
}

static int ask_kernel(const struct request *request, int ready)
{
    if (request->kernel_count == 0)
        return ready;
    return libc_poll(request->kernel, request->count, 0) > 0 ? merge(request) : ready;
}

static const struct timespec *time_left(uint64_t deadline, struct timespec *left)
{
    if (deadline == PNO_NEVER)
        return NULL;
    uint64_t now = pno_now();
    uint64_t ns = deadline > now ? deadline - now : 0;
    *left = (struct timespec){.tv_sec = (time_t)(ns / PNO_NS_PER_S), .tv_nsec = (long)(ns % PNO_NS_PER_S)};
    return left;
}

/* Sleeps, armed. -EAGAIN: the time is over. */
static long sleep_armed(struct request *request, uint64_t deadline, const sigset_t *mask)
{
    struct timespec left;
    int set = pno_wait_set(request->channels);
    if (set < 0)
        return set;
    request->kernel[request->count] = (struct pollfd){.fd = set, .events = POLLIN};
    pno_channels_ask_owed(request->channels);
    int ready = libc_ppoll(request->kernel, request->count + 1, time_left(deadline, &left), mask);
    if (ready < 0)
        return -errno;
    if (request->kernel[request->count].revents != 0)
        pno_wait_taken();
    return ready == 0 && pno_now() >= deadline ? -EAGAIN : 0;
}

/* Another thread may have moved a file to another channel before it could see us on the one we know. */
static bool has_moved(struct request *request)
{
    uint64_t before = request->channels;
    for (nfds_t i = 0; i < request->count; i++) {
        struct pno_file *file = request->named[i].file;
        if (file != NULL)
            request->channels |= pno_wait_channels(file);
    }
    return request->channels != before;
}

/* Before the first sleep: as in Linux a number that is closed meanwhile takes nothing away from who sleeps. */
static void keep(struct request *request)
{
    for (nfds_t i = 0; i < request->count && !request->keeps; i++) {
        struct pno_file *file = request->named[i].file;
        while (file != NULL && !pno_file_keep(file, request->fds[i].fd))
            file = ours(request->fds[i].fd);
        if (file == NULL && request->named[i].file != NULL)
            request->kernel[i].fd = request->fds[i].fd;
        request->named[i].file = file;
    }
    request->keeps = true;
}

static void let_go(struct request *request)
{
    for (nfds_t i = 0; i < request->count && request->keeps; i++)
        if (request->named[i].file != NULL)
            pno_file_put(request->named[i].file);
}

/* A poll that sleeps is a sleeper of each set in it. */
static void lie_down(struct request *request)
{
    for (nfds_t i = 0; i < request->count; i++) {
        struct named *named = &request->named[i];
        if (named->file == NULL)
            continue;
        if (named->file->ops == &pno_set_ops)
            named->version = pno_set_poll_begins(named->file->set);
        if (request->kernel[i].fd >= 0 && !pno_file_is(named->file, request->fds[i].fd))
            request->kernel[i].fd = -1; /* the kernel would look at what the number names by now */
    }
}

static void rise(struct request *request, uint64_t armed)
{
    pno_self.sleeping_on = 0;
    pno_channels_disarm(armed);
    for (nfds_t i = 0; i < request->count; i++) {
        struct pno_file *file = request->named[i].file;
        if (file != NULL && file->ops == &pno_set_ops)
            pno_set_poll_ends(file->set, request->named[i].version);
    }
}

static long sleep_once(struct request *request, uint64_t deadline, const sigset_t *mask)
{
    pno_records_tidy_sometimes();
    pno_unsupported_idle();
    uint64_t armed = request->channels;
    keep(request);
    lie_down(request);
    pno_channels_arm(armed);
    pno_self.sleeping_on = armed != 0 ? (uint32_t)__builtin_ctzll(armed) + 1 : 0;
    pno_channels_drain(armed);
    int ready = look_at_ours(request);
    if (ready > 0 || has_moved(request)) {
        rise(request, armed);
        return ask_kernel(request, ready);
    }
    long slept = pno_signals_came() ? -EINTR : sleep_armed(request, deadline, mask);
    rise(request, armed);
    pno_channels_drain(request->channels);
    pno_process_check(request->channels);
    if (slept < 0)
        return slept;
    look_at_ours(request);
    return merge(request);
}

static long poll_split(struct request *request, uint64_t deadline, const sigset_t *mask)
{
    pno_channels_drain(request->channels);
    int ready = look_at_ours(request);
    if (ready == 0 && deadline == 0)
        pno_process_glance();
    if (ready > 0 || deadline == 0)
        return ask_kernel(request, ready);
    for (;;) {
        long answer = pno_wait_spin(request->channels) ? 0 : sleep_once(request, deadline, mask);
        if (answer != 0)
            return answer == -EAGAIN ? 0 : answer;
    }
}

static bool has_ours(const struct pollfd *fds, nfds_t count)
{
    for (nfds_t i = 0; i < count; i++)
        if (ours(fds[i].fd) != NULL)
            return true;
    return false;
}

static void *mapping(size_t bytes)
{
    void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return room == MAP_FAILED ? NULL : room;
}

struct pollfd *pno_poll_room(struct pollfd *own, size_t own_count, size_t count)
{
    return count <= own_count ? own : mapping(count * sizeof(*own));
}

void pno_poll_leave(struct pollfd *room, const struct pollfd *own, size_t count)
{
    if (room != own)
        munmap(room, count * sizeof(*own));
}

static long poll_named(struct request *request, uint64_t deadline, const sigset_t *mask)
{
    struct named own[STACK_FDS];
    request->named = request->count <= PNO_LENGTH(own) ? own : mapping(request->count * sizeof(*own));
    if (request->named == NULL)
        return -ENOMEM;
    split(request, deadline != 0);
    long answer = poll_split(request, deadline, mask);
    let_go(request);
    if (request->named != own)
        munmap(request->named, request->count * sizeof(*own));
    return answer;
}

long pno_poll(struct pollfd *fds, nfds_t count, uint64_t deadline, const sigset_t *mask)
{
    struct pollfd own[STACK_FDS + 1];
    if (!has_ours(fds, count))
        return PNO_PASS;
    if (pno_self.held != 0)
        return pno_unsupported(PNO_VAIN_POLL_IN_HANDLER, EINTR);
    struct request request = {.fds = fds, .kernel = pno_poll_room(own, PNO_LENGTH(own), count + 1), .count = count};
    if (request.kernel == NULL)
        return -ENOMEM;
    long answer = poll_named(&request, deadline, mask);
    pno_poll_leave(request.kernel, own, count + 1);
    return answer;
}
