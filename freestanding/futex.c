/* futex.c: see futex.h; where nobody can sleep. In the place of core/futex.c, as far as the locks
 * of libordo-freestanding.a go.
 *
 * A wait may return for no reason, and every caller loops; so a wait that looks for a while and
 * then lets others run is one, and there is nobody to be woken. It looks before it returns, so that
 * callers, whose next step is an exchange, leave the cache line to the owner meanwhile. Relaxed: a
 * futex makes nothing visible that the caller's own acquire does not.
 */
#include "ordo/futex.h"

#include <errno.h>

#include "ordo/spin_limit.h"
#include "ordo/thread.h"

int ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                           uint32_t bits, unsigned int flags)
{
    (void)bits;
    (void)flags;
    for (unsigned int turn = 0; turn < ordo_spin_limit; turn++) {
        if (ordo_load(word, ordo_relaxed) != expected)
            return EAGAIN;
        ordo_spin_hint();
    }
    if (deadline != ORDO_NEVER && ordo_clock_now() >= deadline)
        return ETIMEDOUT;
    ordo_thread_yield();
    return 0;
}

uint32_t ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                unsigned int flags)
{
    (void)word;
    (void)count;
    (void)bits;
    (void)flags;
    return 0;
}
