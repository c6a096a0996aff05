/* mutex_word.h: the three-state mutex on a bare word, for every type that has one; `flags` are
 * those of futex.h, a constant to each caller. See mutex.h.
 *
 *     0  unlocked
 *     1  locked, nobody sleeps
 *     2  locked, somebody may sleep
 *
 * Nobody sleeps for ever: a thread sleeps only on 2, which it has written itself or seen; whoever
 * makes a 2 into 0 wakes one sleeper, and who has slept takes the lock with 2, because others may
 * still sleep. A waiter that gives up leaves 2 behind, at worst for one wake too many; it takes no
 * wake along, because a wait that was woken does not return ETIMEDOUT.
 *
 * The word that the unlocking exchange writes is the futex word, and what that exchange returns
 * decides the wake, so nothing is read after it.
 */
#ifndef ORDO_MUTEX_WORD_H
#define ORDO_MUTEX_WORD_H

#include <errno.h>

#include "ordo/atomic.h"
#include "ordo/futex.h"
#include "ordo/spin_limit.h"

enum mutex_word { unlocked, locked, contended };

static inline bool mutex_word_try_lock(ordo_atomic_u32 *word)
{
    uint32_t expected = unlocked;

    /* Acquire: pairs with the release in unlock. */
    return ordo_compare_exchange(word, &expected, locked, ordo_acquire, ordo_relaxed);
}

/* Waits its turn among those that sleep. */
static inline int mutex_word_lock_contended(ordo_atomic_u32 *word, uint64_t deadline,
                                            unsigned int flags)
{
    /* Acquire: pairs with the release in unlock. */
    while (ordo_exchange(word, contended, ordo_acquire) != unlocked)
        if (ordo_futex_wait_bitset(word, contended, deadline, ORDO_FUTEX_ANY, flags) == ETIMEDOUT)
            return ETIMEDOUT;
    return 0;
}

/* Locks a mutex that was found locked. */
__attribute__((cold, noinline)) static int mutex_word_wait(ordo_atomic_u32 *word, uint64_t deadline,
                                                           unsigned int flags)
{
    /* On 2 others sleep already: spinning would only be unfair to them. */
    for (unsigned int turn = 0; turn < ordo_spin_limit && ordo_load(word, ordo_relaxed) == locked;
         turn++)
        ordo_spin_hint();
    return mutex_word_try_lock(word) ? 0 : mutex_word_lock_contended(word, deadline, flags);
}

static inline int mutex_word_lock(ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags)
{
    return mutex_word_try_lock(word) ? 0 : mutex_word_wait(word, deadline, flags);
}

/* Returns whether it was locked. */
static inline bool mutex_word_unlock(ordo_atomic_u32 *word, unsigned int flags)
{
    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    const uint32_t before = ordo_exchange(word, unlocked, ordo_release);

    if (before == contended)
        ordo_futex_wake_bitset(word, 1, ORDO_FUTEX_ANY, flags); /* the address alone */
    return before != unlocked;
}

#endif
