/* poison_mutex.h: a mutex that tells the next owner if the one before left without unlocking: by
 * the end of its thread or by ordo_longjmp (jump.h). It is then given back, and poisoned: what it
 * protects may be half-changed.
 *
 *     static ORDO_POISON_MUTEX(struct account) account;
 *     ORDO_POISON_MUTEX_SCOPE(open, &account) {    // open: struct account *
 *         if (ordo_poison_mutex_is_poisoned(&account.mutex)) {
 *             repair(open);
 *             ordo_poison_mutex_clear(&account.mutex);
 *         }
 *         open->balance += 100;
 *     }
 *
 * Size: 48 bytes. All zero bytes are an unlocked mutex, not poisoned.
 * States: those of mutex.h; beside it the owner's ordo_thread_id, whether it is poisoned, and the
 *     owner's exit node, through which the end of its thread finds the mutex.
 * Orderings, waiting, fairness: as mutex.h. What an owner that left did happens before what the
 *     next one does.
 * What poisons: the owner's thread ends, by return, pthread_exit or cancellation; the owner leaves
 *     by ordo_longjmp.
 * What does not: leaving a scope by break, return or goto, which unlocks it; and what ends a scope
 *     in the same way, as the compiler cannot tell them apart: a C++ exception, and, in code that
 *     is compiled with -fexceptions as C++ is, pthread_exit and cancellation inside a scope. A lock
 *     without a scope is poisoned by these two all the same.
 *     A plain longjmp is not seen: the mutex stays locked until the thread ends, and is poisoned
 *     then.
 * Misuse: lock and lock_until by the owner abort (try_lock says EBUSY), and so do unlock,
 *     is_poisoned and clear by a thread that is not the owner.
 * Signals: not safe in a handler. Sharing: between the threads of one process. Fork: one that
 *     another thread held stays locked in the child.
 * Analysis: Clang's -Wthread-safety knows only one result that means locked, so it is not told.
 * Destruction: as mutex.h. (Mara Bos, chapter 1: lock poisoning.)
 */
#ifndef ORDO_POISON_MUTEX_H
#define ORDO_POISON_MUTEX_H

#include "ordo/mutex.h"
#include "ordo/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_poison_mutex {
    ordo_mutex mutex;
    bool is_poisoned; /* the owner's to read and write */
    ordo_atomic_u64 owner;
    struct ordo_thread_exit exit;
} ordo_poison_mutex;

#define ORDO_POISON_MUTEX_INIT { ORDO_MUTEX_INIT, false, ORDO_ATOMIC_INIT(0), { 0, 0, 0, 0 } }

/* Locks it. Returns 0, or EOWNERDEAD if it is poisoned; it is locked either way. */
__attribute__((warn_unused_result)) int ordo_poison_mutex_lock(ordo_poison_mutex *mutex);

/* The same, or EBUSY if somebody has it. Does not wait. */
__attribute__((warn_unused_result)) int ordo_poison_mutex_try_lock(ordo_poison_mutex *mutex);

/* As lock, or ETIMEDOUT. */
__attribute__((warn_unused_result)) int ordo_poison_mutex_lock_until(ordo_poison_mutex *mutex,
                                                                     uint64_t deadline);

void ordo_poison_mutex_unlock(ordo_poison_mutex *mutex);

/* For the owner: whether it is poisoned, and that it is not any more. */
bool ordo_poison_mutex_is_poisoned(const ordo_poison_mutex *mutex);
void ordo_poison_mutex_clear(ordo_poison_mutex *mutex);

static inline ordo_poison_mutex *ordo_poison_mutex_guard_start(ordo_poison_mutex *mutex)
{
    const int poison = ordo_poison_mutex_lock(mutex); /* which is_poisoned tells */
    (void)poison;
    return mutex;
}

static inline void ordo_poison_mutex_guard_end(ordo_poison_mutex **guard)
{
    if (*guard != 0)
        ordo_poison_mutex_unlock(*guard);
    *guard = 0;
}

/* A poison mutex and the data that it protects. */
#define ORDO_POISON_MUTEX(T)                                                                       \
    struct {                                                                                       \
        ordo_poison_mutex mutex;                                                                   \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, locked, poisoned or
 * not. Evaluates `owner` once for the lock and once for the data. */
#define ORDO_POISON_MUTEX_SCOPE(name, owner)                                                       \
    ORDO_POISON_MUTEX_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_POISON_MUTEX_SCOPE_(guard, name, owner)                                               \
    for (ordo_poison_mutex *guard __attribute__((cleanup(ordo_poison_mutex_guard_end))) =          \
             ordo_poison_mutex_guard_start(&(owner)->mutex);                                       \
         guard != 0; ordo_poison_mutex_guard_end(&guard))                                          \
        for (__typeof__(&(owner)->data) name = &(owner)->data; name != 0; name = 0)

/* int: moves the data to *to, a T, from an owner that nobody else has any more. 0, or EOWNERDEAD if
 * it is poisoned. Aborts if it is locked. */
#define ordo_poison_mutex_into_inner(from, to)                                                     \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (from);                                                             \
        *(to) = ordo_owner->data;                                                                  \
        ordo_poison_mutex_end(&ordo_owner->mutex);                                                 \
    })

int ordo_poison_mutex_end(ordo_poison_mutex *mutex); /* what into_inner returns */

#ifdef __cplusplus
}
#endif
#endif
