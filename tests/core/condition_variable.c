/* condition_variable.c: turns, meetings, who is notified, deadlines, two mutexes, no system call,
 * destruction and misuse of the condition variable. */
#include "ordo/condition_variable.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "fatal_futex.h"
#include "ordo/clock.h"
#include "ordo/futex.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(condition_variable, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_mutex mutex = ORDO_MUTEX_INIT;
static ordo_condition_variable condition = ORDO_CONDITION_VARIABLE_INIT;
/* Guarded by the mutex. */
static unsigned int turn, arrived, tokens, taken;

static bool nobody_waits(void)
{
    return ordo_load(&condition.oldest, ordo_relaxed) == NULL
           && ordo_load(&condition.lock.state, ordo_relaxed) == 0
           && ordo_load(&mutex.state, ordo_relaxed) == 0;
}

/* Returns with the mutex, once that many have arrived; they wait then. */
static void lock_after_arrival(unsigned int count)
{
    for (;;) {
        ordo_mutex_lock(&mutex);
        if (arrived == count)
            return;
        ordo_mutex_unlock(&mutex);
        ordo_thread_yield();
    }
}

Test(condition_variable, size)
{
    cr_expect(sizeof(ordo_condition_variable) == 16);
}

/* ---- Turns, all at once, one token each ------------------------------------------------------ */

static void take_turns(unsigned self, void *shared)
{
    const unsigned int rounds = *(const unsigned int *)shared;

    ORDO_MUTEX_GUARD(&mutex);
    for (unsigned int i = 0; i < rounds; i++) {
        ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, turn % 2 != self);
        turn++;
        ordo_condition_variable_notify_one(&condition);
    }
}

Test(condition_variable, turns)
{
    unsigned int rounds = test_rounds(20);

    run_threads(2, take_turns, &rounds);
    cr_expect(turn == 2 * rounds && nobody_waits());
}

/* A barrier: who comes last lets all go, now with the mutex and now without it. */
static void meet_often(unsigned self, void *shared)
{
    (void)self;
    for (unsigned int i = 0; i < *(const unsigned int *)shared; i++) {
        ordo_mutex_lock(&mutex);
        const bool last = ++arrived % 6 == 0;

        if (last) {
            turn++;
            if (i % 2 == 0)
                ordo_condition_variable_notify_all(&condition);
        } else {
            ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, turn == i);
        }
        ordo_mutex_unlock(&mutex);
        if (last && i % 2 != 0)
            ordo_condition_variable_notify_all(&condition);
    }
}

Test(condition_variable, meetings)
{
    unsigned int rounds = test_rounds(50);

    run_threads(6, meet_often, &rounds);
    cr_expect(turn == rounds && nobody_waits());
}

/* Each token is notified once, and taken by one of several that come and go. A waiter that is
 * missed leaves a token behind, and waits for ever. */
static void give_or_take(unsigned self, void *shared)
{
    const unsigned int rounds = *(const unsigned int *)shared;

    for (unsigned int i = 0; i < (self == 0 ? 3 * rounds : rounds); i++) {
        ORDO_MUTEX_GUARD(&mutex);
        if (self == 0) {
            tokens++;
            ordo_condition_variable_notify_one(&condition);
            continue;
        }
        ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, tokens == 0);
        tokens--;
        taken++;
    }
}

Test(condition_variable, tokens)
{
    unsigned int rounds = test_rounds(20);

    run_threads(4, give_or_take, &rounds);
    cr_expect(tokens == 0 && taken == 3 * rounds && nobody_waits());
}

/* ---- A bounded buffer ------------------------------------------------------------------------ */

enum { capacity = 4 };
static ordo_condition_variable not_full, not_empty;
static unsigned int buffer[capacity], written, read_;
static uint64_t sum_in, sum_out;

static void put_or_get(unsigned self, void *shared)
{
    uint64_t sum = 0;

    for (unsigned int i = 0; i < *(const unsigned int *)shared; i++) {
        ordo_mutex_lock(&mutex);
        if (self % 2 == 0) {
            ORDO_CONDITION_VARIABLE_WAIT_WHILE(&not_full, &mutex, written - read_ == capacity);
            buffer[written++ % capacity] = 4 * i + self;
            sum += 4 * i + self;
        } else {
            ORDO_CONDITION_VARIABLE_WAIT_WHILE(&not_empty, &mutex, written == read_);
            sum += buffer[read_++ % capacity];
        }
        ordo_mutex_unlock(&mutex);
        ordo_condition_variable_notify_one(self % 2 == 0 ? &not_empty : &not_full);
    }
    ORDO_MUTEX_GUARD(&mutex);
    *(self % 2 == 0 ? &sum_in : &sum_out) += sum;
}

