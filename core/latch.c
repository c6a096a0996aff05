/* latch.c: see latch.h.
 *
 *     bit 0       somebody may sleep
 *     bits 1-31   the count
 *
 * Nobody sleeps for ever: a waiter sleeps only on a word that has bit 0 and a count, and the bit
 * is never taken back. So the count_down that makes the count zero comes later, finds the bit in
 * the word that it changes, and wakes all. Those before it change the word and wake nobody: who
 * sleeps goes on sleeping, who is about to sleep looks again.
 *
 * count_down learns from its one atomic operation whether to wake, and reads nothing after it. A
 * waiter's last access is the load that sees zero.
 */
#include "ordo/latch.h"

#include <errno.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

enum { asleep = 1, one = 2 };

void ordo_latch_count_down(ordo_latch *latch, uint32_t by)
{
    /* Release: pairs with the acquire in try_wait; whoever sees zero may free the latch. Every
     * count_down is part of the release sequences of those before it. */
    const uint32_t before = ordo_fetch_sub(&latch->state, by * one, ordo_release);

    if (by > before / one)
        ordo_misuse("latch.c: count below zero");
    if (before == by * one + asleep)
        ordo_futex_wake(&latch->state, UINT32_MAX); /* the address alone */
}

bool ordo_latch_try_wait(const ordo_latch *latch)
{
    /* Acquire: pairs with the release in count_down. */
    return ordo_load(&latch->state, ordo_acquire) < one;
}

__attribute__((cold, noinline)) static int wait_for_zero(ordo_latch *latch, uint64_t deadline)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&latch->state, ordo_relaxed) >= one;
         turn++)
        ordo_spin_hint();

    for (;;) {
        /* Acquire: pairs with the release in count_down. */
        uint32_t state = ordo_load(&latch->state, ordo_acquire);
        if (state < one)
            return 0;
        /* Relaxed: it only leaves the bit for count_down. */
        if (!(state & asleep)
            && !ordo_compare_exchange_weak(&latch->state, &state, state | asleep, ordo_relaxed,
                                           ordo_relaxed))
            continue;
        if (ordo_futex_wait_until(&latch->state, state | asleep, deadline) == ETIMEDOUT)
            return ordo_latch_try_wait(latch) ? 0 : ETIMEDOUT;
    }
}

void ordo_latch_wait(ordo_latch *latch)
{
    if (!ordo_latch_try_wait(latch))
        wait_for_zero(latch, ORDO_NEVER);
}

int ordo_latch_wait_until(ordo_latch *latch, uint64_t deadline)
{
    return ordo_latch_try_wait(latch) ? 0 : wait_for_zero(latch, deadline);
}

void ordo_latch_arrive_and_wait(ordo_latch *latch)
{
    ordo_latch_count_down(latch, 1);
    ordo_latch_wait(latch);
}
