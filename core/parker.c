/* parker.c: see parker.h; on futexes. The low half of the state is the futex word, which changes
 * once, from 0 to 1, so that no wake is lost: the thread sleeps only on 0, and who writes the 1
 * wakes. After the store the waker uses the address alone: by then the thread may have left the
 * function that has the parker.
 */
#include "parker.h"

#include <errno.h>

#include "low_half.h"
#include "ordo/futex.h"

bool ordo_parker_wait(struct parker *parker, uint64_t deadline, unsigned int flags)
{
    int error = 0;

    /* Acquire: pairs with the release in wake. */
    while (ordo_load(&parker->state, ordo_acquire) == 0) {
        if (error == ETIMEDOUT)
            return false;
        error = ordo_futex_wait_bitset(low_half(&parker->state), 0, deadline, ORDO_FUTEX_ANY,
                                       flags);
    }
    return true;
}

void ordo_parker_wake(struct parker *parker)
{
    /* Release: pairs with the acquire in wait. */
    ordo_store(&parker->state, 1, ordo_release);
    ordo_futex_wake(low_half(&parker->state), 1); /* the address alone */
}
