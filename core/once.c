/* once.c: see once.h.
 *
 *     0  not run
 *     1  running, nobody sleeps
 *     2  running, somebody may sleep
 *     3  done
 *
 * Who makes 0 into 1 runs its initialiser. It ends with an exchange to 3, or to 0 after a failure,
 * which wakes all sleepers if it found a 2. No wake-up is lost: a thread sleeps only on 2, and
 * whoever ends a 2 wakes all. After a failure each sleeper tries for itself, and one of them gets
 * the 0. The exchange is the last that touches the once, but for a wake of its address.
 */
#include "ordo/once.h"

#include "ordo/futex.h"
#include "ordo/thread.h"

enum { not_run, running, awaited, done };

static void finish(ordo_once *once, uint32_t state)
{
    /* Release: pairs with the acquire of every call that finds the once done, or not run again. */
    if (ordo_exchange(&once->state, state, ordo_release) == awaited)
        ordo_futex_wake(&once->state, UINT32_MAX); /* the address alone */
}

/* The initialiser's thread ends in it, or leaves it by ordo_longjmp. */
static void abandon(void *once)
{
    finish(once, not_run);
}

static int run(ordo_once *once, int (*initialise)(void *argument), void *argument)
{
    const int error = ordo_thread_guarded_call(initialise, argument, abandon, once);

    finish(once, error == 0 ? done : not_run);
    return error;
}

int ordo_once_run(ordo_once *once, int (*initialise)(void *argument), void *argument)
{
    /* Acquire: pairs with the release in finish. */
    uint32_t state = ordo_load(&once->state, ordo_acquire);

    while (state != done) {
        if (state == not_run) {
            if (ordo_compare_exchange(&once->state, &state, running, ordo_acquire, ordo_acquire))
                return run(once, initialise, argument);
        } else if (state == awaited
                   || ordo_compare_exchange(&once->state, &state, awaited, ordo_relaxed,
                                            ordo_acquire)) {
            ordo_futex_wait(&once->state, awaited);
            state = ordo_load(&once->state, ordo_acquire);
        }
    }
    return 0;
}
