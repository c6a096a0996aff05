/* semaphore.c: see semaphore.h and process_shared_semaphore.h, which differ in the futex's flag.
 *
 *     bits 0-20    tokens
 *     bits 21-41   the maximum, constant; 0 is ORDO_SEMAPHORE_MAX
 *     bits 42-63   waiters: threads between their entry in wait_for_token and their leaving it
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
#include "ordo/semaphore.h"

#include <errno.h>

#include "low_half.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/process_shared_semaphore.h"
#include "ordo/spin_limit.h"

#define WAITER (UINT64_C(1) << 42)

static uint32_t tokens(uint64_t state)
{
    return state & ORDO_SEMAPHORE_MAX;
}

static uint32_t room(uint64_t state)
{
    const uint32_t field = state >> 21 & ORDO_SEMAPHORE_MAX;
    const uint32_t maximum = field != 0 ? field : ORDO_SEMAPHORE_MAX;

    if (tokens(state) > maximum)
        ordo_misuse("semaphore.c: more tokens from the beginning than the maximum");
    return maximum - tokens(state);
}

bool ordo_semaphore_try_wait(ordo_semaphore *semaphore)
{
    uint64_t before;

    /* Acquire: pairs with the release in post. */
    return ordo_fetch_update_if(&semaphore->state, ordo_acquire, ordo_relaxed, state,
                                tokens(state) != 0, state - 1, &before);
}

/* Waits until there is a token and takes it, or until the deadline. */
__attribute__((cold, noinline)) static int wait_for_token(ordo_semaphore *semaphore,
                                                          uint64_t deadline, unsigned int flags)
{
    for (unsigned int turn = 0; turn < ordo_spin_limit && ordo_semaphore_value(semaphore) == 0;
         turn++)
        ordo_spin_hint();

    uint64_t state = ordo_add_fetch(&semaphore->state, WAITER, ordo_relaxed);
    int error = 0;
    for (;;) {
        const bool there = tokens(state) != 0;

        if (there || error == ETIMEDOUT) {
            /* Acquire: pairs with the release in post. */
            if (ordo_compare_exchange_weak(&semaphore->state, &state, state - WAITER - there,
                                           ordo_acquire, ordo_relaxed))
                return there ? 0 : ETIMEDOUT;
        } else {
            error = ordo_futex_wait_bitset(low_half(&semaphore->state), (uint32_t)state, deadline,
                                           ORDO_FUTEX_ANY, flags);
            state = ordo_load(&semaphore->state, ordo_relaxed);
        }
    }
}

static int post(ordo_semaphore *semaphore, uint32_t count, unsigned int flags)
{
    uint64_t before;

    /* Release: pairs with the acquire of who takes a token, who may free the semaphore. */
    const bool added = ordo_fetch_update_if(&semaphore->state, ordo_release, ordo_relaxed, state,
                                            count <= room(state), state + count, &before);

    if (before >= WAITER)
        ordo_futex_wake_bitset(low_half(&semaphore->state), count, ORDO_FUTEX_ANY,
                               flags); /* the address alone */
    return added ? 0 : EOVERFLOW;
}

void ordo_semaphore_wait(ordo_semaphore *semaphore)
{
    if (!ordo_semaphore_try_wait(semaphore))
        wait_for_token(semaphore, ORDO_NEVER, ordo_futex_private);
}

int ordo_semaphore_wait_until(ordo_semaphore *semaphore, uint64_t deadline)
{
    return ordo_semaphore_try_wait(semaphore)
               ? 0
               : wait_for_token(semaphore, deadline, ordo_futex_private);
}

int ordo_semaphore_post(ordo_semaphore *semaphore, uint32_t count)
{
    return post(semaphore, count, ordo_futex_private);
}

uint32_t ordo_semaphore_value(const ordo_semaphore *semaphore)
{
    return tokens(ordo_load(&semaphore->state, ordo_relaxed));
}

/* ---- Process-shared -------------------------------------------------------------------------- */

bool ordo_process_shared_semaphore_try_wait(ordo_process_shared_semaphore *semaphore)
{
    return ordo_semaphore_try_wait(&semaphore->semaphore);
}

void ordo_process_shared_semaphore_wait(ordo_process_shared_semaphore *semaphore)
{
    if (!ordo_process_shared_semaphore_try_wait(semaphore))
        wait_for_token(&semaphore->semaphore, ORDO_NEVER, ordo_futex_shared);
}

int ordo_process_shared_semaphore_wait_until(ordo_process_shared_semaphore *semaphore,
                                             uint64_t deadline)
{
    return ordo_process_shared_semaphore_try_wait(semaphore)
               ? 0
               : wait_for_token(&semaphore->semaphore, deadline, ordo_futex_shared);
}

int ordo_process_shared_semaphore_post(ordo_process_shared_semaphore *semaphore, uint32_t count)
{
    return post(&semaphore->semaphore, count, ordo_futex_shared);
}

uint32_t ordo_process_shared_semaphore_value(const ordo_process_shared_semaphore *semaphore)
{
    return ordo_semaphore_value(&semaphore->semaphore);
}
