/* futex.c: see futex.h; Linux's futexes.
 *
 * A private futex is known by process and address, so the kernel never reads the word of a wake:
 * memory that is freed, or used for something else by now, is at worst woken for nothing. For a
 * shared one it looks up the page; where there is none, nobody can be waiting. All else that a wake
 * may be refused for is an error of the caller or of a sandbox, and would be a thread that sleeps
 * for ever.
 *
 * Every wait is a FUTEX_WAIT_BITSET: of the two that exist, the one whose deadline is absolute. A
 * deadline that has passed is the kernel's to notice, after it has compared the word.
 *
 * FUTEX_WAKE_BITSET takes a count of 0 for 1, so 0 does not reach it. So does FUTEX_WAKE_OP, where
 * nothing can be done about it: the change is to be made all the same, in the same call.
 */
#include "futex_call.h"

#include "futex_operation.h"
#include "ordo/misuse.h"

/* What a wait returns, from what the system did. */
static int result_of_wait(long result)
{
    switch (result) {
    case 0:
    case -EAGAIN:
    case -EINTR:
    case -ETIMEDOUT: return (int)-result;
    case -EFAULT: ordo_misuse("futex.c: wait on memory that is not there");
    case -EINVAL: ordo_misuse("futex.c: wait on a word that is not aligned");
    default: ordo_misuse("futex.c: the system refuses to wait");
    }
}

/* How many were woken or moved. EINVAL is a word that is not aligned, or one that others wait for
 * with futex_pi.h: the memory has another use by now, and the wake was for none of them. */
static uint32_t result_of_wake(long result, const ordo_atomic_u32 *from, const ordo_atomic_u32 *to)
{
    if (result == -EINVAL && ((uintptr_t)from | (uintptr_t)to) % sizeof from->plain != 0)
        ordo_misuse("futex.c: wake of a word that is not aligned");
    if (result == -EFAULT || result == -EINVAL)
        return 0;
    if (result < 0)
        ordo_misuse("futex.c: the system refuses to wake");
    return (uint32_t)result;
}

int ordo_futex_wait_bitset(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline,
                           uint32_t bits, unsigned int flags)
{
    struct timespec time;

    if (bits == 0)
        ordo_misuse("futex.c: wait without bits");
    return result_of_wait(futex_call(word, futex_timed_kind(FUTEX_WAIT_BITSET, flags), expected,
                                     (uintptr_t)futex_time(deadline, &time), NULL, bits));
}

int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    return ordo_futex_wait_bitset(word, expected, deadline, ORDO_FUTEX_ANY, ordo_futex_private);
}

int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    return ordo_futex_wait_until(word, expected, ORDO_NEVER);
}

uint32_t ordo_futex_wake_bitset(const ordo_atomic_u32 *word, uint32_t count, uint32_t bits,
                                unsigned int flags)
{
    if (bits == 0)
        ordo_misuse("futex.c: wake without bits");
    if (count == 0)
        return 0;
    return result_of_wake(futex_call(word, futex_kind(FUTEX_WAKE_BITSET, flags),
                                     (uint32_t)futex_count(count), 0, NULL, bits),
                          word, NULL);
}

uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    return ordo_futex_wake_bitset(word, count, ORDO_FUTEX_ANY, ordo_futex_private);
}

uint32_t ordo_futex_requeue(const ordo_atomic_u32 *from, uint32_t wake, const ordo_atomic_u32 *to,
                            uint32_t move, unsigned int flags)
{
    return result_of_wake(futex_call(from, futex_kind(FUTEX_REQUEUE, flags),
                                     (uint32_t)futex_count(wake), futex_count(move), to, 0),
                          from, to);
}

int ordo_futex_compare_requeue(const ordo_atomic_u32 *from, uint32_t expected, uint32_t wake,
                               const ordo_atomic_u32 *to, uint32_t move, unsigned int flags,
                               uint32_t *count)
{
    const long result = futex_call(from, futex_kind(FUTEX_CMP_REQUEUE, flags),
                                   (uint32_t)futex_count(wake), futex_count(move), to, expected);

    switch (result) {
    case -EAGAIN: return EAGAIN;
    case -EFAULT: ordo_misuse("futex.c: requeue from or to memory that is not there");
    case -EINVAL: ordo_misuse("futex.c: requeue from or to a word that is not aligned");
    default: break;
    }
    if (result < 0)
        ordo_misuse("futex.c: the system refuses to requeue");
    if (count != NULL)
        *count = (uint32_t)result;
    return 0;
}

/* ---- Changing a word and waking -------------------------------------------------------------- */

_Static_assert(ordo_futex_set == FUTEX_OP_SET && ordo_futex_xor == FUTEX_OP_XOR
                   && ordo_futex_equal == FUTEX_OP_CMP_EQ
                   && ordo_futex_greater_or_equal == FUTEX_OP_CMP_GE
                   && (int)futex_operand_is_bit == FUTEX_OP_OPARG_SHIFT,
               "the numbers are the kernel's");

uint32_t ordo_futex_wake_op(const ordo_atomic_u32 *first, uint32_t wake, ordo_atomic_u32 *second,
                            uint32_t wake_second, uint32_t operation, unsigned int flags)
{
    const long woken = futex_call(first, futex_kind(FUTEX_WAKE_OP, flags),
                                  (uint32_t)futex_count(wake), futex_count(wake_second), second,
                                  operation);

    if (woken == -EFAULT)
        ordo_misuse("futex.c: wake-op on memory that is not there");
    if (woken < 0)
        ordo_misuse("futex.c: the system refuses a wake-op");
    return (uint32_t)woken;
}

/* ---- Several words --------------------------------------------------------------------------- */

int ordo_futex_wait_any(const struct ordo_futex_waiter *waiters, unsigned int count,
                        uint64_t deadline, unsigned int flags, unsigned int *which)
{
    struct futex_waitv vector[FUTEX_WAITV_MAX];
    struct timespec time;

    if (count == 0 || count > FUTEX_WAITV_MAX)
        return EINVAL;
    for (unsigned int i = 0; i < count; i++)
        vector[i] = (struct futex_waitv){
            .uaddr = (uintptr_t)waiters[i].word,
            .val = waiters[i].expected,
            .flags = (uint32_t)futex_kind(FUTEX_32, waiters[i].flags),
        };

    const int before = errno;
    const long result = syscall(SYS_futex_waitv, vector, count, 0, futex_time(deadline, &time),
                                (flags & ordo_futex_realtime) != 0 ? CLOCK_REALTIME
                                                                   : CLOCK_MONOTONIC);
    const int error = errno;

    errno = before;
    if (result < 0 && (error == ENOSYS || error == EPERM)) /* a sandbox's word for the same */
        return ENOSYS;
    if (result < 0)
        return error == ENOMEM ? error : result_of_wait(-error);
    if (which != NULL)
        *which = (unsigned int)result;
    return 0;
}
