/* mutex.c: see mutex.h.
 *
 *     0  unlocked
 *     1  locked, nobody sleeps
 *     2  locked, somebody may sleep
 *
 * Nobody sleeps for ever: a thread sleeps only on 2, which it has written itself or seen; whoever
 * makes a 2 into 0 wakes one sleeper, and who has slept takes the lock with 2, because others may
 * still sleep. A waiter that gives up leaves 2 behind, at worst for one wake too many; it takes no
 * wake along, because a wait that was woken does not return ETIMEDOUT.
 *
 * The word that the unlocking exchange writes is the futex word, and what that exchange returns
 * decides the wake, so nothing is read after it.
 */
#include "ordo/mutex.h"

#include <errno.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

enum { unlocked, locked, contended };

bool ordo_mutex_try_lock(ordo_mutex *mutex)
{
    uint32_t expected = unlocked;

    /* Acquire: pairs with the release in unlock. */
    return ordo_compare_exchange(&mutex->state, &expected, locked, ordo_acquire, ordo_relaxed);
}

/* Waits its turn among those that sleep. */
static int lock_contended(ordo_mutex *mutex, uint64_t deadline)
{
    /* Acquire: pairs with the release in unlock. */
    while (ordo_exchange(&mutex->state, contended, ordo_acquire) != unlocked)
        if (ordo_futex_wait_until(&mutex->state, contended, deadline) == ETIMEDOUT)
            return ETIMEDOUT;
    return 0;
}

/* Locks a mutex that was found locked. */
__attribute__((cold, noinline)) static int wait_and_lock(ordo_mutex *mutex, uint64_t deadline)
{
    /* On 2 others sleep already: spinning would only be unfair to them. */
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&mutex->state, ordo_relaxed) == locked; turn++)
        ordo_spin_hint();
    return ordo_mutex_try_lock(mutex) ? 0 : lock_contended(mutex, deadline);
}

void ordo_mutex_lock(ordo_mutex *mutex)
{
    if (!ordo_mutex_try_lock(mutex))
        wait_and_lock(mutex, ORDO_NEVER);
}

int ordo_mutex_lock_until(ordo_mutex *mutex, uint64_t deadline)
{
    return ordo_mutex_try_lock(mutex) ? 0 : wait_and_lock(mutex, deadline);
}

void ordo_mutex_lock_contended(ordo_mutex *mutex)
{
    lock_contended(mutex, ORDO_NEVER);
}

void ordo_mutex_unlock(ordo_mutex *mutex)
{
    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    const uint32_t before = ordo_exchange(&mutex->state, unlocked, ordo_release);

    if (before == contended)
        ordo_futex_wake(&mutex->state, 1); /* the address alone */
    else if (before == unlocked)
        ordo_misuse("mutex.c: unlock of a mutex that is not locked");
}
