/* process_shared_mutex.c: see process_shared_mutex.h. It is mutex.c with shared futexes, and the
 * argument is the one that is there.
 */
#include "ordo/process_shared_mutex.h"

#include <errno.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

enum { unlocked, locked, contended };

ORDO_NOT_ANALYSED bool ordo_process_shared_mutex_try_lock(ordo_process_shared_mutex *mutex)
{
    uint32_t expected = unlocked;

    /* Acquire: pairs with the release in unlock. */
    return ordo_compare_exchange(&mutex->state, &expected, locked, ordo_acquire, ordo_relaxed);
}

/* Waits its turn among those that sleep. */
static int lock_contended(ordo_process_shared_mutex *mutex, uint64_t deadline)
{
    /* Acquire: pairs with the release in unlock. */
    while (ordo_exchange(&mutex->state, contended, ordo_acquire) != unlocked)
        if (ordo_futex_wait_bitset(&mutex->state, contended, deadline, ORDO_FUTEX_ANY,
                                   ordo_futex_shared)
            == ETIMEDOUT)
            return ETIMEDOUT;
    return 0;
}

/* Locks a mutex that was found locked. */
ORDO_NOT_ANALYSED __attribute__((cold, noinline)) static int
wait_and_lock(ordo_process_shared_mutex *mutex, uint64_t deadline)
{
    /* On 2 others sleep already: spinning would only be unfair to them. */
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&mutex->state, ordo_relaxed) == locked; turn++)
        ordo_spin_hint();
    return ordo_process_shared_mutex_try_lock(mutex) ? 0 : lock_contended(mutex, deadline);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_lock(ordo_process_shared_mutex *mutex)
{
    if (!ordo_process_shared_mutex_try_lock(mutex))
        wait_and_lock(mutex, ORDO_NEVER);
}

ORDO_NOT_ANALYSED int ordo_process_shared_mutex_lock_until(ordo_process_shared_mutex *mutex,
                                                           uint64_t deadline)
{
    return ordo_process_shared_mutex_try_lock(mutex) ? 0 : wait_and_lock(mutex, deadline);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_lock_contended(ordo_process_shared_mutex *mutex)
{
    lock_contended(mutex, ORDO_NEVER);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_unlock(ordo_process_shared_mutex *mutex)
{
    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    const uint32_t before = ordo_exchange(&mutex->state, unlocked, ordo_release);

    if (before == contended)
        ordo_futex_wake_bitset(&mutex->state, 1, ORDO_FUTEX_ANY,
                               ordo_futex_shared); /* the address alone */
    else if (before == unlocked)
        ordo_misuse("process_shared_mutex.c: unlock of a mutex that is not locked");
}
