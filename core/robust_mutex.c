/* robust_mutex.c: see robust_mutex.h; the kernel's robust futexes (Linux, Documentation/locking/
 * robust-futexes.rst).
 *
 *     0                  unlocked            number            locked by that thread
 *     | waiters          somebody may sleep
 *     | owner_died       an owner ended, and nobody has said that the data are in order
 *     all bits           not recoverable
 *
 * A thread sleeps only on a word that has a number and `waiters`. While no owner ends:
 *
 *     Whoever sleeps, the word has `waiters`.
 *
 * A lock keeps the bit. It goes away only by an unlock, which then is not ours but the kernel's
 * FUTEX_WAKE_OP: it changes the word and wakes all that sleep, in one step as seen by those that
 * are about to sleep, and by a kill. So nobody is left asleep when a waker dies before its wake,
 * when a woken thread dies before it takes the lock, or when somebody takes the lock in between:
 * there is nothing in between. (To wake one, after an exchange, would leave others asleep without
 * `waiters` in the word; if the one is killed, for ever.)
 *
 * An owner ends. The kernel goes through its list, and if the word has its number, makes it
 * owner_died, keeps `waiters` and wakes one. The next owner keeps both bits, so its unlock wakes
 * the others. If the woken one is killed first, the kernel finds it in its lock (pending) with no
 * owner in the word, and wakes another one (since Linux 6.2 and the stable kernels of that time).
 *
 * A kill between any two instructions:
 *   lock       pending is set before the first attempt, so that there is no moment at which the
 *              word has our number and the kernel does not know where: it is pending, then pending
 *              and in the list, then in the list. A pending word that is not ours the kernel leaves
 *   alone. unlock     pending is set before the entry leaves the list, until after the release.
 *              Before the release the word has our number: owner_died. After it the word is
 *              another's business, and nobody sleeps for our sake.
 *   consistent is one atomic step.
 *
 * Nothing of the mutex is touched after the release: `list`, which is needed to clear pending, is
 * read before; clearing it writes to the thread's own list.
 *
 * Not built on PI futexes, which report the end of an owner without a list, because they do so only
 * to those that wait when it ends. Later the kernel has but the number to go by; once that belongs
 * to a new thread, the lock waits for one that never had it, and lends it priority.
 *
 * The release is the last access: the compare-exchange, or the kernel's, which is a release too.
 * The one before it is for those who cannot see into the kernel, such as ThreadSanitizer.
 *
 * Orderings: release in unlock, before the kernel's change too, whose read-modify-write carries it
 * on, as it does that of `owner_died`; acquire in lock. An owner that ended did not release; its
 * stores are before the kernel's change because it ran on the same thread, behind full barriers.
 */
#include "ordo/robust_mutex.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/thread.h"

#define UNRECOVERABLE UINT32_MAX

_Static_assert(offsetof(ordo_robust_mutex, word) + 32
                   == offsetof(ordo_robust_mutex, entry) + offsetof(struct ordo_robust_entry, next),
               "the kernel finds the word 32 bytes before the entry's next");

/* Tries once. 0, EOWNERDEAD, ENOTRECOVERABLE, or EBUSY, and then *found is the word. */
static int take(ordo_robust_mutex *mutex, uint32_t self, uint32_t *found)
{
    *found = 0;
    do {
        if (*found == UNRECOVERABLE)
            return ENOTRECOVERABLE;
        if ((*found & FUTEX_TID_MASK) == self)
            ordo_misuse("robust_mutex.c: lock of a mutex that the caller has");
        if ((*found & FUTEX_TID_MASK) != 0)
            return EBUSY;
        /* Acquire: pairs with the release in unlock. */
    } while (!ordo_compare_exchange(&mutex->word, found, *found | self, ordo_acquire,
                                    ordo_relaxed));
    return (*found & FUTEX_OWNER_DIED) != 0 ? EOWNERDEAD : 0;
}

