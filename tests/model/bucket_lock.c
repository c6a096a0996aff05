/* bucket_lock.c: model tests of core/bucket_lock.c. A plain counter shows, as a data race, an owner
 * that does not see all that the one before it did; a thread that sleeps for ever is a deadlock.
 * The waiters are on their stacks: one that is used after its thread went on is seen as a race.
 */
#include "subject.h"

#include "../../core/bucket_lock.c"

static struct bucket_lock bucket;
static unsigned int counter;

static void increment(void)
{
    ordo_bucket_lock_lock(&bucket);
    counter++;
    ordo_bucket_lock_unlock(&bucket);
}

static void increment_twice(void)
{
    increment();
    increment();
}

MODEL_TEST(lock_2x1, .expect = model_passes, .spurious_returns = 2, .interrupts = 1,
           .weak_failures = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2 && ordo_load(&bucket.word, ordo_relaxed) == 0);
}

MODEL_TEST(lock_2x2, .expect = model_passes)
{
    TOGETHER(increment_twice, increment_twice);
    model_assert(counter == 4 && ordo_load(&bucket.word, ordo_relaxed) == 0);
}

MODEL_TEST(lock_3x1, .expect = model_passes)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3 && ordo_load(&bucket.word, ordo_relaxed) == 0);
}

/* Two are on the list, and one comes by that is not woken by who unlocks: only the lock itself
 * shows it what was done. With four threads this takes long to meet; so the two are only nodes. */
static struct waiter older, newer;

static void increment_and_unlock(void)
{
    counter++;
    ordo_bucket_lock_unlock(&bucket);
}

/* It does not get on the list, since those two would not unlock later. */
static void come_by_and_increment(void)
{
    while ((ordo_load(&bucket.word, ordo_relaxed) & locked) != 0)
        ordo_thread_yield();
    increment();
}

MODEL_TEST(beside_two_on_the_list, .expect = model_passes, .weak_failures = 1)
{
    newer.older = &older;
    ordo_store(&bucket.word, (uintptr_t)&newer | locked, ordo_relaxed);
    TOGETHER(increment_and_unlock, come_by_and_increment);
    model_assert(counter == 2 && ordo_load(&bucket.word, ordo_relaxed) == 0);
    model_assert(ordo_load(&older.parker.state, ordo_relaxed) == 1);
    model_assert(ordo_load(&newer.parker.state, ordo_relaxed) == 1);
}
