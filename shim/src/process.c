/* Constructor, fork handlers, and the DPU's end. */
#include "process.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "async.h"
#include "channel.h"
#include "control.h"
#include "environment.h"
#include "fdtable.h"
#include "identity.h"
#include "libc.h"
#include "log.h"
#include "rules.h"
#include "signals.h"
#include "unsupported.h"
#include "wait.h"
#include "watch.h"

#define CALLS_BETWEEN_GLANCES 64
#define EXIT_NO_DPU 127

struct pno_process pno_process = {.placeholder = -1};

static struct pno_lock arena_lock;
static bool control_is_parents; /* forked before there was an arena: a connection is made when one is needed */
static int spare = -1;          /* the end of a connection for that, from the parent, where there is no other way */

/* Of a thread that is forking. */
static __thread uint32_t forking_slot __attribute__((tls_model("initial-exec"))) = PNO_NO_NUMBER;
static __thread int forking_spare __attribute__((tls_model("initial-exec"))) = -1;
static __thread bool forking_locked __attribute__((tls_model("initial-exec")));

static int open_control(uint32_t kind, char *why, size_t room)
{
    int own = spare;
    spare = -1;
    return own >= 0 ? pno_control_adopt(own, kind, why, room) : pno_control_open(kind, why, room);
}

/* Under the lock. */
static int connect_own(void)
{
    char why[256];
    if (!control_is_parents)
        return 0;
    pno_control_close();
    int error = open_control(PNO_MSG_KIND_PROGRAM, why, sizeof(why));
    if (error < 0)
        pno_log("%s", why);
    else
        control_is_parents = false;
    return error;
}

int pno_process_connect(void)
{
    if (atomic_load(&pno_process.gone))
        return -ENETDOWN;
    if (!pno_lock_take(&arena_lock))
        return -EDEADLK;
    int error = connect_own();
    pno_lock_give(&arena_lock);
    return error;
}

static int open_arena(void)
{
    int memory[2];
    int error = connect_own();
    if (error == 0)
        error = pno_arena_create(memory);
    if (error < 0)
        return error;
    int number = pno_control_arena(memory);
    libc_close(memory[0]);
    libc_close(memory[1]);
    if (number < 0) {
        pno_arena_destroy();
        return number;
    }
    pno_arena.number = (uint32_t)number;
    atomic_store(&pno_arena.known, true);
    return 0;
}

int pno_process_arena(void)
{
    if (atomic_load(&pno_process.gone))
        return -ENETDOWN;
    if (PNO_LIKELY(atomic_load_explicit(&pno_arena.known, memory_order_acquire)))
        return 0;
    if (!pno_lock_take(&arena_lock))
        return -EDEADLK;
    int error = atomic_load(&pno_arena.known) ? 0 : open_arena();
    pno_lock_give(&arena_lock);
    if (error < 0)
        pno_log("no arena: %s", strerrorname_np(-error));
    return error;
}

/* Every file's level has risen: to its error. */
static void fail_all(const char *why)
{
    if (atomic_exchange(&pno_process.gone, true))
        return;
    pno_log("%s: every offloaded socket has failed with ECONNRESET", why);
    for (int fd = 0, end = pno_fd_end(); fd < end; fd++) {
        struct pno_file *file = pno_file_of(fd);
        if (file != NULL && file->record != NULL)
            pno_watch_raised(file);
    }
}

void pno_process_dpu_gone(void)
{
    if (pno_control_ended())
        fail_all("the DPU is gone");
}

void pno_process_check(uint64_t channels)
{
    if (PNO_UNLIKELY(pno_channels_fenced(channels)))
        fail_all("the DPU has given this process up");
}

void pno_process_glance(void)
{
    static _Atomic uint32_t calls;
    if (atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) % CALLS_BETWEEN_GLANCES == CALLS_BETWEEN_GLANCES - 1)
        pno_process_dpu_gone();
}

/* --- forks --- */

void pno_process_before_fork(void)
{
    forking_slot = PNO_NO_NUMBER;
    forking_spare = -1;
    if (!atomic_load(&pno_process.active))
        return;
    if (pno_self.held != 0)
        return; /* a signal handler that forks while we hold locks: its child does without us */
    if (!atomic_load(&pno_process.gone)) {
        if (atomic_load(&pno_arena.known))
            forking_slot = pno_holder_prepare();
        if (!control_is_parents && pno_control_is_out_of_reach())
            forking_spare = pno_control_spare();
    }
    pno_watch_prepare_fork();
    forking_locked = true;
}

