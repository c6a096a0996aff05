/* futex.c: see futex.h; Linux's private futexes. A private futex is known by process and address,
 * so the kernel never reads the word of a wake: memory that is freed, or used for something else by
 * now, is at worst woken for nothing.
 *
 * Every wait is a FUTEX_WAIT_BITSET: of the two that exist, the one whose deadline is absolute. A
 * deadline that has passed is the kernel's to notice, after it has compared the word; one beyond
 * what it can count, 292 years, it takes as never.
 *
 * errno is the caller's, and is as before.
 */
#include "ordo/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ordo/misuse.h"

enum { second = 1000000000 };

_Static_assert((time_t)(UINT64_MAX / second) == UINT64_MAX / second,
               "time_t has room for every deadline");

static int wait_bitset(const ordo_atomic_u32 *word, uint32_t expected,
                       const struct timespec *deadline)
{
    const int before = errno;
    int error = 0;

    if (syscall(SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, expected, deadline, NULL,
                FUTEX_BITSET_MATCH_ANY) != 0)
        error = errno;
    errno = before;

    switch (error) {
    case 0:
    case EAGAIN:
    case EINTR:
    case ETIMEDOUT: return error;
    case EFAULT: ordo_misuse("futex.c: wait on memory that is not there");
    case EINVAL: ordo_misuse("futex.c: wait on a word that is not aligned");
    default: ordo_misuse("futex.c: the system refuses to wait");
    }
}

int ordo_futex_wait(const ordo_atomic_u32 *word, uint32_t expected)
{
    return wait_bitset(word, expected, NULL);
}

int ordo_futex_wait_until(const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline)
{
    if (deadline == ORDO_NEVER)
        return ordo_futex_wait(word, expected);
    const struct timespec time = {
        .tv_sec = (time_t)(deadline / second),
        .tv_nsec = (long)(deadline % second),
    };

    return wait_bitset(word, expected, &time);
}

uint32_t ordo_futex_wake(const ordo_atomic_u32 *word, uint32_t count)
{
    if (count == 0) /* which the kernel takes for 1 */
        return 0;

    const int before = errno;
    const long woken = syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG,
                               count < INT_MAX ? (int)count : INT_MAX);

    errno = before;
    return woken < 0 ? 0 : (uint32_t)woken; /* EFAULT: nobody can be waiting there */
}
