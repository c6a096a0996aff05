/* robust_mutex.h: a mutex that survives its owner: if a thread or process ends while it has the
 * mutex, even by SIGKILL, the next owner is told so.
 *
 *     switch (ordo_robust_mutex_lock(&shared->mutex)) {
 *     case EOWNERDEAD:                        // locked; the data may be half changed
 *         repair(shared);
 *         ordo_robust_mutex_consistent(&shared->mutex);
 *         break;
 *     case 0: break;
 *     default: return false;                  // not locked
 *     }
 *
 * It works in memory that processes share, at any address in each, and between threads. It costs
 * one short system call for each lock.
 *
 * Size: 40 bytes, aligned to 8. All zero bytes are an unlocked mutex.
 * States: 0 unlocked; the owner's ordo_thread_system_id; with either, FUTEX_WAITERS if somebody may
 *     sleep, FUTEX_OWNER_DIED if an owner ended and nobody has called consistent since; all bits:
 *     not recoverable.
 * Results of lock, try_lock and lock_until: 0 locked; EOWNERDEAD locked, but the owner before ended
 *     with the mutex; ENOTRECOVERABLE not locked, now and for ever: an owner that got EOWNERDEAD
 *     unlocked without calling consistent, so nobody vouches for the data; ENOTSUP not locked: the
 *     thread has no robust list that fits (robust_list.h: not glibc, QEMU, a bare clone, or a
 *     build of ordo without futexes).
 * Orderings: what one owner did, up to its end, happens before all that the next one does; no more.
 * Waiting: sleeps at once. An unlock wakes all that sleep, so that none depends on another one,
 *     which may be killed, to be woken: made for safety, not for many waiters.
 * Fairness: none.
 * Misuse: unlock, or consistent, by a thread that is not the owner, locking twice in one thread,
 *     and consistent of a mutex that is consistent abort.
 * Signals: not safe in a handler; a handler must not leave a lock or an unlock by longjmp.
 * Fork: the child has none of the locks that the parent's thread has. In shared memory it can use
 *     the mutex as any other process; in private memory its copy of a mutex that was locked stays
 * so. Sharing: between processes in one PID namespace. Each must have the page where it is locked
 *     mapped writable until it is unlocked, or the end of the owner goes unnoticed.
 * Checks: Clang's thread-safety analysis knows locks that one result takes, not two, so it is told
 *     nothing.
 * Limits: the kernel looks at the 2048 robust locks that a thread took last.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked: the release is the last access. But a thread that is
 *     killed in the few instructions between its release and the end of its unlock still has the
 *     lock's address announced, and the kernel looks there: if the memory was used again meanwhile,
 *     and a 32-bit word there equals the thread's number, it becomes FUTEX_OWNER_DIED. POSIX's
 *     robust mutexes on Linux have the same weakness. Where threads may be killed, let no memory
 *     that held a robust mutex serve other purposes.
 */
#ifndef ORDO_ROBUST_MUTEX_H
#define ORDO_ROBUST_MUTEX_H

#include "ordo/atomic.h"
#include "ordo/robust_list.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_robust_mutex {
    ordo_atomic_u32 word;
    uint32_t unused;
    ordo_robust_list *list; /* the owner's, in its own address space */
    uint64_t unused_too;
    struct ordo_robust_entry entry; /* its place is prescribed, see robust_list.h */
} ordo_robust_mutex;

#define ORDO_ROBUST_MUTEX_INIT { ORDO_ATOMIC_INIT(0), 0, 0, 0, {0, 0} }

__attribute__((warn_unused_result)) int ordo_robust_mutex_lock(ordo_robust_mutex *mutex);

/* Does not wait: EBUSY if another thread has it. */
__attribute__((warn_unused_result)) int ordo_robust_mutex_try_lock(ordo_robust_mutex *mutex);

/* ETIMEDOUT once the deadline of ordo_clock_now has passed. A mutex that is not locked is locked
 * even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_robust_mutex_lock_until(ordo_robust_mutex *mutex,
                                                                     uint64_t deadline);

/* The owner says that the data are in order again. */
void ordo_robust_mutex_consistent(ordo_robust_mutex *mutex);

void ordo_robust_mutex_unlock(ordo_robust_mutex *mutex);

#ifdef __cplusplus
}
#endif
#endif
