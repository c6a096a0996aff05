/* book_condition_variable.c: the two stages of the book's condition variable (chapter 9).
 *
 * A wait must not miss a notification sent after it has unlocked the mutex. It reads the counter
 * while it holds the mutex; a notifier that comes later changes the counter, and the futex refuses
 * to sleep on a counter that has changed. All of it is relaxed: the mutex orders the data, and it
 * orders the waiter's read of the counter before whatever a thread does that locked afterwards.
 */
#include "subject.h"

#include "small_mutex.h"

enum fault {
    notifies_without_counting = 1,
    counts_without_waking,
    reads_counter_unlocked,
    announces_unlocked,
    never_announces,
    wakes_one_of_two
};

struct condition {
    ordo_atomic_u32 counter; /* of notifications; it may wrap around */
    ordo_atomic_u32 waiters; /* stage 2: how many a notification may have to wake */
};

static struct mutex mutex;
static struct condition condition;

/* ---- Stage 1 --------------------------------------------------------------------------------- */

static void simple_notify_one(void)
{
    if (!seeded(notifies_without_counting))
        ordo_fetch_add(&condition.counter, 1, ordo_relaxed);
    if (!seeded(counts_without_waking))
        ordo_futex_wake(&condition.counter, 1);
}

static void simple_wait(void)
{
    uint32_t before;

    if (seeded(reads_counter_unlocked)) {
        mutex_unlock(&mutex);
        before = ordo_load(&condition.counter, ordo_relaxed);
    } else {
        before = ordo_load(&condition.counter, ordo_relaxed);
        mutex_unlock(&mutex);
    }
    ordo_futex_wait(&condition.counter, before);
    mutex_lock(&mutex);
}

/* ---- Stage 2: without waiters a notification is one load ------------------------------------- */

/* A notifier that sees no waiter may skip all: it held the mutex after changing what the waiter is
 * waiting for, and the waiter announced itself while it held the mutex and had not seen the change.
 */
static bool somebody_waits(void)
{
    return ordo_load(&condition.waiters, ordo_relaxed) > 0;
}

static void counting_notify_one(void)
{
    if (somebody_waits())
        simple_notify_one();
}

static void counting_notify_all(void)
{
    if (somebody_waits()) {
        ordo_fetch_add(&condition.counter, 1, ordo_relaxed);
        ordo_futex_wake(&condition.counter, seeded(wakes_one_of_two) ? 1 : UINT32_MAX);
    }
}

static void counting_wait(void)
{
    uint32_t before;

    if (!seeded(announces_unlocked) && !seeded(never_announces))
        ordo_fetch_add(&condition.waiters, 1, ordo_relaxed);
    before = ordo_load(&condition.counter, ordo_relaxed);
    mutex_unlock(&mutex);
    if (seeded(announces_unlocked))
        ordo_fetch_add(&condition.waiters, 1, ordo_relaxed);
    ordo_futex_wait(&condition.counter, before);
    if (!seeded(never_announces))
        ordo_fetch_sub(&condition.waiters, 1, ordo_relaxed);
    mutex_lock(&mutex);
}

/* ---- Scenarios: one thread waits for another to set `ready` ---------------------------------- */

static bool ready;
static int data;

static void await(void (*wait)(void))
{
    mutex_lock(&mutex);
    while (!ready)
        wait();
    model_assert(data == 1);
    mutex_unlock(&mutex);
}

static void set_ready(void)
{
    mutex_lock(&mutex);
    data = 1;
    ready = true;
    mutex_unlock(&mutex);
}

#define SCENARIO(stage, notify)                                                                    \
    static void stage##_await(void)                                                                \
    {                                                                                              \
        await(stage##_wait);                                                                       \
    }                                                                                              \
    static void stage##_##notify##_set(void)                                                       \
    {                                                                                              \
        set_ready();                                                                               \
        stage##_##notify();                                                                        \
    }

SCENARIO(simple, notify_one)
SCENARIO(counting, notify_one)

static void counting_notify_all_set(void)
{
    set_ready();
    counting_notify_all();
}

static void simple(void)
{
    TOGETHER(simple_await, simple_notify_one_set);
}

static void counting(void)
{
    TOGETHER(counting_await, counting_notify_one_set);
}

static void counting_two(void)
{
    TOGETHER(counting_await, counting_await, counting_notify_all_set);
}

SOUND(simple, .expect = model_passes, .spurious_returns = 1)
FAULTY(simple, notifies_without_counting, .expect = model_deadlock)
FAULTY(simple, counts_without_waking, .expect = model_deadlock)
FAULTY(simple, reads_counter_unlocked, .expect = model_deadlock)

SOUND(counting, .expect = model_passes, .spurious_returns = 1)
FAULTY(counting, notifies_without_counting, .expect = model_deadlock)
FAULTY(counting, never_announces, .expect = model_deadlock)
FAULTY(counting, announces_unlocked, .expect = model_deadlock)

/* All of it is 700,000 executions. */
SOUND(counting_two, .expect = model_passes, .executions = 20000)
FAULTY(counting_two, wakes_one_of_two, .expect = model_deadlock)
