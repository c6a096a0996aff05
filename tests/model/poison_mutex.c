/* poison_mutex.c: model tests of core/poison_mutex.c. Plain data show, as a data race, an owner
 * that does not see all that the one before it did, also one that left without unlocking.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/poison_mutex.h>

static ordo_poison_mutex mutex = ORDO_POISON_MUTEX_INIT;
static unsigned int counter, poisoned;

static void increment(void)
{
    const int error = ordo_poison_mutex_lock(&mutex);

    model_assert(error == 0 || error == EOWNERDEAD);
    model_assert((error != 0) == ordo_poison_mutex_is_poisoned(&mutex));
    if (error != 0) {
        poisoned++;
        ordo_poison_mutex_clear(&mutex);
    }
    counter++;
    ordo_poison_mutex_unlock(&mutex);
}

/* Ends its thread with the mutex. */
static void leave(void)
{
    const int error = ordo_poison_mutex_lock(&mutex);

    poisoned += error != 0;
    counter++;
}

static void try_to_increment(void)
{
    const int error = ordo_poison_mutex_try_lock(&mutex);

    if (error == EBUSY)
        return;
    counter++;
    ordo_poison_mutex_unlock(&mutex);
}

MODEL_TEST(locked_by_three, .expect = model_passes)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3 && poisoned == 0);
}

MODEL_TEST(left_beside_one, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(increment, leave);
    model_assert(counter == 2 && poisoned <= 1);
    increment();
    model_assert(poisoned == 1 && !mutex.is_poisoned);
}

MODEL_TEST(left_beside_two, .expect = model_passes)
{
    TOGETHER(increment, leave, try_to_increment);
    model_assert(counter == 2 || counter == 3);
}

MODEL_TEST(left_by_two, .expect = model_passes)
{
    TOGETHER(try_to_increment, leave, leave);
    model_assert(mutex.is_poisoned && poisoned == 1);
}

static struct guarded {
    ordo_poison_mutex mutex;
    unsigned int users;
} *guarded;

static void drop(void)
{
    struct guarded *const mine = guarded;

    model_assert(ordo_poison_mutex_lock(&mine->mutex) == 0);
    const bool last = --mine->users == 0;
    ordo_poison_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(drop, drop);
}
