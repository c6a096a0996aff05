/* error_checking_mutex.h: a mutex that says when it is used wrongly, instead of waiting for ever or
 * aborting. For code that is being looked into, and for callers that cannot know what they hold.
 *
 * Size: 16 bytes. All zero bytes are an unlocked mutex.
 * States: those of mutex.h; beside it the owner's ordo_thread_id, 0 while there is none.
 * Orderings, waiting, fairness, destruction: as mutex.h.
 * Errors: EDEADLK: the caller has it already; EPERM: the caller does not have it. The mutex is then
 *     as before.
 * Signals: not safe in a handler. Sharing: between the threads of one process.
 * Fork: its owner may go on with it in the child, where it has the same id. One that another thread
 *     held stays locked in the child, but for those that went through the fork_ functions.
 * (POSIX PTHREAD_MUTEX_ERRORCHECK.)
 */
#ifndef ORDO_ERROR_CHECKING_MUTEX_H
#define ORDO_ERROR_CHECKING_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/misuse.h"
#include "ordo/mutex.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_error_checking_mutex {
    ordo_mutex mutex;
    ordo_atomic_u64 owner;
} ordo_error_checking_mutex;

#define ORDO_ERROR_CHECKING_MUTEX_INIT { ORDO_MUTEX_INIT, ORDO_ATOMIC_INIT(0) }

/* 0 or EDEADLK. */
__attribute__((warn_unused_result)) int
ordo_error_checking_mutex_lock(ordo_error_checking_mutex *mutex) ORDO_TRIES(0, *mutex);

/* 0, EDEADLK, or EBUSY if another thread has it. Does not wait. */
__attribute__((warn_unused_result)) int
ordo_error_checking_mutex_try_lock(ordo_error_checking_mutex *mutex) ORDO_TRIES(0, *mutex);

/* 0, EDEADLK or ETIMEDOUT. */
__attribute__((warn_unused_result)) int
ordo_error_checking_mutex_lock_until(ordo_error_checking_mutex *mutex, uint64_t deadline)
    ORDO_TRIES(0, *mutex);

/* 0 or EPERM. */
__attribute__((warn_unused_result)) int
ordo_error_checking_mutex_unlock(ordo_error_checking_mutex *mutex) ORDO_RELEASES(*mutex);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. Abort where the
 * functions above return an error. */
void ordo_error_checking_mutex_fork_prepare(ordo_error_checking_mutex *mutex)
    ORDO_ACQUIRES(*mutex);
void ordo_error_checking_mutex_fork_parent(ordo_error_checking_mutex *mutex) ORDO_RELEASES(*mutex);
void ordo_error_checking_mutex_fork_child(ordo_error_checking_mutex *mutex) ORDO_RELEASES(*mutex);

/* Locks now, unlocks at the end of the enclosing block; aborts on an error. */
#define ORDO_ERROR_CHECKING_MUTEX_GUARD(mutex)                                                     \
    ordo_error_checking_mutex *ORDO_SCOPE_NAME(ordo_guard)                                         \
        __attribute__((cleanup(ordo_error_checking_mutex_guard_end), unused)) =                    \
            ordo_error_checking_mutex_guard_start(mutex)

static inline ordo_error_checking_mutex *
ordo_error_checking_mutex_guard_start(ordo_error_checking_mutex *mutex) ORDO_ASSERTS(*mutex);

ORDO_NOT_ANALYSED static inline ordo_error_checking_mutex *
ordo_error_checking_mutex_guard_start(ordo_error_checking_mutex *mutex)
{
    ordo_error_checking_mutex_fork_prepare(mutex);
    return mutex;
}

ORDO_NOT_ANALYSED static inline void
ordo_error_checking_mutex_guard_end(ordo_error_checking_mutex **guard)
{
    ordo_error_checking_mutex_fork_parent(*guard);
}

#ifdef __cplusplus
}
#endif
#endif
