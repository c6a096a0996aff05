/* byte_mutex.c: model tests of core/byte_mutex.c. A plain counter shows, as a data race, an owner
 * that does not see all that the one before it did; a thread that sleeps for ever is a deadlock.
 * The first unpark of a queue is a fair one, the next are not.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/byte_mutex.h>
#include <ordo/clock.h>

static ordo_byte_mutex mutex = ORDO_BYTE_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    counter++;
}

static void increment_twice(void)
{
    increment();
    increment();
}

static void try_to_increment(void)
{
    if (ordo_byte_mutex_try_lock(&mutex)) {
        counter++;
        ordo_byte_mutex_unlock(&mutex);
    }
}

static void increment_in_time(void)
{
    const int error = ordo_byte_mutex_lock_until(&mutex, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        ordo_byte_mutex_unlock(&mutex);
    }
}

static void no_trace(void)
{
    model_assert(ordo_load(&mutex.state, ordo_relaxed) == 0);
}

MODEL_TEST(lock_2x1, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
    no_trace();
}

MODEL_TEST(lock_2x2, .expect = model_passes)
{
    TOGETHER(increment_twice, increment_twice);
    model_assert(counter == 4);
    no_trace();
}

MODEL_TEST(lock_3x1, .expect = model_passes, .executions = 20000)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
    no_trace();
}

MODEL_TEST(weak_failures, .expect = model_passes, .weak_failures = 1)
{
    TOGETHER(increment, increment);
    no_trace();
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

MODEL_TEST(lock_until_2x1, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(increment, increment_in_time);
    model_assert(counter == 1 || counter == 2);
    no_trace();
}

/* A wake must not be lost with a waiter that gives up. */
MODEL_TEST(lock_until_3x1, .expect = model_reached, .timeouts = 1, .executions = 10000)
{
    TOGETHER(increment, increment_in_time, increment);
    model_assert(counter == 2 || counter == 3);
    no_trace();
}

/* It is held from the beginning, so that both are soon parked. */
static void unlock(void)
{
    ordo_byte_mutex_unlock(&mutex);
}

MODEL_TEST(one_of_two_gives_up, .expect = model_reached, .timeouts = 1, .executions = 10000)
{
    ordo_byte_mutex_lock(&mutex);
    TOGETHER(unlock, increment, increment_in_time);
    model_assert(counter == 1 || counter == 2);
    no_trace();
}

/* Whoever leaves last frees the mutex, while the other may not have returned from unlock yet. */
static struct guarded {
    ordo_byte_mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    ordo_byte_mutex_lock(&mine->mutex);
    const bool last = --mine->users == 0;
    ordo_byte_mutex_unlock(&mine->mutex);
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
    ordo_byte_mutex_unlock(&mutex);
}
