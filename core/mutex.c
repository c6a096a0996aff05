/* mutex.c: see mutex.h, and mutex_word.h for how it works. */
#include "ordo/mutex.h"

#include "mutex_word.h"
#include "ordo/misuse.h"

ORDO_NOT_ANALYSED bool ordo_mutex_try_lock(ordo_mutex *mutex)
{
    return mutex_word_try_lock(&mutex->state);
}

ORDO_NOT_ANALYSED void ordo_mutex_lock(ordo_mutex *mutex)
{
    mutex_word_lock(&mutex->state, ORDO_NEVER, ordo_futex_private);
}

ORDO_NOT_ANALYSED int ordo_mutex_lock_until(ordo_mutex *mutex, uint64_t deadline)
{
    return mutex_word_lock(&mutex->state, deadline, ordo_futex_private);
}

ORDO_NOT_ANALYSED void ordo_mutex_lock_contended(ordo_mutex *mutex)
{
    mutex_word_lock_contended(&mutex->state, ORDO_NEVER, ordo_futex_private);
}

ORDO_NOT_ANALYSED void ordo_mutex_unlock(ordo_mutex *mutex)
{
    if (!mutex_word_unlock(&mutex->state, ordo_futex_private))
        ordo_misuse("mutex.c: unlock of a mutex that is not locked");
}

void ordo_mutex_fork_prepare(ordo_mutex *mutex)
{
    ordo_mutex_lock(mutex);
}

void ordo_mutex_fork_parent(ordo_mutex *mutex)
{
    ordo_mutex_unlock(mutex);
}

ORDO_NOT_ANALYSED void ordo_mutex_fork_child(ordo_mutex *mutex)
{
    ordo_store(&mutex->state, unlocked, ordo_relaxed); /* there is nobody else */
}
