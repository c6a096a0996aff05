/* stops.c: that a thread stops where it is told to, whatever kind of operation is there. */
#include <criterion/criterion.h>

#include "ordo/ordo.h"
#include "stopped.h"

TestSuite(stops, .timeout = 60);

static ordo_atomic_u8 small;
static ordo_atomic_u32 word;
static ordo_atomic_u128 wide;
static unsigned int progress; /* plain: the one thread runs while the other one does not */

/* One operation of each kind. */
static void operate(void *unused)
{
    uint32_t expected = 0;

    (void)unused;
    progress = 0;
    (void)ordo_load(&small, ordo_relaxed);
    progress = 1;
    ordo_store(&word, 0, ordo_release);
    progress = 2;
    (void)ordo_fetch_add(&wide, 1, ordo_full);
    progress = 3;
    ordo_thread_fence(ordo_seq_cst); /* not counted */
    ordo_spin_hint();
    ordo_add(&small, 1, ordo_relaxed);
    progress = 4;
    (void)ordo_compare_exchange(&word, &expected, 1, ordo_release, ordo_acquire);
    progress = 5;
    (void)ordo_bit_test_and_set(&word, 1, ordo_acquire);
    progress = 6;
    (void)ordo_wait_for_change(&word, 0, 0);
    progress = 7;
}

Test(stops, after_each_operation)
{
    struct stopped_thread peer;
    unsigned int k = 1;

    for (; stop_after(&peer, k, operate, NULL) == stopped_inside; k++) {
        cr_expect(progress == k - 1);
        cr_expect((uint64_t)ordo_load(&wide, ordo_relaxed) == (k < 3 ? k - 1 : k));
        stopped_resume(&peer);
        cr_expect(progress == 7);
    }
    stopped_resume(&peer);
    cr_expect(k == 8);
}

static void count(void *mutex)
{
    ORDO_MUTEX_GUARD(mutex);
    progress++;
}

/* In an operation of core/, too. */
Test(stops, inside_of_core)
{
    static ordo_mutex mutex;
    struct stopped_thread peer;
    unsigned int k = 1;

    for (; stop_after(&peer, k, count, &mutex) == stopped_inside; k++) {
        const bool is_free = ordo_mutex_try_lock(&mutex);
        cr_expect(is_free == (k == 2));
        if (is_free)
            ordo_mutex_unlock(&mutex);
        stopped_resume(&peer);
        cr_expect(progress == k);
    }
    stopped_resume(&peer);
    cr_expect(k == 3, "a lock and an unlock");
}

static ordo_binary_semaphore semaphore;

static void wait(void *unused)
{
    (void)unused;
    ordo_binary_semaphore_wait(&semaphore);
}

/* A waiter stops on its way to sleep, sleeps, and stops after it was woken. */
Test(stops, around_a_wait)
{
    struct stopped_thread peer;
    unsigned int k = 1, after = 0;
    enum stopped_at at;

    for (; (at = stop_after(&peer, k, wait, NULL)) == stopped_inside; k++) {
        cr_expect(ordo_binary_semaphore_post(&semaphore) == 0);
        stopped_resume(&peer);
        cr_expect(!ordo_binary_semaphore_try_wait(&semaphore));
    }
    cr_assert(at == stopped_waiting);
    cr_expect(k > 2);
    for (;; k++) {
        cr_expect(ordo_binary_semaphore_post(&semaphore) == 0);
        while ((at = stopped_next(&peer)) == stopped_waiting)
            ;
        after += at == stopped_inside;
        stopped_resume(&peer);
        cr_expect(!ordo_binary_semaphore_try_wait(&semaphore));
        if (at == stopped_ended)
            break;
        cr_assert(stop_after(&peer, k + 1, wait, NULL) == stopped_waiting);
    }
    cr_expect(after > 0);
}
