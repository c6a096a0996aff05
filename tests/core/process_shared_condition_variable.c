/* process_shared_condition_variable.c: turns, meetings and tokens between processes that have the
 * memory at different addresses; deadlines, no system call, destruction and misuse. */
#include "ordo/process_shared_condition_variable.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "fatal_futex.h"
#include "ordo/clock.h"
#include "ordo/futex.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(process_shared_condition_variable, .timeout = 60);

enum { millisecond = 1000000 };

#define LOCK            ordo_process_shared_mutex_lock
#define UNLOCK          ordo_process_shared_mutex_unlock
#define WAIT_UNTIL      ordo_process_shared_condition_variable_wait_until
#define NOTIFY_ONE      ordo_process_shared_condition_variable_notify_one
#define NOTIFY_ALL      ordo_process_shared_condition_variable_notify_all
#define WAIT_WHILE      ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE
#define WAIT_WHILE_UNTIL ORDO_PROCESS_SHARED_CONDITION_VARIABLE_WAIT_WHILE_UNTIL

struct shared {
    ordo_process_shared_mutex mutex;
    ordo_process_shared_condition_variable condition;
    /* Guarded by the mutex. */
    unsigned int turn, arrived, tokens, taken;
    unsigned int rounds, processes;
};

/* Twice the same memory, at two addresses. */
static void new_views(struct shared *views[2])
{
    const int file = memfd_create("shared", 0);

    if (file < 0 || ftruncate(file, 4096) != 0)
        abort();
    for (int i = 0; i < 2; i++) {
        views[i] = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (views[i] == MAP_FAILED)
            abort();
    }
    close(file);
}

static struct shared *new_shared(void)
{
    struct shared *const shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED)
        abort();
    return shared;
}

static bool nobody_waits(const struct shared *shared)
{
    return shared->condition.waiters == 0
           && ordo_load(&shared->mutex.state, ordo_relaxed) == 0;
}

/* Calls body(i, memory) in a process for each i, all at once, with the two views by turns. */
static void run_processes(unsigned int count, void (*body)(unsigned self, void *shared),
                          struct shared *const views[2])
{
    pid_t children[8];

    for (unsigned int i = 0; i < count; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            alarm(60);
            body(i, views[i % 2]);
            _exit(0);
        }
    }
    for (unsigned int i = 0; i < count; i++) {
        int status = -1;

        cr_assert(children[i] > 0 && waitpid(children[i], &status, 0) == children[i]);
        cr_expect(status == 0, "%#x", (unsigned int)status);
    }
}

Test(process_shared_condition_variable, size)
{
    cr_expect(sizeof(ordo_process_shared_condition_variable) == 8);
}

/* ---- Turns, all at once, one token each ------------------------------------------------------ */

static void take_turns(unsigned self, void *memory)
{
    struct shared *const shared = memory;

    LOCK(&shared->mutex);
    for (unsigned int i = 0; i < shared->rounds; i++) {
        WAIT_WHILE(&shared->condition, &shared->mutex, shared->turn % 2 != self);
        shared->turn++;
        NOTIFY_ONE(&shared->condition, &shared->mutex);
    }
    UNLOCK(&shared->mutex);
}

/* A barrier: who comes last lets all go. */
static void meet_often(unsigned self, void *memory)
{
    struct shared *const shared = memory;

    (void)self;
    for (unsigned int i = 0; i < shared->rounds; i++) {
        LOCK(&shared->mutex);
        if (++shared->arrived % shared->processes == 0) {
            shared->turn++;
            NOTIFY_ALL(&shared->condition, &shared->mutex);
        } else {
            WAIT_WHILE(&shared->condition, &shared->mutex, shared->turn == i);
        }
        UNLOCK(&shared->mutex);
    }
}

/* Each token is notified once, and taken by one of several that come and go. */
static void give_or_take(unsigned self, void *memory)
{
    struct shared *const shared = memory;

    for (unsigned int i = 0; i < (self == 0 ? 3 * shared->rounds : shared->rounds); i++) {
        LOCK(&shared->mutex);
        if (self == 0) {
            shared->tokens++;
            NOTIFY_ONE(&shared->condition, &shared->mutex);
        } else {
            WAIT_WHILE(&shared->condition, &shared->mutex, shared->tokens == 0);
            shared->tokens--;
            shared->taken++;
        }
        UNLOCK(&shared->mutex);
    }
}

Test(process_shared_condition_variable, turns)
{
    struct shared *views[2];

    new_views(views);
    struct shared *const shared = views[0];
    shared->rounds = test_rounds(40);
    run_processes(2, take_turns, views);
    run_threads(2, take_turns, shared);
    cr_expect(shared->turn == 4 * shared->rounds && nobody_waits(shared));
}

