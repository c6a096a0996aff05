/* futex_pi.c: include/ordo/futex_pi.h for the model checker: what Linux does to the words, done
 * with the model's own atomics and futexes. As in Linux the operations are made of
 * read-modify-writes; unlock's is a release, and does not touch the word after it. Those of lock
 * are relaxed, which is less than Linux gives: an owner's acquire has to be its own. Who was woken
 * sees the newest value of the word, as it looks under a lock of the kernel's that unlock had.
 *
 * What it does not show:
 *
 *   - Handing over. unlock_pi leaves 0 and wakes one waiter, which takes the word if no other
 *     thread was faster. Linux's executions, in which a waiter is the next owner, are among these.
 *   - Priorities, and the order of waiters.
 *   - FUTEX_OWNER_DIED, ESRCH and EAGAIN of owners that end; circles of several owners: they are
 *     deadlocks here. EDEADLK is for the caller's own word only.
 *   - ENOMEM and ENOSYS; the difference between private and shared, but for the queues (futex.c).
 *
 * A waiter that compare_requeue_pi moves is woken, and locks for itself; so it may also give up
 * while it waits for the lock, as in Linux. Until it has set FUTEX_WAITERS the owner can unlock
 * without noticing it, which is another way to be late, and no lost wake-up.
 */
#include <errno.h>
#include <linux/futex.h>

#include "engine.h"
#include "ordo/futex_pi.h"
#include "ordo/thread.h"

/* Takes a word that has no owner, when `value` was in it. The bit says that others may wait. */
static bool take(ordo_atomic_u32 *word, uint32_t value, uint32_t waiters)
{
    return ordo_compare_exchange(word, &value, value | waiters | ordo_thread_system_id(),
                                 ordo_relaxed, ordo_relaxed);
}

int ordo_futex_lock_pi(ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags)
{
    uint32_t waiters = 0; /* others may wait: so it was left when this thread went to sleep */

    for (;;) {
        uint32_t value = waiters == 0 ? ordo_load(word, ordo_relaxed)
                                      : ordo_fetch_or(word, 0, ordo_relaxed);
        const uint32_t owner = value & FUTEX_TID_MASK;

        if (owner == ordo_thread_system_id())
            return EDEADLK;
        if (owner == 0) {
            if (take(word, value, waiters))
                return 0;
            continue;
        }
        if ((value & FUTEX_WAITERS) == 0
            && !ordo_compare_exchange(word, &value, value | FUTEX_WAITERS, ordo_relaxed,
                                      ordo_relaxed))
            continue;
        waiters = FUTEX_WAITERS;
        const int error = ordo_futex_wait_bitset(word, value | FUTEX_WAITERS, deadline,
                                                 ORDO_FUTEX_ANY, flags);
        if (error == ETIMEDOUT || error == EINTR)
            return error;
    }
}

int ordo_futex_trylock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    (void)flags;
    for (;;) {
        const uint32_t value = ordo_load(word, ordo_relaxed);
        const uint32_t owner = value & FUTEX_TID_MASK;

        if (owner != 0)
            return owner == ordo_thread_system_id() ? EDEADLK : EBUSY;
        if (take(word, value, 0))
            return 0;
    }
}

int ordo_futex_unlock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    if ((ordo_load(word, ordo_relaxed) & FUTEX_TID_MASK) != ordo_thread_system_id())
        return EPERM;
    if ((ordo_exchange(word, 0, ordo_release) & FUTEX_WAITERS) != 0)
        ordo_futex_wake_bitset(word, 1, ORDO_FUTEX_ANY, flags);
    return 0;
}

int ordo_futex_wait_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                               ordo_atomic_u32 *lock, unsigned int flags)
{
    if (model_take(CHOICE_SPURIOUS, 2, "spurious return", __builtin_return_address(0)) != 0)
        return EAGAIN;
    int error = ordo_futex_wait_bitset(word, expected, deadline, ORDO_FUTEX_ANY, flags);

    if (error != 0)
        return error;
    error = ordo_futex_lock_pi(lock, deadline, flags);
    return error == EINTR ? EAGAIN : error; /* moved already: not the word's change any more */
}

int ordo_futex_compare_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint32_t move,
                                  ordo_atomic_u32 *lock, unsigned int flags, uint32_t *count)
{
    const uint32_t served = move < UINT32_MAX ? move + 1 : UINT32_MAX;

    (void)lock;
    return ordo_futex_compare_requeue(word, expected, served, word, 0, flags, count);
}
