/* parker.h: how a thread of the parking lot sleeps, and is woken: the seam below parking_lot.c. It
 * has two forms: parker.c, on futexes, and pthread/parker.c, on POSIX threads, for systems without
 * futexes, where futex.c itself stands on the parking lot. All copies of ordo in one process are of
 * one form.
 *
 * A parker is on the stack of its thread, starts as zero bytes, and is woken once.
 */
#ifndef ORDO_CORE_PARKER_H
#define ORDO_CORE_PARKER_H

#include "ordo/atomic.h"

/*     0      not woken
 *     1      woken
 *     other  on POSIX threads: not woken, and this is the address of where the thread sleeps
 */
struct parker {
    ordo_atomic_u64 state;
};

/* Sleeps until woken, and returns true; or false once the deadline has passed, which is one of
 * CLOCK_REALTIME if `flags` is ordo_futex_realtime, else of ordo_clock_now. After that it may be
 * called again. Neither signals nor wakes without cause end it, nor does cancellation. What the
 * waker did happens before the return of true. */
bool ordo_parker_wait(struct parker *parker, uint64_t deadline, unsigned int flags);

/* Wakes its thread, at once if that sleeps only later. The parker may be gone as soon as its thread
 * can know: nothing of it is touched after that. */
void ordo_parker_wake(struct parker *parker);

#endif
