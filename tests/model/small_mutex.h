/* small_mutex.h: a mutex for the model tests of other things: the three-state one of mutex.c. */
#ifndef ORDO_TESTS_MODEL_SMALL_MUTEX_H
#define ORDO_TESTS_MODEL_SMALL_MUTEX_H

#include <ordo/futex.h>

/* 0 unlocked, 1 locked, 2 locked and somebody may sleep. */
struct mutex {
    ordo_atomic_u32 state;
};

static inline void mutex_lock(struct mutex *mutex)
{
    uint32_t unlocked = 0;

    if (!ordo_compare_exchange(&mutex->state, &unlocked, 1, ordo_acquire, ordo_relaxed))
        while (ordo_exchange(&mutex->state, 2, ordo_acquire) != 0)
            ordo_futex_wait(&mutex->state, 2);
}

static inline void mutex_unlock(struct mutex *mutex)
{
    if (ordo_exchange(&mutex->state, 0, ordo_release) == 2)
        ordo_futex_wake(&mutex->state, 1);
}

#endif
