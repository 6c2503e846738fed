/* The trampolines. A signal that is put off is kept with its siginfo, and the thread goes on with all signals blocked,
 * by the mask that the kernel restores when the trampoline returns: so there is never more than one, and it costs no
 * system call. When the last lock is given it is queued to the thread again and the mask is put back; the kernel then
 * delivers it as if it came now, on the stack, with the mask and the siginfo that the program asked for. */
#include "signals.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>

#include "channel.h"
#include "libc.h"
#include "lock.h"
#include "process.h"

#define SIGNALS 65
#define BIT(signal) (1ULL << ((signal)-1))

/* Never blocked by us: the kernel kills a thread that faults on a blocked signal, and 32 and 33 are libc's. */
#define FAULTS (BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS))
#define LIBCS (BIT(32) | BIT(33))

typedef void handler_function(int signal, siginfo_t *info, void *context);

/* What the program installed. In force where the kernel has one of our trampolines. */
static struct {
    _Atomic(void *) handler;
    _Atomic uint32_t flags;
} program[SIGNALS];

static struct pno_lock action_lock;

static __thread struct {
    siginfo_t info;
    uint64_t mask; /* that the thread had */
} put_off __attribute__((tls_model("initial-exec")));

static bool must_run_at_once(int signal, const siginfo_t *info)
{
    bool fault = (BIT(signal) & FAULTS) != 0 && info->si_code > 0; /* the thread's own, not sent by kill */
    return pno_self.held == 0 || fault || pno_self.put_off != 0;
}

static void put_off_signal(int signal, const siginfo_t *info, ucontext_t *context)
{
    uint64_t all = ~(FAULTS | LIBCS);
    put_off.info = *info;
    memcpy(&put_off.mask, &context->uc_sigmask, sizeof(all));
    memcpy(&context->uc_sigmask, &all, sizeof(all));
    pno_self.put_off = (uint32_t)signal;
}

static void restore_mask(void)
{
    pno_self.put_off = 0;
    atomic_signal_fence(memory_order_seq_cst);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &put_off.mask, NULL, sizeof(put_off.mask));
}

void pno_signals_deliver(void)
{
    int saved = errno;
    int signal = (int)pno_self.put_off;
    long process = getpid(), thread = syscall(SYS_gettid);
    /* Without room in the queue the signal still comes, though it tells nothing. */
    if (syscall(SYS_rt_tgsigqueueinfo, process, thread, signal, &put_off.info) < 0)
        syscall(SYS_tgkill, process, thread, signal);
    restore_mask();
    errno = saved;
}

void pno_signals_forget(void)
{
    action_lock = (struct pno_lock){0};
    if (pno_self.put_off != 0)
        restore_mask();
}

/* SA_RESETHAND, which the kernel must not do: a signal that was put off comes twice. */
static void reset_if_asked(int signal)
{
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    if (atomic_load(&program[signal].flags) & SA_RESETHAND)
        libc_sigaction(signal, &by_default, NULL);
}

/* A thread that is about to sleep may have looked already whether a handler ran: its sleep ends at once. */
static void cut_sleep_short(uint32_t sleeping_on)
{
    if (sleeping_on != 0)
        pno_channels_ring(sleeping_on - 1);
}

static void run(int signal, siginfo_t *info, void *context, bool cuts)
{
    if (!must_run_at_once(signal, info)) {
        put_off_signal(signal, info, context);
        return;
    }
    uint32_t mark = pno_self.mark, cut_mark = pno_self.cut_mark, sleeping_on = pno_self.sleeping_on;
    handler_function *handler = (handler_function *)atomic_load(&program[signal].handler);
    reset_if_asked(signal);
    pno_self.sleeping_on = 0;
    handler(signal, info, context); /* without SA_SIGINFO it takes the first alone */
    pno_self.mark = mark;
    pno_self.cut_mark = cut_mark;
    pno_self.sleeping_on = sleeping_on;
    pno_self.handled++;
    pno_self.cuts += cuts;
    cut_sleep_short(sleeping_on);
}

static void restarting(int signal, siginfo_t *info, void *context)
{
    run(signal, info, context, false);
}

static void cutting(int signal, siginfo_t *info, void *context)
{
    run(signal, info, context, true);
}

/* --- sigaction --- */

static bool is_trampoline(const struct sigaction *action)
{
    return action->sa_sigaction == restarting || action->sa_sigaction == cutting;
}

static bool is_handler(const struct sigaction *action)
{
    return action->sa_handler != SIG_DFL && action->sa_handler != SIG_IGN && action->sa_handler != SIG_ERR;
}

/* What the kernel says, in the program's terms. */
static void translate(struct sigaction *old, void *handler, uint32_t flags)
{
    if (!is_trampoline(old))
        return;
    old->sa_sigaction = (handler_function *)handler;
    old->sa_flags = (old->sa_flags & ~(SA_SIGINFO | SA_RESETHAND)) | (int)(flags & (SA_SIGINFO | SA_RESETHAND));
}

static int exchange(int signal, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction ours = *action, before;
    void *handler = atomic_load(&program[signal].handler);
    uint32_t flags = atomic_load(&program[signal].flags);
    if (is_handler(action)) {
        atomic_store(&program[signal].handler, (void *)action->sa_sigaction);
        atomic_store(&program[signal].flags, (uint32_t)action->sa_flags);
        ours.sa_sigaction = action->sa_flags & SA_RESTART ? restarting : cutting;
        ours.sa_flags = (action->sa_flags & ~SA_RESETHAND) | SA_SIGINFO;
    }
    int result = libc_sigaction(signal, &ours, &before);
    if (result < 0) {
        atomic_store(&program[signal].handler, handler);
        atomic_store(&program[signal].flags, flags);
        return result;
    }
    translate(&before, handler, flags);
    if (old != NULL)
        *old = before;
    return 0;
}

/* In the child of vfork the table is the parent's, and the actions are its own. */
static int in_borrowed_memory(int signal, const struct sigaction *action, struct sigaction *old)
{
    struct sigaction before;
    int result = libc_sigaction(signal, action, &before);
    if (result == 0) {
        translate(&before, atomic_load(&program[signal].handler), atomic_load(&program[signal].flags));
        if (old != NULL)
            *old = before;
    }
    return result;
}

int pno_signal_action(int signal, const struct sigaction *action, struct sigaction *old)
{
    if (signal < 1 || signal >= SIGNALS)
        return libc_sigaction(signal, action, old);
    if (action == NULL || pno_process_is_borrowed())
        return in_borrowed_memory(signal, action, old);
    bool locked = pno_lock_take(&action_lock);
    int result = exchange(signal, action, old);
    int saved = errno;
    if (locked)
        pno_lock_give(&action_lock);
    errno = saved;
    return result;
}

/* --- what a call that was interrupted answers --- */

/* A handler that was installed past libc, and wants calls to be interrupted. */
static bool has_unseen_handler(void)
{
    for (int signal = 1; signal < SIGNALS; signal++) {
        struct sigaction action;
        if (!(BIT(signal) & FAULTS) && libc_sigaction(signal, NULL, &action) == 0 && is_handler(&action) &&
            !is_trampoline(&action) && !(action.sa_flags & SA_RESTART))
            return true;
    }
    return false;
}

long pno_signals_answer(uint64_t deadline)
{
    if (deadline != PNO_NEVER || pno_self.cuts != pno_self.cut_mark)
        return -EINTR;
    if (pno_signals_came())
        return -ERESTART;
    return has_unseen_handler() ? -EINTR : 0;
}
