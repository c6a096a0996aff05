/* futex_on_parking_lot.c: model tests of core/pthread/futex.c, which gives futexes where the system
 * has none. Its functions get other names here, because the checker's futexes are at the bottom of
 * the lot. What stands on them is the mutex of core/mutex_word.h, and waits and wakes themselves.
 */
#define ordo_futex_wait            ordo_lot_wait
#define ordo_futex_wait_until      ordo_lot_wait_until
#define ordo_futex_wait_bitset     ordo_lot_wait_bitset
#define ordo_futex_wait_any        ordo_lot_wait_any
#define ordo_futex_wake            ordo_lot_wake
#define ordo_futex_wake_bitset     ordo_lot_wake_bitset
#define ordo_futex_requeue         ordo_lot_requeue
#define ordo_futex_compare_requeue ordo_lot_compare_requeue
#define ordo_futex_wake_op         ordo_lot_wake_op

#include "subject.h"

#include <errno.h>

#include "../../core/mutex_word.h"
#include "../../core/pthread/futex.c"

static ordo_atomic_u32 word, other;
static unsigned int counter;

/* ---- A mutex --------------------------------------------------------------------------------- */

static void increment(void)
{
    (void)mutex_word_lock(&word, ORDO_NEVER, ordo_futex_private);
    counter++;
    model_assert(mutex_word_unlock(&word, ordo_futex_private));
}

static void increment_in_time(void)
{
    if (mutex_word_lock(&word, ordo_clock_now() + 1000, ordo_futex_private) == 0) {
        counter++;
        model_assert(mutex_word_unlock(&word, ordo_futex_private));
    } else {
        model_reach(true);
    }
}

MODEL_TEST(mutex_2x1, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(mutex_3x1, .expect = model_passes, .executions = 10000)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
}

MODEL_TEST(mutex_until, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(increment, increment_in_time);
}

/* ---- Waits and wakes ------------------------------------------------------------------------- */

/* The check and the going to sleep are one step: who changes the word before the wake is seen, by a
 * relaxed load, or wakes. */
static void wait_for_change(void)
{
    while (ordo_load(&word, ordo_relaxed) == 0) {
        const int error = ordo_futex_wait(&word, 0);
        model_assert(error == 0 || error == EAGAIN);
    }
}

static void change_and_wake(void)
{
    ordo_store(&word, 1, ordo_relaxed);
    (void)ordo_futex_wake(&word, 1);
}

MODEL_TEST(one_step, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(change_and_wake, wait_for_change);
}

static void change_and_wake_all(void)
{
    ordo_store(&word, 1, ordo_relaxed);
    (void)ordo_futex_wake(&word, UINT32_MAX);
}

MODEL_TEST(all_are_woken, .expect = model_passes, .executions = 10000)
{
    TOGETHER(change_and_wake_all, wait_for_change, wait_for_change);
}

static void change_by_wake_op(void)
{
    const uint32_t set = ordo_futex_operation(ordo_futex_set, 1, ordo_futex_equal, 0);

    (void)ordo_futex_wake_op(&other, 1, &word, 1, set, ordo_futex_private);
}

MODEL_TEST(wake_op, .expect = model_passes)
{
    TOGETHER(change_by_wake_op, wait_for_change);
}

static void publish_by_wake_op(void)
{
    counter = 1;
    change_by_wake_op();
}

static void read_what_was_published(void)
{
    if (ordo_load(&word, ordo_acquire) == 1)
        model_assert(counter == 1);
}

MODEL_TEST(wake_op_is_a_release, .expect = model_passes)
{
    TOGETHER(publish_by_wake_op, read_what_was_published);
}

static void acquire_by_wake_op(void)
{
    const uint32_t add = ordo_futex_operation(ordo_futex_add, 1, ordo_futex_equal, 0);

    (void)ordo_futex_wake_op(&other, 1, &word, 1, add, ordo_futex_private);
    if (ordo_load(&word, ordo_relaxed) == 2)
        model_assert(counter == 1);
}

static void publish(void)
{
    counter = 1;
    ordo_store(&word, 1, ordo_release);
}

MODEL_TEST(wake_op_is_an_acquire, .expect = model_passes)
{
    TOGETHER(publish, acquire_by_wake_op);
}

/* Those that sleep are moved, if the word is still 0, and woken there. */
static void move_and_wake(void)
{
    uint32_t count = 0;

    if (ordo_futex_compare_requeue(&word, 0, 0, &other, 1, ordo_futex_private, &count) == 0)
        (void)ordo_futex_wake(&other, count);
    change_and_wake();
}

MODEL_TEST(moved, .expect = model_passes)
{
    TOGETHER(move_and_wake, wait_for_change);
}

static void change(void)
{
    ordo_store(&word, 1, ordo_relaxed);
}

static void compare_and_move(void)
{
    const int error =
        ordo_futex_compare_requeue(&word, 0, 0, &other, 1, ordo_futex_private, NULL);

    model_assert(error == 0 || error == EAGAIN);
    model_reach(error == EAGAIN);
}

MODEL_TEST(compare_requeue_sees_a_change, .expect = model_reached)
{
    TOGETHER(change, compare_and_move);
}
