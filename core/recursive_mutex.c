/* recursive_mutex.c: see recursive_mutex.h.
 *
 * `owner` is written only by who has the mutex: its own id after locking, 0 before unlocking. Other
 * threads read it at any time, so it is atomic; relaxed is enough, as only one question is asked of
 * it, whether it is the reader's own id. Only the reader itself ever writes that value, so it reads
 * its id exactly when it has the mutex: coherence does not let it see an older store of its own
 * than its last. No id is used again, so no thread inherits the mutex of one that has ended.
 *
 * `count` is the owner's alone, ordered by the mutex. The last unlock writes both before the
 * release in ordo_mutex_unlock, which is the last that touches the object.
 */
#include "ordo/recursive_mutex.h"

#include <errno.h>

#include "ordo/misuse.h"
#include "ordo/thread.h"

static bool is_mine(const ordo_recursive_mutex *mutex)
{
    return ordo_load(&mutex->owner, ordo_relaxed) == ordo_thread_id();
}

static void own(ordo_recursive_mutex *mutex)
{
    ordo_store(&mutex->owner, ordo_thread_id(), ordo_relaxed);
    mutex->count = 1;
}

/* Counts one more lock of the owner, if there is room. */
static bool lock_again(ordo_recursive_mutex *mutex)
{
    if (mutex->count == UINT32_MAX)
        return false;
    mutex->count++;
    return true;
}

ORDO_NOT_ANALYSED void ordo_recursive_mutex_lock(ordo_recursive_mutex *mutex)
{
    if (!is_mine(mutex)) {
        ordo_mutex_lock(&mutex->mutex);
        own(mutex);
    } else if (!lock_again(mutex)) {
        ordo_misuse("recursive_mutex.c: locked more often than can be counted");
    }
}

ORDO_NOT_ANALYSED bool ordo_recursive_mutex_try_lock(ordo_recursive_mutex *mutex)
{
    if (is_mine(mutex))
        return lock_again(mutex);
    if (!ordo_mutex_try_lock(&mutex->mutex))
        return false;
    own(mutex);
    return true;
}

ORDO_NOT_ANALYSED int ordo_recursive_mutex_lock_until(ordo_recursive_mutex *mutex,
                                                      uint64_t deadline)
{
    if (is_mine(mutex))
        return lock_again(mutex) ? 0 : EAGAIN;
    const int error = ordo_mutex_lock_until(&mutex->mutex, deadline);
    if (error == 0)
        own(mutex);
    return error;
}

ORDO_NOT_ANALYSED void ordo_recursive_mutex_unlock(ordo_recursive_mutex *mutex)
{
    if (!is_mine(mutex))
        ordo_misuse("recursive_mutex.c: unlock by a thread that is not the owner");
    if (--mutex->count > 0)
        return;
    ordo_store(&mutex->owner, 0, ordo_relaxed);
    ordo_mutex_unlock(&mutex->mutex);
}

void ordo_recursive_mutex_fork_prepare(ordo_recursive_mutex *mutex)
{
    ordo_recursive_mutex_lock(mutex);
}

void ordo_recursive_mutex_fork_parent(ordo_recursive_mutex *mutex)
{
    ordo_recursive_mutex_unlock(mutex);
}

void ordo_recursive_mutex_fork_child(ordo_recursive_mutex *mutex)
{
    ordo_recursive_mutex_unlock(mutex); /* it may wake, but there is nobody */
}
