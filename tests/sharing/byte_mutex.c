/* byte_mutex.c: deadlines, fairness, guards and misuse of the byte mutex; what is common to all
 * locks is in tests/core/locks.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(byte_mutex, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_byte_mutex mutex = ORDO_BYTE_MUTEX_INIT;

static uint8_t state_of_mutex(void)
{
    return ordo_load(&mutex.state, ordo_relaxed);
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

Test(byte_mutex, past_deadlines)
{
    cr_expect(ordo_byte_mutex_lock_until(&mutex, 0) == 0, "an unlocked one is always locked");
    cr_expect(ordo_byte_mutex_lock_until(&mutex, 0) == ETIMEDOUT);
    cr_expect(ordo_byte_mutex_lock_until(&mutex, ordo_clock_now() - 1) == ETIMEDOUT);
    cr_expect(state_of_mutex() == 1, "no trace of those that gave up");
    ordo_byte_mutex_unlock(&mutex);
    cr_expect(ordo_byte_mutex_lock_until(&mutex, ORDO_NEVER) == 0);
    ordo_byte_mutex_unlock(&mutex);
    cr_expect(state_of_mutex() == 0);
}

static void unpark_nobody(void *unused)
{
    (void)unused;
    ordo_parking_lot_unpark_all((const char *)&mutex + 1, 0);
}

Test(byte_mutex, disturbed_deadline)
{
    struct disturber disturber;

    ordo_byte_mutex_lock(&mutex);
    disturber_start(&disturber, unpark_nobody, NULL);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_byte_mutex_lock_until(&mutex, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    ordo_byte_mutex_unlock(&mutex);
}

static void *lock_within_a_minute(void *result)
{
    *(int *)result = ordo_byte_mutex_lock_until(&mutex, ordo_clock_now() + 60000ull * millisecond);
    if (*(int *)result == 0)
        ordo_byte_mutex_unlock(&mutex);
    return NULL;
}

static void wait_until_parked(void)
{
    while ((state_of_mutex() & 2) == 0)
        ordo_thread_yield();
}

Test(byte_mutex, unlocked_before_the_deadline)
{
    ordo_thread *threads[3];
    int results[3];

    ordo_byte_mutex_lock(&mutex);
    for (int i = 0; i < 3; i++)
        cr_assert(ordo_thread_spawn(&threads[i], lock_within_a_minute, &results[i]) == 0);
    wait_until_parked();
    ordo_byte_mutex_unlock(&mutex);
    for (int i = 0; i < 3; i++) {
        ordo_thread_join(threads[i]);
        cr_expect(results[i] == 0);
    }
    cr_expect(state_of_mutex() == 0);
}

/* ---- Fairness -------------------------------------------------------------------------------- */

/* One thread has the mutex but for an instant at a time, as a loop around a critical section does;
 * another one gets it all the same. */
static ordo_atomic_u32 entered;

static void *enter_some_times(void *unused)
{
    for (unsigned int i = 0; i < 50; i++) {
        ordo_byte_mutex_lock(&mutex);
        ordo_add(&entered, 1, ordo_relaxed);
        ordo_byte_mutex_unlock(&mutex);
    }
    return unused;
}

Test(byte_mutex, nobody_waits_for_ever)
{
    ordo_thread *thread;

    ordo_byte_mutex_lock(&mutex);
    cr_assert(ordo_thread_spawn(&thread, enter_some_times, NULL) == 0);
    wait_until_parked();
    while (ordo_load(&entered, ordo_relaxed) < 50) {
        ordo_byte_mutex_unlock(&mutex);
        ordo_byte_mutex_lock(&mutex);
    }
    ordo_byte_mutex_unlock(&mutex);
    ordo_thread_join(thread);
}

/* ---- Neighbours ------------------------------------------------------------------------------ */

