/* futex.c: what futex.h promises of waiting and waking, and what it does not, under the model. */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/futex.h>

enum fault {
    no_wake = 1,
    wakes_before_storing,
    wakes_one,
    waits_once,
    relaxed_look
};

static ordo_atomic_u32 word;
static int data;

/* ---- One waits until another has stored ------------------------------------------------------ */

static void wait_for_word(void)
{
    if (seeded(waits_once)) /* a wait may return for no reason */
        ordo_futex_wait(&word, 0);
    else
        while (ordo_load(&word, unless(relaxed_look, ordo_acquire)) == 0)
            ordo_futex_wait(&word, 0);
    model_assert(data == 1);
}

static void store_and_wake(void)
{
    data = 1;
    if (seeded(wakes_before_storing))
        ordo_futex_wake(&word, UINT32_MAX);
    ordo_store(&word, 1, ordo_release);
    if (!seeded(no_wake) && !seeded(wakes_before_storing))
        ordo_futex_wake(&word, seeded(wakes_one) ? 1 : UINT32_MAX);
}

static void one_waiter(void)
{
    TOGETHER(wait_for_word, store_and_wake);
}

static void two_waiters(void)
{
    TOGETHER(wait_for_word, wait_for_word, store_and_wake);
}

SOUND(one_waiter, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
FAULTY(one_waiter, no_wake, .expect = model_deadlock)
FAULTY(one_waiter, wakes_before_storing, .expect = model_deadlock)
FAULTY(one_waiter, waits_once, .expect = model_data_race)
/* Being woken makes nothing visible: that is the load's task. */
FAULTY(one_waiter, relaxed_look, .expect = model_data_race)
SOUND(two_waiters, .expect = model_passes)
FAULTY(two_waiters, wakes_one, .expect = model_deadlock)

/* ---- What a wait returns --------------------------------------------------------------------- */

MODEL_TEST(another_value_is_eagain, .expect = model_passes)
{
    model_assert(ordo_futex_wait(&word, 1) == EAGAIN);
    model_assert(ordo_futex_wait_until(&word, 1, UINT64_MAX) == EAGAIN);
}

static int result;

static void wait_and_note(void)
{
    result = ordo_futex_wait(&word, 0);
}

static void wake_only(void)
{
    ordo_futex_wake(&word, 1);
}

static void woken_or_not(void)
{
    TOGETHER(wait_and_note, store_and_wake);
    model_assert(result == 0 || result == EAGAIN || result == EINTR);
}

MODEL_TEST(woken_returns_0, .expect = model_reached)
{
    woken_or_not();
    model_reach(result == 0);
}

MODEL_TEST(too_late_returns_eagain, .expect = model_reached)
{
    woken_or_not();
    model_reach(result == EAGAIN);
}

MODEL_TEST(no_eintr_unless_asked_for, .expect = model_never_reached)
{
    woken_or_not();
    model_reach(result == EINTR);
}

MODEL_TEST(eintr_if_asked_for, .expect = model_reached, .interrupts = 1)
{
    woken_or_not();
    model_reach(result == EINTR);
}

/* Nobody has stored: the wake came, or the wait came too late for it. */
MODEL_TEST(wake_without_store, .expect = model_deadlock)
{
    TOGETHER(wait_and_note, wake_only);
}

MODEL_TEST(nobody_to_wake, .expect = model_passes)
{
    model_assert(ordo_futex_wake(&word, UINT32_MAX) == 0);
}

/* ---- Time ------------------------------------------------------------------------------------ */

static void wait_with_deadline(void)
{
    result = ordo_futex_wait_until(&word, 0, ordo_clock_now() + 1000);
}

MODEL_TEST(deadline_passes, .expect = model_reached, .timeouts = 1)
{
    wait_with_deadline();
    model_assert(result == ETIMEDOUT);
    model_reach(true);
}

MODEL_TEST(time_stands_still, .expect = model_deadlock)
{
    wait_with_deadline();
}

static void woken_or_timed_out(void)
{
    TOGETHER(wait_with_deadline, store_and_wake);
    model_assert(result == 0 || result == EAGAIN || result == ETIMEDOUT);
}

MODEL_TEST(deadline_passes_before_wake, .expect = model_reached, .timeouts = 1)
{
    woken_or_timed_out();
    model_reach(result == ETIMEDOUT);
}

MODEL_TEST(wake_before_deadline, .expect = model_reached, .timeouts = 1)
{
    woken_or_timed_out();
    model_reach(result == 0);
}

MODEL_TEST(clock_does_not_go_back, .expect = model_passes, .timeouts = 1)
{
    const uint64_t before = ordo_clock_now();

    model_assert(ordo_futex_wait_until(&word, 0, before + 5) == ETIMEDOUT);
    model_assert(ordo_clock_now() >= before + 5);
}

/* ---- Destroyed words ------------------------------------------------------------------------- */

static ordo_atomic_u32 *heap_word(void)
{
    ordo_atomic_u32 *const heap = malloc(sizeof *heap);

    *ordo_get_mut(heap) = 0;
    return heap;
}

MODEL_TEST(wake_of_freed_word, .expect = model_passes)
{
    ordo_atomic_u32 *const freed = heap_word();

    free(disguised(freed));
    ordo_futex_wake(freed, 1);
}

MODEL_TEST(wait_on_freed_word, .expect = model_use_after_free)
{
    ordo_atomic_u32 *const freed = heap_word();

    free(disguised(freed));
    ordo_futex_wait(freed, 1);
}
