/* pi_condition_variable.c: model tests of core/pi_condition_variable.c, above the kernel's part. */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/pi_condition_variable.h>

static struct shared {
    ordo_pi_mutex mutex;
    ordo_pi_condition_variable condition;
    unsigned int tokens, timed_out, users;
} memory, *shared = &memory;

static bool nobody_waits(void)
{
    return shared->condition.waiters == 0 && ordo_load(&shared->mutex.owner, ordo_relaxed) == 0;
}

static void take(void)
{
    ORDO_PI_MUTEX_GUARD(&shared->mutex);
    while (shared->tokens == 0)
        ordo_pi_condition_variable_wait(&shared->condition, &shared->mutex);
    shared->tokens--;
}

/* Hands on what it gets, so that another one gets it even then. */
static void look_in_time(void)
{
    const uint64_t deadline = ordo_clock_now() + 1000;
    int error = 0;

    ORDO_PI_MUTEX_GUARD(&shared->mutex);
    while (shared->tokens == 0 && error == 0)
        error = ordo_pi_condition_variable_wait_until(&shared->condition, &shared->mutex, deadline);
    model_assert(error == 0 || error == ETIMEDOUT);
    if (shared->tokens > 0)
        ordo_pi_condition_variable_notify_one(&shared->condition, &shared->mutex);
    shared->timed_out += error != 0;
}

static void give(void)
{
    ORDO_PI_MUTEX_GUARD(&shared->mutex);
    shared->tokens++;
    ordo_pi_condition_variable_notify_one(&shared->condition, &shared->mutex);
}

static void give_two(void)
{
    ORDO_PI_MUTEX_GUARD(&shared->mutex);
    shared->tokens += 2;
    ordo_pi_condition_variable_notify_all(&shared->condition, &shared->mutex);
}

MODEL_TEST(notify_one, .expect = model_passes)
{
    TOGETHER(give, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_one_disturbed, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(give, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_one_interrupted, .expect = model_passes, .interrupts = 1)
{
    TOGETHER(give, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

/* Three threads that all want the mutex twice are too many for all executions, in a minute: as far
 * as the bound, here and below. */
MODEL_TEST(notify_all, .expect = model_passes, .executions = 20000)
{
    TOGETHER(give_two, take, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(wait_until, .expect = model_passes, .timeouts = 1, .interrupts = 1)
{
    TOGETHER(give, look_in_time);
    model_assert(shared->tokens == 1 && nobody_waits());
}

MODEL_TEST(times_out_sometimes, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(give, look_in_time);
    model_reach(shared->timed_out == 1);
}

/* A waiter that times out eats no notification. */
MODEL_TEST(deadline_against_notification, .expect = model_passes, .timeouts = 1,
           .executions = 20000)
{
    TOGETHER(give, look_in_time, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

/* ---- One wait, without a loop: ETIMEDOUT only if there was no notification ------------------- */

static void wait_in_time(void)
{
    int error = 0;

    ORDO_PI_MUTEX_GUARD(&shared->mutex);
    if (shared->tokens == 0)
        error = ordo_pi_condition_variable_wait_until(&shared->condition, &shared->mutex,
                                                      ordo_clock_now() + 1000);
    model_assert(error == 0 || (error == ETIMEDOUT && shared->tokens == 0));
}

MODEL_TEST(one_wait_until, .expect = model_passes, .timeouts = 1, .interrupts = 1)
{
    TOGETHER(give, wait_in_time);
    model_assert(nobody_waits());
}

/* ---- Freed by the waiter --------------------------------------------------------------------- */

static void give_and_leave(void)
{
    struct shared *const mine = shared;

    ordo_pi_mutex_lock(&mine->mutex);
    mine->tokens = 1;
    ordo_pi_condition_variable_notify_all(&mine->condition, &mine->mutex);
    ordo_pi_mutex_unlock(&mine->mutex);
}

static void wait_and_free(void)
{
    struct shared *const mine = shared;

    ordo_pi_mutex_lock(&mine->mutex);
    while (mine->tokens == 0)
        ordo_pi_condition_variable_wait(&mine->condition, &mine->mutex);
    const bool last = --mine->users == 0;
    ordo_pi_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes)
{
    shared = malloc(sizeof *shared);
    *shared = (struct shared){.users = 1};
    TOGETHER(give_and_leave, wait_and_free);
}

MODEL_TEST(freed_by_the_last_of_two, .expect = model_passes, .executions = 20000)
{
    shared = malloc(sizeof *shared);
    *shared = (struct shared){.users = 2};
    TOGETHER(give_and_leave, wait_and_free, wait_and_free);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

MODEL_TEST(wait_with_an_unlocked_mutex, .expect = model_misuse)
{
    ordo_pi_condition_variable_wait(&shared->condition, &shared->mutex);
}

MODEL_TEST(notify_with_an_unlocked_mutex, .expect = model_misuse)
{
    ordo_pi_condition_variable_notify_one(&shared->condition, &shared->mutex);
}
