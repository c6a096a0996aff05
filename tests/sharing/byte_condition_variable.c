/* byte_condition_variable.c: which waits a notification ends, deadlines, misuse, destruction. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(byte_condition_variable, .timeout = 60);

enum { millisecond = 1000000, most = 6 };

static ordo_byte_mutex mutex = ORDO_BYTE_MUTEX_INIT, other_mutex = ORDO_BYTE_MUTEX_INIT;
static ordo_byte_condition_variable condition = ORDO_BYTE_CONDITION_VARIABLE_INIT;

/* ---- Nobody waits ---------------------------------------------------------------------------- */

Test(byte_condition_variable, past_deadlines)
{
    ordo_byte_condition_variable_notify_one(&condition);
    ordo_byte_condition_variable_notify_all(&condition);
    ordo_byte_mutex_lock(&mutex);
    cr_expect(ordo_byte_condition_variable_wait_until(&condition, &mutex, 0) == ETIMEDOUT);
    cr_expect(ordo_byte_condition_variable_wait_until(&condition, &mutex, ordo_clock_now() - 1)
              == ETIMEDOUT);
    cr_expect(!ordo_byte_mutex_try_lock(&mutex), "it was locked again");
    cr_expect(ordo_load(&condition.state, ordo_relaxed) == 0, "no trace of who gave up");
    ordo_byte_mutex_unlock(&mutex);
}

static void notify_others(void *unused)
{
    static ordo_byte_condition_variable others;

    (void)unused;
    ordo_byte_condition_variable_notify_all(&others);
}

