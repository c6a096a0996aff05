/* pi_mutex.c: see pi_mutex.h; the kernel's PI futexes (Linux, Documentation/locking/pi-futex.rst).
 *
 *     0                      unlocked
 *     number                 locked by the thread of that number, nobody waits
 *     number | waiters       locked, and somebody may wait in the kernel
 *     number | owner_died    given by the kernel, because the owner before it had ended: an abort
 *
 * Here the word changes only between 0 and the caller's number. All else does the kernel: it sets
 * `waiters` before a thread waits, and while that is set nobody but the kernel unlocks; its unlock
 * writes the next owner's number before it wakes that one, or 0 if nobody waits any more. So no
 * wake-up can be lost: there is no moment at which the word says unlocked and a thread waits. A
 * waiter that gives up is taken off by the kernel; `waiters` stays until the next unlock.
 *
 * Orderings: a release on each way out pairs with an acquire on each way in. The kernel's unlock is
 * one too, but no tool can see that (ThreadSanitizer), so the owner makes one of its own first,
 * which keeps the word as it is: `waiters` is set then. The kernel's change is a read-modify-write
 * and carries it on, up to the new owner's acquire load, or to a fast lock.
 *
 * The release is the last access to the mutex: the compare-exchange to 0, or the kernel's, which
 * reads the word before that and not after. (The kernel's own record of the wait is not in the
 * mutex.)
 */
#include "ordo/pi_mutex.h"

#include <errno.h>
#include <linux/futex.h>

#include "ordo/clock_realtime.h"
#include "ordo/futex_pi.h"
#include "ordo/misuse.h"
#include "ordo/thread.h"

enum { unlocked = 0 };

ORDO_NOT_ANALYSED bool ordo_pi_mutex_try_lock(ordo_pi_mutex *mutex)
{
    uint32_t expected = unlocked;

    /* Acquire: pairs with the release in unlock. */
    return ordo_compare_exchange(&mutex->owner, &expected, ordo_thread_system_id(), ordo_acquire,
                                 ordo_relaxed);
}

bool ordo_pi_mutex_is_mine(const ordo_pi_mutex *mutex)
{
    /* Nobody but the caller writes or takes away the caller's number. */
    return (ordo_load(&mutex->owner, ordo_relaxed) & FUTEX_TID_MASK) == ordo_thread_system_id();
}

void ordo_pi_mutex_was_given(ordo_pi_mutex *mutex)
{
    /* Acquire: pairs with the release in unlock_contended. */
    if ((ordo_load(&mutex->owner, ordo_acquire) & FUTEX_OWNER_DIED) != 0)
        ordo_misuse("pi_mutex.c: the owner of a mutex ended without unlocking it");
}

/* For a system without FUTEX_LOCK_PI2. The clock may be set while we wait, so that its deadline
 * passes early: the monotonic clock has the last word. */
static int lock_by_realtime(ordo_pi_mutex *mutex, uint64_t deadline)
{
    for (;;) {
        const uint64_t now = ordo_clock_now(), there = ordo_clock_realtime();
        const uint64_t left = now < deadline ? deadline - now : 0;
        const uint64_t end = left < ORDO_NEVER - there ? there + left : ORDO_NEVER;
        const int error = ordo_futex_lock_pi(&mutex->owner, end, ordo_futex_realtime);

        if (error != ETIMEDOUT || ordo_clock_now() >= deadline)
            return error;
    }
}

/* Locks a mutex that was found locked. 0, ETIMEDOUT or ENOMEM. */
__attribute__((cold, noinline)) static int wait_and_lock(ordo_pi_mutex *mutex, uint64_t deadline)
{
    for (;;) {
        int error = ordo_futex_lock_pi(&mutex->owner, deadline, ordo_futex_private);

        if (error == ENOSYS && deadline != ORDO_NEVER)
            error = lock_by_realtime(mutex, deadline);
        switch (error) {
        case 0: ordo_pi_mutex_was_given(mutex); return 0;
        case ETIMEDOUT:
        case ENOMEM: return error;
        case EINTR: break;
        case EAGAIN: ordo_thread_yield(); break; /* the owner is about to end */
        case EDEADLK:
            ordo_misuse(ordo_pi_mutex_is_mine(mutex)
                            ? "pi_mutex.c: lock of a mutex that the caller has"
                            : "pi_mutex.c: threads that wait for each other");
        case ESRCH: ordo_misuse("pi_mutex.c: the owner of a mutex ended without unlocking it");
        default: ordo_misuse("pi_mutex.c: the system has no priority inheritance");
        }
    }
}

ORDO_NOT_ANALYSED void ordo_pi_mutex_lock(ordo_pi_mutex *mutex)
{
    if (!ordo_pi_mutex_try_lock(mutex))
        while (wait_and_lock(mutex, ORDO_NEVER) == ENOMEM)
            ordo_thread_yield();
}

ORDO_NOT_ANALYSED int ordo_pi_mutex_lock_until(ordo_pi_mutex *mutex, uint64_t deadline)
{
    return ordo_pi_mutex_try_lock(mutex) ? 0 : wait_and_lock(mutex, deadline);
}

/* Unlocks a mutex whose word is not just the caller's number. */
__attribute__((cold, noinline)) static void unlock_contended(ordo_pi_mutex *mutex)
{
    if (!ordo_pi_mutex_is_mine(mutex))
        ordo_misuse("pi_mutex.c: unlock of a mutex that the caller does not have");
    /* Release: pairs with the acquire of the next owner. Changes nothing: the bit is set. */
    ordo_fetch_or(&mutex->owner, FUTEX_WAITERS, ordo_release);
    if (ordo_futex_unlock_pi(&mutex->owner, ordo_futex_private) != 0)
        ordo_misuse("pi_mutex.c: the system does not know the owner of a mutex");
}

ORDO_NOT_ANALYSED void ordo_pi_mutex_unlock(ordo_pi_mutex *mutex)
{
    uint32_t expected = ordo_thread_system_id();

    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    if (!ordo_compare_exchange(&mutex->owner, &expected, unlocked, ordo_release, ordo_relaxed))
        unlock_contended(mutex);
}