void pno_process_after_fork_in_parent(void)
{
    if (forking_spare >= 0)
        libc_close(forking_spare);
    forking_spare = -1;
    if (forking_locked)
        pno_watch_after_fork(false);
    forking_locked = false;
}

void pno_process_fork_failed(void)
{
    if (forking_slot != PNO_NO_NUMBER)
        pno_holder_cancel(forking_slot);
    forking_slot = PNO_NO_NUMBER;
}

/* The numbers still name their files; the channels that their events come by are the parent's, and so is the thread
 * that told their owners. */
static void forget_channels_of_files(void)
{
    for (int fd = 0, end = pno_fd_end(); fd < end; fd++) {
        struct pno_file *file = pno_file_of(fd);
        if (file != NULL) {
            file->channel = 0;
            file->cries = false;
        }
    }
}

static int claim_slot(uint32_t slot)
{
    pno_holder_claim(slot);
    return pno_control_holder(slot);
}

/* The child makes itself known, so that its sockets live on when the parent closes its own. */
static int introduce_child(void)
{
    char why[256] = "no holder slot is free";
    int error = forking_slot == PNO_NO_NUMBER ? -EAGAIN : open_control(PNO_MSG_KIND_CHILD, why, sizeof(why));
    if (error == 0)
        error = claim_slot(forking_slot);
    if (error < 0)
        pno_log("this child of a fork has no offloaded sockets (%s): %s", strerrorname_np(-error), why);
    return error;
}

void pno_process_after_fork_in_child(void)
{
    if (!atomic_load(&pno_process.active))
        return;
    spare = forking_spare;
    forking_spare = -1;
    pno_wait_forget();
    pno_signals_forget();
    pno_async_forget();
    pno_process.pid = getpid();
    pno_watch_after_fork(true);
    forking_locked = false;
    pno_control_forget();
    pno_unsupported_forget();
    arena_lock = (struct pno_lock){0};
    if (!atomic_load(&pno_arena.known)) {
        pno_arena_destroy(); /* another thread was about to make it */
        control_is_parents = true;
        return;
    }
    pno_channels_forget();
    forget_channels_of_files();
    pno_control_inherit();
    if (!atomic_load(&pno_process.gone) && introduce_child() < 0)
        atomic_store(&pno_process.gone, true);
    pno_control_disinherit();
}

/* --- joining --- */

static int join_arena(const struct pno_joined *joined)
{
    int error = pno_arena_join(joined->memory, joined->family);
    if (error < 0)
        return error;
    pno_arena.number = joined->arena;
    uint32_t slot = pno_holder_prepare();
    error = slot == PNO_NO_NUMBER ? -EAGAIN : claim_slot(slot);
    if (error < 0) {
        if (slot != PNO_NO_NUMBER)
            pno_holder_cancel(slot);
        pno_arena_destroy();
        return error;
    }
    pno_arena_clear_past();
    atomic_store(&pno_arena.known, true);
    return 0;
}

int pno_process_join(const struct pno_joined *joined)
{
    int error = -EDEADLK;
    if (pno_lock_take(&arena_lock)) {
        if (!atomic_load(&pno_arena.known))
            error = join_arena(joined);
        else
            error = pno_arena.number == joined->arena ? 0 : -EXDEV;
        pno_lock_give(&arena_lock);
    }
    libc_close(joined->memory);
    libc_close(joined->family);
    return error;
}

/* --- the start --- */

static void fail(const char *why)
{
    pno_warn("%s", why);
    _exit(EXIT_NO_DPU);
}

__attribute__((constructor)) static void start(void)
{
    char why[512];
    pno_process.pid = getpid();
    pno_environment_keep();
    pno_log_start();
    pno_wait_start();
    if (!pno_rules_start(why, sizeof(why)))
        fail(why);
    if (pno_control_open(PNO_MSG_KIND_PROGRAM, why, sizeof(why)) < 0) {
        const char *fallback = getenv("PNO_FALLBACK");
        if (fallback == NULL || fallback[0] != '1')
            fail(why);
        pno_warn("%s; continuing with the kernel's TCP", why);
        return;
    }
    pno_process.placeholder = libc_socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pno_fd_internal(&pno_process.placeholder);
    pthread_atfork(pno_process_before_fork, pno_process_after_fork_in_parent, pno_process_after_fork_in_child);
    atomic_store(&pno_process.active, true);
    pno_identity_meet_all();
}
