/* pi_mutex.c: model tests of core/pi_mutex.c, above the kernel's part. A plain counter shows, as a
 * data race, an owner that does not see all that the one before it did; a thread that sleeps for
 * ever is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/pi_mutex.h>

static ordo_pi_mutex mutex = ORDO_PI_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    counter++;
}

static void increment_twice(void)
{
    increment();
    increment();
}

static void try_to_increment(void)
{
    if (ordo_pi_mutex_try_lock(&mutex)) {
        counter++;
        ordo_pi_mutex_unlock(&mutex);
    }
}

static void increment_in_time(void)
{
    const int error = ordo_pi_mutex_lock_until(&mutex, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        ordo_pi_mutex_unlock(&mutex);
    }
}

MODEL_TEST(lock_2x1, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(lock_2x2, .expect = model_passes, .executions = 200000)
{
    TOGETHER(increment_twice, increment_twice);
    model_assert(counter == 4);
}

MODEL_TEST(lock_3x1, .expect = model_passes)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
}

MODEL_TEST(try_lock_2x1, .expect = model_passes)
{
    TOGETHER(try_to_increment, try_to_increment);
    model_assert(counter == 1 || counter == 2);
}

MODEL_TEST(try_lock_fails_sometimes, .expect = model_reached)
{
    TOGETHER(increment, try_to_increment);
    model_reach(counter == 1);
}

MODEL_TEST(lock_until_2x1, .expect = model_passes, .timeouts = 1, .spurious_returns = 1,
           .interrupts = 1)
{
    TOGETHER(increment, increment_in_time);
    model_assert(counter == 1 || counter == 2);
}

MODEL_TEST(lock_until_times_out_sometimes, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(increment, increment_in_time);
    model_reach(counter == 1);
}

/* A wake must not be lost with a waiter that gives up: the third thread is then let in. */
MODEL_TEST(lock_until_3x1, .expect = model_passes, .timeouts = 1)
{
    TOGETHER(increment, increment_in_time, increment);
    model_assert(counter == 2 || counter == 3);
}

/* Whoever leaves last frees the mutex, while the other may not have returned from unlock yet. */
static struct guarded {
    ordo_pi_mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    ordo_pi_mutex_lock(&mine->mutex);
    const bool last = --mine->users == 0;
    ordo_pi_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes, .spurious_returns = 1)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(leave, leave);
}

MODEL_TEST(unlock_of_unlocked, .expect = model_misuse)
{
    ordo_pi_mutex_unlock(&mutex);
}
