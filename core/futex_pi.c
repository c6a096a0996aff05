/* futex_pi.c: see futex_pi.h; Linux's futexes with priority inheritance.
 *
 * FUTEX_LOCK_PI knows CLOCK_REALTIME alone, FUTEX_LOCK_PI2 (Linux 5.14) both clocks. So a lock
 * without a deadline, or with a realtime one, works on every kernel.
 *
 * What a word can hold only if the program broke the protocol (an owner that is no thread of the
 * kind that can wait, waiters of another kind, a word that is not aligned or not there) ends it.
 */
#include "ordo/futex_pi.h"

#include "futex_call.h"
#include "ordo/misuse.h"

/* What an operation returns, if the kernel does not say that the program is wrong. */
static int result_of(long result)
{
    switch (result) {
    case -EFAULT: ordo_misuse("futex_pi.c: a word that is not there");
    case -EINVAL: ordo_misuse("futex_pi.c: a word that is not aligned, or not a lock's");
    default: return result < 0 ? (int)-result : 0;
    }
}

/* Of one that may not fail for want of a right: the owner is none of ours. */
static int result_of_lock(long result)
{
    if (result == -EPERM)
        ordo_misuse("futex_pi.c: the owner in the word cannot be a thread of this program");
    return result_of(result);
}

int ordo_futex_lock_pi(ordo_atomic_u32 *word, uint64_t deadline, unsigned int flags)
{
    const bool is_monotonic = deadline != ORDO_NEVER && (flags & ordo_futex_realtime) == 0;
    struct timespec time;

    return result_of_lock(futex_call(word,
                                     futex_kind(is_monotonic ? FUTEX_LOCK_PI2 : FUTEX_LOCK_PI,
                                                flags),
                                     0, (uintptr_t)futex_time(deadline, &time), NULL, 0));
}

int ordo_futex_trylock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    const int error =
        result_of_lock(futex_call(word, futex_kind(FUTEX_TRYLOCK_PI, flags), 0, 0, NULL, 0));

    return error == EAGAIN ? EBUSY : error;
}

int ordo_futex_unlock_pi(ordo_atomic_u32 *word, unsigned int flags)
{
    return result_of(futex_call(word, futex_kind(FUTEX_UNLOCK_PI, flags), 0, 0, NULL, 0));
}

int ordo_futex_wait_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                               ordo_atomic_u32 *lock, unsigned int flags)
{
    struct timespec time;

    return result_of_lock(futex_call(word, futex_timed_kind(FUTEX_WAIT_REQUEUE_PI, flags),
                                     expected, (uintptr_t)futex_time(deadline, &time), lock,
                                     FUTEX_BITSET_MATCH_ANY));
}

int ordo_futex_compare_requeue_pi(const ordo_atomic_u32 *word, uint32_t expected, uint32_t move,
                                  ordo_atomic_u32 *lock, unsigned int flags, uint32_t *count)
{
    const long result = futex_call(word, futex_kind(FUTEX_CMP_REQUEUE_PI, flags), 1,
                                   futex_count(move), lock, expected);

    if (result >= 0 && count != NULL)
        *count = (uint32_t)result;
    return result_of_lock(result);
}
