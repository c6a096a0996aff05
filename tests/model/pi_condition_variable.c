/* pi_condition_variable.c: model tests of core/pi_condition_variable.c, above the kernel's part. */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/pi_condition_variable.h>

static ordo_pi_mutex mutex = ORDO_PI_MUTEX_INIT;
static ordo_pi_condition_variable condition = ORDO_PI_CONDITION_VARIABLE_INIT;
static unsigned int tokens;

static void take(void)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    while (tokens == 0)
        ordo_pi_condition_variable_wait(&condition, &mutex);
    tokens--;
}

static void take_in_time(void)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    while (tokens == 0)
        if (ordo_pi_condition_variable_wait_until(&condition, &mutex, ordo_clock_now() + 1000)
            == ETIMEDOUT)
            break;
    if (tokens > 0)
        tokens--;
}

static void give(void)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    tokens++;
    ordo_pi_condition_variable_notify_one(&condition, &mutex);
}

static void give_two(void)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    tokens += 2;
    ordo_pi_condition_variable_notify_all(&condition, &mutex);
}

MODEL_TEST(notify_one, .expect = model_passes)
{
    TOGETHER(give, take);
    model_assert(tokens == 0 && condition.waiters == 0);
}

/* Too many for all of them: as far as the bound. */
MODEL_TEST(notify_one_disturbed, .expect = model_passes, .spurious_returns = 1,
           .executions = 50000)
{
    TOGETHER(give, take);
    model_assert(tokens == 0 && condition.waiters == 0);
}

MODEL_TEST(notify_all, .expect = model_passes, .executions = 50000)
{
    TOGETHER(give_two, take, take);
    model_assert(tokens == 0 && condition.waiters == 0);
}

MODEL_TEST(wait_until, .expect = model_passes, .timeouts = 1, .executions = 50000)
{
    TOGETHER(give, take_in_time);
    model_assert(tokens <= 1 && condition.waiters == 0);
}

MODEL_TEST(times_out_sometimes, .expect = model_reached, .timeouts = 1, .executions = 50000)
{
    TOGETHER(give, take_in_time);
    model_reach(tokens == 1);
}
