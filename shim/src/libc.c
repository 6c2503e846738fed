/* Finding libc's functions behind ours. */
#include "libc.h"

#include <dlfcn.h>
#include <errno.h>

_Atomic(void *) pno_libc_symbols[PNO_CALL_COUNT];

static const char *const names[PNO_CALL_COUNT] = {
#define PNO_NAME(result, name, parameters, arguments) #name,
    PNO_CALLS(PNO_NAME)
#undef PNO_NAME
};

static long no_such_call(void)
{
    errno = ENOSYS;
    return -1;
}

void *pno_libc_resolve(enum pno_call call)
{
    void *symbol = dlsym(RTLD_NEXT, names[call]);
    if (symbol == NULL)
        symbol = (void *)no_such_call;
    atomic_store_explicit(&pno_libc_symbols[call], symbol, memory_order_release);
    return symbol;
}
