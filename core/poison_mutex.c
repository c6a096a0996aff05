/* poison_mutex.c: see poison_mutex.h.
 *
 * `owner` is as in recursive_mutex.c: relaxed, because a thread asks only for its own id, which
 * only itself writes. `is_poisoned` and the exit node are the owner's, ordered by the mutex.
 *
 * The node is in the mutex and not in the owner's frames, which are gone when the end of a thread
 * runs it. It is taken off the thread's list before the mutex is unlocked, by unlock or by who runs
 * it; so the next owner may put it on its own, and the unlock of mutex.c is the last that touches
 * the object.
 */
#include "ordo/poison_mutex.h"

#include <errno.h>

#include "ordo/misuse.h"

static bool is_mine(const ordo_poison_mutex *mutex)
{
    return ordo_load(&mutex->owner, ordo_relaxed) == ordo_thread_id();
}

static void refuse_owner(const ordo_poison_mutex *mutex)
{
    if (is_mine(mutex)) /* perhaps it left by a plain longjmp */
        ordo_misuse("poison_mutex.c: lock by the thread that has it");
}

ORDO_NOT_ANALYSED static void give_back(ordo_poison_mutex *mutex)
{
    ordo_store(&mutex->owner, 0, ordo_relaxed);
    ordo_mutex_unlock(&mutex->mutex);
}

/* The owner leaves without unlocking. */
static void poison(void *argument)
{
    ordo_poison_mutex *const mutex = argument;

    mutex->is_poisoned = true;
    give_back(mutex);
}

static int own(ordo_poison_mutex *mutex)
{
    ordo_store(&mutex->owner, ordo_thread_id(), ordo_relaxed);
    ordo_thread_at_exit(&mutex->exit, poison, mutex);
    return mutex->is_poisoned ? EOWNERDEAD : 0;
}

ORDO_NOT_ANALYSED int ordo_poison_mutex_lock(ordo_poison_mutex *mutex)
{
    refuse_owner(mutex);
    ordo_mutex_lock(&mutex->mutex);
    return own(mutex);
}

ORDO_NOT_ANALYSED int ordo_poison_mutex_try_lock(ordo_poison_mutex *mutex)
{
    return ordo_mutex_try_lock(&mutex->mutex) ? own(mutex) : EBUSY;
}

ORDO_NOT_ANALYSED int ordo_poison_mutex_lock_until(ordo_poison_mutex *mutex, uint64_t deadline)
{
    refuse_owner(mutex);
    return ordo_mutex_lock_until(&mutex->mutex, deadline) == 0 ? own(mutex) : ETIMEDOUT;
}

void ordo_poison_mutex_unlock(ordo_poison_mutex *mutex)
{
    if (!is_mine(mutex))
        ordo_misuse("poison_mutex.c: unlock by a thread that is not the owner");
    ordo_thread_not_at_exit(&mutex->exit);
    give_back(mutex);
}

bool ordo_poison_mutex_is_poisoned(const ordo_poison_mutex *mutex)
{
    if (!is_mine(mutex))
        ordo_misuse("poison_mutex.c: question of a thread that is not the owner");
    return mutex->is_poisoned;
}

void ordo_poison_mutex_clear(ordo_poison_mutex *mutex)
{
    if (!is_mine(mutex))
        ordo_misuse("poison_mutex.c: poison cleared by a thread that is not the owner");
    mutex->is_poisoned = false;
}

int ordo_poison_mutex_end(ordo_poison_mutex *mutex)
{
    if (ordo_into_inner(&mutex->mutex.state) != 0)
        ordo_misuse("poison_mutex.c: the data are taken from a mutex that is locked");
    return mutex->is_poisoned ? EOWNERDEAD : 0;
}
