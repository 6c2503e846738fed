/* The calls that install signal handlers. libc's own would call its sigaction past ours, so each is made of ours. */
#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "interpose.h"
#include "signals.h"

PNO_SIGNAL_CALLS(PNO_DECLARE_CALL)

/* Signals that siginterrupt has made interrupt calls: signal() asks for no restart then. */
static _Atomic uint64_t interrupting;

static uint64_t bit_of(int number)
{
    return number > 0 && number < 65 ? 1ULL << (number - 1) : 0;
}

static sighandler_t install(int number, sighandler_t handler, const sigset_t *mask, int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, old;
    if (handler == SIG_ERR || number < 1) {
        errno = EINVAL;
        return SIG_ERR;
    }
    action.sa_mask = *mask;
    return pno_signal_action(number, &action, &old) < 0 ? SIG_ERR : old.sa_handler;
}

static sighandler_t install_bsd(int number, sighandler_t handler)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, number);
    return install(number, handler, &mask, atomic_load(&interrupting) & bit_of(number) ? 0 : SA_RESTART);
}

static sighandler_t install_sysv(int number, sighandler_t handler)
{
    sigset_t mask;
    sigemptyset(&mask);
    return install(number, handler, &mask, (int)(SA_RESETHAND | SA_NODEFER));
}

PNO_EXPORT int sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    return pno_signal_action(number, action, old);
}

PNO_EXPORT int __sigaction(int number, const struct sigaction *action, struct sigaction *old)
{
    return pno_signal_action(number, action, old);
}

PNO_EXPORT sighandler_t signal(int number, sighandler_t handler)
{
    return install_bsd(number, handler);
}

PNO_EXPORT sighandler_t bsd_signal(int number, sighandler_t handler)
{
    return install_bsd(number, handler);
}

PNO_EXPORT sighandler_t ssignal(int number, sighandler_t handler)
{
    return install_bsd(number, handler);
}

PNO_EXPORT sighandler_t sysv_signal(int number, sighandler_t handler)
{
    return install_sysv(number, handler);
}

PNO_EXPORT sighandler_t __sysv_signal(int number, sighandler_t handler)
{
    return install_sysv(number, handler);
}

/* System V's: SIG_HOLD blocks the signal and leaves its action; else it is unblocked. Tells SIG_HOLD if it was blocked.
 */
PNO_EXPORT sighandler_t sigset(int number, sighandler_t handler)
{
    sigset_t only, before, none;
    struct sigaction old;
    sigemptyset(&none);
    sigemptyset(&only);
    if (handler == SIG_ERR || sigaddset(&only, number) < 0) {
        errno = EINVAL;
        return SIG_ERR;
    }
    if (handler == SIG_HOLD) {
        if (sigprocmask(SIG_BLOCK, &only, &before) < 0 || pno_signal_action(number, NULL, &old) < 0)
            return SIG_ERR;
        return sigismember(&before, number) == 1 ? SIG_HOLD : old.sa_handler;
    }
    sighandler_t was = install(number, handler, &none, 0);
    if (was == SIG_ERR || sigprocmask(SIG_UNBLOCK, &only, &before) < 0)
        return SIG_ERR;
    return sigismember(&before, number) == 1 ? SIG_HOLD : was;
}

PNO_EXPORT int sigignore(int number)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    return pno_signal_action(number, &action, NULL);
}

PNO_EXPORT int siginterrupt(int number, int on)
{
    struct sigaction action;
    if (pno_signal_action(number, NULL, &action) < 0)
        return -1;
    if (on) {
        atomic_fetch_or(&interrupting, bit_of(number));
        action.sa_flags &= ~SA_RESTART;
    } else {
        atomic_fetch_and(&interrupting, ~bit_of(number));
        action.sa_flags |= SA_RESTART;
    }
    return pno_signal_action(number, &action, NULL);
}
