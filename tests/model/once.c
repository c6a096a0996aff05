/* once.c: core/once.c in every execution. */
#include <ordo/once.h>
#include <ordo/thread.h>

#include "subject.h"

static ordo_once once;
static unsigned int made, tries, failures; /* plain: the once orders the accesses */

static int make(void *unused)
{
    (void)unused;
    made++;
    return 0;
}

static int fail_once(void *unused)
{
    return tries++ == 0 ? 1 : make(unused);
}

static void *call(void *unused)
{
    model_assert(ordo_once_call(&once, make, unused) == 0);
    model_assert(made == 1);
    return unused;
}

static void *call_failing(void *unused)
{
    return ordo_once_call(&once, fail_once, unused) == 0 ? unused : &once;
}

static void together(void *(*body)(void *), int others)
{
    ordo_thread *threads[2] = {NULL, NULL};

    for (int i = 0; i < others; i++)
        threads[i] = spawn(body, NULL);
    failures = body(NULL) != NULL;
    for (int i = 0; i < others; i++)
        failures += ordo_thread_join(threads[i]) != NULL;
    model_assert(made == 1);
    model_assert(ordo_once_is_done(&once));
}

MODEL_TEST(two, .spurious_returns = 1, .interrupts = 1)
{
    together(call, 1);
}

MODEL_TEST(three, .expect = model_passes)
{
    together(call, 2);
}

MODEL_TEST(failure_2, .spurious_returns = 1)
{
    together(call_failing, 1);
    model_assert(failures == 1);
}

MODEL_TEST(failure_3, .expect = model_passes)
{
    together(call_failing, 2);
    model_assert(failures == 1);
}
