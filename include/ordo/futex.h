/* futex.h: wait until a 32-bit word changes, and wake who waits. Everything in ordo that blocks
 * does so here; the model checker (arch/model) has its own version of this file's functions.
 *
 * A waiter goes to sleep only if the word still holds `expected`; the check and the going to sleep
 * are one step with respect to wakes of the same word. That is all a futex orders: returning from a
 * wait makes nothing visible that the word's own acquire load does not. Every wait may return for no
 * reason, so callers loop. A wake names the word by its address alone and may name freed memory.
 *
 * Thread-safe. ordo_futex_wake is safe in a signal handler.
 */
#ifndef ORDO_FUTEX_H
#define ORDO_FUTEX_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sleeps while *word is `expected`. Returns 0 when woken, or for no reason; EAGAIN if the word held
 * another value; EINTR if a signal came. */
int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected);

/* The same until an absolute deadline of ordo_clock_now, in ns; then ETIMEDOUT. */
int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline);

/* Wakes at most `count` waiters, those that came first; UINT32_MAX wakes all. Returns how many. */
uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
