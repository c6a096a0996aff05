/* park.c: core/park.c in every execution. */
#include <ordo/atomic.h>
#include <ordo/thread.h>

#include "subject.h"

static ordo_thread *parker;
static unsigned int left_data, right_data; /* plain: the token orders the accesses */
static ordo_atomic_u32 left_set, right_set;

static void *unpark_left(void *unused)
{
    left_data = 1;
    ordo_store(&left_set, 1, ordo_relaxed);
    ordo_thread_unpark(parker);
    return unused;
}

static void *unpark_right(void *unused)
{
    right_data = 1;
    ordo_store(&right_set, 1, ordo_relaxed);
    ordo_thread_unpark(parker);
    return unused;
}

/* No wake-up is lost, whatever the futex does, and what the unparker wrote is seen. */
MODEL_TEST(one_unparker, .spurious_returns = 1, .interrupts = 1)
{
    parker = ordo_thread_self();
    ordo_thread *const left = spawn(unpark_left, NULL);
    ordo_thread_park();
    model_assert(left_data == 1);
    ordo_thread_join(left);
}

/* Where one park took what two unparks gave, it sees what both wrote before. */
MODEL_TEST(each_unparker_is_seen, .spurious_returns = 1)
{
    parker = ordo_thread_self();
    ordo_thread *const left = spawn(unpark_left, NULL), *const right = spawn(unpark_right, NULL);
    ordo_thread_park();
    const bool both = ordo_load(&left_set, ordo_relaxed) && ordo_load(&right_set, ordo_relaxed);
    ordo_thread_join(left);
    ordo_thread_join(right);
    model_assert(both || ordo_thread_park_until(0));
}

/* The deadline and the token at once: one of two parks reports it. */
MODEL_TEST(token_at_the_deadline, .timeouts = 1)
{
    parker = ordo_thread_self();
    ordo_thread *const left = spawn(unpark_left, NULL);
    const bool had = ordo_thread_park_until(1);
    if (!had)
        ordo_thread_park();
    model_assert(left_data == 1);
    ordo_thread_join(left);
    model_assert(!ordo_thread_park_until(0));
}

MODEL_TEST(times_out_sometimes, .timeouts = 1, .expect = model_reached)
{
    parker = ordo_thread_self();
    ordo_thread *const left = spawn(unpark_left, NULL);
    model_reach(!ordo_thread_park_until(1));
    ordo_thread_join(left);
}

MODEL_TEST(nobody_unparks, .expect = model_deadlock)
{
    ordo_thread_park();
}
