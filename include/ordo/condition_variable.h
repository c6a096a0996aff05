/* condition_variable.h: waits until something becomes true of data that an ordo_mutex guards.
 *
 *     ORDO_MUTEX_GUARD(&mutex);
 *     ORDO_CONDITION_VARIABLE_WAIT_WHILE(&not_empty, &mutex, count == 0);
 *
 * The condition changes only under the mutex; the notification may follow before or after the
 * unlock. Waiters of one condition variable may use different mutexes, if the condition is changed
 * under all of them.
 *
 * Size: 16 bytes. All zero bytes are one that nobody waits for.
 * States: the list of those that wait, in the order in which they came; each is on the stack of its
 *     thread, and has a word of its own to sleep on: waiting, signalled alone, signalled with all.
 * Orderings: a notification happens before the return of the wait that it ends. The data are
 *     ordered by the mutex.
 * Waiting: asleep at once. A notification that ends a wait is one or two system calls; without
 *     waiters it is one load. notify_all wakes one waiter and lets the others of that mutex queue
 *     for it, from which each unlock wakes the next (no stampede).
 * Fairness: notify_one ends the longest wait, whatever the priorities are: one that starts later
 *     never takes a notification from it, and neither does one that times out. A wait returns only
 *     for a notification or its deadline. The threads still take the mutex in any order, so another
 *     may have changed the condition back: callers loop, as the macros do.
 * Deadlines: wait_until may return late, because it returns with the mutex locked. After ETIMEDOUT
 *     it has taken no notification.
 * Misuse: a wait with a mutex that is not locked aborts. That it is locked by another thread is not
 *     noticed.
 * Signals: not safe in a handler.
 * Fork: the child may not use one that was in use at the fork.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, once every wait has returned, by
 *     one of the waiters too, if no notification is called any more but the one that ended that
 *     wait, which may still be on its way out, or if all others hold the mutex while they notify.
 * Source: the queue of waiters is that of Birrell, "Implementing Condition Variables with
 *     Semaphores" (2003); moving waiters to the mutex is futex(2), FUTEX_REQUEUE.
 */
#ifndef ORDO_CONDITION_VARIABLE_H
#define ORDO_CONDITION_VARIABLE_H

#include "ordo/mutex.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_condition_variable {
    ordo_mutex lock;        /* of the list */
    ordo_atomic_ptr oldest; /* of the waiters, which are a ring */
} ordo_condition_variable;

#define ORDO_CONDITION_VARIABLE_INIT { ORDO_MUTEX_INIT, ORDO_ATOMIC_INIT(0) }

/* Unlocks the mutex, waits for a notification, and locks it again. */
void ordo_condition_variable_wait(ordo_condition_variable *condition, ordo_mutex *mutex)
    ORDO_REQUIRES(*mutex);

/* The same, but no longer than to the deadline of ordo_clock_now: then ETIMEDOUT, else 0. */
__attribute__((warn_unused_result)) int
ordo_condition_variable_wait_until(ordo_condition_variable *condition, ordo_mutex *mutex,
                                   uint64_t deadline) ORDO_REQUIRES(*mutex);

/* End the longest wait, or all, that are there. */
void ordo_condition_variable_notify_one(ordo_condition_variable *condition);
void ordo_condition_variable_notify_all(ordo_condition_variable *condition);

/* Waits while `expression` is true; it is looked at with the mutex locked. */
#define ORDO_CONDITION_VARIABLE_WAIT_WHILE(condition, mutex, expression)                           \
    do {                                                                                           \
        while (expression)                                                                         \
            ordo_condition_variable_wait(condition, mutex);                                        \
    } while (0)

/* The same until a deadline, which is evaluated once. An int: 0 if `expression` is false, looked at
 * once more after the deadline; ETIMEDOUT if it is still true then. */
#define ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(condition, mutex, expression, deadline)           \
    ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL_(                                                     \
        condition, mutex, expression, deadline, ORDO_SCOPE_NAME(ordo_deadline),                    \
        ORDO_SCOPE_NAME(ordo_error), ORDO_SCOPE_NAME(ordo_holds))
#define ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL_(condition, mutex, expression, deadline, until,   \
                                                  error, holds)                                    \
    __extension__({                                                                                \
        const uint64_t until = (deadline);                                                         \
        int error = 0;                                                                             \
        bool holds;                                                                                \
        while ((holds = (expression)) && error == 0)                                               \
            error = ordo_condition_variable_wait_until(condition, mutex, until);                   \
        holds ? error : 0;                                                                         \
    })

#ifdef __cplusplus
}
#endif
#endif