Test(condition_variable, bounded_buffer)
{
    unsigned int rounds = test_rounds(10);

    run_threads(4, put_or_get, &rounds);
    cr_expect(sum_in == sum_out && written == 2 * rounds && read_ == written);
}

/* ---- Who is notified ------------------------------------------------------------------------- */

/* No loop: a wait returns for a notification only. */
static void *wait_once(void *unused)
{
    ORDO_MUTEX_GUARD(&mutex);
    arrived++;
    ordo_condition_variable_wait(&condition, &mutex);
    taken++;
    return unused;
}

Test(condition_variable, every_notification_ends_one_wait)
{
    enum { count = 6 };
    ordo_thread *threads[count];

    for (unsigned int i = 0; i < count; i++)
        cr_assert(ordo_thread_spawn(&threads[i], wait_once, NULL) == 0);
    lock_after_arrival(count);
    ordo_mutex_unlock(&mutex);
    for (unsigned int i = 0; i < count; i++) {
        usleep(5000); /* time for one too many */
        {
            ORDO_MUTEX_GUARD(&mutex);
            cr_expect(taken <= i);
        }
        ordo_condition_variable_notify_one(&condition);
    }
    for (unsigned int i = 0; i < count; i++)
        ordo_thread_join(threads[i]);
    cr_expect(taken == count && nobody_waits());
}

static void *wait_for_my_turn(void *number)
{
    ORDO_MUTEX_GUARD(&mutex);
    arrived++;
    ordo_condition_variable_wait(&condition, &mutex);
    *(unsigned int *)number = taken++;
    return NULL;
}

Test(condition_variable, first_come_first_notified)
{
    enum { count = 5 };
    ordo_thread *threads[count];
    unsigned int numbers[count];

    for (unsigned int i = 0; i < count; i++) {
        cr_assert(ordo_thread_spawn(&threads[i], wait_for_my_turn, &numbers[i]) == 0);
        lock_after_arrival(i + 1);
        ordo_mutex_unlock(&mutex);
    }
    for (unsigned int i = 0; i < count; i++) {
        ordo_condition_variable_notify_one(&condition);
        ordo_thread_join(threads[i]);
        cr_expect(numbers[i] == i);
    }
}

/* Three wait, the middle one and then the ends give up: the ring stays whole. */
static void *wait_until_given(void *deadline)
{
    ORDO_MUTEX_GUARD(&mutex);
    arrived++;
    const int error =
        ordo_condition_variable_wait_until(&condition, &mutex, *(const uint64_t *)deadline);
    taken += error == 0;
    return NULL;
}

Test(condition_variable, some_give_up)
{
    enum { count = 5 };
    static const unsigned int patterns[] = {0, 1, 2, 4, 5, 8, 16, 17, 10, 21, 31};
    ordo_thread *threads[count];

    for (size_t pattern = 0; pattern < sizeof patterns / sizeof *patterns; pattern++) {
        uint64_t deadlines[count];

        arrived = taken = 0;
        for (unsigned int i = 0; i < count; i++) {
            const bool gives_up = patterns[pattern] >> i & 1;

            deadlines[i] = gives_up ? ordo_clock_now() + 10 * millisecond : ORDO_NEVER;
            cr_assert(ordo_thread_spawn(&threads[i], wait_until_given, &deadlines[i]) == 0);
            lock_after_arrival(i + 1);
            ordo_mutex_unlock(&mutex);
        }
        for (unsigned int i = 0; i < count; i++)
            if (deadlines[i] != ORDO_NEVER)
                ordo_thread_join(threads[i]);
        for (unsigned int i = 0; i < count; i++)
            if (deadlines[i] == ORDO_NEVER) {
                ordo_condition_variable_notify_one(&condition);
                ordo_thread_join(threads[i]); /* the oldest that is left */
            }
        cr_expect(taken == count - (unsigned int)__builtin_popcount(patterns[pattern]));
        cr_expect(nobody_waits());
    }
}

/* ---- A waiter that times out never eats a notification --------------------------------------- */

struct race {
    unsigned int meetings, rounds, timed_out;
};

/* One notification for two waiters, just when the deadline of one of them passes. If that one got
 * it, it hands it on; else the other must have it, or waits for ever. */
