/* byte_condition_variable.h: a condition variable of one byte, for an ordo_byte_mutex: waits until
 * something becomes true of the data that the mutex guards. Its waiters are in the parking lot.
 *
 *     ORDO_BYTE_MUTEX_GUARD(&mutex);
 *     while (count == 0)
 *         ordo_byte_condition_variable_wait(&not_empty, &mutex);
 *
 * The condition changes only under the mutex; the notification may follow before or after the
 * unlock. Waiters of one condition variable may use different mutexes, if the condition is changed
 * under all of them.
 *
 * Size: 1 byte, at any address. All zero bytes are one that nobody waits for. The lot's table is
 *     16 KB for the process; nothing is allocated.
 * States: 0 nobody waits; 1 somebody may.
 * Orderings: a notification happens before the return of the wait that it ends. The data are
 *     ordered by the mutex.
 * Waiting: asleep at once. Without waiters a notification is one load. notify_all wakes one waiter,
 *     if the mutex is not locked, and lets the others of that mutex sleep on in its queue, from
 *     which each unlock wakes the next (no stampede).
 * Fairness: notify_one ends the longest wait: one that starts later never takes a notification from
 *     it, and neither does one that times out. A wait returns only for a notification or its
 *     deadline. The threads still take the mutex in any order, so another may have changed the
 *     condition back: callers loop.
 * Deadlines: wait_until may return late, because it returns with the mutex locked. After ETIMEDOUT
 *     it has taken no notification.
 * Misuse: a wait with a mutex that is not locked aborts. That it is locked by another thread is not
 *     noticed.
 * Signals: not safe in a handler.
 * Fork: nobody waits in the child, whatever the parent's other threads did.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, once every wait has returned, by
 *     one of the waiters too, if no notification is called any more but the one that ended that
 *     wait, which may still be on its way out, or if all others hold the mutex while they notify.
 * Source: as for the byte mutex.
 */
#ifndef ORDO_BYTE_CONDITION_VARIABLE_H
#define ORDO_BYTE_CONDITION_VARIABLE_H

#include "ordo/byte_mutex.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_byte_condition_variable {
    ordo_atomic_u8 state;
} ordo_byte_condition_variable;

#define ORDO_BYTE_CONDITION_VARIABLE_INIT { ORDO_ATOMIC_INIT(0) }

/* Unlocks the mutex, waits for a notification, and locks it again. */
void ordo_byte_condition_variable_wait(ordo_byte_condition_variable *condition,
                                       ordo_byte_mutex *mutex) ORDO_REQUIRES(*mutex);

/* The same, but no longer than to the deadline of ordo_clock_now: then ETIMEDOUT, else 0. */
__attribute__((warn_unused_result)) int
ordo_byte_condition_variable_wait_until(ordo_byte_condition_variable *condition,
                                        ordo_byte_mutex *mutex, uint64_t deadline)
    ORDO_REQUIRES(*mutex);

/* End the longest wait, or all, that are there. */
void ordo_byte_condition_variable_notify_one(ordo_byte_condition_variable *condition);
void ordo_byte_condition_variable_notify_all(ordo_byte_condition_variable *condition);

#ifdef __cplusplus
}
#endif
#endif
