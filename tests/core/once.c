/* once.c: run once; failure, and an end of the initialiser's thread, let another one run. */
#include <criterion/criterion.h>
#include <pthread.h>

#include "ordo/once.h"
#include "ordo/ordo.h"
#include "ordo/thread.h"
#include "rounds.h"

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

static int leave(void *unused)
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
