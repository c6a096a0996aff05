/* process_shared_condition_variable.h: waits until something becomes true of data in memory that
 * processes share (MAP_SHARED), which an ordo_process_shared_mutex guards.
 *
 *     ordo_process_shared_mutex_lock(&shared->mutex);
 *     ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(&shared->not_empty, &shared->mutex,
 *                                                       shared->count == 0);
 *
 * Both sides hold the mutex. So nobody can start to wait between a notification's change and its
 * system call, and none that starts to wait later can take it from one that waited before. (The
 * kernel lets the highest priority go first: a later real-time thread could.) All waiters of one
 * condition variable use one mutex.
 *
 * Size: 8 bytes. All zero bytes are one that nobody waits for.
 * States: a count of notifications, which is what waiters sleep on, and how many wait.
 * Orderings: those of the mutex.
 * Waiting: asleep at once. A notification does not wake: it lets one waiter, or all, queue for the
 *     mutex, from which each unlock wakes the next (no stampede). Without waiters it is no system
 *     call.
 * Fairness: notify_one takes the waiter of the highest priority, the first of equal ones. A wait
 *     may return without a notification, so callers loop, as the macros do. 2^32 notifications
 *     between a thread's decision to wait and its system call are taken for none.
 * Deadlines: wait_until may return late, because it returns with the mutex locked. After ETIMEDOUT
 *     it has taken no notification.
 * Misuse: a wait or a notification with a mutex that is not locked aborts. That it is locked by
 *     another thread is not noticed.
 * Signals: not safe in a handler.
 * Fork: parent and child use the same one if its memory is shared.
 * Sharing: between the threads of all processes that have both mapped, at whatever address.
 * Killed processes: one that is killed while it waits stays counted, for which later notifications
 *     make a needless system call; a notification that it was given is lost. One that is killed
 *     with the mutex leaves that locked.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as every wait has
 *     returned, by one of the waiters too: a notification is over before its mutex is unlocked.
 * Without futexes: refused. wait_until returns ENOTSUP, the other functions abort.
 * Source: futex(2), FUTEX_REQUEUE.
 */
#ifndef ORDO_PROCESS_SHARED_CONDITION_VARIABLE_H
#define ORDO_PROCESS_SHARED_CONDITION_VARIABLE_H

#include "ordo/process_shared_mutex.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_process_shared_condition_variable {
    ordo_atomic_u32 sequence; /* counts notifications */
    uint32_t waiters;         /* guarded by the mutex */
} ordo_process_shared_condition_variable;

#define ORDO_PROCESS_SHARED_CONDITION_VARIABLE_INIT { ORDO_ATOMIC_INIT(0), 0 }

/* Unlocks the mutex, waits for a notification, and locks it again. */
void ordo_process_shared_condition_variable_wait(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
    ORDO_REQUIRES(*mutex);

/* The same, but no longer than to the deadline of ordo_clock_now: then ETIMEDOUT, else 0. */
__attribute__((warn_unused_result)) int ordo_process_shared_condition_variable_wait_until(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex,
    uint64_t deadline) ORDO_REQUIRES(*mutex);

/* Let one of those that wait now, or all, go on once they have the mutex. */
void ordo_process_shared_condition_variable_notify_one(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
    ORDO_REQUIRES(*mutex);
void ordo_process_shared_condition_variable_notify_all(
    ordo_process_shared_condition_variable *condition, ordo_process_shared_mutex *mutex)
    ORDO_REQUIRES(*mutex);

/* Waits while `expression` is true; it is looked at with the mutex locked. */
#define ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(condition, mutex, expression)            \
    do {                                                                                           \
        while (expression)                                                                         \
            ordo_process_shared_condition_variable_wait(condition, mutex);                         \
    } while (0)

/* The same until a deadline, which is evaluated once. An int: 0 if `expression` is false, looked at
 * once more after the deadline; ETIMEDOUT if it is still true then. */
#define ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(condition, mutex, expression,      \
                                                                deadline)                          \
    ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL_(                                      \
        condition, mutex, expression, deadline, ORDO_SCOPE_NAME(ordo_deadline),                    \
        ORDO_SCOPE_NAME(ordo_error), ORDO_SCOPE_NAME(ordo_holds))
#define ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL_(condition, mutex, expression,     \
                                                                 deadline, until, error, holds)    \
    __extension__({                                                                                \
        const uint64_t until = (deadline);                                                         \
        int error = 0;                                                                             \
        bool holds;                                                                                \
        while ((holds = (expression)) && error == 0)                                               \
            error = ordo_process_shared_condition_variable_wait_until(condition, mutex, until);    \
        holds ? error : 0;                                                                         \
    })

#ifdef __cplusplus
}
#endif
#endif