static void race_with_the_deadline(unsigned self, void *shared)
{
    struct race *const race = shared;

    for (unsigned int i = 0; i < race->rounds; i++) {
        meet(&race->meetings, 6 * i + 3);
        if (self == 2) {
            lock_after_arrival(2);
            if (i % 16 == 0) { /* some deadlines do pass first */
                ordo_mutex_unlock(&mutex);
                ordo_thread_sleep_until(ordo_clock_now() + millisecond);
                ordo_mutex_lock(&mutex);
            }
            arrived = 0;
            if (i % 3 == 0)
                ordo_condition_variable_notify_one(&condition);
            ordo_mutex_unlock(&mutex);
            if (i % 3 != 0)
                ordo_condition_variable_notify_one(&condition);
        } else {
            int error = 0;
            {
                ORDO_MUTEX_GUARD(&mutex);
                const uint64_t deadline = self == 0 ? ORDO_NEVER
                                                    : ordo_clock_now() + 1000 * (i % 64);
                arrived++;
                error = ordo_condition_variable_wait_until(&condition, &mutex, deadline);
                race->timed_out += error == ETIMEDOUT;
            }
            if (self == 1 && error == 0)
                ordo_condition_variable_notify_one(&condition);
        }
        meet(&race->meetings, 6 * i + 6);
    }
}

Test(condition_variable, deadline_against_notification)
{
    struct race race = {.rounds = 200 + test_rounds(50)}; /* enough for a time-out at least */

    run_threads(3, race_with_the_deadline, &race);
    cr_expect(race.timed_out > 0 && nobody_waits());
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

Test(condition_variable, past_deadlines)
{
    {
        ORDO_MUTEX_GUARD(&mutex);
        cr_expect(ordo_condition_variable_wait_until(&condition, &mutex, 0) == ETIMEDOUT);
        cr_expect(ordo_condition_variable_wait_until(&condition, &mutex, ordo_clock_now() - 1)
                  == ETIMEDOUT);
        cr_expect(!ordo_mutex_try_lock(&mutex), "it is locked again");
    }
    cr_expect(nobody_waits());
}

/* Wakes the word that the oldest waiter sleeps on, its node's first. */
static void wake_oldest(void *oldest)
{
    ordo_futex_wake(ordo_load((const ordo_atomic_ptr *)oldest, ordo_relaxed), UINT32_MAX);
}

Test(condition_variable, disturbed_deadline)
{
    struct disturber disturber;

    disturber_start(&disturber, wake_oldest, &condition.oldest);
    {
        ORDO_MUTEX_GUARD(&mutex);
        const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
        cr_expect(ordo_condition_variable_wait_until(&condition, &mutex, deadline) == ETIMEDOUT);
        cr_expect(has_just_passed(deadline));
    }
    disturber_stop(&disturber);
}

static void *give_after_a_while(void *unused)
{
    usleep(20000); /* by now the other waits */
    ORDO_MUTEX_GUARD(&mutex);
    tokens++;
    ordo_condition_variable_notify_one(&condition);
    return unused;
}

Test(condition_variable, notified_before_the_deadline)
{
    const uint64_t deadlines[] = {ordo_clock_now() + 60000ull * millisecond, ORDO_NEVER - 1,
                                  ORDO_NEVER};
    ordo_thread *thread;

    for (int i = 0; i < 3; i++) {
        cr_assert(ordo_thread_spawn(&thread, give_after_a_while, NULL) == 0);
        {
            ORDO_MUTEX_GUARD(&mutex);
            while (tokens == 0)
                cr_assert(ordo_condition_variable_wait_until(&condition, &mutex, deadlines[i])
                          == 0);
            tokens--;
        }
        ordo_thread_join(thread);
    }
}

Test(condition_variable, wait_while_until)
{
    unsigned int looks = 0;
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, give_after_a_while, NULL) == 0);
    ordo_mutex_lock(&mutex);
    cr_expect(ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, tokens == 0,
                                                       ordo_clock_now() + 60000ull * millisecond)
              == 0);
    cr_expect(ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, tokens == 0, 0) == 0,
              "not waited for");
    cr_expect(ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, ++looks < 3, 0)
                  == ETIMEDOUT
              && looks == 2, "once more after the deadline");
    cr_expect(ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, ++looks < 4, 0) == 0,
              "true in the end");
    cr_expect(ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, true,
                                                       ordo_clock_now() + 5 * millisecond)
              == ETIMEDOUT, "a deadline that is evaluated once");
    ordo_mutex_unlock(&mutex);
    ordo_thread_join(thread);
}

/* ---- Two mutexes ----------------------------------------------------------------------------- */

