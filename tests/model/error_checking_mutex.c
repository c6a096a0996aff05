/* error_checking_mutex.c: model tests of core/error_checking_mutex.c, as in recursive_mutex.c. */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/error_checking_mutex.h>

static ordo_error_checking_mutex mutex = ORDO_ERROR_CHECKING_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    model_assert(ordo_error_checking_mutex_lock(&mutex) == 0);
    counter++;
    model_assert(ordo_error_checking_mutex_lock(&mutex) == EDEADLK);
    model_assert(ordo_error_checking_mutex_unlock(&mutex) == 0);
}

static void try_to_increment(void)
{
    const int error = ordo_error_checking_mutex_try_lock(&mutex);

    model_assert(error == 0 || error == EBUSY);
    if (error == 0)
        counter++;
    model_assert(ordo_error_checking_mutex_unlock(&mutex) == (error == 0 ? 0 : EPERM));
}

static void increment_in_time(void)
{
    const int error = ordo_error_checking_mutex_lock_until(&mutex, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0)
        counter++;
    model_assert(ordo_error_checking_mutex_unlock(&mutex) == (error == 0 ? 0 : EPERM));
}

MODEL_TEST(lock_2, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(lock_beside_two, .expect = model_passes, .timeouts = 1)
{
    TOGETHER(increment, try_to_increment, increment_in_time);
    model_assert(counter >= 1 && counter <= 3);
}

static struct guarded {
    ordo_error_checking_mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    model_assert(ordo_error_checking_mutex_lock(&mine->mutex) == 0);
    const bool last = --mine->users == 0;
    model_assert(ordo_error_checking_mutex_unlock(&mine->mutex) == 0);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(leave, leave);
}
