/* park.c: ordo_thread_park and its like; see thread.h. The word of a thread:
 *
 *     0  empty: no token
 *     1  token
 *     2  parked: no token, and the thread may sleep
 *
 * Only the thread itself writes 0 and 2, only unparkers write 1. Its last step is an exchange with
 * 0, which tells whether a token was there, so that a token that comes as the deadline passes is
 * either reported or still there for the next park. No wake-up is lost: the thread sleeps only on
 * 2, and who makes a 2 into 1 wakes it.
 *
 * Unpark always exchanges, even if a token is there: each exchange is part of the release sequence
 * of those before it, so the parked thread sees what every unparker wrote. After the exchange it
 * uses the address alone; besides, the record lives as long as the caller's handle.
 */
#include <errno.h>

#include "ordo/futex.h"
#include "ordo/thread.h"

enum { empty, token, parked };

bool ordo_thread_park_until(uint64_t deadline)
{
    ordo_atomic_u32 *const word = ordo_thread_park_word(ordo_thread_self());
    uint32_t before = empty;
    int error = 0;

    /* Relaxed: the exchange below orders, and reads this store or one after it. */
    if (ordo_compare_exchange(word, &before, parked, ordo_relaxed, ordo_relaxed))
        do {
            error = ordo_futex_wait_until(word, parked, deadline);
        } while (error != ETIMEDOUT && ordo_load(word, ordo_relaxed) == parked);
    /* Acquire: pairs with the release of each unpark since the last park. */
    return ordo_exchange(word, empty, ordo_acquire) == token;
}

void ordo_thread_park(void)
{
    ordo_thread_park_until(ORDO_NEVER);
}

void ordo_thread_unpark(ordo_thread *thread)
{
    ordo_atomic_u32 *const word = ordo_thread_park_word(thread);

    /* Release: pairs with the acquire in park. */
    if (ordo_exchange(word, token, ordo_release) == parked)
        ordo_futex_wake(word, 1);
}