Test(process_shared_condition_variable, meetings)
{
    struct shared *views[2];

    new_views(views);
    struct shared *const shared = views[0];
    shared->rounds = test_rounds(50);
    shared->processes = 5;
    run_processes(5, meet_often, views);
    cr_expect(shared->turn == shared->rounds && nobody_waits(shared));
}

Test(process_shared_condition_variable, tokens)
{
    struct shared *views[2];

    new_views(views);
    struct shared *const shared = views[0];
    shared->rounds = test_rounds(40);
    run_processes(4, give_or_take, views);
    cr_expect(shared->tokens == 0 && shared->taken == 3 * shared->rounds);
    cr_expect(nobody_waits(shared));
}

/* ---- Every notification ends a wait that was there ------------------------------------------- */

static void wait_or_notify(unsigned self, void *memory)
{
    enum { waiters = 4 };
    struct shared *const shared = memory;

    LOCK(&shared->mutex);
    if (self < waiters) {
        shared->arrived++;
        ordo_process_shared_condition_variable_wait(&shared->condition, &shared->mutex);
        shared->taken++;
    }
    for (unsigned int i = 0; self == waiters && i < waiters;) {
        if (shared->arrived == waiters && shared->taken >= i) {
            i++;
            NOTIFY_ONE(&shared->condition, &shared->mutex);
        }
        UNLOCK(&shared->mutex);
        ordo_thread_yield();
        LOCK(&shared->mutex);
    }
    UNLOCK(&shared->mutex);
}

Test(process_shared_condition_variable, every_notification_ends_a_wait)
{
    for (int i = 0; i < 50; i++) {
        struct shared *const shared = new_shared();

        run_threads(5, wait_or_notify, shared);
        cr_expect(shared->taken == 4 && nobody_waits(shared));
        munmap(shared, 4096);
    }
}

/* One token for two waiters, just when the deadline of one of them passes. If that one gets it, it
 * hands it on; else the other must be told of it, or waits for ever. */
static void race_with_the_deadline(unsigned self, void *memory)
{
    struct shared *const shared = memory;

    for (unsigned int i = 0; i < shared->rounds; i++) {
        meet(&shared->turn, 6 * i + 3);
        LOCK(&shared->mutex);
        if (self == 2) {
            while (shared->arrived != 2) {
                UNLOCK(&shared->mutex);
                ordo_thread_yield();
                LOCK(&shared->mutex);
            }
            if (i % 16 == 0) { /* some deadlines do pass first */
                UNLOCK(&shared->mutex);
                ordo_thread_sleep_until(ordo_clock_now() + millisecond);
                LOCK(&shared->mutex);
            }
            shared->arrived = 0;
            shared->tokens++;
            NOTIFY_ONE(&shared->condition, &shared->mutex);
        } else {
            const uint64_t deadline = self == 0 ? ORDO_NEVER : ordo_clock_now() + 1000 * (i % 64);

            shared->arrived++;
            if (WAIT_WHILE_UNTIL(&shared->condition, &shared->mutex, shared->tokens == 0, deadline)
                == ETIMEDOUT)
                shared->taken++;
            else if (self == 1)
                NOTIFY_ONE(&shared->condition, &shared->mutex);
            else
                shared->tokens--;
        }
        UNLOCK(&shared->mutex);
        meet(&shared->turn, 6 * i + 6);
    }
}

