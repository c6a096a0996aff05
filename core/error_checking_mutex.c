/* error_checking_mutex.c: see error_checking_mutex.h; `owner` is as in recursive_mutex.c: relaxed,
 * because a thread asks only for its own id, which only itself writes.
 */
#include "ordo/error_checking_mutex.h"

#include <errno.h>

#include "ordo/thread.h"

static bool is_mine(const ordo_error_checking_mutex *mutex)
{
    return ordo_load(&mutex->owner, ordo_relaxed) == ordo_thread_id();
}

static void own(ordo_error_checking_mutex *mutex)
{
    ordo_store(&mutex->owner, ordo_thread_id(), ordo_relaxed);
}

ORDO_NOT_ANALYSED int ordo_error_checking_mutex_lock(ordo_error_checking_mutex *mutex)
{
    return ordo_error_checking_mutex_lock_until(mutex, ORDO_NEVER);
}

ORDO_NOT_ANALYSED int ordo_error_checking_mutex_try_lock(ordo_error_checking_mutex *mutex)
{
    if (is_mine(mutex))
        return EDEADLK;
    if (!ordo_mutex_try_lock(&mutex->mutex))
        return EBUSY;
    own(mutex);
    return 0;
}

ORDO_NOT_ANALYSED int ordo_error_checking_mutex_lock_until(ordo_error_checking_mutex *mutex,
                                                           uint64_t deadline)
{
    if (is_mine(mutex))
        return EDEADLK;
    const int error = ordo_mutex_lock_until(&mutex->mutex, deadline);
    if (error == 0)
        own(mutex);
    return error;
}

ORDO_NOT_ANALYSED int ordo_error_checking_mutex_unlock(ordo_error_checking_mutex *mutex)
{
    if (!is_mine(mutex))
        return EPERM;
    ordo_store(&mutex->owner, 0, ordo_relaxed);
    ordo_mutex_unlock(&mutex->mutex);
    return 0;
}

ORDO_NOT_ANALYSED void ordo_error_checking_mutex_fork_prepare(ordo_error_checking_mutex *mutex)
{
    if (ordo_error_checking_mutex_lock(mutex) != 0)
        ordo_misuse("error_checking_mutex.c: lock by the thread that has it");
}

ORDO_NOT_ANALYSED void ordo_error_checking_mutex_fork_parent(ordo_error_checking_mutex *mutex)
{
    if (ordo_error_checking_mutex_unlock(mutex) != 0)
        ordo_misuse("error_checking_mutex.c: unlock by a thread that is not the owner");
}

ORDO_NOT_ANALYSED void ordo_error_checking_mutex_fork_child(ordo_error_checking_mutex *mutex)
{
    ordo_error_checking_mutex_fork_parent(mutex);
}
