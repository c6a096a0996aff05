/* pi_condition_variable.c: hand-over, deadlines, priorities, a system without the requeue,
 * destruction and misuse of the PI condition variable. */
#include "ordo/pi_condition_variable.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/futex.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"
#include "without_futex.h"

TestSuite(pi_condition_variable, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_pi_mutex mutex = ORDO_PI_MUTEX_INIT;
static ordo_pi_condition_variable condition = ORDO_PI_CONDITION_VARIABLE_INIT;
/* Guarded by the mutex. */
static unsigned turn, arrived, tokens, taken;

Test(pi_condition_variable, size)
{
    cr_expect(sizeof(ordo_pi_condition_variable) == 8);
}

/* ---- Turns, all at once, one token each ------------------------------------------------------ */

static void take_turns(unsigned self, void *shared)
{
    const unsigned rounds = *(const unsigned *)shared;

    ORDO_PI_MUTEX_GUARD(&mutex);
    for (unsigned i = 0; i < rounds; i++) {
        while (turn % 2 != self)
            ordo_pi_condition_variable_wait(&condition, &mutex);
        turn++;
        ordo_pi_condition_variable_notify_one(&condition, &mutex);
    }
}

static void check_turns(void)
{
    unsigned rounds = test_rounds(20);

    turn = 0;
    run_threads(2, take_turns, &rounds);
    if (turn != 2 * rounds || condition.waiters != 0)
        abort();
}

/* A barrier: who comes last lets all go. */
static void meet_often(unsigned self, void *shared)
{
    (void)self;
    ORDO_PI_MUTEX_GUARD(&mutex);
    for (unsigned i = 0; i < *(const unsigned *)shared; i++) {
        const unsigned mine = turn;

        if (++arrived == 4) {
            arrived = 0;
            turn++;
            ordo_pi_condition_variable_notify_all(&condition, &mutex);
        }
        while (turn == mine)
            ordo_pi_condition_variable_wait(&condition, &mutex);
    }
}

static void check_meetings(void)
{
    unsigned rounds = test_rounds(50);

    turn = arrived = 0;
    run_threads(4, meet_often, &rounds);
    if (turn != rounds || condition.waiters != 0)
        abort();
}

/* Each token is notified once, and taken by one of several that come and go. A waiter that is
 * missed leaves a token, and the giver waits for ever. */
static void give_or_take(unsigned self, void *shared)
{
    const unsigned rounds = *(const unsigned *)shared;

    for (unsigned i = 0; i < (self == 0 ? 3 * rounds : rounds); i++) {
        ORDO_PI_MUTEX_GUARD(&mutex);
        if (self == 0) {
            tokens++;
            ordo_pi_condition_variable_notify_one(&condition, &mutex);
            continue;
        }
        while (tokens == 0)
            ordo_pi_condition_variable_wait(&condition, &mutex);
        tokens--;
        taken++;
    }
}

static void check_tokens(void)
{
    unsigned rounds = test_rounds(20);

    tokens = taken = 0;
    run_threads(4, give_or_take, &rounds);
    if (tokens != 0 || taken != 3 * rounds || condition.waiters != 0)
        abort();
}

Test(pi_condition_variable, turns)
{
    check_turns();
}

Test(pi_condition_variable, meetings)
{
    check_meetings();
}

Test(pi_condition_variable, tokens)
{
    check_tokens();
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void check_timeouts(void)
{
    struct disturber disturber;

    ORDO_PI_MUTEX_GUARD(&mutex);
    while (ordo_pi_condition_variable_wait_until(&condition, &mutex, 0) != ETIMEDOUT)
        continue; /* any wait may return for no reason */
    while (ordo_pi_condition_variable_wait_until(&condition, &mutex, ordo_clock_now())
           != ETIMEDOUT)
        continue;
    disturber_start(&disturber, NULL, NULL);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    int error;
    do
        error = ordo_pi_condition_variable_wait_until(&condition, &mutex, deadline);
    while (error == 0);
    if (error != ETIMEDOUT || !has_just_passed(deadline) || !ordo_pi_mutex_is_mine(&mutex))
        abort();
    disturber_stop(&disturber);
}

Test(pi_condition_variable, timeouts)
{
    check_timeouts();
}

static void *give_after_a_while(void *unused)
{
    usleep(20000); /* by now the other waits */
    ORDO_PI_MUTEX_GUARD(&mutex);
    tokens++;
    ordo_pi_condition_variable_notify_one(&condition, &mutex);
    return unused;
}

Test(pi_condition_variable, notified_before_the_deadline)
{
    const uint64_t deadlines[] = {ordo_clock_now() + 60000ull * millisecond, ORDO_NEVER - 1,
                                  ORDO_NEVER};
    ordo_thread *thread;

    for (int i = 0; i < 3; i++) {
        cr_assert(ordo_thread_spawn(&thread, give_after_a_while, NULL) == 0);
        {
            ORDO_PI_MUTEX_GUARD(&mutex);
            while (tokens == 0)
                cr_assert(ordo_pi_condition_variable_wait_until(&condition, &mutex, deadlines[i])
                          == 0);
            tokens--;
        }
        ordo_thread_join(thread);
    }
}

/* A waiter that is notified, but gets the mutex only after its deadline, does not report that it
 * timed out: the notification would be lost on others. */
static void *wait_shortly(void *result)
{
    ORDO_PI_MUTEX_GUARD(&mutex);
    arrived = 1;
    *(int *)result = ordo_pi_condition_variable_wait_until(
        &condition, &mutex, ordo_clock_now() + 200 * millisecond);
    return NULL;
}

Test(pi_condition_variable, notified_and_timed_out)
{
    ordo_thread *thread;
    int result = -1;
    bool is_there = false;

    cr_assert(ordo_thread_spawn(&thread, wait_shortly, &result) == 0);
    while (!is_there) {
        usleep(1000);
        ORDO_PI_MUTEX_GUARD(&mutex);
        is_there = arrived == 1;
        if (is_there) {
            usleep(10000);
            ordo_pi_condition_variable_notify_one(&condition, &mutex);
            usleep(300000);
        }
    }
    ordo_thread_join(thread);
    cr_expect(result == 0);
}

/* ---- Without the requeue --------------------------------------------------------------------- */

Test(pi_condition_variable, without_requeue)
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        if (!without_futex(FUTEX_WAIT_REQUEUE_PI) || !without_futex(FUTEX_CMP_REQUEUE_PI))
            _exit(77);
        check_turns();
        check_meetings();
        check_tokens();
        check_timeouts();
        _exit(0);
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        puts("SKIP pi_condition_variable: no seccomp filters, the requeue cannot be taken away");
    else
        cr_expect(status == 0, "%#x", (unsigned int)status);
}

/* ---- Destruction: the waiter unmaps both as soon as it is let go ----------------------------- */

struct object {
    ordo_pi_mutex mutex;
    ordo_pi_condition_variable condition;
    bool ready;
};

struct scene {
    struct object *object;
    unsigned arrived, rounds;
};

static void notify_or_unmap(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->object = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                 -1, 0);
            if (scene->object == MAP_FAILED)
                abort();
        }
        meet(&scene->arrived, 4 * i + 2);
        struct object *const object = scene->object;
        ordo_pi_mutex_lock(&object->mutex);
        if (self == 0) {
            object->ready = true;
            ordo_pi_condition_variable_notify_all(&object->condition, &object->mutex);
        } else {
            while (!object->ready)
                ordo_pi_condition_variable_wait(&object->condition, &object->mutex);
        }
        ordo_pi_mutex_unlock(&object->mutex);
        /* The notifier does not touch it any more, and has unlocked, or is about to return. */
        if (self == 1)
            munmap(object, 4096);
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(pi_condition_variable, unmapped_by_the_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1)};

    run_threads(2, notify_or_unmap, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void wait_unlocked(void)
{
    ordo_pi_condition_variable_wait(&condition, &mutex);
}

static void notify_one_unlocked(void)
{
    ordo_pi_condition_variable_notify_one(&condition, &mutex);
}

static void notify_all_unlocked(void)
{
    ordo_pi_condition_variable_notify_all(&condition, &mutex);
}

Test(pi_condition_variable, misuse_aborts)
{
    static const char notification[] =
        "ordo: pi_condition_variable.c: notification without the mutex\n";

    cr_expect(child_aborts(wait_unlocked,
                           "ordo: pi_condition_variable.c: wait without the mutex\n"));
    cr_expect(child_aborts(notify_one_unlocked, notification));
    cr_expect(child_aborts(notify_all_unlocked, notification));
}
