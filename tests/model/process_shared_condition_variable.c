/* process_shared_condition_variable.c: model tests of core/process_shared_condition_variable.c. */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/process_shared_condition_variable.h>

static struct shared {
    ordo_process_shared_mutex mutex;
    ordo_process_shared_condition_variable condition;
    unsigned int tokens, users;
} memory, *shared = &memory;

static bool nobody_waits(void)
{
    return shared->condition.waiters == 0 && ordo_load(&shared->mutex.state, ordo_relaxed) == 0;
}

static void take(void)
{
    ordo_process_shared_mutex_lock(&shared->mutex);
    ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(&shared->condition, &shared->mutex,
                                                      shared->tokens == 0);
    shared->tokens--;
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

/* Hands on what it gets, so that another one gets it even then. */
static void look_in_time(void)
{
    ordo_process_shared_mutex_lock(&shared->mutex);
    if (ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(
            &shared->condition, &shared->mutex, shared->tokens == 0, ordo_clock_now() + 1000)
        == 0)
        ordo_process_shared_condition_variable_notify_one(&shared->condition, &shared->mutex);
    else
        shared->users++;
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

static void give(void)
{
    ordo_process_shared_mutex_lock(&shared->mutex);
    shared->tokens++;
    ordo_process_shared_condition_variable_notify_one(&shared->condition, &shared->mutex);
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

static void give_two(void)
{
    ordo_process_shared_mutex_lock(&shared->mutex);
    shared->tokens += 2;
    ordo_process_shared_condition_variable_notify_all(&shared->condition, &shared->mutex);
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

static void give_twice(void)
{
    give();
    give();
}

MODEL_TEST(notify_one, .expect = model_passes)
{
    TOGETHER(give, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_one_disturbed, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(give, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_all_one, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(give_two, take);
    model_assert(shared->tokens == 1 && nobody_waits());
}

MODEL_TEST(wait_until, .expect = model_passes, .timeouts = 1, .interrupts = 1)
{
    TOGETHER(give, look_in_time);
    model_assert(shared->tokens == 1 && nobody_waits());
}

MODEL_TEST(wait_until_times_out_sometimes, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(give, look_in_time);
    model_reach(shared->users == 1);
}

/* Three threads that all want the mutex twice are too many for all executions, in a minute: as far
 * as the bound, here and below. */
MODEL_TEST(notify_one_2_waiters, .expect = model_passes, .executions = 20000)
{
    TOGETHER(give_twice, take, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_all_2_waiters, .expect = model_passes, .executions = 20000)
{
    TOGETHER(give_two, take, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

/* A waiter that times out eats no notification. */
MODEL_TEST(deadline_against_notification, .expect = model_passes, .timeouts = 1,
           .executions = 20000)
{
    TOGETHER(give, look_in_time, take);
    model_assert(shared->tokens == 0 && nobody_waits());
}

/* ---- Two that wait already ------------------------------------------------------------------- */

static ordo_atomic_u32 arrived;

static void arrive_and_take(void)
{
    ordo_process_shared_mutex_lock(&shared->mutex);
    ordo_fetch_add(&arrived, 1, ordo_release); /* so the mutex is seen locked */
    ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(&shared->condition, &shared->mutex,
                                                      shared->tokens == 0);
    shared->tokens--;
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

/* They come one after the other, and are notified when both have unlocked the mutex: few enough
 * executions for all of them. */
MODEL_TEST(notify_all_2_that_wait, .expect = model_passes)
{
    thread_body *waiter = arrive_and_take;
    ordo_thread *threads[2];

    for (uint32_t i = 0; i < 2; i++) {
        threads[i] = spawn(subject_thread, &waiter);
        while (ordo_load(&arrived, ordo_acquire) != i + 1)
            ordo_spin_hint();
        while (ordo_load(&shared->mutex.state, ordo_acquire) != 0)
            ordo_spin_hint();
    }
    give_two();
    for (int i = 0; i < 2; i++)
        ordo_thread_join(threads[i]);
    model_assert(shared->tokens == 0 && nobody_waits());
}

/* ---- One wait, without a loop: ETIMEDOUT only if there was no notification ------------------- */

static void wait_in_time(void)
{
    int error = 0;

    ordo_process_shared_mutex_lock(&shared->mutex);
    if (shared->tokens == 0)
        error = ordo_process_shared_condition_variable_wait_until(
            &shared->condition, &shared->mutex, ordo_clock_now() + 1000);
    model_assert(error == (shared->tokens == 0 ? ETIMEDOUT : 0));
    ordo_process_shared_mutex_unlock(&shared->mutex);
}

MODEL_TEST(one_wait_until, .expect = model_passes, .timeouts = 1, .interrupts = 1,
           .spurious_returns = 1)
{
    TOGETHER(give, wait_in_time);
    model_assert(nobody_waits());
}

/* ---- Freed by the waiter --------------------------------------------------------------------- */

static void give_and_leave(void)
{
    struct shared *const mine = shared;

    ordo_process_shared_mutex_lock(&mine->mutex);
    mine->tokens = 1;
    ordo_process_shared_condition_variable_notify_all(&mine->condition, &mine->mutex);
    ordo_process_shared_mutex_unlock(&mine->mutex);
}

static void wait_and_free(void)
{
    struct shared *const mine = shared;

    ordo_process_shared_mutex_lock(&mine->mutex);
    ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE(&mine->condition, &mine->mutex,
                                                      mine->tokens == 0);
    const bool last = --mine->users == 0;
    ordo_process_shared_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
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
    ordo_process_shared_condition_variable_wait(&shared->condition, &shared->mutex);
}

MODEL_TEST(notify_with_an_unlocked_mutex, .expect = model_misuse)
{
    ordo_process_shared_condition_variable_notify_one(&shared->condition, &shared->mutex);
}