Test(byte_condition_variable, disturbed_deadline)
{
    struct disturber disturber;

    ordo_byte_mutex_lock(&mutex);
    disturber_start(&disturber, notify_others, NULL);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_byte_condition_variable_wait_until(&condition, &mutex, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    ordo_byte_mutex_unlock(&mutex);
}

/* ---- Which waits end ------------------------------------------------------------------------- */

static unsigned int waiting, returned; /* guarded by the mutex of each */

struct waiter {
    ordo_byte_mutex *mutex;
    uint64_t deadline;
    ordo_thread *thread;
    int result;
    unsigned int place; /* in the order in which waits returned, from 1 */
};

static void *wait_once(void *argument)
{
    struct waiter *const self = argument;

    ORDO_BYTE_MUTEX_GUARD(self->mutex);
    waiting++;
    self->result =
        ordo_byte_condition_variable_wait_until(&condition, self->mutex, self->deadline);
    self->place = ++returned;
    return NULL;
}

/* Returns when it waits. */
static void start(struct waiter *waiter, ordo_byte_mutex *with, uint64_t deadline)
{
    const unsigned int before = waiting;
    unsigned int now;

    *waiter = (struct waiter){.mutex = with, .deadline = deadline, .result = -1};
    cr_assert(ordo_thread_spawn(&waiter->thread, wait_once, waiter) == 0);
    do {
        ordo_thread_yield();
        ordo_byte_mutex_lock(with);
        now = waiting;
        ordo_byte_mutex_unlock(with);
    } while (now == before);
}

static void join(struct waiter *waiter, int result)
{
    ordo_thread_join(waiter->thread);
    cr_expect(waiter->result == result);
}

Test(byte_condition_variable, first_come_first_notified)
{
    struct waiter waiters[most];

    for (unsigned int i = 0; i < most; i++)
        start(&waiters[i], &mutex, ORDO_NEVER);
    for (unsigned int i = 0; i < most; i++) {
        ordo_byte_condition_variable_notify_one(&condition);
        join(&waiters[i], 0);
        cr_expect(waiters[i].place == i + 1);
    }
    cr_expect(ordo_load(&condition.state, ordo_relaxed) == 0);
}

static void notify_all_with(bool is_locked)
{
    struct waiter waiters[most];

    waiting = returned = 0;
    for (unsigned int i = 0; i < most; i++)
        start(&waiters[i], &mutex, ORDO_NEVER);
    if (is_locked)
        ordo_byte_mutex_lock(&mutex);
    ordo_byte_condition_variable_notify_all(&condition);
    cr_expect(ordo_load(&condition.state, ordo_relaxed) == 0);
    cr_expect(!is_locked || ordo_load(&mutex.state, ordo_relaxed) == 3, "they wait for the mutex");
    cr_expect(!is_locked || returned == 0);
    if (is_locked)
        ordo_byte_mutex_unlock(&mutex);
    for (unsigned int i = 0; i < most; i++)
        join(&waiters[i], 0);
    cr_expect(ordo_load(&mutex.state, ordo_relaxed) == 0);
}

Test(byte_condition_variable, all_are_notified)
{
    notify_all_with(false);
    notify_all_with(true);
}

/* One notification, two waiters of which one gives up: the other one has it, or the first. */
Test(byte_condition_variable, time_out_takes_no_notification)
{
    for (unsigned int round = 0; round < 20; round++) {
        struct waiter hurried, patient;

        start(&hurried, &mutex, ordo_clock_now() + 2 * millisecond);
        start(&patient, &mutex, ORDO_NEVER);
        ordo_thread_sleep_until(ordo_clock_now() + round % 4 * millisecond);
        ordo_byte_condition_variable_notify_one(&condition);
        ordo_thread_join(hurried.thread);
        cr_expect(hurried.result == 0 || hurried.result == ETIMEDOUT);
        if (hurried.result == 0)
            ordo_byte_condition_variable_notify_one(&condition);
        join(&patient, 0);
    }
}

/* Moved to the queue of the mutex, and there the deadline passes: it was notified. */
Test(byte_condition_variable, deadline_passes_in_the_mutex)
{
    struct waiter waiters[2];

    start(&waiters[0], &mutex, ORDO_NEVER);
    start(&waiters[1], &mutex, ordo_clock_now() + 50 * millisecond);
    ordo_byte_mutex_lock(&mutex);
    ordo_byte_condition_variable_notify_all(&condition);
    const bool in_time = ordo_clock_now() < waiters[1].deadline;
    ordo_thread_sleep_until(waiters[1].deadline + 20 * millisecond);
    ordo_byte_mutex_unlock(&mutex);
    join(&waiters[0], 0);
    ordo_thread_join(waiters[1].thread);
    cr_expect(waiters[1].result == 0 || !in_time);
    cr_expect(ordo_load(&mutex.state, ordo_relaxed) == 0);
}

Test(byte_condition_variable, two_mutexes)
{
    struct waiter waiters[4];

    for (unsigned int i = 0; i < 4; i++)
        start(&waiters[i], i % 2 == 0 ? &mutex : &other_mutex, ORDO_NEVER);
    ordo_byte_mutex_lock(&other_mutex);
    ordo_byte_mutex_lock(&mutex);
    ordo_byte_condition_variable_notify_all(&condition);
    ordo_byte_mutex_unlock(&mutex);
    ordo_thread_join(waiters[0].thread);
    ordo_thread_join(waiters[2].thread);
    ordo_byte_mutex_unlock(&other_mutex);
    join(&waiters[1], 0);
    join(&waiters[3], 0);
}

/* ---- A queue of one place -------------------------------------------------------------------- */

static struct {
    ordo_byte_mutex mutex;
    ordo_byte_condition_variable changed;
    unsigned int turn, rounds;
} ring;

enum { ring_threads = 4 };

static void pass_on(unsigned self, void *unused)
{
    (void)unused;
    for (unsigned int i = 0; i < ring.rounds; i++) {
        ORDO_BYTE_MUTEX_GUARD(&ring.mutex);
        while (ring.turn % ring_threads != self)
            ordo_byte_condition_variable_wait(&ring.changed, &ring.mutex);
        ring.turn++;
        ordo_byte_condition_variable_notify_all(&ring.changed);
    }
}

Test(byte_condition_variable, passed_around)
{
    ring.rounds = test_rounds(50);
    run_threads(ring_threads, pass_on, NULL);
    cr_expect(ring.turn == ring_threads * ring.rounds);
    cr_expect(ordo_load(&ring.mutex.state, ordo_relaxed) == 0);
    cr_expect(ordo_load(&ring.changed.state, ordo_relaxed) == 0);
}

/* ---- Destruction ----------------------------------------------------------------------------- */

/* In a page of its own, unmapped by the last waiter while the notifier may still be on its way
 * out. */
struct page {
    ordo_byte_mutex mutex;
    ordo_byte_condition_variable changed;
    unsigned int is_over, users;
};

struct scene {
    struct page *page;
    unsigned int arrived, rounds;
};

static void leave(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                               0);
            if (scene->page == MAP_FAILED)
                abort();
            scene->page->users = 2;
        }
        meet(&scene->arrived, 6 * i + 3);
        struct page *const page = scene->page;
        if (self == 0) {
            ordo_byte_mutex_lock(&page->mutex);
            page->is_over = 1;
            if (i % 2 == 0)
                ordo_byte_condition_variable_notify_all(&page->changed);
            else { /* two, for two waiters, each under the mutex */
                ordo_byte_condition_variable_notify_one(&page->changed);
                ordo_byte_condition_variable_notify_one(&page->changed);
            }
            ordo_byte_mutex_unlock(&page->mutex);
        } else {
            ordo_byte_mutex_lock(&page->mutex);
            while (!page->is_over)
                ordo_byte_condition_variable_wait(&page->changed, &page->mutex);
            const bool last = --page->users == 0;
            ordo_byte_mutex_unlock(&page->mutex);
            if (last)
                munmap(page, 4096);
        }
        meet(&scene->arrived, 6 * i + 6);
    }
}

Test(byte_condition_variable, unmapped_by_the_last_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(10)};
    run_threads(3, leave, &scene);
}

/* The waiter unmaps it when its wait has returned, though the notification, without the mutex, may
 * not have. */
static void one_notification(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                               0);
            if (scene->page == MAP_FAILED)
                abort();
            ordo_byte_mutex_lock(&scene->page->mutex);
        }
        meet(&scene->arrived, 4 * i + 2);
        struct page *const page = scene->page;
        if (self == 0) { /* returns only when notified, so that notification is the last use */
            ordo_byte_condition_variable_wait(&page->changed, &page->mutex);
            ordo_byte_mutex_unlock(&page->mutex);
            munmap(page, 4096);
        } else {
            ordo_byte_mutex_lock(&page->mutex); /* so the other one waits */
            ordo_byte_mutex_unlock(&page->mutex);
            if (i % 2 == 0)
                ordo_byte_condition_variable_notify_one(&page->changed);
            else
                ordo_byte_condition_variable_notify_all(&page->changed);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(byte_condition_variable, unmapped_by_the_notified, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1)};
    run_threads(2, one_notification, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void wait_without_the_mutex(void)
{
    ordo_byte_condition_variable_wait(&condition, &mutex);
}

Test(byte_condition_variable, wait_without_the_mutex_aborts)
{
    cr_expect(child_aborts(wait_without_the_mutex,
                           "ordo: byte_condition_variable.c: wait without the mutex\n"));
}