/* Mutexes side by side, beside plain bytes: none touches another byte. */
static struct {
    uint8_t before;
    ordo_byte_mutex mutexes[6];
    uint8_t after;
} row = {.before = 0x5a, .after = 0xa5};
static volatile unsigned int counts[6];

static void add_to_one(unsigned self, void *shared)
{
    const unsigned int rounds = *(unsigned int *)shared;

    for (unsigned int i = 0; i < rounds; i++) {
        const unsigned int one = (self + i) % 6;
        ORDO_BYTE_MUTEX_GUARD(&row.mutexes[one]);
        counts[one]++;
        if (i % 32 == 0)
            ordo_thread_yield();
    }
}

Test(byte_mutex, side_by_side)
{
    unsigned int rounds = test_rounds(2), sum = 0;

    run_threads(4, add_to_one, &rounds);
    for (unsigned int i = 0; i < 6; i++) {
        sum += counts[i];
        cr_expect(ordo_byte_mutex_try_lock(&row.mutexes[i]));
    }
    cr_expect(sum == 4 * rounds && row.before == 0x5a && row.after == 0xa5);
}

/* ---- Deadlines among others ------------------------------------------------------------------ */

static volatile unsigned int sum;

static void hurry(unsigned self, void *shared)
{
    ordo_atomic_u32 *const locked = shared;
    const unsigned int rounds = test_rounds(20);

    for (unsigned int i = 0; i < rounds; i++) {
        const uint64_t deadline = self == 0 ? ORDO_NEVER : ordo_clock_now() + 1000 * self;

        if (ordo_byte_mutex_lock_until(&mutex, deadline) == 0) {
            sum++;
            if (i % 8 == 0)
                ordo_thread_yield();
            ordo_byte_mutex_unlock(&mutex);
            ordo_add(locked, 1, ordo_relaxed);
        }
    }
}

Test(byte_mutex, some_give_up)
{
    ordo_atomic_u32 locked = ORDO_ATOMIC_INIT(0);

    run_threads(4, hurry, &locked);
    cr_expect(sum == ordo_load(&locked, ordo_relaxed) && state_of_mutex() == 0);
}

/* One of two that wait gives up; the unlock still looks for the other. */
Test(byte_mutex, others_wait_on)
{
    ordo_thread *thread;

    ordo_byte_mutex_lock(&mutex);
    cr_assert(ordo_thread_spawn(&thread, enter_some_times, NULL) == 0);
    wait_until_parked();
    cr_expect(ordo_byte_mutex_lock_until(&mutex, ordo_clock_now() + 50 * millisecond)
              == ETIMEDOUT);
    cr_expect(state_of_mutex() == 3);
    ordo_byte_mutex_unlock(&mutex);
    ordo_thread_join(thread);
    cr_expect(state_of_mutex() == 0);
}

/* ---- Guards and misuse ----------------------------------------------------------------------- */

static bool return_under_a_guard(void)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    return state_of_mutex() == 1;
}

Test(byte_mutex, guards)
{
    cr_expect(return_under_a_guard() && state_of_mutex() == 0);
    for (int i = 0; i < 3; i++) {
        ORDO_BYTE_MUTEX_GUARD(&mutex);
        if (i == 1)
            continue;
        cr_expect(state_of_mutex() == 1);
    }
    cr_expect(state_of_mutex() == 0);
}

static void unlock_mutex(void)
{
    ordo_byte_mutex_unlock(&mutex);
}

static void unlock_mutex_twice(void)
{
    ordo_byte_mutex_lock(&mutex);
    ordo_byte_mutex_unlock(&mutex);
    ordo_byte_mutex_unlock(&mutex);
}

Test(byte_mutex, unlock_of_unlocked_aborts)
{
    static const char line[] = "ordo: byte_mutex.c: unlock of a mutex that is not locked\n";

    cr_expect(child_aborts(unlock_mutex, line));
    cr_expect(child_aborts(unlock_mutex_twice, line));
}
