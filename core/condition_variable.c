/* condition_variable.c: see condition_variable.h.
 *
 * The waiters are a ring of nodes on their stacks, the oldest first, guarded by `lock`. A node's
 * `state` is what its thread sleeps on:
 *
 *     waiting        in the ring, or taken out by a notifier that has not signalled it yet
 *     signalled      by notify_one
 *     signalled_all  by notify_all
 *
 * A node leaves the ring once, under `lock`: by the notifier that will signal it, or by its own
 * thread after its deadline. `queued` says whether it has left. So a notification ends the wait of
 * exactly one node, the oldest, and neither a later waiter nor one that times out can take it.
 *
 * No notification is lost. A waiter is in the ring before it unlocks the mutex. A notifier that
 * changed the condition under the mutex did so either after that: then the waiter's store of
 * `oldest` happens before its load, which sees that store or a later one (NULL in a later one means
 * that another notifier took the waiter); or before the waiter locked the mutex: then the waiter
 * has seen the new condition, and its wait is not one that this notifier has to end. The mutex
 * orders it all: there is no pair of store and load in which each could miss the other, and
 * `oldest` is relaxed. It is an atomic only because a notifier looks at it without `lock`.
 *
 * No stampede. notify_all signals the first node last. The others of the same mutex it moves, where
 * they sleep, to the mutex. All that notify_all took lock with lock_contended: whoever of them has
 * the mutex leaves 2 in it, so that the unlock wakes the next one that was moved. The first does so
 * after all moves are over, so none that was moved is left without one before it.
 *     A node is moved while it is still waiting, and signalled then. Signalled first, its thread
 * could leave, and the move could find a stranger that sleeps at the same address of a reused
 * stack. As it is, the thread cannot leave, nor can its mutex, which it is going to lock.
 *     The wake after the signal is for a thread that was not yet asleep when it was moved, or that
 * came back without cause and sleeps on its node again. That may have been a wake of the mutex
 * meant for another: then it is passed on when this one has locked with 2 and unlocks.
 *     A node of another mutex than the first's is woken: there no unlock would be sure to wake it.
 *
 * Nothing is touched too late. A notifier is done with the condition variable when it unlocks
 * `lock`, of which mutex.h promises that it may be freed then, and only afterwards signals; with
 * a node when it signals it, after which there is a wake of the bare address. A waiter that timed
 * out and finds itself taken waits for the signal, which comes soon.
 *
 * The states' release and acquire order the notifier's last look at a node before its thread reuses
 * the stack, and make a notification happen before the return of the wait.
 */
#include "ordo/condition_variable.h"

#include <errno.h>
#include <stddef.h>

#include "mutex_word.h"
#include "ordo/futex.h"
#include "ordo/misuse.h"

enum state { waiting, signalled, signalled_all };

struct waiter {
    ordo_atomic_u32 state;
    bool queued; /* this and the links are guarded by the lock */
    struct waiter *next, *previous;
    ordo_mutex *mutex;
};

/* ---- The ring; the caller has the lock ------------------------------------------------------- */

static struct waiter *oldest_of(ordo_condition_variable *condition)
{
    return ordo_load(&condition->oldest, ordo_relaxed);
}

static void add(ordo_condition_variable *condition, struct waiter *waiter)
{
    struct waiter *const oldest = oldest_of(condition);

    if (oldest == NULL) {
        waiter->next = waiter->previous = waiter;
        ordo_store(&condition->oldest, waiter, ordo_relaxed);
    } else {
        waiter->next = oldest;
        waiter->previous = oldest->previous;
        waiter->previous->next = oldest->previous = waiter;
    }
    waiter->queued = true;
}

