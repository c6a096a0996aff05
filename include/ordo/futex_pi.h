/* futex_pi.h: futexes with priority inheritance: while a thread waits for a word, the thread whose
 * number is in the word runs with the waiter's priority, if that is higher.
 *
 * The protocol of the word is the kernel's (futex(2), FUTEX_LOCK_PI): 0 is unlocked; else the bits
 * of FUTEX_TID_MASK are the owner's ordo_thread_system_id, FUTEX_WAITERS says that somebody waits
 * in the kernel, FUTEX_OWNER_DIED that an owner ended without unlocking. A thread that finds 0 may
 * put its number there itself (acquire), and take it back with a compare-exchange to 0 (release)
 * while no other bit is set; in all other cases it calls these functions.
 *
 * Deadlines are absolute, in ns of ordo_clock_now, or of CLOCK_REALTIME with ordo_futex_realtime;
 * ORDO_NEVER is none. Results are errno values; errno itself stays as it is. `flags` are those of
 * futex.h. Thread-safe; not for signal handlers. A build without futexes returns ENOTSUP.
 */
#ifndef ORDO_FUTEX_PI_H
#define ORDO_FUTEX_PI_H

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/futex.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Locks. 0; ETIMEDOUT; EDEADLK: the caller has it already, or a circle of owners would close;
 * ESRCH: the owner does not exist any more; EAGAIN: the owner is about to end, try again; ENOMEM;
 * ENOSYS: a deadline of ordo_clock_now before Linux 5.14 (a realtime one always works); EINTR: a
 * signal came, try again. */
int ordo_futex_lock_pi(ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags);

/* Locks if that needs no waiting, also when the word has bits that only the kernel may judge. As
 * above, but EBUSY instead of waiting. */
int ordo_futex_trylock_pi(ordo_atomic_u32 *word, unsigned int flags);

/* Unlocks and hands the word to the waiter of the highest priority. 0; EPERM: the caller does not
 * have it. */
int ordo_futex_unlock_pi(ordo_atomic_u32 *word, unsigned int flags);

/* Sleeps while *word is `expected`, until compare_requeue_pi moves the caller on to `lock`, and
 * there until it has `lock`. 0: it has; EAGAIN: *word held another value, or woken for no reason:
 * it has not; ETIMEDOUT, EINTR: it has not. */
int ordo_futex_wait_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                               ordo_atomic_u32 *lock, unsigned int flags);

/* If *word is `expected`, gives `lock` to the first waiter of `word`, or lets it wait for `lock`,
 * and lets at most `move` others wait for `lock`. 0, and *count (may be NULL) is how many were
 * served; EAGAIN: *word held another value, or the owner of `lock` is about to end; ENOMEM; ENOSYS;
 * EDEADLK; ESRCH as in lock_pi. */
int ordo_futex_compare_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint32_t move,
                                  ordo_atomic_u32 *lock, unsigned int flags, uint32_t *count);

#ifdef __cplusplus
}
#endif
#endif
