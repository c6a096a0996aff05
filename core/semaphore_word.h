/* semaphore_word.h: a semaphore on a bare word, for every type that has one; `flags` are those of
 * futex.h, a constant to each caller. See semaphore.h.
 *
 *     bits 0-20    tokens
 *     bits 21-41   the maximum, constant; 0 is ORDO_SEMAPHORE_MAX
 *     bits 42-63   waiters: threads between their entry in semaphore_word_wait and leaving it
 *
 * The low half, all the tokens and a constant, is the futex word.
 *
 * Nobody sleeps for ever: a waiter counts itself, then sleeps only while there are no tokens.
 * Later a post finds the waiter in the word that it changes, and wakes as many as it adds tokens.
 * A waiter takes itself out of the count only as it takes a token or gives up, so that until then
 * every post wakes, also if there were tokens before, and also one that is refused: the thread of
 * an earlier one may have been stopped between its atomic operation and its wake. A waiter that is
 * woken and finds the token taken by somebody else sleeps again: the next post wakes again. One
 * that gives up has taken no wake along, because a wait that was woken does not return ETIMEDOUT,
 * and looks once more.
 *
 * Post learns from its one atomic operation whether to wake, and reads nothing after it. A waiter
 * leaves by the operation that takes the token, and so may free the semaphore.
 */
#ifndef ORDO_SEMAPHORE_WORD_H
#define ORDO_SEMAPHORE_WORD_H

#include <errno.h>

#include "low_half.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/semaphore.h"
#include "ordo/spin_limit.h"

#define WAITER (UINT64_C(1) << 42)

static inline uint32_t tokens(uint64_t state)
{
    return state & ORDO_SEMAPHORE_MAX;
}

static inline uint32_t room(uint64_t state)
{
    const uint32_t field = state >> 21 & ORDO_SEMAPHORE_MAX;
    const uint32_t maximum = field != 0 ? field : ORDO_SEMAPHORE_MAX;

    if (tokens(state) > maximum)
        ordo_misuse("semaphore.c: more tokens from the beginning than the maximum");
    return maximum - tokens(state);
}

static inline bool semaphore_word_try_wait(ordo_atomic_u64 *word)
{
    uint64_t before;

    /* Acquire: pairs with the release in post. */
    return ordo_fetch_update_if(word, ordo_acquire, ordo_relaxed, state, tokens(state) != 0,
                                state - 1, &before);
}

/* Waits until there is a token and takes it, or until the deadline. */
__attribute__((cold, noinline)) static int semaphore_word_wait(ordo_atomic_u64 *word,
                                                               uint64_t deadline,
                                                               unsigned int flags)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && tokens(ordo_load(word, ordo_relaxed)) == 0; turn++)
        ordo_spin_hint();

    uint64_t state = ordo_add_fetch(word, WAITER, ordo_relaxed);
    int error = 0;
    for (;;) {
        const bool there = tokens(state) != 0;

        if (there || error == ETIMEDOUT) {
            /* Acquire: pairs with the release in post. */
            if (ordo_compare_exchange_weak(word, &state, state - WAITER - there, ordo_acquire,
                                           ordo_relaxed))
                return there ? 0 : ETIMEDOUT;
        } else {
            error = ordo_futex_wait_bitset(low_half(word), (uint32_t)state, deadline,
                                           ORDO_FUTEX_ANY, flags);
            state = ordo_load(word, ordo_relaxed);
        }
    }
}

static inline int semaphore_word_post(ordo_atomic_u64 *word, uint32_t count, unsigned int flags)
{
    uint64_t before;

    /* Release: pairs with the acquire of who takes a token, who may free the semaphore. */
    const bool added = ordo_fetch_update_if(word, ordo_release, ordo_relaxed, state,
                                            count <= room(state), state + count, &before);

    if (before >= WAITER) /* the address alone */
        ordo_futex_wake_bitset(low_half(word), count, ORDO_FUTEX_ANY, flags);
    return added ? 0 : EOVERFLOW;
}

#endif
