/* futex_call.h: Linux's futex(2), for futex.c and futex_pi.c. errno is the caller's, and is as
 * before.
 */
#ifndef ORDO_CORE_FUTEX_CALL_H
#define ORDO_CORE_FUTEX_CALL_H

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ordo/futex.h"

enum { futex_second = 1000000000 };

_Static_assert((time_t)(UINT64_MAX / futex_second) == UINT64_MAX / futex_second,
               "time_t has room for every deadline");

/* The command as a wait or a wake of that kind of word. */
static inline int futex_kind(int command, unsigned int flags)
{
    return command | ((flags & ordo_futex_shared) != 0 ? 0 : FUTEX_PRIVATE_FLAG);
}

/* The command of a wait whose deadline is one of the clock that the flags say. */
static inline int futex_timed_kind(int command, unsigned int flags)
{
    return futex_kind(command, flags)
           | ((flags & ordo_futex_realtime) != 0 ? FUTEX_CLOCK_REALTIME : 0);
}

/* The deadline as the kernel wants it, in *time; NULL for the one that does not come. One beyond
 * what the kernel can count, 292 years, it takes as never. */
static inline const struct timespec *futex_time(uint64_t deadline, struct timespec *time)
{
    if (deadline == ORDO_NEVER)
        return NULL;
    time->tv_sec = (time_t)(deadline / futex_second);
    time->tv_nsec = (long)(deadline % futex_second);
    return time;
}

/* A number of threads as the kernel wants it. */
static inline uintptr_t futex_count(uint32_t count)
{
    return count < INT_MAX ? count : INT_MAX;
}

/* The result, or an errno value negated. `fourth` is a time or a number. */
static inline long futex_call(const ordo_atomic_u32 *word, int operation, uint32_t value,
                              uintptr_t fourth, const ordo_atomic_u32 *second, uint32_t third)
{
    const int before = errno;
    const long result = syscall(SYS_futex, word, operation, value, fourth, second, third);
    const int error = errno;

    errno = before;
    return result < 0 ? -error : result;
}

#endif
