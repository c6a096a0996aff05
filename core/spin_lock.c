/* spin_lock.c: see spin_lock.h. The byte is true while somebody has the lock.
 *
 * A waiter looks before it swaps: loads share the cache line, swaps take it from the owner, who
 * needs it to unlock.
 */
#include "ordo/spin_lock.h"

#include "ordo/misuse.h"
#include "ordo/spin_limit.h"
#include "ordo/thread.h"

ORDO_NOT_ANALYSED bool ordo_spin_lock_try_lock(ordo_spin_lock *lock)
{
    /* Acquire: pairs with the release in unlock. The load orders nothing: it only saves a swap. */
    return !ordo_load(&lock->locked, ordo_relaxed)
           && !ordo_exchange(&lock->locked, true, ordo_acquire);
}

ORDO_NOT_ANALYSED __attribute__((cold, noinline)) static void wait_and_lock(ordo_spin_lock *lock)
{
    unsigned int pause = 1;

    do {
        if (pause < ordo_spin_limit) {
            for (unsigned int turn = 0; turn < pause; turn++)
                ordo_spin_hint();
            pause *= 2;
        } else {
            ordo_thread_yield();
        }
    } while (!ordo_spin_lock_try_lock(lock));
}

ORDO_NOT_ANALYSED void ordo_spin_lock_lock(ordo_spin_lock *lock)
{
    /* Acquire: pairs with the release in unlock. Most locks are free, so this one does not look. */
    if (ordo_exchange(&lock->locked, true, ordo_acquire))
        wait_and_lock(lock);
}

ORDO_NOT_ANALYSED void ordo_spin_lock_unlock(ordo_spin_lock *lock)
{
    /* Relaxed: only the caller can have written it last, or the call is wrong. */
    if (!ordo_load(&lock->locked, ordo_relaxed))
        ordo_misuse("spin_lock.c: unlock of a lock that is not locked");
    /* Release: pairs with the acquire of the next owner, who may free the lock. */
    ordo_store(&lock->locked, false, ordo_release);
}

void ordo_spin_lock_fork_prepare(ordo_spin_lock *lock)
{
    ordo_spin_lock_lock(lock);
}

void ordo_spin_lock_fork_parent(ordo_spin_lock *lock)
{
    ordo_spin_lock_unlock(lock);
}

void ordo_spin_lock_fork_child(ordo_spin_lock *lock)
{
    ordo_spin_lock_unlock(lock); /* nobody waits, so it is the same */
}
