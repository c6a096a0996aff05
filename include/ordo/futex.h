/* futex.h: wait until a 32-bit word changes, and wake who waits. Everything in ordo that blocks
 * does so here; the model checker (arch/model) has its own version of this file's functions. The
 * priority-inheriting operations are in futex_pi.h.
 *
 * A waiter goes to sleep only if the word still holds `expected`; the check and the going to sleep
 * are one step with respect to wakes of the same word. That is all a futex orders: returning from a
 * wait makes nothing visible that the word's own acquire load does not. Every wait may return for
 * no reason, so callers loop. A wake names the word by its address alone and may name freed memory.
 *
 * Deadlines are absolute, in ns of ordo_clock_now; ORDO_NEVER is none. Results are 0 or an errno
 * value; errno itself stays as it is. A use that the kernel calls wrong (a word that is not there,
 * or not aligned) aborts.
 *
 * Thread-safe. The wakes are safe in a signal handler. In the child of a fork nobody waits.
 *
 * A build for systems without futexes (core/pthread) has these functions on the parking lot. There
 * waits on shared words, and compare_requeue of them, return ENOTSUP, and their wakes find nobody;
 * wait_any is ENOSYS; a word that is not there is a fault; no wait returns EINTR. And no wake is
 * safe in a signal handler there, so nothing that wakes is, whatever its own header says. A wake
 * waits there for the lock of the lot's queue, which a thread on its way to sleep may hold: what
 * wakes others is not lock-free there, nor wait-free, whatever its own header says.
 */
#ifndef ORDO_FUTEX_H
#define ORDO_FUTEX_H

#include "ordo/atomic.h"
#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The three that nearly all need: private to the process ---------------------------------- */

/* Sleeps while *word is `expected`. Returns 0 when woken, or for no reason; EAGAIN if the word held
 * another value; EINTR if a signal came. */
int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected);

/* The same until a deadline; then ETIMEDOUT. */
int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline);

/* Wakes at most `count` waiters, those that came first; UINT32_MAX wakes all. Returns how many. */
uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count);

/* ---- The general forms ----------------------------------------------------------------------- */

/* Or-ed. A private word is known by its address in this process, a shared one by its memory, so
 * that processes which have it mapped at different places meet. Both sides must name the same
 * kind. */
enum ordo_futex_flags {
    ordo_futex_private = 0,
    ordo_futex_shared = 1,
    ordo_futex_realtime = 2 /* the deadline is one of CLOCK_REALTIME, and moves when that is set */
};

#define ORDO_FUTEX_ANY UINT32_MAX /* the bits of who does not choose */

/* The same waits and wakes, between those that have a bit in common. `bits` is not 0. */
int ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                           uint32_t bits, unsigned int flags);
uint32_t ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                unsigned int flags);

/* Wakes at most `wake` waiters of `from`, and lets at most `move` others wait for `to` from then
 * on, as if they had called wait there. Returns how many it woke and moved. The second form does
 * nothing and returns EAGAIN if *from is not `expected`; *count may be NULL. */
uint32_t ordo_futex_requeue(const ordo_atomic_u32 *from, uint32_t wake, const ordo_atomic_u32 *to,
                            uint32_t move, unsigned int flags);
int ordo_futex_compare_requeue(const ordo_atomic_u32 *from, uint32_t expected, uint32_t wake,
                               const ordo_atomic_u32 *to, uint32_t move, unsigned int flags,
                               uint32_t *count);

/* Changes *second by `operation`, wakes at most `wake` waiters of `first` and, if the value that
 * *second had passes the comparison, at most `wake_second` of `second`; the system takes 0 for 1 in
 * both. Returns how many. The change is one read-modify-write, made by the kernel, and no weaker
 * than acquire and release: a locked instruction on x86, a release pair and a barrier on ARM. */
uint32_t ordo_futex_wake_op(const ordo_atomic_u32 *first, uint32_t wake, ordo_atomic_u32 *second,
                            uint32_t wake_second, uint32_t operation, unsigned int flags);

enum ordo_futex_change {
    ordo_futex_set, ordo_futex_add, ordo_futex_or, ordo_futex_andnot, ordo_futex_xor
};
enum ordo_futex_comparison {
    ordo_futex_equal, ordo_futex_not_equal, ordo_futex_less, ordo_futex_less_or_equal,
    ordo_futex_greater, ordo_futex_greater_or_equal
};

/* The `operation` that changes by `operand` and compares what was there, as a signed number, with
 * `against`. Both are -2048 to 2047; another number aborts. */
uint32_t ordo_futex_operation(enum ordo_futex_change change, int operand,
                              enum ordo_futex_comparison comparison, int against);
/* The same with the operand 1 << bit, bit from 0 to 31. */
uint32_t ordo_futex_operation_bit(enum ordo_futex_change change, unsigned int bit,
                                  enum ordo_futex_comparison comparison, int against);

struct ordo_futex_waiter {
    const ordo_atomic_u32 *word;
    uint32_t expected;
    unsigned int flags; /* ordo_futex_private or ordo_futex_shared */
};

/* Sleeps while each of `count` words, at most 128, holds what is expected of it. Returns 0 when one
 * was woken, whose index is *which then (`which` may be NULL), or EAGAIN, EINTR, ETIMEDOUT; EINVAL
 * for a count out of range; ENOMEM; ENOSYS if the system does not have it (Linux before 5.16, QEMU).
 * `flags` may be ordo_futex_realtime. */
int ordo_futex_wait_any(const struct ordo_futex_waiter *waiters, unsigned int count,
                        uint64_t deadline, unsigned int flags, unsigned int *which);

#ifdef __cplusplus
}
#endif
#endif