/* Sleeps after take has found another owner. 0 or ETIMEDOUT. */
__attribute__((cold, noinline)) static int wait(ordo_robust_mutex *mutex, uint32_t found,
                                                uint64_t deadline)
{
    const uint32_t marked = found | FUTEX_WAITERS;

    if (found != marked
        && !ordo_compare_exchange(&mutex->word, &found, marked, ordo_relaxed, ordo_relaxed))
        return 0; /* look again */
    return ordo_futex_wait_bitset(&mutex->word, marked, deadline, ORDO_FUTEX_ANY,
                                  ordo_futex_shared) == ETIMEDOUT
               ? ETIMEDOUT
               : 0;
}

static int lock(ordo_robust_mutex *mutex, bool waits, uint64_t deadline)
{
    ordo_robust_list *const list = ordo_robust_list_of_caller();
    const uint32_t self = ordo_thread_system_id();
    uint32_t found;
    int error;

    if (list == NULL)
        return ENOTSUP;
    ordo_robust_list_set_pending(list, &mutex->entry);
    while ((error = take(mutex, self, &found)) == EBUSY && waits)
        if (wait(mutex, found, deadline) == ETIMEDOUT) {
            error = ETIMEDOUT;
            break;
        }
    if (error == 0 || error == EOWNERDEAD) {
        mutex->list = list;
        ordo_robust_list_insert(list, &mutex->entry);
    }
    ordo_robust_list_set_pending(list, NULL);
    return error;
}

int ordo_robust_mutex_lock(ordo_robust_mutex *mutex)
{
    return lock(mutex, true, ORDO_NEVER);
}

int ordo_robust_mutex_try_lock(ordo_robust_mutex *mutex)
{
    return lock(mutex, false, 0);
}

int ordo_robust_mutex_lock_until(ordo_robust_mutex *mutex, uint64_t deadline)
{
    return lock(mutex, true, deadline);
}

/* The word of a mutex that the caller has. */
static uint32_t owned(ordo_robust_mutex *mutex, const char *misuse)
{
    const uint32_t word = ordo_load(&mutex->word, ordo_relaxed);

    if (word == UNRECOVERABLE || (word & FUTEX_TID_MASK) != ordo_thread_system_id())
        ordo_misuse(misuse);
    return word;
}

void ordo_robust_mutex_consistent(ordo_robust_mutex *mutex)
{
    if ((owned(mutex, "robust_mutex.c: a mutex is called consistent that the caller does not have")
         & FUTEX_OWNER_DIED) == 0)
        ordo_misuse("robust_mutex.c: a mutex is called consistent that is so");
    /* Relaxed: others read the bit only after the unlock. */
    ordo_fetch_andnot(&mutex->word, FUTEX_OWNER_DIED, ordo_relaxed);
}

/* The release, when somebody may sleep: changes the word and wakes all in one step. */
__attribute__((cold, noinline)) static void release_and_wake(ordo_robust_mutex *mutex,
                                                             bool recoverable)
{
    const uint32_t set = ordo_futex_operation(ordo_futex_set, recoverable ? 0 : -1,
                                              ordo_futex_equal, 0);

    /* Release: pairs with the acquire in take. Changes nothing: the bit is set. */
    ordo_fetch_or(&mutex->word, FUTEX_WAITERS, ordo_release);
    ordo_futex_wake_op(&mutex->word, UINT32_MAX, &mutex->word, 0, set, ordo_futex_shared);
}

void ordo_robust_mutex_unlock(ordo_robust_mutex *mutex)
{
    static const char misuse[] = "robust_mutex.c: unlock of a mutex that the caller does not have";
    const uint32_t word = owned(mutex, misuse);
    const bool recoverable = (word & FUTEX_OWNER_DIED) == 0;
    uint32_t quiet = word & ~(uint32_t)FUTEX_WAITERS;
    ordo_robust_list *const list = mutex->list;

    ordo_robust_list_set_pending(list, &mutex->entry);
    ordo_robust_list_remove(&mutex->entry);
    /* Release: pairs with the acquire in take. */
    if (!ordo_compare_exchange(&mutex->word, &quiet, recoverable ? 0 : UNRECOVERABLE, ordo_release,
                               ordo_relaxed))
        release_and_wake(mutex, recoverable);
    ordo_robust_list_set_pending(list, NULL);
}
