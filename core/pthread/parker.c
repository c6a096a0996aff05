/* parker.c: see ../parker.h; on POSIX threads.
 *
 *     0       not woken; nobody sleeps
 *     1       woken
 *     other   the address of the place on which the thread sleeps: a mutex, a condition variable
 *             and a flag, on its stack
 *
 * The thread makes a place and puts its address where the 0 was; the waker exchanges what is there
 * for 1. One of the two is first. If the waker is, the thread does not sleep. If the thread is, the
 * waker finds the place, sets its flag under its mutex and signals under it too, so that it uses
 * nothing of the place but the mutex, in its unlock, once the thread can know. (POSIX lets a mutex
 * be destroyed as soon as it can be locked, even while another thread is still in its unlock.)
 *
 * When the deadline has passed the thread takes the address back, if it is still there. If not, the
 * waker has it, and the thread waits for the flag: the wake is under way.
 *
 * Cancellation would leave the node of the caller in a queue, so it waits until the wait is over.
 */
#include "../parker.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "ordo/clock.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"

enum { second = 1000000000, woken = 1 };

struct place {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    bool is_woken; /* guarded by the mutex */
};

static void make_place(struct place *place, unsigned int flags)
{
    pthread_condattr_t attributes;
    int error = pthread_condattr_init(&attributes);

    if (error == 0) {
        error = pthread_condattr_setclock(&attributes, (flags & ordo_futex_realtime) != 0
                                                           ? CLOCK_REALTIME
                                                           : CLOCK_MONOTONIC);
        if (error == 0)
            error = pthread_cond_init(&place->condition, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    if (error == 0)
        error = pthread_mutex_init(&place->mutex, NULL);
    if (error != 0)
        ordo_misuse("parker.c: no mutex or condition variable to be had");
    place->is_woken = false;
}

static void leave_place(struct place *place)
{
    pthread_mutex_destroy(&place->mutex);
    pthread_cond_destroy(&place->condition);
}

/* Sleeps until the flag is set, and returns true, or until the deadline. */
static bool sleep_on(struct place *place, uint64_t deadline)
{
    const struct timespec until = {.tv_sec = (time_t)(deadline / second),
                                   .tv_nsec = (long)(deadline % second)};
    int error = 0;

    pthread_mutex_lock(&place->mutex);
    while (!place->is_woken && error != ETIMEDOUT)
        error = deadline == ORDO_NEVER
                    ? pthread_cond_wait(&place->condition, &place->mutex)
                    : pthread_cond_timedwait(&place->condition, &place->mutex, &until);
    const bool is_woken = place->is_woken;
    pthread_mutex_unlock(&place->mutex);
    return is_woken;
}

bool ordo_parker_wait(struct parker *parker, uint64_t deadline, unsigned int flags)
{
    struct place place;
    uint64_t state = 0;
    bool result = true;
    int cancel_state;

    make_place(&place, flags);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    /* Release: pairs with the acquire in wake, which uses the place. Acquire: pairs with the
     * release there. */
    if (ordo_compare_exchange(&parker->state, &state, (uintptr_t)&place, ordo_release,
                              ordo_acquire)
        && !sleep_on(&place, deadline)) {
        state = (uintptr_t)&place;
        /* Relaxed: nobody else has the address. If the waker does, its mutex orders. */
        result = !ordo_compare_exchange(&parker->state, &state, 0, ordo_relaxed, ordo_relaxed);
        if (result)
            sleep_on(&place, ORDO_NEVER);
    }
    pthread_setcancelstate(cancel_state, NULL);
    leave_place(&place);
    return result;
}

void ordo_parker_wake(struct parker *parker)
{
    /* Release: pairs with the acquire in wait. Acquire: pairs with the release there. */
    struct place *const place =
        (struct place *)(uintptr_t)ordo_exchange(&parker->state, woken, ordo_acq_rel);

    if (place != NULL) {
        pthread_mutex_lock(&place->mutex);
        place->is_woken = true;
        pthread_cond_signal(&place->condition);
        pthread_mutex_unlock(&place->mutex);
    }
}