Test(process_shared_condition_variable, deadline_against_notification)
{
    struct shared *const shared = new_shared();

    shared->rounds = 200 + test_rounds(50); /* enough for some to be taken */
    run_threads(3, race_with_the_deadline, shared);
    cr_expect(shared->taken > 0 && shared->tokens == 0 && nobody_waits(shared));
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void wake_all(void *word)
{
    ordo_futex_wake_bitset(word, UINT32_MAX, ORDO_FUTEX_ANY, ordo_futex_shared);
}

Test(process_shared_condition_variable, deadlines)
{
    struct shared *const shared = new_shared();
    struct disturber disturber;
    unsigned int looks = 0;

    LOCK(&shared->mutex);
    cr_expect(WAIT_WHILE_UNTIL(&shared->condition, &shared->mutex, true, 0) == ETIMEDOUT);
    cr_expect(WAIT_WHILE_UNTIL(&shared->condition, &shared->mutex, true, ordo_clock_now())
              == ETIMEDOUT);
    cr_expect(WAIT_WHILE_UNTIL(&shared->condition, &shared->mutex, ++looks < 2, 0) == 0,
              "looked at once more");
    cr_expect(!ordo_process_shared_mutex_try_lock(&shared->mutex), "it is locked again");
    disturber_start(&disturber, wake_all, &shared->condition.sequence);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(WAIT_UNTIL(&shared->condition, &shared->mutex, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    UNLOCK(&shared->mutex);
    cr_expect(nobody_waits(shared));
}

static void *give_after_a_while(void *memory)
{
    struct shared *const shared = memory;

    usleep(20000); /* by now the other waits */
    LOCK(&shared->mutex);
    shared->tokens++;
    NOTIFY_ALL(&shared->condition, &shared->mutex);
    UNLOCK(&shared->mutex);
    return NULL;
}

Test(process_shared_condition_variable, notified_before_the_deadline)
{
    const uint64_t deadlines[] = {ordo_clock_now() + 60000ull * millisecond, ORDO_NEVER - 1,
                                  ORDO_NEVER};
    struct shared *const shared = new_shared();
    ordo_thread *thread;

    for (int i = 0; i < 3; i++) {
        cr_assert(ordo_thread_spawn(&thread, give_after_a_while, shared) == 0);
        LOCK(&shared->mutex);
        cr_expect(WAIT_WHILE_UNTIL(&shared->condition, &shared->mutex, shared->tokens == 0,
                                   deadlines[i])
                  == 0);
        shared->tokens--;
        UNLOCK(&shared->mutex);
        ordo_thread_join(thread);
    }
}

/* ---- No system call without waiters ---------------------------------------------------------- */

static struct shared *quiet;

static void notify_often(void)
{
    for (int i = 0; i < 1000; i++) {
        LOCK(&quiet->mutex);
        NOTIFY_ONE(&quiet->condition, &quiet->mutex);
        NOTIFY_ALL(&quiet->condition, &quiet->mutex);
        UNLOCK(&quiet->mutex);
    }
}

static void time_out(void)
{
    LOCK(&quiet->mutex);
    (void)!WAIT_UNTIL(&quiet->condition, &quiet->mutex, 0);
}

Test(process_shared_condition_variable, no_system_call_without_waiters)
{
    struct shared memory = {.rounds = 0};

    quiet = &memory;
    if (calls_futex(time_out) == cannot_tell) {
        puts("SKIP process_shared_condition_variable: system calls cannot be refused");
        return;
    }
    cr_expect(calls_futex(time_out) == some_futex_call);
    cr_expect(calls_futex(notify_often) == no_futex_call);
}

/* ---- Destruction: the last waiter unmaps it -------------------------------------------------- */

struct scene {
    struct shared *shared;
    unsigned int meetings, rounds, waiters;
};

static void notify_or_unmap(unsigned self, void *argument)
{
    struct scene *const scene = argument;
    const unsigned int threads = scene->waiters + 1;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0)
            scene->shared = new_shared();
        meet(&scene->meetings, threads * (2 * i + 1));
        struct shared *const shared = scene->shared;
        bool last = false;
        LOCK(&shared->mutex);
        if (self == 0) {
            shared->turn = 1;
            if (scene->waiters == 1 && i % 2 == 0)
                NOTIFY_ONE(&shared->condition, &shared->mutex);
            else
                NOTIFY_ALL(&shared->condition, &shared->mutex);
        } else {
            WAIT_WHILE(&shared->condition, &shared->mutex, shared->turn == 0);
            last = ++shared->taken == scene->waiters;
        }
        UNLOCK(&shared->mutex);
        if (last)
            munmap(shared, 4096);
        meet(&scene->meetings, threads * (2 * i + 2));
    }
}

Test(process_shared_condition_variable, unmapped_by_the_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1), .waiters = 1};

    run_threads(2, notify_or_unmap, &scene);
}

Test(process_shared_condition_variable, unmapped_by_the_last_waiter, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(10), .waiters = 3};

    run_threads(4, notify_or_unmap, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static struct shared unlocked;

static void wait_unlocked(void)
{
    ordo_process_shared_condition_variable_wait(&unlocked.condition, &unlocked.mutex);
}

static void notify_one_unlocked(void)
{
    NOTIFY_ONE(&unlocked.condition, &unlocked.mutex);
}

static void notify_all_unlocked(void)
{
    NOTIFY_ALL(&unlocked.condition, &unlocked.mutex);
}

Test(process_shared_condition_variable, misuse_aborts)
{
    static const char notification[] =
        "ordo: process_shared_condition_variable.c: notification without the mutex\n";

    cr_expect(child_aborts(wait_unlocked,
                           "ordo: process_shared_condition_variable.c: wait without the mutex\n"));
    cr_expect(child_aborts(notify_one_unlocked, notification));
    cr_expect(child_aborts(notify_all_unlocked, notification));
}
