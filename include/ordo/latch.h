/* latch.h: a count that goes down to zero once, and threads that wait until it is there.
 *
 *     static ordo_latch done = ORDO_LATCH_INIT(3);
 *     ordo_latch_count_down(&done, 1);      // in each of three threads
 *     ordo_latch_wait(&done);               // in any number of threads
 *
 * Size: 4 bytes. All zero bytes are a latch that is at zero: nobody waits for it.
 * States: bit 0: somebody may sleep; the other 31 bits: the count, at most ORDO_LATCH_MAX.
 * Orderings: what came before each count_down happens before all that comes after a wait, or a
 *     try_wait that returns true; no more.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps. Only the count_down to zero
 *     wakes, all, and is a system call only if somebody may sleep.
 * Fairness: does not arise; all go on.
 * Misuse: counting below zero aborts.
 * Signals: count_down and try_wait are safe in a handler.
 * Fork: the child has the count as it was.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as no other thread waits
 *     or is still to count down, by a thread that has just returned from wait too, even while the
 *     count_down to zero has not returned: after its atomic operation there is at most a wake,
 *     which uses the address alone.
 * Source: std::latch of C++20.
 */
#ifndef ORDO_LATCH_H
#define ORDO_LATCH_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_latch {
    ordo_atomic_u32 state;
} ordo_latch;

#define ORDO_LATCH_MAX 0x7fffffff

/* `count` is a constant in static initialisers, and at most ORDO_LATCH_MAX. */
#define ORDO_LATCH_INIT(count) { ORDO_ATOMIC_INIT((uint32_t)(count) << 1) }

/* Takes `by` from the count. */
void ordo_latch_count_down(ordo_latch *latch, uint32_t by);

/* Whether the count is zero. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_latch_try_wait(const ordo_latch *latch);

/* Waits until the count is zero. */
void ordo_latch_wait(ordo_latch *latch);

/* Waits until the count is zero and returns 0, or returns ETIMEDOUT once the deadline of
 * ordo_clock_now has passed. At zero it returns 0 even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_latch_wait_until(ordo_latch *latch, uint64_t deadline);

/* Takes 1 from the count and waits until it is zero. */
void ordo_latch_arrive_and_wait(ordo_latch *latch);

#ifdef __cplusplus
}
#endif
#endif
