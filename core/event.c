/* event.c: see event.h.
 *
 * An auto-reset event is a binary semaphore whose token means "set". Its refused post publishes
 * too.
 *
 * A manual-reset event:
 *
 *     low half    how often it was set or reset: even not set, odd set; may wrap
 *     high half   waiters: threads between their entry in wait_for_set and their leaving it
 *
 * Nobody sleeps for ever: a waiter counts itself and learns from the same operation whether the
 * event is set, and which number the low half had if not. It sleeps only while the low half, the
 * futex word, is that number. Any set comes later, finds the waiter in the word that it changes,
 * and wakes all. The waiter leaves when the number is another: then there was a set in between,
 * even if it was reset. It takes itself out of the count only then, so that until then every set
 * wakes, also if the thread of an earlier one was stopped between its atomic operation and its
 * wake.
 *
 * Set learns from its one atomic operation whether to wake, and reads nothing after it. A waiter
 * leaves by its last operation.
 */
#include "ordo/event.h"

#include <errno.h>

#include "low_half.h"
#include "ordo/futex.h"
#include "ordo/spin_limit.h"

#define WAITER (UINT64_C(1) << 32)

/* ---- Auto-reset ------------------------------------------------------------------------------ */

void ordo_auto_reset_event_set(ordo_auto_reset_event *event)
{
    (void)ordo_binary_semaphore_post(&event->semaphore);
}

void ordo_auto_reset_event_reset(ordo_auto_reset_event *event)
{
    (void)!ordo_binary_semaphore_try_wait(&event->semaphore);
}

bool ordo_auto_reset_event_try_wait(ordo_auto_reset_event *event)
{
    return ordo_binary_semaphore_try_wait(&event->semaphore);
}

void ordo_auto_reset_event_wait(ordo_auto_reset_event *event)
{
    ordo_binary_semaphore_wait(&event->semaphore);
}

int ordo_auto_reset_event_wait_until(ordo_auto_reset_event *event, uint64_t deadline)
{
    return ordo_binary_semaphore_wait_until(&event->semaphore, deadline);
}

/* ---- Manual-reset ---------------------------------------------------------------------------- */

static bool is_set(uint64_t state)
{
    return state & 1;
}

/* The next number in the low half; nothing carries into the other. */
static uint64_t next(uint64_t state)
{
    return (state & ~(uint64_t)UINT32_MAX) | (uint32_t)(state + 1);
}

void ordo_manual_reset_event_set(ordo_manual_reset_event *event)
{
    /* Release: pairs with the acquire of who goes through, who may free the event. It writes even
     * if the event is set: what came before this set is published too. */
    const uint64_t before = ordo_fetch_update(&event->state, ordo_release, ordo_relaxed, state,
                                              is_set(state) ? state : next(state));

    if (before >= WAITER)
        ordo_futex_wake(low_half(&event->state), UINT32_MAX); /* the address alone */
}

void ordo_manual_reset_event_reset(ordo_manual_reset_event *event)
{
    uint64_t before;

    /* Relaxed: who goes through because of this number sees what the set before it published, as a
     * read-modify-write does not end its release sequence. */
    (void)ordo_fetch_update_if(&event->state, ordo_relaxed, ordo_relaxed, state, is_set(state),
                               next(state), &before);
}

bool ordo_manual_reset_event_try_wait(const ordo_manual_reset_event *event)
{
    /* Acquire: pairs with the release in set. */
    return is_set(ordo_load(&event->state, ordo_acquire));
}

__attribute__((cold, noinline)) static int wait_for_set(ordo_manual_reset_event *event,
                                                        uint64_t deadline)
{
    for (unsigned int turn = 0;
         turn < ordo_spin_limit && !is_set(ordo_load(&event->state, ordo_relaxed)); turn++)
        ordo_spin_hint();

    /* Acquire, twice: pairs with the release in set. Every other operation on the word is a
     * read-modify-write, which goes on with the release sequence. */
    const uint32_t arrival = (uint32_t)ordo_fetch_add(&event->state, WAITER, ordo_acquire);
    bool through = is_set(arrival);
    int error = 0;

    while (!through && error != ETIMEDOUT) {
        error = ordo_futex_wait_until(low_half(&event->state), arrival, deadline);
        through = (uint32_t)ordo_load(&event->state, ordo_acquire) != arrival;
    }
    ordo_fetch_sub(&event->state, WAITER, ordo_relaxed);
    return through ? 0 : ETIMEDOUT;
}

void ordo_manual_reset_event_wait(ordo_manual_reset_event *event)
{
    if (!ordo_manual_reset_event_try_wait(event))
        wait_for_set(event, ORDO_NEVER);
}

int ordo_manual_reset_event_wait_until(ordo_manual_reset_event *event, uint64_t deadline)
{
    return ordo_manual_reset_event_try_wait(event) ? 0 : wait_for_set(event, deadline);
}
