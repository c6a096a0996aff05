/* futex_wake_op.c: each change and each comparison against the same in C. */
#include <criterion/criterion.h>
#include <errno.h>

#include "child.h"
#include "has_futex.h"
#include "ordo/futex.h"
#include "ordo/thread.h"
#include "sleepers.h"

TestSuite(futex_wake_op, .timeout = 60);

static ordo_atomic_u32 first, second, bed;
static ordo_atomic_u32 is_over;

static const enum ordo_futex_change changes[] = {
    ordo_futex_set, ordo_futex_add, ordo_futex_or, ordo_futex_andnot, ordo_futex_xor};
static const enum ordo_futex_comparison comparisons[] = {
    ordo_futex_equal, ordo_futex_not_equal, ordo_futex_less, ordo_futex_less_or_equal,
    ordo_futex_greater, ordo_futex_greater_or_equal};
#define EACH(item, array)                                                                          \
    for (unsigned int item = 0; item < sizeof(array) / sizeof *(array); item++)

static uint32_t changed(uint32_t value, enum ordo_futex_change change, uint32_t operand)
{
    switch (change) {
    case ordo_futex_set: return operand;
    case ordo_futex_add: return value + operand;
    case ordo_futex_or: return value | operand;
    case ordo_futex_andnot: return value & ~operand;
    case ordo_futex_xor: return value ^ operand;
    }
    return 0;
}

static bool compares(int32_t value, enum ordo_futex_comparison comparison, int32_t against)
{
    switch (comparison) {
    case ordo_futex_equal: return value == against;
    case ordo_futex_not_equal: return value != against;
    case ordo_futex_less: return value < against;
    case ordo_futex_less_or_equal: return value <= against;
    case ordo_futex_greater: return value > against;
    case ordo_futex_greater_or_equal: return value >= against;
    }
    return false;
}

/* Sleeps on `bed`, whence it is moved to `second`, again and again. */
static void *sleep_on(void *unused)
{
    while (ordo_load(&is_over, ordo_acquire) == 0)
        (void)ordo_futex_wait(&bed, 0);
    return unused;
}

static void put_to_second(void)
{
    while (ordo_futex_requeue(&bed, 0, &second, 1, ordo_futex_private) == 0)
        ordo_thread_yield();
}

static void check(bool *is_asleep, uint32_t value, uint32_t operation,
                  enum ordo_futex_change change, uint32_t operand,
                  enum ordo_futex_comparison comparison, int against)
{
    const uint32_t expected = changed(value, change, operand);
    const bool wakes = compares((int32_t)value, comparison, against);

    uint32_t woken = 0;

    /* Again if the sleeper had gone for no reason, as every wait may. */
    for (int attempt = 0; attempt == 0 || (wakes && woken == 0 && attempt < 100); attempt++) {
        if (!*is_asleep)
            put_to_second();
        ordo_store(&second, value, ordo_relaxed);
        woken = ordo_futex_wake_op(&first, 1, &second, 1, operation, ordo_futex_private);
        cr_assert(ordo_load(&second, ordo_relaxed) == expected, "%#x %d %#x", value, (int)change,
                  operand);
        *is_asleep = !wakes;
    }
    cr_assert(woken == wakes, "%#x %d %d", value, (int)comparison, against);
}

Test(futex_wake_op, changes_and_comparisons)
{
    static const int numbers[] = {-2048, -2047, -1, 0, 1, 2, 1000, 2047};
    static const uint32_t far[] = {0x80000000u, 0x7fffffffu, 0x12345678u, 4096u};
    ordo_thread *thread;
    bool is_asleep = false;

    cr_assert(ordo_thread_spawn(&thread, sleep_on, NULL) == 0);
    EACH(c, changes)
        EACH(k, comparisons)
            EACH(n, numbers) {
                const int against = numbers[n];
                const int operand = numbers[(n + c + k) % (sizeof numbers / sizeof *numbers)];
                const uint32_t operation =
                    ordo_futex_operation(changes[c], operand, comparisons[k], against);

                for (int near = -1; near <= 1; near++)
                    check(&is_asleep, (uint32_t)(against + near), operation, changes[c],
                          (uint32_t)operand, comparisons[k], against);
                check(&is_asleep, far[n % 4], operation, changes[c], (uint32_t)operand,
                      comparisons[k], against);
            }
    EACH(c, changes)
        for (unsigned int bit = 0; bit < 32; bit++)
            check(&is_asleep, 0x5a5a5a5au,
                  ordo_futex_operation_bit(changes[c], bit, ordo_futex_greater, -1), changes[c],
                  UINT32_C(1) << bit, ordo_futex_greater, -1);

    ordo_store(&is_over, 1, ordo_release);
    ordo_store(&bed, 1, ordo_relaxed); /* it does not lie down again */
    ordo_futex_wake(&bed, 1);
    ordo_futex_wake(&second, 1);
    ordo_thread_join(thread);
}

