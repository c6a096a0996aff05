/* parking_lot.c: model tests of core/parking_lot.c. Plain variables that only callbacks touch, and
 * what is written before an unpark, show, as data races, an order that is missing; a lost wake-up
 * is a deadlock; a node used after its thread went on is a race on its stack.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/parking_lot.h>

/* The second shares a queue with the first, as in tests/sharing/parking_lot.c; not the third. */
static const void *const key = (const void *)0x1000;
static const void *const same_queue = (const void *)(uintptr_t)(0x1000 + 0xf1de83e19937733d);
static const void *const other_queue = (const void *)0x2000;

static bool is_free; /* only with the queue of `key` locked */
static unsigned int data, timeouts;
static bool gate;

/* ---- One lock, of which the lot is all ------------------------------------------------------- */

static bool take(void *context)
{
    (void)context;
    if (!is_free)
        return true;
    is_free = false;
    return false;
}

static uintptr_t give(void *context, const struct ordo_unparked *unparked)
{
    (void)context;
    is_free = unparked->woken == 0;
    return 5;
}

static void note_timeout(void *context, const void *with, bool was_last)
{
    (void)context;
    model_assert(with == key || with == same_queue || with == other_queue);
    timeouts += was_last ? 1 : 100;
}

static void enter_until(uint64_t deadline)
{
    const struct ordo_parking parking = {.validate = take, .timed_out = note_timeout};
    uintptr_t token = 5;
    const int result = ordo_parking_lot_park(key, &parking, deadline, &token);

    model_assert(result == 0 || result == EAGAIN
                 || (result == ETIMEDOUT && deadline != ORDO_NEVER));
    model_assert(token == 5);
    if (result == ETIMEDOUT)
        return;
    data++;
    model_assert(ordo_parking_lot_unpark_one(key, give, NULL).woken <= 1);
}

static void enter(void)
{
    enter_until(ORDO_NEVER);
}

static void enter_in_time(void)
{
    enter_until(ordo_clock_now() + 1000);
}

MODEL_TEST(handed_on_2x1, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    is_free = true;
    TOGETHER(enter, enter);
    model_assert(data == 2 && is_free);
}

MODEL_TEST(handed_on_3x1, .expect = model_passes)
{
    is_free = true;
    TOGETHER(enter, enter, enter);
    model_assert(data == 3 && is_free);
}

MODEL_TEST(deadline, .expect = model_passes, .timeouts = 1, .spurious_returns = 1)
{
    is_free = true;
    TOGETHER(enter, enter_in_time);
    model_assert(is_free && (data == 2 || (data == 1 && timeouts == 1)));
}

MODEL_TEST(deadline_3, .expect = model_passes, .timeouts = 1, .executions = 10000)
{
    is_free = true;
    TOGETHER(enter, enter_in_time, enter);
    model_assert(is_free && (data == 3 || (data == 2 && timeouts % 100 <= 1)));
}

/* ---- A gate: bits of the user's own, looked at without the queue ----------------------------- */

static ordo_atomic_u8 state; /* 1: somebody is parked; 2: open */

static bool is_shut(void *context)
{
    (void)context;
    return ordo_load(&state, ordo_relaxed) == 1;
}

static void pass(void)
{
    const struct ordo_parking parking = {.validate = is_shut};
    uint8_t expected = 0;

    ordo_compare_exchange(&state, &expected, 1, ordo_relaxed, ordo_relaxed);
    while (ordo_load(&state, ordo_acquire) != 2)
        ordo_parking_lot_park(key, &parking, ORDO_NEVER, NULL);
    model_assert(gate);
}

static void open(void)
{
    gate = true;
    if (ordo_exchange(&state, 2, ordo_release) == 1)
        ordo_parking_lot_unpark_all(key, 0);
}

MODEL_TEST(gate_1, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(open, pass);
}

MODEL_TEST(gate_2, .expect = model_passes)
{
    TOGETHER(open, pass, pass);
}

/* ---- Moving ---------------------------------------------------------------------------------- */

static const void *destination;

static enum ordo_parking_choice move(void *context, uintptr_t token)
{
    (void)context;
    return token == 1 ? ordo_parking_move : ordo_parking_stop;
}

static void sleep_in_time(void)
{
    const struct ordo_parking parking = {.timed_out = note_timeout, .token = 1};
    const int result = ordo_parking_lot_park(key, &parking, ordo_clock_now() + 1000, NULL);

    model_assert(result == 0 || result == ETIMEDOUT);
}

/* Moves until somebody was moved, or has given up; then wakes it there. */
static void move_and_wake(void)
{
    const struct ordo_unparking moving = {.choose = move};

    ordo_parking_lot_requeue(key, destination, &moving);
    if (ordo_parking_lot_unpark_all(destination, 0) == 0)
        ordo_parking_lot_unpark_all(key, 0);
}

/* A sleeper that has been moved is woken by its new key, and only by that. */
static ordo_atomic_bool is_in_queue;

static void note_entry(void *context)
{
    (void)context;
    ordo_store(&is_in_queue, true, ordo_relaxed);
}

static void enter_and_sleep(void)
{
    const struct ordo_parking parking = {.before_sleep = note_entry, .token = 1};

    model_assert(ordo_parking_lot_park(key, &parking, ORDO_NEVER, NULL) == 0);
}

static void move_who_sleeps(void)
{
    const struct ordo_unparking moving = {.choose = move};

    while (!ordo_load(&is_in_queue, ordo_relaxed))
        ordo_thread_yield();
    model_assert(ordo_parking_lot_unpark_all(destination, 0) == 0);
    model_assert(ordo_parking_lot_requeue(key, destination, &moving).moved == 1);
    model_assert(ordo_parking_lot_unpark_all(key, 0) == 0);
    model_assert(ordo_parking_lot_unpark_all(destination, 0) == 1);
}

static void moved(const void *to)
{
    destination = to;
    TOGETHER(move_and_wake, sleep_in_time);
    model_assert(ordo_parking_lot_unpark_all(key, 0) == 0);
    model_assert(ordo_parking_lot_unpark_all(to, 0) == 0);
}

MODEL_TEST(moved_to_another_queue, .expect = model_passes, .timeouts = 1)
{
    moved(other_queue);
}

MODEL_TEST(moved_in_the_same_queue, .expect = model_passes, .timeouts = 1)
{
    moved(same_queue);
}

MODEL_TEST(woken_by_the_new_key, .expect = model_passes)
{
    destination = other_queue;
    TOGETHER(move_who_sleeps, enter_and_sleep);
}

MODEL_TEST(woken_by_the_new_key_in_the_same_queue, .expect = model_passes)
{
    destination = same_queue;
    TOGETHER(move_who_sleeps, enter_and_sleep);
}
