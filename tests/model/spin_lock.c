/* spin_lock.c: model tests of core/spin_lock.c. A plain counter shows, as a data race, an owner
 * that does not see all that the one before it did.
 */
#include "subject.h"

#include <ordo/spin_lock.h>

static ordo_spin_lock lock = ORDO_SPIN_LOCK_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_SPIN_LOCK_GUARD(&lock);
    counter++;
}

static void increment_twice(void)
{
    increment();
    increment();
}

static void try_to_increment(void)
{
    if (ordo_spin_lock_try_lock(&lock)) {
        counter++;
        ordo_spin_lock_unlock(&lock);
    }
}

MODEL_TEST(lock_2x1, .expect = model_passes)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(lock_2x2, .expect = model_passes)
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

/* Whoever leaves last frees the lock, while the other may not have returned from unlock yet. */
static struct guarded {
    ordo_spin_lock lock;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    ordo_spin_lock_lock(&mine->lock);
    const bool last = --mine->users == 0;
    ordo_spin_lock_unlock(&mine->lock);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(leave, leave);
}

MODEL_TEST(unlock_of_unlocked, .expect = model_misuse)
{
    ordo_spin_lock_unlock(&lock);
}
