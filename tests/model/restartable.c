/* restartable.c: the restartable 'check, then plain store' (ordo/restartable.h): what a heavy fence
 * orders it with, and a mutex that is unlocked by it.
 */
#include "subject.h"

#include <ordo/futex.h>
#include <ordo/membarrier.h>
#include <ordo/restartable.h>

/* ---- A step and a fence: one of them is first ------------------------------------------------ */

static ordo_atomic_u32 word, other, flag;
static bool stored, stored_too;
static uint32_t before, after, seen;

static void no_fence(void)
{
}

#define seq_cst_fence() ordo_thread_fence(ordo_seq_cst)

static void step(void)
{
    stored = ordo_restartable_store(&word, 0, 1);
}

/* The same parts, each a step. */
static void divided_step(void)
{
    ordo_fence_light();
    stored = ordo_load(&word, ordo_relaxed) == 0;
    if (stored)
        ordo_store(&word, 1, ordo_release);
    ordo_fence_light();
}

/* The store may come between check and store, and is then lost. But not a fence after it: what
 * follows the fence would still see the store. */
#define ANNOUNCEMENT(name, step, fence, verdict, condition)                                        \
    static void name##_announce(void)                                                              \
    {                                                                                              \
        before = ordo_exchange(&word, 2, ordo_relaxed);                                            \
        fence();                                                                                   \
        after = ordo_load(&word, ordo_relaxed);                                                    \
    }                                                                                              \
    MODEL_TEST(name, .expect = verdict)                                                            \
    {                                                                                              \
        TOGETHER(step, name##_announce);                                                           \
        model_reach(condition);                                                                    \
    }

#define LOST_AND_KNOWN (stored && before == 0 && after == 1)
#define LOST_UNNOTICED (stored && before == 0 && after == 2)
#define KEPT (!stored && before == 0 && after == 2)
#define LATE (stored && before == 1 && after == 2)

ANNOUNCEMENT(heavy_lost_and_known, step, ordo_fence_heavy, model_reached, LOST_AND_KNOWN)
ANNOUNCEMENT(heavy_kept, step, ordo_fence_heavy, model_reached, KEPT)
ANNOUNCEMENT(heavy_late, step, ordo_fence_heavy, model_reached, LATE)
ANNOUNCEMENT(heavy_lost_unnoticed, step, ordo_fence_heavy, model_never_reached, LOST_UNNOTICED)
ANNOUNCEMENT(none_lost_unnoticed, step, no_fence, model_reached, LOST_UNNOTICED)
ANNOUNCEMENT(light_lost_unnoticed, step, ordo_fence_light, model_reached, LOST_UNNOTICED)
ANNOUNCEMENT(seq_cst_lost_unnoticed, step, seq_cst_fence, model_reached, LOST_UNNOTICED)
ANNOUNCEMENT(divided_lost_unnoticed, divided_step, ordo_fence_heavy, model_reached, LOST_UNNOTICED)

/* ---- Two fences: not even one after the other do they come between check and store ----------- */

static void announce_and_tell(void)
{
    before = ordo_exchange(&word, 2, ordo_relaxed);
    ordo_fence_heavy();
    ordo_store(&flag, 1, ordo_relaxed);
}

static void look_when_told(void)
{
    seen = ordo_load(&flag, ordo_relaxed);
    ordo_fence_heavy();
    after = ordo_load(&word, ordo_relaxed);
}

MODEL_TEST(fences_in_order, .expect = model_never_reached)
{
    TOGETHER(step, announce_and_tell, look_when_told);
    model_reach(seen == 1 && LOST_UNNOTICED);
}

MODEL_TEST(fences_not_in_order, .expect = model_reached)
{
    TOGETHER(step, announce_and_tell, look_when_told);
    model_reach(seen == 0 && LOST_UNNOTICED);
}

/* ---- What else it is and is not -------------------------------------------------------------- */

static void step_too(void)
{
    stored_too = ordo_restartable_store(&word, 0, 2);
}

MODEL_TEST(two_steps_are_not_atomic, .expect = model_reached)
{
    TOGETHER(step, step_too);
    model_reach(stored && stored_too);
}

/* Store buffering, with the step for a light fence: `expected` tells whether its check fails. */
static uint32_t expected;

static void store_step_look(void)
{
    ordo_store(&other, 1, ordo_relaxed);
    stored = ordo_restartable_store(&word, expected, 1);
    before = ordo_load(&flag, ordo_relaxed);
}

static void store_heavy_look(void)
{
    ordo_store(&flag, 1, ordo_relaxed);
    ordo_fence_heavy();
    after = ordo_load(&other, ordo_relaxed);
}

MODEL_TEST(light_fence_that_stores, .expect = model_never_reached)
{
    TOGETHER(store_step_look, store_heavy_look);
    model_assert(stored);
    model_reach(before == 0 && after == 0);
}

MODEL_TEST(light_fence_that_fails, .expect = model_never_reached)
{
    expected = 5;
    TOGETHER(store_step_look, store_heavy_look);
    model_assert(!stored);
    model_reach(before == 0 && after == 0);
}

/* ---- A mutex that is unlocked by it ----------------------------------------------------------
 *
 * 0 unlocked, 1 locked, 2 locked and somebody may sleep. A waiter writes 2, and then sleeps on it
 * only after a heavy fence. If the owner's step is before the fence and has overwritten the 2, the
 * waiter sees that and does not sleep; if it is after the fence, the owner sees the 2 and wakes. */

enum fault { no_heavy_fence = 1, light_fence, fence_before, divided, relaxed_lock, no_wake };

static ordo_atomic_u32 mutex;
static int data;

static void lock(void)
{
    const enum ordo_order acquire = unless(relaxed_lock, ordo_acquire);
    uint32_t unlocked = 0;

    /* Acquire: pairs with the release of either way to unlock. */
    if (ordo_compare_exchange(&mutex, &unlocked, 1, acquire, ordo_relaxed))
        return;
    for (;;) {
        if (seeded(fence_before))
            ordo_fence_heavy();
        if (ordo_exchange(&mutex, 2, acquire) == 0)
            return;
        if (seeded(light_fence))
            ordo_fence_light();
        else if (!seeded(no_heavy_fence) && !seeded(fence_before))
            ordo_fence_heavy();
        ordo_futex_wait(&mutex, 2);
    }
}

static bool unlock_uncontended(void)
{
    if (!seeded(divided))
        return ordo_restartable_store(&mutex, 1, 0);
    if (ordo_load(&mutex, ordo_relaxed) != 1)
        return false;
    ordo_store(&mutex, 0, ordo_release);
    return true;
}

static void unlock(void)
{
    if (unlock_uncontended())
        return;
    ordo_store(&mutex, 0, ordo_release);
    if (!seeded(no_wake))
        ordo_futex_wake(&mutex, 1);
}

static void increment(void)
{
    lock();
    data++;
    unlock();
}

static void two_increments(void)
{
    TOGETHER(increment, increment);
    model_assert(data == 2);
}

static void three_increments(void)
{
    TOGETHER(increment, increment, increment);
    model_assert(data == 3);
}

SOUND(two_increments, .expect = model_passes, .spurious_returns = 1)
SOUND(three_increments, .expect = model_passes)
FAULTY(two_increments, no_heavy_fence, .expect = model_deadlock)
FAULTY(two_increments, light_fence, .expect = model_deadlock)
FAULTY(two_increments, fence_before, .expect = model_deadlock)
FAULTY(two_increments, divided, .expect = model_deadlock)
FAULTY(two_increments, relaxed_lock, .expect = model_data_race)
FAULTY(two_increments, no_wake, .expect = model_deadlock)