static ordo_mutex mutexes[2];
static unsigned int phase; /* changed under both */

static void meet_with_two_mutexes(unsigned self, void *shared)
{
    const unsigned int rounds = *(const unsigned int *)shared;
    static ordo_atomic_u32 there;

    for (unsigned int i = 0; i < rounds; i++) {
        if (self == 4) {
            while (ordo_load(&there, ordo_relaxed) != 4 * (i + 1))
                ordo_thread_yield();
            ordo_mutex_lock(&mutexes[0]);
            ordo_mutex_lock(&mutexes[1]);
            phase = i + 1;
            ordo_mutex_unlock(&mutexes[1]);
            ordo_mutex_unlock(&mutexes[0]);
            ordo_condition_variable_notify_all(&condition);
        } else {
            ordo_mutex *const mine = &mutexes[self % 2];

            ordo_mutex_lock(mine);
            ordo_fetch_add(&there, 1, ordo_relaxed);
            ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, mine, phase == i);
            ordo_mutex_unlock(mine);
        }
    }
}

Test(condition_variable, two_mutexes)
{
    unsigned int rounds = test_rounds(100);

    run_threads(5, meet_with_two_mutexes, &rounds);
    cr_expect(phase == rounds && nobody_waits());
}

/* ---- No system call without waiters ---------------------------------------------------------- */

static void notify_often(void)
{
    for (int i = 0; i < 1000; i++) {
        ORDO_MUTEX_GUARD(&mutex);
        ordo_condition_variable_notify_one(&condition);
        ordo_condition_variable_notify_all(&condition);
    }
}

static void time_out(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    (void)!ordo_condition_variable_wait_until(&condition, &mutex, 0);
}

Test(condition_variable, no_system_call_without_waiters)
{
    if (calls_futex(time_out) == cannot_tell) {
        puts("SKIP condition_variable: system calls cannot be refused");
        return;
    }
    cr_expect(calls_futex(time_out) == some_futex_call);
    cr_expect(calls_futex(notify_often) == no_futex_call);
}

/* ---- Destruction: the last waiter unmaps it as soon as its wait has returned ----------------- */

struct object {
    ordo_mutex mutex;
    ordo_condition_variable condition;
    unsigned int waiting, ready, left;
};

struct scene {
    struct object *object;
    unsigned int meetings, rounds, waiters;
};

static void notify_waiters(struct object *object, unsigned int waiters, unsigned int round)
{
    for (bool all_wait = false; !all_wait;) {
        ordo_mutex_lock(&object->mutex);
        all_wait = object->waiting == waiters;
        if (!all_wait) {
            ordo_mutex_unlock(&object->mutex);
            ordo_thread_yield();
        }
    }
    object->ready = 1;
    /* Those that wait for the notification keep the object while this one has no lock. */
    const bool locked = round % 4 < 2;
    if (!locked)
        ordo_mutex_unlock(&object->mutex);
    if (round % 2 == 0 || waiters > 1)
        ordo_condition_variable_notify_all(&object->condition);
    else
        ordo_condition_variable_notify_one(&object->condition);
    if (locked)
        ordo_mutex_unlock(&object->mutex);
}

static void notify_or_unmap(unsigned self, void *shared)
{
    struct scene *const scene = shared;
    const unsigned int threads = scene->waiters + 1;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->object = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                 -1, 0);
            if (scene->object == MAP_FAILED)
                abort();
        }
        meet(&scene->meetings, threads * (2 * i + 1));
        struct object *const object = scene->object;
        if (self == 0) {
            notify_waiters(object, scene->waiters, i);
        } else {
            ordo_mutex_lock(&object->mutex);
            object->waiting++;
            ORDO_CONDITION_VARIABLE_WAIT_WHILE(&object->condition, &object->mutex, !object->ready);
            const bool last = ++object->left == scene->waiters;
            ordo_mutex_unlock(&object->mutex);
            if (last)
                munmap(object, 4096);
        }
        meet(&scene->meetings, threads * (2 * i + 2));
    }
}

Test(condition_variable, unmapped_by_the_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1), .waiters = 1};

    run_threads(2, notify_or_unmap, &scene);
}

Test(condition_variable, unmapped_by_the_last_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(10), .waiters = 3};

    run_threads(4, notify_or_unmap, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void wait_unlocked(void)
{
    ordo_condition_variable_wait(&condition, &mutex);
}

Test(condition_variable, wait_without_the_mutex_aborts)
{
    cr_expect(child_aborts(wait_unlocked,
                           "ordo: condition_variable.c: wait without the mutex\n"));
}
