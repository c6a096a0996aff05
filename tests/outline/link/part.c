/* part.c: a shared library with atomic operations and, hidden, helpers and a byte of its own. */
#include "ordo/outline.h"

static int calls;

int count_call(void)
{
    return __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST);
}

int byte_of_part(void)
{
    return __aarch64_have_lse_atomics;
}
