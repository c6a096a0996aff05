/* barrier.c: see barrier.h.
 *
 *     mutex     guards the others
 *     count     n, constant
 *     arrived   how many have arrived at this phase, from 0 to n - 1
 *     waiters   those, the one that came last first
 *
 * A waiter is a node on the stack of its thread, and waits for its own word there:
 *
 *     waiting   its thread spins, or is about to sleep
 *     sleeping  its thread may sleep
 *     released  its thread returns; the node is gone any moment
 *
 * The last to arrive takes the whole list, makes the barrier as new and unlocks it. Everyone who
 * arrived before it has unlocked the mutex before that, or is past the releasing operation of its
 * unlock; so this unlock is the last access to the barrier that is made for the phase, and only
 * then the first thread is released. From there on the barrier may be gone.
 *
 * No wake-up is lost: a waiter sleeps only on `sleeping`, which it has written itself. The
 * release is one exchange with `released`, which says whether the thread may sleep; then it is
 * woken. The link is read before the exchange, and after it only the address of the node is used.
 *
 * What an arrival publishes goes by the mutex to the last one, and from there by the exchange to
 * each waiter.
 */
#include "ordo/barrier.h"

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

struct ordo_barrier_waiter {
    struct ordo_barrier_waiter *next;
    ordo_atomic_u32 state;
};

enum { waiting, sleeping, released };

static void wait_for_release(struct ordo_barrier_waiter *self)
{
    uint32_t state = waiting;

    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&self->state, ordo_relaxed) == waiting; turn++)
        ordo_spin_hint();
    /* Acquire, here and below: pairs with the release in release_all. Relaxed when it stores: that
     * tells only that a wake is needed. */
    if (!ordo_compare_exchange(&self->state, &state, sleeping, ordo_relaxed, ordo_acquire))
        return;
    do
        ordo_futex_wait(&self->state, sleeping);
    while (ordo_load(&self->state, ordo_acquire) != released);
}

static void release_all(struct ordo_barrier_waiter *waiter)
{
    while (waiter != NULL) {
        struct ordo_barrier_waiter *const next = waiter->next;

        /* Release: pairs with the acquire in wait_for_release, after which the node is gone. */
        if (ordo_exchange(&waiter->state, released, ordo_release) == sleeping)
            ordo_futex_wake(&waiter->state, 1); /* the address alone */
        waiter = next;
    }
}

bool ordo_barrier_wait(ordo_barrier *barrier)
{
    struct ordo_barrier_waiter self;

    if (barrier->count == 0)
        ordo_misuse("barrier.c: a barrier for no threads");

    ordo_mutex_lock(&barrier->mutex);
    struct ordo_barrier_waiter *const before = barrier->waiters;
    const bool last = ++barrier->arrived == barrier->count;
    if (last) {
        barrier->arrived = 0;
        barrier->waiters = NULL;
    } else {
        self = (struct ordo_barrier_waiter){.next = before, .state = ORDO_ATOMIC_INIT(waiting)};
        barrier->waiters = &self;
    }
    ordo_mutex_unlock(&barrier->mutex);

    if (last)
        release_all(before);
    else
        wait_for_release(&self);
    return last;
}
