/* recursive_mutex.c: model tests of core/recursive_mutex.c. A plain counter shows, as a data race,
 * an owner that does not see all that the one before it did.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/recursive_mutex.h>

static ordo_recursive_mutex mutex = ORDO_RECURSIVE_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_RECURSIVE_MUTEX_GUARD(&mutex);
    counter++;
}

static void increment_nested(void)
{
    ORDO_RECURSIVE_MUTEX_GUARD(&mutex);
    increment();
    model_assert(ordo_recursive_mutex_try_lock(&mutex));
    ordo_recursive_mutex_unlock(&mutex);
}

static void increment_in_time(void)
{
    const int error = ordo_recursive_mutex_lock_until(&mutex, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        ordo_recursive_mutex_unlock(&mutex);
    }
}

MODEL_TEST(nested_2, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(increment_nested, increment_nested);
    model_assert(counter == 2);
}

MODEL_TEST(nested_beside_two, .expect = model_passes)
{
    TOGETHER(increment_nested, increment, increment);
    model_assert(counter == 3);
}

MODEL_TEST(in_time, .expect = model_passes, .timeouts = 1)
{
    TOGETHER(increment_nested, increment_in_time);
    model_assert(counter == 1 || counter == 2);
}

static struct guarded {
    ordo_recursive_mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    ordo_recursive_mutex_lock(&mine->mutex);
    const bool last = --mine->users == 0;
    ordo_recursive_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(leave, leave);
}

static void unlock(void)
{
    ordo_recursive_mutex_unlock(&mutex);
}

static void nothing(void)
{
}

MODEL_TEST(unlock_by_another, .expect = model_misuse)
{
    ordo_recursive_mutex_lock(&mutex);
    TOGETHER(nothing, unlock);
}
