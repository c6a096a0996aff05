/* event.h: a thing that has happened, for threads to wait for. Two kinds.
 *
 * Auto-reset: each set lets exactly one waiter through. A set that finds nobody waiting is
 * remembered for the next one, once, however many there are.
 *
 *     static ordo_auto_reset_event work = ORDO_AUTO_RESET_EVENT_INIT(false);
 *
 * Manual-reset: a set lets all through, those that wait and those that come, until a reset.
 *
 *     static ordo_manual_reset_event open = ORDO_MANUAL_RESET_EVENT_INIT(false);
 *
 * Size: auto-reset 4 bytes, manual-reset 8. All zero bytes are an event that is not set.
 * States: auto-reset: those of binary_semaphore.h. Manual-reset: low half: how often it was set or
 *     reset, odd while it is set; high half: how many threads wait.
 * Orderings: what came before each set, also of one that is set already, happens before all that
 *     comes after a wait that goes through thanks to it or a later one; no more. What came before
 *     a reset is not published.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps. Without waiters set is no system
 *     call.
 * Policy: a manual-reset event lets all through that waited at the set, even if it is reset
 *     before they run (unless it is set 2^31 times in that time). Auto-reset: no fairness; a
 *     thread that comes by may go through before one that was just woken.
 * Misuse: nothing that they could notice: any thread may set and reset.
 * Signals: set, reset and try_wait are safe in a handler.
 * Fork: the child has the event as it was; waiters of the parent stay counted, for which a set in
 *     the child makes a needless system call.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as nobody waits and no
 *     set or reset is still to come, by the thread that went through too, even while the set that
 *     let it through has not returned: after its atomic operation there is at most a wake, which
 *     uses the address alone.
 * Source: the auto-reset and manual-reset events of Windows, by their documentation.
 */
#ifndef ORDO_EVENT_H
#define ORDO_EVENT_H

#include "ordo/binary_semaphore.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_auto_reset_event {
    ordo_binary_semaphore semaphore;
} ordo_auto_reset_event;

typedef struct ordo_manual_reset_event {
    ordo_atomic_u64 state;
} ordo_manual_reset_event;

/* `set`: whether it is from the beginning. */
#define ORDO_AUTO_RESET_EVENT_INIT(set) { ORDO_BINARY_SEMAPHORE_INIT(set) }
#define ORDO_MANUAL_RESET_EVENT_INIT(set) { ORDO_ATOMIC_INIT((set) ? 1 : 0) }

void ordo_auto_reset_event_set(ordo_auto_reset_event *event);
void ordo_manual_reset_event_set(ordo_manual_reset_event *event);

/* Forgets a set that nobody went through for; closes the way for those that come. */
void ordo_auto_reset_event_reset(ordo_auto_reset_event *event);
void ordo_manual_reset_event_reset(ordo_manual_reset_event *event);

/* Goes through if it is set; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool
ordo_auto_reset_event_try_wait(ordo_auto_reset_event *event);
__attribute__((warn_unused_result)) bool
ordo_manual_reset_event_try_wait(const ordo_manual_reset_event *event);

/* Goes through; waits until it can. */
void ordo_auto_reset_event_wait(ordo_auto_reset_event *event);
void ordo_manual_reset_event_wait(ordo_manual_reset_event *event);

/* Goes through and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has
 * passed. An event that is set lets it through even if the deadline is in the past. */
__attribute__((warn_unused_result)) int
ordo_auto_reset_event_wait_until(ordo_auto_reset_event *event, uint64_t deadline);
__attribute__((warn_unused_result)) int
ordo_manual_reset_event_wait_until(ordo_manual_reset_event *event, uint64_t deadline);

#ifdef __cplusplus
}
#endif
#endif
