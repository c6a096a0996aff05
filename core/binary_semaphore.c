/* binary_semaphore.c: see binary_semaphore.h.
 *
 *     bit 0       the token is there
 *     bits 1-31   waiters: threads between their entry in wait_for_token and their leaving it
 *
 * Nobody sleeps for ever: a waiter counts itself, then sleeps only on a word without the token.
 * Later the post that adds the token finds the waiter in the word that it changes, and wakes one.
 * A waiter takes itself out of the count only as it takes the token or gives up, so that until
 * then every post wakes, also one that is refused: the thread of the post before it may have been
 * stopped between its atomic operation and its wake. A waiter that is woken and finds the token
 * taken by somebody else sleeps again: the next post wakes one again. One that gives up has taken
 * no wake along, because a wait that was woken does not return ETIMEDOUT, and looks once more.
 *
 * The word may come back to an earlier value between a waiter's look and its going to sleep. That
 * is harmless: any word without the token is a reason to sleep, and all the same to the next post.
 *
 * Post learns from its one atomic operation whether to wake, and reads nothing after it. A waiter
 * leaves by the operation that takes the token.
 */
#include "ordo/binary_semaphore.h"

#include <errno.h>

#include "ordo/futex.h"
#include "ordo/spin_limit.h"

enum { token = 1, waiter = 2 };

bool ordo_binary_semaphore_try_wait(ordo_binary_semaphore *semaphore)
{
    /* The load orders nothing: it only saves a write. */
    if (!(ordo_load(&semaphore->state, ordo_relaxed) & token))
        return false;
    /* Acquire: pairs with the release in post. */
    return ordo_fetch_and(&semaphore->state, ~(uint32_t)token, ordo_acquire) & token;
}

/* Waits until the token is there and takes it, or until the deadline. */
__attribute__((cold, noinline)) static int wait_for_token(ordo_binary_semaphore *semaphore,
                                                          uint64_t deadline)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&semaphore->state, ordo_relaxed) == 0; turn++)
        ordo_spin_hint();

    uint32_t state = ordo_add_fetch(&semaphore->state, waiter, ordo_relaxed);
    bool late = false;
    for (;;) {
        const bool there = state & token;
        if (there || late) {
            const uint32_t left = (state & ~(uint32_t)token) - waiter;
            /* Acquire: pairs with the release in post. */
            if (ordo_compare_exchange_weak(&semaphore->state, &state, left, ordo_acquire,
                                           ordo_relaxed))
                return there ? 0 : ETIMEDOUT;
        } else {
            late = ordo_futex_wait_until(&semaphore->state, state, deadline) == ETIMEDOUT;
            state = ordo_load(&semaphore->state, ordo_relaxed);
        }
    }
}

void ordo_binary_semaphore_wait(ordo_binary_semaphore *semaphore)
{
    if (!ordo_binary_semaphore_try_wait(semaphore))
        wait_for_token(semaphore, ORDO_NEVER);
}

int ordo_binary_semaphore_wait_until(ordo_binary_semaphore *semaphore, uint64_t deadline)
{
    return ordo_binary_semaphore_try_wait(semaphore) ? 0 : wait_for_token(semaphore, deadline);
}

int ordo_binary_semaphore_post(ordo_binary_semaphore *semaphore)
{
    /* Release: pairs with the acquire of who takes the token, who may free the semaphore. */
    const uint32_t before = ordo_fetch_or(&semaphore->state, token, ordo_release);

    if (before >= waiter)
        ordo_futex_wake(&semaphore->state, 1); /* the address alone */
    return before & token ? EOVERFLOW : 0;
}

bool ordo_binary_semaphore_value(const ordo_binary_semaphore *semaphore)
{
    return ordo_load(&semaphore->state, ordo_relaxed) & token;
}
