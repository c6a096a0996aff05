/* robust_mutex.c: model tests of core/robust_mutex.c. The checker kills no thread, so an owner that
 * has ended is a word as the kernel leaves it; arch/model/robust_list.c checks the announcements.
 */
#include "subject.h"

#include <errno.h>
#include <linux/futex.h>
#include <ordo/clock.h>
#include <ordo/robust_mutex.h>

static ordo_robust_mutex mutex = ORDO_ROBUST_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    model_assert(ordo_robust_mutex_lock(&mutex) == 0);
    counter++;
    ordo_robust_mutex_unlock(&mutex);
}

static void try_to_increment(void)
{
    const int error = ordo_robust_mutex_try_lock(&mutex);

    model_assert(error == 0 || error == EBUSY);
    if (error == 0) {
        counter++;
        ordo_robust_mutex_unlock(&mutex);
    }
}

static void increment_in_time(void)
{
    const int error = ordo_robust_mutex_lock_until(&mutex, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        ordo_robust_mutex_unlock(&mutex);
    }
}

MODEL_TEST(lock_2x1, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
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

MODEL_TEST(lock_until_2x1, .expect = model_passes, .timeouts = 1, .spurious_returns = 1)
{
    TOGETHER(increment, increment_in_time);
    model_assert(counter == 1 || counter == 2);
}

MODEL_TEST(lock_until_times_out_sometimes, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(increment, increment_in_time);
    model_reach(counter == 1);
}

/* ---- After the end of an owner --------------------------------------------------------------- */

static void increment_or_repair(void)
{
    const int error = ordo_robust_mutex_lock(&mutex);

    model_assert(error == 0 || error == EOWNERDEAD);
    if (error == EOWNERDEAD) {
        counter += 10;
        ordo_robust_mutex_consistent(&mutex);
    }
    counter++;
    ordo_robust_mutex_unlock(&mutex);
}

MODEL_TEST(one_learns_of_the_end, .expect = model_passes)
{
    ordo_store(&mutex.word, FUTEX_OWNER_DIED, ordo_relaxed);
    TOGETHER(increment_or_repair, increment_or_repair);
    model_assert(counter == 12);
}

static void lose(void)
{
    const int error = ordo_robust_mutex_lock(&mutex);

    model_assert(error == EOWNERDEAD || error == ENOTRECOVERABLE);
    if (error == EOWNERDEAD) {
        counter++;
        ordo_robust_mutex_unlock(&mutex);
    }
}

MODEL_TEST(all_learn_that_it_is_lost, .expect = model_passes)
{
    ordo_store(&mutex.word, FUTEX_OWNER_DIED, ordo_relaxed);
    TOGETHER(lose, lose, lose);
    model_assert(counter == 1);
}

/* ---- Freed by the last, and misuse ----------------------------------------------------------- */

static struct guarded {
    ordo_robust_mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    model_assert(ordo_robust_mutex_lock(&mine->mutex) == 0);
    const bool last = --mine->users == 0;
    ordo_robust_mutex_unlock(&mine->mutex);
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
    ordo_robust_mutex_unlock(&mutex);
}
