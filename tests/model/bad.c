/* bad.c: tests that are wrong themselves. The checker must say so, and not explore for ever or
 * half. */
#include "subject.h"

#include <ordo/clock.h>
#include <ordo/futex.h>

static ordo_atomic_u32 x, y;

static void store_x(void)
{
    ordo_store(&x, 1, ordo_relaxed);
}

/* What a clock or a random number does: it is not as it was when the next execution starts. */
static unsigned int elsewhere __attribute__((section("not_restored")));

static void load_by_chance(void)
{
    if (elsewhere++ % 2 == 0)
        ordo_load(&x, ordo_relaxed);
    else
        ordo_load(&y, ordo_relaxed);
}

MODEL_TEST(depends_on_chance, .expect = model_nondeterminism)
{
    TOGETHER(store_x, load_by_chance);
}

/* Nobody stores: without a hint the checker cannot know that the loop only waits. */
static void spin_silently(void)
{
    while (ordo_load(&y, ordo_relaxed) == 0)
        continue;
}

static void spin_politely(void)
{
    while (ordo_load(&y, ordo_relaxed) == 0)
        ordo_spin_hint();
}

static void spin_yielding(void)
{
    while (ordo_load(&y, ordo_relaxed) == 0)
        ordo_thread_yield();
}

MODEL_TEST(endless_loop, .expect = model_unbounded, .steps = 100)
{
    TOGETHER(store_x, spin_silently);
}

MODEL_TEST(endless_wait, .expect = model_deadlock)
{
    TOGETHER(store_x, spin_politely);
}

MODEL_TEST(endless_yielding, .expect = model_deadlock)
{
    TOGETHER(store_x, spin_yielding);
}

/* What waits for a value that does not stay may miss it. */
static void store_1_and_2(void)
{
    ordo_store(&y, 1, ordo_relaxed);
    ordo_store(&y, 2, ordo_relaxed);
}

static void wait_for_1(void)
{
    while (ordo_load(&y, ordo_relaxed) != 1)
        ordo_spin_hint();
}

MODEL_TEST(wait_for_what_passes, .expect = model_deadlock)
{
    TOGETHER(store_1_and_2, wait_for_1);
}

/* But a store that stays is seen in the end: no execution reads the old value for ever. */
MODEL_TEST(wait_for_what_stays, .expect = model_passes)
{
    TOGETHER(store_1_and_2, spin_politely);
}

MODEL_TEST(fails, .expect = model_assertion)
{
    model_assert(ordo_load(&x, ordo_relaxed) == 1);
}

MODEL_TEST(fails_sometimes, .expect = model_assertion)
{
    TOGETHER(store_x, store_x);
    model_assert(model_choose(3) != 2);
}

MODEL_TEST(aborts, .expect = model_misuse)
{
    abort();
}

/* An ordering that a load cannot have, known only at run time. */
MODEL_TEST(aborts_on_a_bad_order, .expect = model_misuse)
{
    ordo_load(&x, downgraded(0, ordo_release, ordo_relaxed));
}

MODEL_TEST(every_choice_is_made, .expect = model_reached)
{
    model_reach(model_choose(3) == 2 && model_choose(2) == 1);
}

/* Too much to ask for: a choice is not a way to loop. */
MODEL_TEST(too_many_choices, .expect = model_misuse)
{
    model_choose(5000);
}

MODEL_TEST(null_load, .expect = model_misuse)
{
    static struct { int value; } *head;
    model_assert(head->value == 0);
}

/* ---- Loops that give up waiting -------------------------------------------------------------- */

static uint32_t entered;

/* Takes the lock `x` in three turns, or not at all. */
static void take_in_three_turns(void)
{
    for (int turn = 0; turn < 3; turn++) {
        uint32_t expected = 0;
        if (ordo_compare_exchange(&x, &expected, 1, ordo_acquire, ordo_relaxed)) {
            ordo_store(&x, 0, ordo_release);
            return;
        }
        ordo_spin_hint();
    }
    model_assert(false);
}

MODEL_TEST(gives_up_while_another_holds, .expect = model_assertion)
{
    TOGETHER(take_in_three_turns, take_in_three_turns);
}

static void look_three_times(void)
{
    for (int turn = 0; turn < 3; turn++) {
        if (ordo_load(&y, ordo_relaxed) != 0)
            return;
        ordo_spin_hint();
    }
}

MODEL_TEST(gives_up_alone, .expect = model_passes)
{
    TOGETHER(look_three_times, store_x);
}

/* A weak exchange that may fail for no reason, in a loop that waits. */
static void take_and_count(void)
{
    uint32_t expected = 0;
    while (!ordo_compare_exchange_weak(&x, &expected, 1, ordo_acquire, ordo_relaxed)) {
        expected = 0;
        ordo_spin_hint();
    }
    entered++;
    ordo_store(&x, 0, ordo_release);
}

MODEL_TEST(waits_by_a_weak_exchange, .expect = model_passes, .weak_failures = 1)
{
    TOGETHER(take_and_count, take_and_count);
    model_assert(entered == 2);
}

/* A result of no execution at all is none. */
MODEL_TEST(no_execution_ends, .expect = model_unbounded, .timeouts = 1)
{
    ordo_futex_wait_until(&y, 0, ordo_clock_now() + 10);
    ordo_futex_wait_until(&y, 0, ordo_clock_now() + 10);
    model_assert(false);
}
