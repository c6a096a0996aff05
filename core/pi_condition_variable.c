/* pi_condition_variable.c: see pi_condition_variable.h; futex(2), FUTEX_WAIT_REQUEUE_PI.
 *
 * `sequence` changes only under the mutex, by one with each notification. A waiter reads it while
 * it has the mutex, unlocks, and sleeps only while it is still the same.
 *
 * No notification is lost. It is made by an owner of the mutex, so it comes before the waiter read
 * `sequence`, and then it is not the waiter's, or after the waiter unlocked. In that case either
 * the waiter sleeps already, and the requeue finds it, or the kernel will compare `sequence` after
 * it has changed, and the waiter does not go to sleep (EAGAIN): it counts as notified.
 *
 * None is stolen. The requeue chooses by priority among those that sleep; all of them have read
 * `sequence` before the notifier locked the mutex, because it still has it. A waiter that was moved
 * and then gives up, by its deadline or a signal, has used up a notification: therefore a wait ends
 * with ETIMEDOUT only if `sequence` is, after the mutex was locked again, what it was; for another
 * one the caller looks at its data again.
 *
 * `waiters` counts the threads between unlock and lock of a wait: nobody to notify, no system call.
 * It is guarded by the mutex, so there is no pair of store and load to get wrong.
 *
 * Nothing is touched too late: a notifier that is in the requeue has the mutex, and no wait returns
 * without the mutex.
 *
 * On a system without the requeue (ENOSYS) waits are plain ones, and a notification wakes, which
 * lets the woken run into the locked mutex; the argument is otherwise the same.
 */
#include "ordo/pi_condition_variable.h"

#include <errno.h>

#include "ordo/futex_pi.h"
#include "ordo/misuse.h"
#include "ordo/thread.h"

/* Returns with the mutex: 0 or ETIMEDOUT. */
ORDO_NOT_ANALYSED static int sleep_and_lock(ordo_pi_condition_variable *condition,
                                            uint32_t sequence, ordo_pi_mutex *mutex,
                                            uint64_t deadline)
{
    int error = ordo_futex_wait_requeue_pi(&condition->sequence, sequence, deadline, &mutex->owner,
                                           ordo_futex_private);

    if (error == 0) {
        ordo_pi_mutex_was_given(mutex);
        return 0;
    }
    if (error == ENOSYS)
        error = ordo_futex_wait_until(&condition->sequence, sequence, deadline);
    ordo_pi_mutex_lock(mutex);
    return error == ETIMEDOUT ? ETIMEDOUT : 0;
}

ORDO_NOT_ANALYSED int ordo_pi_condition_variable_wait_until(ordo_pi_condition_variable *condition,
                                                            ordo_pi_mutex *mutex,
                                                            uint64_t deadline)
{
    if (!ordo_pi_mutex_is_mine(mutex))
        ordo_misuse("pi_condition_variable.c: wait without the mutex");

    const uint32_t sequence = ordo_load(&condition->sequence, ordo_relaxed);

    condition->waiters++;
    ordo_pi_mutex_unlock(mutex);
    const int error = sleep_and_lock(condition, sequence, mutex, deadline);
    condition->waiters--;
    return ordo_load(&condition->sequence, ordo_relaxed) == sequence ? error : 0;
}

void ordo_pi_condition_variable_wait(ordo_pi_condition_variable *condition, ordo_pi_mutex *mutex)
{
    /* Cannot time out. */
    (void)!ordo_pi_condition_variable_wait_until(condition, mutex, ORDO_NEVER);
}

/* Moves the first waiter, and at most `others` more. */
static void notify(ordo_pi_condition_variable *condition, ordo_pi_mutex *mutex, uint32_t others)
{
    if (!ordo_pi_mutex_is_mine(mutex))
        ordo_misuse("pi_condition_variable.c: notification without the mutex");
    if (condition->waiters == 0)
        return;

    /* Relaxed, and not one operation: the mutex keeps other notifiers out. */
    const uint32_t sequence = ordo_load(&condition->sequence, ordo_relaxed) + 1;

    ordo_store(&condition->sequence, sequence, ordo_relaxed);
    for (;;)
        switch (ordo_futex_compare_requeue_pi(&condition->sequence, sequence, others,
                                              &mutex->owner, ordo_futex_private, NULL)) {
        case 0: return;
        case ENOSYS:
            ordo_futex_wake(&condition->sequence, others == 0 ? 1 : UINT32_MAX);
            return;
        case EAGAIN:
        case EINTR:
        case ENOMEM: ordo_thread_yield(); break; /* it must not be lost */
        default: ordo_misuse("pi_condition_variable.c: threads that wait for each other");
        }
}

void ordo_pi_condition_variable_notify_one(ordo_pi_condition_variable *condition,
                                           ordo_pi_mutex *mutex)
{
    notify(condition, mutex, 0);
}

void ordo_pi_condition_variable_notify_all(ordo_pi_condition_variable *condition,
                                           ordo_pi_mutex *mutex)
{
    notify(condition, mutex, UINT32_MAX);
}
