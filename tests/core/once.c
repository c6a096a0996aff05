/* once.c: run once; failure, an end of the initialiser's thread and a jump let another one run. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>

#include "ordo/once.h"
#include "ordo/ordo.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(once, .timeout = 60);

enum { count = 4 };

static ordo_once once;
static ordo_atomic_u32 tries;
static unsigned int made; /* plain: the once orders the accesses */

/* Fails the first two times. */
static int make(void *unused)
{
    (void)unused;
    ordo_thread_yield();
    if (ordo_fetch_add(&tries, 1, ordo_relaxed) < 2)
        return 7;
    made++;
    return 0;
}

static void *call(void *unused)
{
    const int error = ordo_once_call(&once, make, NULL);

    cr_assert(error == 0 ? made == 1 : error == 7);
    return error == 0 ? unused : &once;
}

Test(once, two_failures)
{
    for (unsigned int i = 0; i < test_rounds(200); i++) {
        ordo_thread *threads[count];
        unsigned int failures = 0;

        ordo_store(&once.state, 0, ordo_relaxed);
        ordo_store(&tries, 0, ordo_relaxed);
        made = 0;
        for (int t = 0; t < count; t++)
            cr_assert(ordo_thread_spawn(&threads[t], call, NULL) == 0);
        for (int t = 0; t < count; t++)
            failures += ordo_thread_join(threads[t]) != NULL;
        cr_assert(failures == 2 && made == 1 && ordo_once_is_done(&once));
        cr_assert(ordo_once_call(&once, make, NULL) == 0 && made == 1);
    }
}

__attribute__((noreturn)) static int leave(void *unused)
{
    pthread_exit(unused);
}

static int be_cancelled(void *unused)
{
    (void)unused;
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return 0;
}

static void *call_and_end(void *cancelled)
{
    const int error = ordo_once_call(&once, cancelled != NULL ? be_cancelled : leave, NULL);
    cr_assert(false, "came back with %d", error);
    return NULL;
}

Test(once, thread_ends_in_the_initialiser)
{
    for (int way = 0; way < 2; way++) {
        ordo_thread *thread, *other;

        ordo_store(&tries, 2, ordo_relaxed);
        ordo_store(&once.state, 0, ordo_relaxed);
        made = 0;
        cr_assert(ordo_thread_spawn(&thread, call_and_end, way == 0 ? NULL : &once) == 0);
        ordo_thread_join(thread);
        cr_assert(ordo_thread_spawn(&other, call, NULL) == 0);
        cr_assert(ordo_thread_join(other) == NULL);
        cr_expect(made == 1);
    }
}

/* ---- Waiters that come in the last instant --------------------------------------------------- */

/* In each round a thread's initialiser lets two others go, which call, and at once leaves without
 * success. One of the two makes it, and all return. */
enum way { by_failure, by_pthread_exit, by_cancellation, by_jump, ways };

struct last_instant {
    enum way way;
    unsigned int round, rounds, arrived;
    ordo_jump_buffer buffer;
};

static int let_go_and_leave(void *shared)
{
    struct last_instant *const scene = shared;

    meet(&scene->arrived, 6 * scene->round + 3);
    switch (scene->way) {
    case by_failure: return 7;
    case by_pthread_exit: return leave(NULL);
    case by_cancellation: return be_cancelled(NULL);
    default: ordo_longjmp(&scene->buffer, 1);
    }
}

static void *call_and_leave(void *shared)
{
    struct last_instant *const scene = shared;

    if (ORDO_SETJMP(&scene->buffer) == 0) {
        const int error = ordo_once_call(&once, let_go_and_leave, scene);
        cr_assert(scene->way == by_failure && error == 7);
    } else {
        cr_assert(scene->way == by_jump);
    }
    return NULL;
}

static int make_well(void *unused)
{
    (void)unused;
    made++;
    return 0;
}

static void take_part(unsigned int self, void *shared)
{
    struct last_instant *const scene = shared;

    for (unsigned int round = 0; round < scene->rounds; round++) {
        if (self == 0) {
            ordo_thread *thread;

            scene->round = round;
            scene->way = round % ways;
            ordo_store(&once.state, 0, ordo_relaxed);
            made = 0;
            cr_assert(ordo_thread_spawn(&thread, call_and_leave, scene) == 0);
            ordo_thread_join(thread);
        } else {
            meet(&scene->arrived, 6 * round + 3);
            cr_assert(ordo_once_call(&once, make_well, NULL) == 0 && made == 1);
        }
        meet(&scene->arrived, 6 * round + 6);
    }
}

Test(once, waiters_in_the_last_instant)
{
    run_threads(3, take_part, &(struct last_instant){.rounds = test_rounds(20)});
}

/* ---- Jumps ----------------------------------------------------------------------------------- */

static ordo_jump_buffer outermost;
static ordo_once inner, of_the_end;
static ordo_poison_mutex held;

static int lock_and_jump(void *unused)
{
    (void)unused;
    cr_assert(ordo_poison_mutex_lock(&held) == 0);
    ordo_longjmp(&outermost, 5);
}

static int call_inner(void *unused)
{
    return ordo_once_call(&inner, lock_and_jump, unused);
}

static void *jump_and_end(void *unused)
{
    const int jumped = ORDO_SETJMP(&outermost);

    if (jumped == 0)
        cr_assert(ordo_once_call(&once, call_inner, unused) == 0, "it jumps");
    cr_assert(jumped == 5);
    cr_expect(ordo_poison_mutex_lock(&held) == EOWNERDEAD, "left by the same jump");
    ordo_poison_mutex_clear(&held);
    ordo_poison_mutex_unlock(&held);
    cr_expect(ordo_once_call(&inner, make_well, NULL) == 0);
    /* What the C library knows of the initialisers that were left is in order: the end of the
     * thread finds this one alone. */
    cr_expect(ordo_once_call(&of_the_end, leave, unused) == 0, "it ends");
    return unused;
}

Test(once, jump_out_of_two_initialisers)
{
    ordo_thread *thread;

    ordo_store(&once.state, 0, ordo_relaxed);
    made = 0;
    cr_assert(ordo_thread_spawn(&thread, jump_and_end, NULL) == 0);
    ordo_thread_join(thread);
    cr_expect(made == 1 && ordo_once_is_done(&inner));
    cr_expect(!ordo_once_is_done(&once) && !ordo_once_is_done(&of_the_end));
    cr_expect(ordo_once_call(&once, make_well, NULL) == 0);
    cr_expect(ordo_once_call(&of_the_end, make_well, NULL) == 0 && made == 3);
}
