/* waiters.c: model tests of core/waiters.c: threads that wait for a word to be set, in one line or
 * two. Nodes are freed as soon as their thread has left, so that a touch after that shows.
 */
#include "subject.h"

#include <ordo/clock.h>
#include <ordo/futex.h>

#include "../../core/waiters.h"

static struct waiters waiters;
static ordo_atomic_u32 things; /* that one can wait for; each of them is for one */
static ordo_atomic_u32 taken, gave_up;

static bool take(void)
{
    uint32_t before = ordo_load(&things, ordo_acquire);

    while (before != 0)
        if (ordo_compare_exchange(&things, &before, before - 1, ordo_acquire, ordo_acquire))
            return true;
    return false;
}

/* A thread's word and its nodes. */
struct sleeper {
    ordo_atomic_u32 word;
    struct ordo_waiter nodes[2];
};

static struct sleeper *new_sleeper(void)
{
    struct sleeper *const sleeper = malloc(sizeof *sleeper);

    ordo_store(&sleeper->word, waiter_waiting, ordo_relaxed);
    for (uint32_t i = 0; i < 2; i++)
        sleeper->nodes[i] =
            (struct ordo_waiter){.word = &sleeper->word, .signal = waiter_signal + i};
    return sleeper;
}

static void join(struct sleeper *sleeper, enum side side)
{
    ordo_waiters_lock(&waiters);
    ordo_waiters_add(&waiters, side, &sleeper->nodes[side]);
    ordo_waiters_unlock(&waiters);
}

/* As a receive does. */
static void take_until(uint64_t deadline)
{
    uint32_t signal = waiter_signal;

    while (!take()) {
        if (signal == waiter_gave_up) {
            ordo_add(&gave_up, 1, ordo_relaxed);
            return;
        }
        struct sleeper *const sleeper = new_sleeper();

        join(sleeper, sending);
        signal = ordo_load(&things, ordo_acquire) != 0 && ordo_waiter_give_up(&sleeper->word)
                     ? waiter_signal
                     : ordo_waiter_wait(&sleeper->word, deadline);
        ordo_waiters_leave(&waiters, sending, &sleeper->nodes[sending]);
        free(sleeper);
    }
    ordo_add(&taken, 1, ordo_relaxed);
}

static void take_one(void)
{
    take_until(ORDO_NEVER);
}

static void take_in_time(void)
{
    take_until(1000);
}

static void give(void)
{
    ordo_fetch_add(&things, 1, ordo_seq_cst);
    ordo_waiters_notify(&waiters, sending, 1);
}

static void give_two(void)
{
    ordo_fetch_add(&things, 2, ordo_seq_cst);
    ordo_waiters_notify(&waiters, sending, 2);
}

static void give_all(void)
{
    ordo_fetch_add(&things, 2, ordo_seq_cst);
    ordo_waiters_wake_all(&waiters, sending);
}

static uint32_t count_of(const ordo_atomic_u32 *word)
{
    return ordo_load(word, ordo_relaxed);
}

MODEL_TEST(one_wakes_one, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(give, take_one);
    model_assert(count_of(&taken) == 1 && !ordo_waiters_any(&waiters, sending));
}

MODEL_TEST(one_wakes_two, .expect = model_passes, .executions = 5000)
{
    TOGETHER(give_two, take_one, take_one);
    model_assert(count_of(&taken) == 2);
}

MODEL_TEST(one_wakes_all, .expect = model_passes, .executions = 5000)
{
    TOGETHER(give_all, take_one, take_one);
    model_assert(count_of(&taken) == 2);
}

/* The second wake-up may be left to the one that has the lock. */
MODEL_TEST(two_wake_two, .expect = model_passes, .executions = 5000)
{
    TOGETHER(give, take_one, give);
    take_one();
    model_assert(count_of(&taken) == 2);
}

/* Who gives up leaves the wake-up to the other. */
MODEL_TEST(one_gives_up, .expect = model_reached, .timeouts = 1, .executions = 5000)
{
    TOGETHER(take_in_time, take_one, give_two);
    model_assert(count_of(&taken) + count_of(&gave_up) == 2);
    model_reach(count_of(&gave_up) == 1);
}

/* A wake-up that finds nobody is dropped by who gave up; it then sees what the wake-up was for. */
static void take_at_last(void)
{
    take_until(1000);
    if (count_of(&taken) == 0)
        take_one();
}

MODEL_TEST(waits_again, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(give, take_at_last);
    model_assert(count_of(&taken) == 1);
    model_reach(count_of(&gave_up) == 1);
}

/* ---- In two lines ---------------------------------------------------------------------------- */

static ordo_atomic_u32 signals[2];

static void wait_in_both(void)
{
    struct sleeper *const sleeper = new_sleeper();

    join(sleeper, sending);
    join(sleeper, receiving);
    const uint32_t signal = ordo_waiter_wait(&sleeper->word, ORDO_NEVER);
    ordo_waiters_leave(&waiters, sending, &sleeper->nodes[sending]);
    ordo_waiters_leave(&waiters, receiving, &sleeper->nodes[receiving]);
    free(sleeper);
    ordo_add(&signals[signal - waiter_signal], 1, ordo_relaxed);
}

static void wake_in(enum side side)
{
    while (!ordo_waiters_any(&waiters, side)) {
        if (count_of(&signals[sending]) + count_of(&signals[receiving]) != 0)
            return;
        ordo_thread_yield();
    }
    ordo_waiters_wake(&waiters, side, 1);
}

static void wake_sender(void)
{
    wake_in(sending);
}

static void wake_receiver(void)
{
    wake_in(receiving);
}

/* One of the two wake-ups ends the wait, once. */
MODEL_TEST(signalled_once, .expect = model_passes, .executions = 5000)
{
    TOGETHER(wake_sender, wait_in_both, wake_receiver);
    model_assert(count_of(&signals[sending]) + count_of(&signals[receiving]) == 1);
}

/* ---- Claimed --------------------------------------------------------------------------------- */

static unsigned int handed_over;

static void hand_over(void)
{
    ordo_waiters_lock(&waiters);
    struct ordo_waiter *const waiter = ordo_waiters_claim(&waiters, sending);
    const ordo_atomic_u32 *word = NULL;

    if (waiter != NULL) {
        *(unsigned int *)waiter->message = 7;
        word = ordo_waiter_signal_claimed(waiter);
    }
    ordo_waiters_unlock(&waiters);
    if (word != NULL)
        ordo_futex_wake(word, 1);
    handed_over = word != NULL;
}

static unsigned int had;

static void be_handed(void)
{
    struct sleeper *const sleeper = new_sleeper();
    unsigned int *const message = malloc(sizeof *message);

    *message = 0;
    sleeper->nodes[sending].message = message;
    join(sleeper, sending);
    const uint32_t signal = ordo_waiter_wait(&sleeper->word, 1000);
    ordo_waiters_leave(&waiters, sending, &sleeper->nodes[sending]);
    had = *message;
    model_assert((signal == waiter_gave_up) == (had == 0));
    free(message);
    free(sleeper);
}

/* Both know whether the message has been handed over. */
MODEL_TEST(claimed, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)
{
    TOGETHER(hand_over, be_handed);
    model_assert(had == (handed_over ? 7 : 0));
    model_reach(handed_over);
}
