/* process_shared_condition_variable.c: see process_shared_condition_variable.h; futex(2).
 *
 * `sequence` changes only under the mutex, by one with each notification. A waiter reads it while
 * it has the mutex, unlocks, and sleeps only while it is still the same.
 *
 * No notification is lost. It is made by an owner of the mutex, so it comes before the waiter read
 * `sequence`, and then it is not the waiter's, or after the waiter unlocked. In that case either
 * the waiter sleeps already, and the requeue finds it, or the kernel, which compares `sequence`
 * with the queue locked, will find it changed, and the waiter does not go to sleep (EAGAIN): it
 * counts as notified.
 *
 * None is stolen. The requeue chooses among those that sleep; all of them have read `sequence`
 * before the notifier locked the mutex, because it still has it. A waiter that was moved and then
 * leaves the queue by its deadline or a signal has used up a notification: so a wait ends with
 * ETIMEDOUT only if `sequence` is, after the mutex was locked again, what it was; for another one
 * the caller looks at its data again.
 *
 * Who was moved sleeps on the mutex, in its state 2 ("locked, and somebody may sleep"), into which
 * the notifier puts it: so the notifier's unlock wakes one. Who returns from the futex locks with
 * state 2 again, whatever made it return, so that its own unlock wakes the next. That is the rule
 * that all sleepers of the mutex keep: see mutex_word.h. The requeue wakes nobody itself, because
 * all it could wake would find the mutex locked.
 *
 * A plain requeue does, one that does not compare: `sequence` cannot change meanwhile.
 *
 * `waiters` counts the threads between unlock and lock of a wait: nobody to notify, no system call.
 * It is guarded by the mutex, so there is no pair of store and load to get wrong.
 *
 * Nothing is touched too late: a notifier has the mutex until it is done, and no wait returns
 * without the mutex.
 *
 * All is relaxed: the mutex orders the data and what is here. `sequence` is an atomic because a
 * waiter looks at it without the mutex.
 */
#include "ordo/process_shared_condition_variable.h"

#include <errno.h>

#include "mutex_word.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"

static bool has_changed(const ordo_process_shared_condition_variable *condition, uint32_t sequence)
{
    return ordo_load(&condition->sequence, ordo_relaxed) != sequence;
}

ORDO_NOT_ANALYSED int ordo_process_shared_condition_variable_wait_until(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex,
    uint64_t deadline)
{
    if (ordo_load(&mutex->state, ordo_relaxed) == unlocked)
        ordo_misuse("process_shared_condition_variable.c: wait without the mutex");

    const uint32_t sequence = ordo_load(&condition->sequence, ordo_relaxed);
    int error = 0;

    condition->waiters++;
    ordo_process_shared_mutex_unlock(mutex);
    while (error != ETIMEDOUT && !has_changed(condition, sequence))
        error = ordo_futex_wait_bitset(&condition->sequence, sequence, deadline, ORDO_FUTEX_ANY,
                                       ordo_futex_shared);
    ordo_process_shared_mutex_lock_contended(mutex);
    condition->waiters--;
    return has_changed(condition, sequence) ? 0 : error;
}

void ordo_process_shared_condition_variable_wait(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
{
    /* Cannot time out. */
    (void)!ordo_process_shared_condition_variable_wait_until(condition, mutex, ORDO_NEVER);
}

/* Moves at most `count` waiters to the mutex. */
static void notify(ordo_process_shared_condition_variable *condition,
                   ordo_process_shared_mutex *mutex, uint32_t count)
{
    if (ordo_load(&mutex->state, ordo_relaxed) == unlocked)
        ordo_misuse("process_shared_condition_variable.c: notification without the mutex");
    if (condition->waiters == 0)
        return;

    /* Not one operation: the mutex keeps other notifiers out. */
    ordo_store(&condition->sequence, ordo_load(&condition->sequence, ordo_relaxed) + 1,
               ordo_relaxed);
    /* By the owner: who wants to lock changes 1 into 2 at most. */
    ordo_store(&mutex->state, contended, ordo_relaxed);
    ordo_futex_requeue(&condition->sequence, 0, &mutex->state, count, ordo_futex_shared);
}

void ordo_process_shared_condition_variable_notify_one(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
{
    notify(condition, mutex, 1);
}

void ordo_process_shared_condition_variable_notify_all(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
{
    notify(condition, mutex, UINT32_MAX);
}
