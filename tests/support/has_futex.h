/* has_futex.h: whether this build stands on the kernel's futexes. In one that does not
 * (core/pthread), types between processes refuse, priority inheritance and robustness too; no wait
 * returns EINTR. */
#ifndef ORDO_TEST_HAS_FUTEX_H
#define ORDO_TEST_HAS_FUTEX_H

#include <errno.h>
#include <stdio.h>

#include "ordo/futex.h"

static inline bool has_futex(void)
{
    static const ordo_atomic_u32 word;
    int error;

    do {
        error = ordo_futex_wait_bitset(&word, 1, 0, ORDO_FUTEX_ANY, ordo_futex_shared);
    } while (error == 0 || error == EINTR);
    return error != ENOTSUP;
}

/* The same; says on standard error what is left out if not. */
static inline bool has_futex_for(const char *what)
{
    const bool has = has_futex();

    if (!has)
        fprintf(stderr, "SKIP %s: this build does without futexes\n", what);
    return has;
}

#endif
