/* futex_requeue.c: moving waiters from one word to another. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>

#include "child.h"
#include "ordo/clock.h"
#include "ordo/futex.h"
#include "has_futex.h"
#include "sleepers.h"

TestSuite(futex_requeue, .timeout = 60);

enum { millisecond = 1000000, sleeper_count = 6 };

static ordo_atomic_u32 from, to;
static struct sleeper sleepers[sleeper_count];

static void start_all(unsigned int flags)
{
    for (unsigned int i = 0; i < sleeper_count; i++) {
        sleepers[i] = (struct sleeper){.flags = flags};
        sleeper_start(&sleepers[i], &from);
    }
}

static void join_all(void)
{
    for (unsigned int i = 0; i < sleeper_count; i++)
        cr_expect(sleeper_join(&sleepers[i]) == 0);
}

Test(futex_requeue, wakes_and_moves_so_many)
{
    for (unsigned int flags = ordo_futex_private; flags <= last_reach(); flags++) {
        start_all(flags);
        cr_expect(ordo_futex_requeue(&from, 0, &to, 0, flags) == 0);
        cr_expect(ordo_futex_requeue(&from, 1, &to, 2, flags) == 3);
        cr_expect(ordo_futex_wake_bitset(&to, UINT32_MAX, ORDO_FUTEX_ANY, flags) == 2);
        cr_expect(ordo_futex_requeue(&from, 0, &to, UINT32_MAX, flags) == 3);
        cr_expect(ordo_futex_wake_bitset(&from, UINT32_MAX, ORDO_FUTEX_ANY, flags) == 0);
        cr_expect(ordo_futex_requeue(&to, UINT32_MAX, &from, UINT32_MAX, flags) == 3);
        join_all();
    }
}

Test(futex_requeue, those_that_came_first)
{
    start_all(ordo_futex_private);
    cr_expect(ordo_futex_requeue(&from, 1, &to, 1, ordo_futex_private) == 2);
    sleeper_join(&sleepers[0]);
    cr_expect(ordo_futex_wake(&to, UINT32_MAX) == 1);
    sleeper_join(&sleepers[1]);
    for (unsigned int i = 2; i < sleeper_count; i++) {
        cr_expect(ordo_futex_wake(&from, 1) == 1);
        sleeper_join(&sleepers[i]);
    }
}

Test(futex_requeue, bits_and_deadline_move_along)
{
    struct sleeper bit = {.bits = 4};
    struct sleeper late = {.bits = 8, .deadline = ordo_clock_now() + 100 * millisecond};

    sleeper_start(&bit, &from);
    sleeper_start(&late, &from);
    ordo_futex_requeue(&from, 0, &to, UINT32_MAX, ordo_futex_private);
    cr_expect(ordo_futex_wake_bitset(&to, UINT32_MAX, 3, ordo_futex_private) == 0);
    cr_expect(ordo_futex_wake_bitset(&to, UINT32_MAX, 4, ordo_futex_private) == 1);
    cr_expect(sleeper_join(&bit) == 0);
    cr_expect(sleeper_join(&late) == ETIMEDOUT);
    cr_expect(ordo_clock_now() >= late.deadline);
    cr_expect(ordo_futex_wake(&to, UINT32_MAX) == 0);
}

Test(futex_requeue, compares_first)
{
    uint32_t count = 99;

    for (unsigned int flags = ordo_futex_private; flags <= last_reach(); flags++) {
        start_all(flags);
        errno = 77;
        cr_expect(ordo_futex_compare_requeue(&from, 1, 1, &to, 1, flags, &count) == EAGAIN);
        cr_expect(ordo_futex_compare_requeue(&from, 1, 1, &to, 1, flags, NULL) == EAGAIN);
        cr_expect(count == 99, "not written");
        cr_expect(ordo_futex_compare_requeue(&from, 0, 0, &to, 1, flags, NULL) == 0);
        cr_expect(ordo_futex_compare_requeue(&from, 0, 1, &to, UINT32_MAX, flags, &count) == 0);
        cr_expect(count == sleeper_count - 1);
        cr_expect(ordo_futex_compare_requeue(&from, 0, 1, &to, 1, flags, &count) == 0);
        cr_expect(count == 0);
        cr_expect(errno == 77);
        cr_expect(ordo_futex_wake_bitset(&to, UINT32_MAX, ORDO_FUTEX_ANY, flags)
                  == sleeper_count - 1);
        join_all();
        count = 99;
    }
}

Test(futex_requeue, to_the_same_word)
{
    start_all(ordo_futex_private);
    cr_expect(ordo_futex_requeue(&from, 1, &from, 2, ordo_futex_private) == 3);
    cr_expect(ordo_futex_wake(&from, UINT32_MAX) == sleeper_count - 1);
    join_all();
}

Test(futex_requeue, memory_that_is_gone)
{
    ordo_atomic_u32 *const page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    cr_assert(page != MAP_FAILED);
    munmap(page, 4096);
    errno = 77;
    for (unsigned int flags = ordo_futex_private; flags <= ordo_futex_shared; flags++) {
        cr_expect(ordo_futex_requeue(page, 1, &to, 1, flags) == 0);
        cr_expect(ordo_futex_requeue(&from, 1, page, 1, flags) == 0);
        cr_expect(ordo_futex_requeue(page, 1, NULL, 1, flags) == 0);
    }
    cr_expect(errno == 77);
}

static void compare_nothing(void)
{
    (void)ordo_futex_compare_requeue(NULL, 0, 1, &to, 1, ordo_futex_private, NULL);
}

static void requeue_from_odd_address(void)
{
    uintptr_t address = (uintptr_t)&from + 2;

    __asm__("" : "+r"(address));
    (void)ordo_futex_compare_requeue((const ordo_atomic_u32 *)address, 0, 1, &to, 1,
                                     ordo_futex_private, NULL);
}

Test(futex_requeue, misuse)
{
    if (has_futex_for("requeue from memory that is not there"))
        cr_expect(child_aborts(compare_nothing,
                               "ordo: futex.c: requeue from or to memory that is not there\n"));
    cr_expect(child_aborts(requeue_from_odd_address,
                           "ordo: futex.c: requeue from or to a word that is not aligned\n"));
}
