/* The counts of what was asked for in vain, and their way to the DPU: a message on the control socket, when something
 * new was asked for, and at most once a second when the same was again. Whoever asks in vain or goes to sleep sends it,
 * unless he holds a lock: there is no thread for it. */
#include "unsupported.h"

#include <errno.h>
#include <string.h>

#include "control.h"
#include "log.h"

#define TELL_EVERY_NS PNO_NS_PER_S
#define NO_NUMBER 0xFFFF /* of a level or an option that is none */

struct count {
    _Atomic uint64_t what; /* call, level and option; 0: not in use */
    _Atomic uint64_t times;
};

static struct count counts[PNO_MSG_MAX_CALLS];
static _Atomic uint64_t next_tell; /* not before */
atomic_bool pno_unsupported_news;

#define SENTENCE(name, number, sentence) [number] = sentence,
static const char *const sentences[] = {PNO_UNSUPPORTED_CALLS(SENTENCE)};

_Static_assert(PNO_MSG_CALL_NUMBER == 0 && PNO_MSG_CALL_LEVEL == 4 && PNO_MSG_CALL_OPTION == 6 &&
                   PNO_MSG_CALL_TIMES == 8 && PNO_MSG_CALL_BYTES == 16,
               "a count of CALLS is two words");

static uint64_t what_of(enum pno_vain call, int level, int option)
{
    uint64_t high = option < 0 || option > NO_NUMBER ? NO_NUMBER : (uint64_t)option;
    uint64_t low = level < 0 || level > NO_NUMBER ? NO_NUMBER : (uint64_t)level;
    return (uint64_t)call | low << (8 * PNO_MSG_CALL_LEVEL) | high << (8 * PNO_MSG_CALL_OPTION);
}

static void log_first(enum pno_vain call, int level, int option, int error)
{
    const char *name = strerrorname_np(error);
    if (level == 0 && option == 0)
        pno_log("not supported on an offloaded socket: %s (answered: %s)", sentences[call], name);
    else
        pno_log("not supported on an offloaded socket: %s level %d option %d (answered: %s)", sentences[call], level,
                option, name);
}

/* False if it was counted before, or nothing more can be. */
static bool add(uint64_t what)
{
    for (size_t i = 0; i < PNO_LENGTH(counts); i++) {
        uint64_t known = 0;
        bool first = atomic_compare_exchange_strong(&counts[i].what, &known, what);
        if (!first && known != what)
            continue;
        atomic_fetch_add(&counts[i].times, 1);
        return first;
    }
    return false;
}

long pno_unsupported_option(enum pno_vain call, int level, int option, int error)
{
    int saved = errno;
    if (add(what_of(call, level, option))) {
        log_first(call, level, option, error);
        atomic_store(&next_tell, 0);
    }
    atomic_store(&pno_unsupported_news, true);
    pno_unsupported_tell();
    errno = saved;
    return -error;
}

long pno_unsupported(enum pno_vain call, int error)
{
    return pno_unsupported_option(call, 0, 0, error);
}

static void send_counts(void)
{
    uint64_t words[2 * PNO_MSG_MAX_CALLS];
    uint32_t count = 0;
    atomic_store(&pno_unsupported_news, false);
    for (; count < PNO_MSG_MAX_CALLS; count++) {
        words[2 * count] = atomic_load(&counts[count].what);
        words[2 * count + 1] = atomic_load(&counts[count].times);
        if (words[2 * count] == 0)
            break;
    }
    pno_control_calls(words, count);
}

void pno_unsupported_tell(void)
{
    uint64_t due = atomic_load(&next_tell), now = pno_now();
    if (pno_self.held != 0 || now < due || pno_control.fd < 0 ||
        !atomic_compare_exchange_strong(&next_tell, &due, now + TELL_EVERY_NS))
        return;
    send_counts();
}

void pno_unsupported_forget(void)
{
    memset(counts, 0, sizeof(counts));
    atomic_store(&next_tell, 0);
    atomic_store(&pno_unsupported_news, false);
}

__attribute__((destructor)) static void tell_sums(void)
{
    for (size_t i = 0; i < PNO_LENGTH(counts); i++) {
        uint64_t what = atomic_load(&counts[i].what);
        if (what != 0)
            pno_log("asked for in vain %lu times: %s level %u option %u", atomic_load(&counts[i].times),
                    sentences[(uint32_t)what], (unsigned)(what >> (8 * PNO_MSG_CALL_LEVEL) & NO_NUMBER),
                    (unsigned)(what >> (8 * PNO_MSG_CALL_OPTION)));
    }
    if (atomic_load(&pno_unsupported_news) && pno_self.held == 0 && pno_control.fd >= 0)
        send_counts();
}
