/* process_shared_mutex.c: see the header, and mutex_word.h for how it works. */
#include "ordo/process_shared_mutex.h"

#include "mutex_word.h"
#include "ordo/misuse.h"

ORDO_NOT_ANALYSED bool ordo_process_shared_mutex_try_lock(ordo_process_shared_mutex *mutex)
{
    return mutex_word_try_lock(&mutex->state);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_lock(ordo_process_shared_mutex *mutex)
{
    mutex_word_lock(&mutex->state, ORDO_NEVER, ordo_futex_shared);
}

ORDO_NOT_ANALYSED int ordo_process_shared_mutex_lock_until(ordo_process_shared_mutex *mutex,
                                                           uint64_t deadline)
{
    return mutex_word_lock(&mutex->state, deadline, ordo_futex_shared);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_lock_contended(ordo_process_shared_mutex *mutex)
{
    mutex_word_lock_contended(&mutex->state, ORDO_NEVER, ordo_futex_shared);
}

ORDO_NOT_ANALYSED void ordo_process_shared_mutex_unlock(ordo_process_shared_mutex *mutex)
{
    if (!mutex_word_unlock(&mutex->state, ordo_futex_shared))
        ordo_misuse("process_shared_mutex.c: unlock of a mutex that is not locked");
}
