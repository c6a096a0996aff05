/* barrier.c: model tests of core/barrier.c. Plain variables show, as a data race, a thread that
 * goes on before all have arrived, or does not see what they did; a lost wake-up is a deadlock.
 */
#include "subject.h"

#include <ordo/barrier.h>

static ordo_barrier two = ORDO_BARRIER_INIT(2), three = ORDO_BARRIER_INIT(3);
static ordo_atomic_u32 serial;
static unsigned int left, right, middle;

static void arrive(ordo_barrier *barrier)
{
    if (ordo_barrier_wait(barrier))
        ordo_fetch_add(&serial, 1, ordo_relaxed);
}

static void go_left(void)
{
    left++;
    arrive(&two);
    model_assert(right == 1);
}

static void go_right(void)
{
    right++;
    arrive(&two);
    model_assert(left == 1);
}

MODEL_TEST(one_phase_2, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(go_left, go_right);
    model_assert(ordo_load(&serial, ordo_relaxed) == 1);
}

/* In each phase one writes what the other reads in the next. */
static void odd(void)
{
    left = 1;
    arrive(&two);
    model_assert(right == 0);
    arrive(&two);
    left = 2;
}

static void even(void)
{
    arrive(&two);
    model_assert(left == 1);
    arrive(&two);
    right = 1;
}

MODEL_TEST(two_phases_2, .expect = model_passes)
{
    TOGETHER(odd, even);
    model_assert(ordo_load(&serial, ordo_relaxed) == 2);
}

/* The node of a waiter lay on its stack: who still reads it after letting the waiter go races with
 * these writes, which come where the node was. */
__attribute__((noinline)) static void use_the_stack_again(void)
{
    unsigned long words[64];
    unsigned long *const all = disguised(words);

    for (unsigned int i = 0; i < 64; i++)
        all[i] = 1;
}

static void first_of_three(void)
{
    left = 1;
    arrive(&three);
    use_the_stack_again();
    model_assert(middle == 1 && right == 1);
}

static void second_of_three(void)
{
    middle = 1;
    arrive(&three);
    use_the_stack_again();
    model_assert(left == 1 && right == 1);
}

static void third_of_three(void)
{
    right = 1;
    arrive(&three);
    use_the_stack_again();
    model_assert(left == 1 && middle == 1);
}

MODEL_TEST(one_phase_3, .expect = model_passes)
{
    TOGETHER(first_of_three, second_of_three, third_of_three);
    model_assert(ordo_load(&serial, ordo_relaxed) == 1);
}

/* Whoever returns first frees the barrier, while the other may not have returned. */
static ordo_barrier *own;
static ordo_atomic_bool freed;

static void leave(void)
{
    ordo_barrier *const mine = own;

    ordo_barrier_wait(mine);
    if (!ordo_exchange(&freed, true, ordo_relaxed))
        free(mine);
}

MODEL_TEST(freed_by_the_first, .expect = model_passes, .spurious_returns = 1)
{
    own = malloc(sizeof *own);
    *own = (ordo_barrier)ORDO_BARRIER_INIT(2);
    TOGETHER(leave, leave);
}

/* More threads than n: some two of them go on together, the third goes on with another one. */
static void arrive_at_two(void)
{
    arrive(&two);
}

MODEL_TEST(more_threads_than_n, .expect = model_passes, .executions = 60000)
{
    TOGETHER(arrive_at_two, arrive_at_two, arrive_at_two, arrive_at_two);
    model_assert(ordo_load(&serial, ordo_relaxed) == 2);
}

MODEL_TEST(alone, .expect = model_passes)
{
    ordo_barrier one = ORDO_BARRIER_INIT(1);

    model_assert(ordo_barrier_wait(&one) && ordo_barrier_wait(&one));
}

MODEL_TEST(for_no_threads, .expect = model_misuse)
{
    ordo_barrier none = ORDO_BARRIER_INIT(0);

    ordo_barrier_wait(&none);
}
