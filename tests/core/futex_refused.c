/* futex_refused.c: what the system refuses, in a sandbox or for a word that is wrong. A wake that
 * was not made would be a thread that sleeps for ever, so it ends the program, which says why. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_filter.h"
#include "child.h"
#include "has_futex.h"
#include "ordo/ordo.h"

TestSuite(futex_refused, .timeout = 20);

static ordo_atomic_u32 first, second;

/* ---- A sandbox ------------------------------------------------------------------------------- */

enum { cannot_refuse = 255 };

/* What wait_any returns where futex_waitv fails with the error. */
static int wait_any_refused(int error)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        const struct ordo_futex_waiter waiter = {&first, 0, ordo_futex_private};
        if (!filter_call(SYS_futex_waitv, SECCOMP_RET_ERRNO | (unsigned int)error))
            _exit(cannot_refuse);
        errno = 77;
        const int result = ordo_futex_wait_any(&waiter, 1, ORDO_NEVER, 0, NULL);
        _exit(errno == 77 ? result : 0);
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Says so if not. */
static bool calls_can_be_refused(void)
{
    if (!has_futex_for("calls that are refused"))
        return false;
    if (wait_any_refused(ENOSYS) != cannot_refuse)
        return true;
    puts("SKIP futex_refused: no seccomp filters");
    return false;
}

/* A system call that the system does not have, and one that a sandbox does not know. */
Test(futex_refused, wait_any)
{
    if (!calls_can_be_refused())
        return;
    cr_expect(wait_any_refused(ENOSYS) == ENOSYS);
    cr_expect(wait_any_refused(EPERM) == ENOSYS);
}

static void refuse(void)
{
    if (!filter_call(SYS_futex, SECCOMP_RET_ERRNO | EPERM))
        abort();
}

static void wait_refused(void)
{
    refuse();
    ordo_futex_wait(&first, 0);
}

static void wake_refused(void)
{
    refuse();
    ordo_futex_wake(&first, 1);
}

static void wake_shared_refused(void)
{
    refuse();
    ordo_futex_wake_bitset(&first, UINT32_MAX, 1, ordo_futex_shared);
}

static void requeue_refused(void)
{
    refuse();
    ordo_futex_requeue(&first, 0, &second, 1, ordo_futex_private);
}

static void compare_requeue_refused(void)
{
    refuse();
    (void)ordo_futex_compare_requeue(&first, 0, 0, &second, 1, ordo_futex_private, NULL);
}

static void wake_op_refused(void)
{
    refuse();
    ordo_futex_wake_op(&first, 1, &second, 1,
                       ordo_futex_operation(ordo_futex_set, 1, ordo_futex_equal, 0),
                       ordo_futex_private);
}

Test(futex_refused, aborts)
{
    if (!calls_can_be_refused())
        return;
    cr_expect(child_aborts(wait_refused, "ordo: futex.c: the system refuses to wait\n"));
    cr_expect(child_aborts(wake_refused, "ordo: futex.c: the system refuses to wake\n"));
    cr_expect(child_aborts(wake_shared_refused, "ordo: futex.c: the system refuses to wake\n"));
    cr_expect(child_aborts(requeue_refused, "ordo: futex.c: the system refuses to wake\n"));
    cr_expect(child_aborts(compare_requeue_refused,
                           "ordo: futex.c: the system refuses to requeue\n"));
    cr_expect(child_aborts(wake_op_refused, "ordo: futex.c: the system refuses a wake-op\n"));
}

/* ---- A word that is not aligned -------------------------------------------------------------- */

/* Built so that the compiler does not see where it leads. */
static const ordo_atomic_u32 *odd(void)
{
    uintptr_t address = (uintptr_t)&first + 2;

    __asm__("" : "+r"(address));
    return (const ordo_atomic_u32 *)address;
}

static void wake_odd(void)
{
    ordo_futex_wake(odd(), 1);
}

static void wake_odd_shared(void)
{
    ordo_futex_wake_bitset(odd(), UINT32_MAX, 1, ordo_futex_shared);
}

static void requeue_from_odd(void)
{
    ordo_futex_requeue(odd(), 1, &second, 1, ordo_futex_private);
}

static void requeue_to_odd(void)
{
    ordo_futex_requeue(&second, 1, odd(), 1, ordo_futex_private);
}

Test(futex_refused, words_that_are_not_aligned)
{
    static void (*const wakes[])(void) = {wake_odd, wake_odd_shared, requeue_from_odd,
                                          requeue_to_odd};

    for (unsigned int i = 0; i < sizeof wakes / sizeof *wakes; i++)
        cr_expect(child_aborts(wakes[i], "ordo: futex.c: wake of a word that is not aligned\n"),
                  "%u", i);
}