Test(futex_wake_op, counts_of_both_words)
{
    const uint32_t zero = ordo_futex_operation(ordo_futex_or, 0, ordo_futex_equal, 0);

    for (unsigned int flags = ordo_futex_private; flags <= last_reach(); flags++) {
        struct sleeper at_first[3], at_second[3];

        for (unsigned int i = 0; i < 3; i++) {
            at_first[i] = at_second[i] = (struct sleeper){.flags = flags};
            sleeper_start(&at_first[i], &first);
            sleeper_start(&at_second[i], &second);
        }
        ordo_store(&second, 1, ordo_relaxed);
        errno = 77;
        cr_expect(ordo_futex_wake_op(&first, 1, &second, 2, zero, flags) == 1, "is not 0");
        ordo_store(&second, 0, ordo_relaxed);
        cr_expect(ordo_futex_wake_op(&first, 1, &second, 2, zero, flags) == 3);
        cr_expect(ordo_futex_wake_op(&first, UINT32_MAX, &second, UINT32_MAX, zero, flags) == 2);
        cr_expect(errno == 77);
        for (unsigned int i = 0; i < 3; i++) {
            cr_expect(sleeper_join(&at_first[i]) == 0);
            cr_expect(sleeper_join(&at_second[i]) == 0);
        }
    }
}

Test(futex_wake_op, one_word_for_both)
{
    struct sleeper sleepers[2] = {{.bits = 0}, {.bits = 0}};

    sleeper_start(&sleepers[0], &first);
    sleeper_start(&sleepers[1], &first);
    cr_expect(ordo_futex_wake_op(&first, UINT32_MAX, &first, 0,
                                 ordo_futex_operation(ordo_futex_set, -1, ordo_futex_equal, 0),
                                 ordo_futex_private)
              == 2);
    cr_expect(ordo_load(&first, ordo_relaxed) == UINT32_MAX);
    sleeper_join(&sleepers[0]);
    sleeper_join(&sleepers[1]);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void operand_too_large(void)
{
    (void)ordo_futex_operation(ordo_futex_add, 2048, ordo_futex_equal, 0);
}

static void operand_too_small(void)
{
    (void)ordo_futex_operation(ordo_futex_add, -2049, ordo_futex_equal, 0);
}

static void against_too_large(void)
{
    (void)ordo_futex_operation(ordo_futex_add, 0, ordo_futex_equal, 2048);
}

static void against_too_small(void)
{
    (void)ordo_futex_operation_bit(ordo_futex_add, 0, ordo_futex_equal, -2049);
}

static void bit_too_large(void)
{
    (void)ordo_futex_operation_bit(ordo_futex_add, 32, ordo_futex_equal, 0);
}

static void change_nothing(void)
{
    ordo_futex_wake_op(&first, 1, NULL, 1,
                       ordo_futex_operation(ordo_futex_add, 1, ordo_futex_equal, 0),
                       ordo_futex_private);
}

Test(futex_wake_op, misuse)
{
    static const char does_not_fit[] =
        "ordo: futex.c: a number of a wake-op that does not fit into 12 bits\n";

    cr_expect(child_aborts(operand_too_large, does_not_fit));
    cr_expect(child_aborts(operand_too_small, does_not_fit));
    cr_expect(child_aborts(against_too_large, does_not_fit));
    cr_expect(child_aborts(against_too_small, does_not_fit));
    cr_expect(child_aborts(bit_too_large, "ordo: futex.c: a wake-op's bit beyond the word\n"));
    if (has_futex_for("wake-op on memory that is not there"))
        cr_expect(child_aborts(change_nothing,
                               "ordo: futex.c: wake-op on memory that is not there\n"));
}
