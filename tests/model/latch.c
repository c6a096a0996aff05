/* latch.c: model tests of core/latch.c. A plain variable shows, as a data race, a waiter that does
 * not see all that came before the count went down; a thread that sleeps for ever is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/latch.h>

static ordo_latch one = ORDO_LATCH_INIT(1), two = ORDO_LATCH_INIT(2);
static unsigned int first, second;

static void finish(void)
{
    first = 1;
    ordo_latch_count_down(&one, 1);
}

static void wait(void)
{
    ordo_latch_wait(&one);
    model_assert(first == 1);
}

static void wait_in_time(void)
{
    const int error = ordo_latch_wait_until(&one, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_assert(error != 0 || first == 1);
    model_reach(error == ETIMEDOUT);
}

static void try(void)
{
    const bool done = ordo_latch_try_wait(&one);

    model_assert(!done || first == 1);
    model_reach(!done);
}

MODEL_TEST(one_waiter, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(finish, wait);
}

MODEL_TEST(two_waiters, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(finish, wait, wait);
}

MODEL_TEST(deadline, .expect = model_reached, .timeouts = 1, .spurious_returns = 1,
           .interrupts = 1)
{
    TOGETHER(finish, wait_in_time);
}

/* One that gives up takes no wake along. */
MODEL_TEST(deadline_beside_another, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(finish, wait_in_time, wait);
}

MODEL_TEST(try_wait, .expect = model_reached)
{
    TOGETHER(finish, try);
}

static void finish_first(void)
{
    first = 1;
    ordo_latch_count_down(&two, 1);
}

static void finish_second(void)
{
    second = 1;
    ordo_latch_count_down(&two, 1);
}

static void wait_for_both(void)
{
    ordo_latch_wait(&two);
    model_assert(first == 1 && second == 1);
}

static void arrive_first(void)
{
    first = 1;
    ordo_latch_arrive_and_wait(&two);
    model_assert(second == 1);
}

static void arrive_second(void)
{
    second = 1;
    ordo_latch_arrive_and_wait(&two);
    model_assert(first == 1);
}

MODEL_TEST(two_count_down, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(finish_first, finish_second, wait_for_both);
}

MODEL_TEST(two_arrive, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(arrive_first, arrive_second);
}

MODEL_TEST(two_arrive_one_waits, .expect = model_passes)
{
    TOGETHER(arrive_first, arrive_second, wait_for_both);
}

/* The waiter frees the latch while those who counted down may not have returned. */
static ordo_latch *own;

static void count_own_down(void)
{
    ordo_latch_count_down(own, 1);
}

static void free_own(void)
{
    ordo_latch_wait(own);
    free(own);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    own = malloc(sizeof *own);
    *own = (ordo_latch)ORDO_LATCH_INIT(2);
    TOGETHER(count_own_down, count_own_down, free_own);
}

MODEL_TEST(below_zero, .expect = model_misuse)
{
    ordo_latch_count_down(&one, 2);
}