static void take_out(ordo_condition_variable *condition, struct waiter *waiter)
{
    if (waiter->next == waiter) {
        ordo_store(&condition->oldest, NULL, ordo_relaxed);
    } else {
        waiter->next->previous = waiter->previous;
        waiter->previous->next = waiter->next;
        if (oldest_of(condition) == waiter)
            ordo_store(&condition->oldest, waiter->next, ordo_relaxed);
    }
    waiter->queued = false;
}

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Leaves the ring, unless a notifier was faster. */
static bool give_up(ordo_condition_variable *condition, struct waiter *waiter)
{
    ORDO_MUTEX_GUARD(&condition->lock);
    const bool was_queued = waiter->queued;

    if (was_queued)
        take_out(condition, waiter);
    return was_queued;
}

ORDO_NOT_ANALYSED int ordo_condition_variable_wait_until(ordo_condition_variable *condition,
                                                         ordo_mutex *mutex, uint64_t deadline)
{
    struct waiter self = {.mutex = mutex};
    uint32_t state;

    if (ordo_load(&mutex->state, ordo_relaxed) == unlocked)
        ordo_misuse("condition_variable.c: wait without the mutex");
    ordo_mutex_lock(&condition->lock);
    add(condition, &self);
    ordo_mutex_unlock(&condition->lock);
    ordo_mutex_unlock(mutex);

    /* Acquire: pairs with the release in end_wait. */
    while ((state = ordo_load(&self.state, ordo_acquire)) == waiting)
        if (ordo_futex_wait_until(&self.state, waiting, deadline) == ETIMEDOUT) {
            if (give_up(condition, &self)) {
                ordo_mutex_lock(mutex);
                return ETIMEDOUT;
            }
            deadline = ORDO_NEVER;
        }
    if (state == signalled_all)
        ordo_mutex_lock_contended(mutex);
    else
        ordo_mutex_lock(mutex);
    return 0;
}

void ordo_condition_variable_wait(ordo_condition_variable *condition, ordo_mutex *mutex)
{
    /* Cannot time out. */
    (void)!ordo_condition_variable_wait_until(condition, mutex, ORDO_NEVER);
}

/* ---- Notifying ------------------------------------------------------------------------------- */

static void end_wait(struct waiter *waiter, enum state state)
{
    /* Release: pairs with the acquire in wait_until, whose thread may end at once. */
    ordo_store(&waiter->state, state, ordo_release);
    ordo_futex_wake(&waiter->state, 1); /* the address alone */
}

/* Takes out the oldest, or NULL. */
static struct waiter *take_one(ordo_condition_variable *condition)
{
    ORDO_MUTEX_GUARD(&condition->lock);
    struct waiter *const oldest = oldest_of(condition);

    if (oldest != NULL)
        take_out(condition, oldest);
    return oldest;
}

/* Takes out all, or NULL. They stay a ring. */
static struct waiter *take_all(ordo_condition_variable *condition)
{
    ORDO_MUTEX_GUARD(&condition->lock);
    struct waiter *const oldest = oldest_of(condition);

    if (oldest != NULL) {
        struct waiter *waiter = oldest;

        do
            waiter->queued = false;
        while ((waiter = waiter->next) != oldest);
        ordo_store(&condition->oldest, NULL, ordo_relaxed);
    }
    return oldest;
}

void ordo_condition_variable_notify_one(ordo_condition_variable *condition)
{
    if (oldest_of(condition) == NULL)
        return;

    struct waiter *const waiter = take_one(condition);

    if (waiter != NULL)
        end_wait(waiter, signalled);
}

void ordo_condition_variable_notify_all(ordo_condition_variable *condition)
{
    if (oldest_of(condition) == NULL)
        return;

    struct waiter *const first = take_all(condition);

    if (first == NULL)
        return;
    for (struct waiter *waiter = first->next, *next; waiter != first; waiter = next) {
        next = waiter->next; /* before the signal */
        if (waiter->mutex == first->mutex)
            ordo_futex_requeue(&waiter->state, 0, &waiter->mutex->state, 1, ordo_futex_private);
        end_wait(waiter, signalled_all);
    }
    end_wait(first, signalled_all);
}
