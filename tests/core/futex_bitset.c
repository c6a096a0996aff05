/* futex_bitset.c: waits and wakes with bits, of both kinds of words and with both clocks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>

#include "child.h"
#include "has_futex.h"
#include "ordo/clock.h"
#include "ordo/futex.h"
#include "sleepers.h"

TestSuite(futex_bitset, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_atomic_u32 word;

/* Those of shared words come last. */
static const unsigned int all_flags[] = {
    ordo_futex_private, ordo_futex_realtime, ordo_futex_shared,
    ordo_futex_shared | ordo_futex_realtime};

static unsigned int flags_count(void)
{
    return last_reach() == ordo_futex_shared ? 4 : 2;
}

static uint64_t now(unsigned int flags)
{
    return (flags & ordo_futex_realtime) != 0 ? realtime_now() : ordo_clock_now();
}

Test(futex_bitset, results_without_sleep)
{
    for (unsigned int i = 0; i < flags_count(); i++) {
        const unsigned int flags = all_flags[i];

        errno = 77;
        cr_expect(ordo_futex_wait_bitset(&word, 1, ORDO_NEVER, 1, flags) == EAGAIN);
        cr_expect(ordo_futex_wait_bitset(&word, 1, 0, 1, flags) == EAGAIN, "the word comes first");
        cr_expect(ordo_futex_wait_bitset(&word, 0, 0, 1, flags) == ETIMEDOUT);
        cr_expect(ordo_futex_wait_bitset(&word, 0, now(flags) - 1, 1, flags) == ETIMEDOUT);
        cr_expect(ordo_futex_wake_bitset(&word, UINT32_MAX, 1, flags) == 0, "nobody sleeps");
        cr_expect(errno == 77, "errno is the caller's");
    }
}

Test(futex_bitset, deadlines_of_both_clocks)
{
    for (unsigned int i = 0; i < flags_count(); i++) {
        const uint64_t deadline = now(all_flags[i]) + 10 * millisecond;
        int error;

        do {
            error = ordo_futex_wait_bitset(&word, 0, deadline, ORDO_FUTEX_ANY, all_flags[i]);
        } while (error == 0 || error == EINTR);
        cr_expect(error == ETIMEDOUT);
        cr_expect(now(all_flags[i]) >= deadline);
        cr_expect(now(all_flags[i]) < deadline + 5000ull * millisecond);
    }
}

/* A deadline of the other clock would be decades away, or decades ago. */
Test(futex_bitset, clocks_are_not_confused)
{
    struct sleeper sleeper = {.deadline = realtime_now(), .flags = ordo_futex_private};

    cr_expect(ordo_futex_wait_bitset(&word, 0, ordo_clock_now() + 3600000ull * millisecond, 1,
                                     ordo_futex_realtime)
              == ETIMEDOUT);
    sleeper_start(&sleeper, &word);
    cr_expect(ordo_futex_wake(&word, 1) == 1, "still asleep");
    cr_expect(sleeper_join(&sleeper) == 0);
}

/* Sleepers are known to sleep, so what a wake returns is certain. */
Test(futex_bitset, wakes_who_has_a_bit_in_common)
{
    for (unsigned int flags = ordo_futex_private; flags <= last_reach(); flags++) {
        struct sleeper one = {.bits = 1, .flags = flags}, two = {.bits = 2, .flags = flags},
                       six = {.bits = 6, .flags = flags}, high = {.bits = 1u << 31, .flags = flags},
                       any = {.flags = flags};

        sleeper_start(&one, &word);
        sleeper_start(&two, &word);
        sleeper_start(&six, &word);
        sleeper_start(&high, &word);
        cr_expect(ordo_futex_wake_bitset(&word, UINT32_MAX, 8, flags) == 0);
        cr_expect(ordo_futex_wake_bitset(&word, 0, ORDO_FUTEX_ANY, flags) == 0);
        cr_expect(ordo_futex_wake_bitset(&word, UINT32_MAX, 1u << 31, flags) == 1);
        cr_expect(sleeper_join(&high) == 0);
        cr_expect(ordo_futex_wake_bitset(&word, 1, 2, flags) == 1, "the one that came first");
        cr_expect(sleeper_join(&two) == 0);
        cr_expect(ordo_futex_wake_bitset(&word, UINT32_MAX, 5, flags) == 2);
        cr_expect(sleeper_join(&one) == 0);
        cr_expect(sleeper_join(&six) == 0);

        sleeper_start(&any, &word);
        cr_expect(ordo_futex_wake_bitset(&word, 1, 1u << 17, flags) == 1, "any has all bits");
        cr_expect(sleeper_join(&any) == 0);
    }
}

Test(futex_bitset, plain_wake_is_for_all_bits)
{
    struct sleeper sleeper = {.bits = 1u << 20};

    sleeper_start(&sleeper, &word);
    cr_expect(ordo_futex_wake(&word, 1) == 1);
    cr_expect(sleeper_join(&sleeper) == 0);
}

Test(futex_bitset, wake_of_memory_that_is_gone)
{
    ordo_atomic_u32 *const page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    cr_assert(page != MAP_FAILED);
    munmap(page, 4096);
    errno = 77;
    for (unsigned int i = 0; i < flags_count(); i++) {
        cr_expect(ordo_futex_wake_bitset(page, UINT32_MAX, 1, all_flags[i]) == 0);
        cr_expect(ordo_futex_wake_bitset(NULL, 1, 1, all_flags[i]) == 0);
    }
    cr_expect(errno == 77);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void wait_without_bits(void)
{
    (void)ordo_futex_wait_bitset(&word, 0, ORDO_NEVER, 0, ordo_futex_private);
}

static void wake_without_bits(void)
{
    ordo_futex_wake_bitset(&word, 1, 0, ordo_futex_private);
}

static void shared_wait_on_nothing(void)
{
    (void)ordo_futex_wait_bitset(NULL, 0, ORDO_NEVER, 1, ordo_futex_shared);
}

/* Its address is hidden from the compiler, which would know better. */
static void wait_on_odd_address(void)
{
    uintptr_t address = (uintptr_t)&word + 1;

    __asm__("" : "+r"(address));
    (void)ordo_futex_wait((const ordo_atomic_u32 *)address, 0);
}

Test(futex_bitset, misuse)
{
    cr_expect(child_aborts(wait_without_bits, "ordo: futex.c: wait without bits\n"));
    cr_expect(child_aborts(wake_without_bits, "ordo: futex.c: wake without bits\n"));
    if (has_futex_for("wait on memory that is not there"))
        cr_expect(child_aborts(shared_wait_on_nothing,
                               "ordo: futex.c: wait on memory that is not there\n"));
    cr_expect(child_aborts(wait_on_odd_address,
                           "ordo: futex.c: wait on a word that is not aligned\n"));
}
