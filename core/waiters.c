/* waiters.c: see waiters.h.
 *
 * A wake-up is first counted in `pending`, then worked off by whoever has the lock. No wake-up is
 * lost: its owner adds it and then tries the lock; whoever gives the lock back then looks at
 * `pending`. Between the two steps of each is a seq_cst fence, so that either the owner gets the
 * lock or the other sees the wake-up (Dekker's pair). Nobody who wakes waits for the lock, and a
 * thread that was stopped with the lock delays those that sleep and no others.
 *
 * A wake-up that finds nobody in the line is dropped. Its owner had seen a count that was not 0; a
 * node that comes later is added after that count was made 0, with the lock, and has its fence
 * after that. So its thread sees what the wake-up was for when it looks once more. What is owed to
 * a node that leaves goes to the next.
 *
 * Nothing is touched too late. A node is taken out before its word is changed, with the lock. If
 * that change is the signal, its thread may leave without the lock, and nothing follows but a wake
 * of the bare address. If it fails, another node of the thread was signalled, or it gave up: then
 * it comes for the lock before it leaves. A node that is claimed is left alone by its thread until
 * the signal. A node with a function of its own to wake it (channel_watch.c) is still there when
 * that is called: its owner always comes for the lock.
 */
#include "waiters.h"

#include <errno.h>
#include <stddef.h>

#include "ordo/futex.h"

/* ---- The lines; the caller has the lock ------------------------------------------------------ */

static void set_count(struct waiters *waiters, enum side side, int change)
{
    ordo_atomic_u32 *const count = &waiters->lines[side].count;

    /* Relaxed: who adds a node has the fence of the unlock before it looks. */
    ordo_store(count, ordo_load(count, ordo_relaxed) + (uint32_t)change, ordo_relaxed);
}

void ordo_waiters_add(struct waiters *waiters, enum side side, struct ordo_waiter *waiter)
{
    struct ordo_waiter *const oldest = waiters->lines[side].oldest;

    if (oldest == NULL) {
        waiter->next = waiter->previous = waiter;
        waiters->lines[side].oldest = waiter;
    } else {
        waiter->next = oldest;
        waiter->previous = oldest->previous;
        waiter->previous->next = oldest->previous = waiter;
    }
    waiter->queued = true;
    set_count(waiters, side, 1);
}

static void take_out(struct waiters *waiters, enum side side, struct ordo_waiter *waiter)
{
    if (waiter->next == waiter) {
        waiters->lines[side].oldest = NULL;
    } else {
        waiter->next->previous = waiter->previous;
        waiter->previous->next = waiter->next;
        if (waiters->lines[side].oldest == waiter)
            waiters->lines[side].oldest = waiter->next;
    }
    waiter->queued = false;
    set_count(waiters, side, -1);
}

/* Takes out the oldest node, and ends its wait by `value`; the node may be gone if that is its
 * signal. Returns whether its word was still waiting. */
static bool end_wait(struct waiters *waiters, enum side side, struct ordo_waiter *waiter,
                     uint32_t value)
{
    ordo_atomic_u32 *const word = waiter->word;
    uint32_t expected = waiter_waiting;

    take_out(waiters, side, waiter);
    /* Release: pairs with the acquire in leave, whose thread may be gone then. */
    return ordo_compare_exchange(word, &expected, value, ordo_release, ordo_relaxed);
}

struct ordo_waiter *ordo_waiters_claim(struct waiters *waiters, enum side side)
{
    struct ordo_waiter *oldest;

    while ((oldest = waiters->lines[side].oldest) != NULL
           && !end_wait(waiters, side, oldest, waiter_claimed))
        continue;
    return oldest;
}

const ordo_atomic_u32 *ordo_waiter_signal_claimed(struct ordo_waiter *waiter)
{
    ordo_atomic_u32 *const word = waiter->word;

    /* Release: pairs with the acquire in leave, whose thread has the message then. */
    ordo_store(word, waiter->signal, ordo_release);
    return word;
}

bool ordo_waiters_has_other(struct waiters *waiters, enum side side, const ordo_atomic_u32 *word)
{
    struct ordo_waiter *const oldest = waiters->lines[side].oldest;
    struct ordo_waiter *waiter = oldest;

    if (oldest != NULL)
        do
            if (waiter->word != word && ordo_load(waiter->word, ordo_relaxed) == waiter_waiting)
                return true;
        while ((waiter = waiter->next) != oldest);
    return false;
}

/* ---- The lock, and what is pending ----------------------------------------------------------- */

/* Works off one wake-up; returns the word to be woken, or NULL. */
static const ordo_atomic_u32 *work_off_one(struct waiters *waiters, enum side side)
{
    ordo_atomic_u64 *const pending = &waiters->lines[side].pending;
    struct ordo_waiter *oldest;

    if (ordo_load(pending, ordo_relaxed) == 0)
        return NULL;
    while ((oldest = waiters->lines[side].oldest) != NULL) {
        const ordo_atomic_u32 *const word = oldest->word;
        void (*const wake)(struct ordo_waiter *) = oldest->wake;

        if (!end_wait(waiters, side, oldest, oldest->signal))
            continue;
        ordo_fetch_sub(pending, 1, ordo_relaxed);
        if (wake == NULL)
            return word;
        wake(oldest);
        return NULL;
    }
    ordo_store(pending, 0, ordo_relaxed); /* none of them is for a node to come */
    return NULL;
}

static bool is_pending(const struct waiters *waiters)
{
    return ordo_load(&waiters->lines[sending].pending, ordo_relaxed) != 0
           || ordo_load(&waiters->lines[receiving].pending, ordo_relaxed) != 0;
}

ORDO_NOT_ANALYSED static void work_off(struct waiters *waiters)
{
    for (;;) {
        /* For the pairs of the lock and `pending`, and of who waits. */
        ordo_thread_fence(ordo_seq_cst);
        if (!is_pending(waiters) || !ordo_mutex_try_lock(&waiters->lock))
            return;

        const ordo_atomic_u32 *const sender = work_off_one(waiters, sending);
        const ordo_atomic_u32 *const receiver = work_off_one(waiters, receiving);

        ordo_mutex_unlock(&waiters->lock);
        if (sender != NULL)
            ordo_futex_wake(sender, 1); /* the address alone */
        if (receiver != NULL)
            ordo_futex_wake(receiver, 1);
    }
}

ORDO_NOT_ANALYSED void ordo_waiters_lock(struct waiters *waiters)
{
    ordo_mutex_lock(&waiters->lock);
}

ORDO_NOT_ANALYSED bool ordo_waiters_try_lock(struct waiters *waiters)
{
    return ordo_mutex_try_lock(&waiters->lock);
}

ORDO_NOT_ANALYSED void ordo_waiters_unlock(struct waiters *waiters)
{
    ordo_mutex_unlock(&waiters->lock);
    work_off(waiters);
}

__attribute__((cold, noinline)) void ordo_waiters_wake(struct waiters *waiters, enum side side,
                                                       uint64_t wakes)
{
    ordo_fetch_add(&waiters->lines[side].pending, wakes, ordo_relaxed);
    work_off(waiters);
}

void ordo_waiters_wake_all(struct waiters *waiters, enum side side)
{
    const uint32_t count = ordo_load(&waiters->lines[side].count, ordo_seq_cst);

    if (count != 0)
        ordo_waiters_wake(waiters, side, count);
}

/* ---- Who waits ------------------------------------------------------------------------------- */

void ordo_waiters_leave(struct waiters *waiters, enum side side, struct ordo_waiter *waiter)
{
    /* Who signals it took it out. Acquire: pairs with the release in end_wait, signal_claimed. */
    if (waiter->wake == NULL && ordo_load(waiter->word, ordo_acquire) == waiter->signal)
        return;
    ordo_waiters_lock(waiters);
    if (waiter->queued)
        take_out(waiters, side, waiter);
    ordo_waiters_unlock(waiters);
}

bool ordo_waiter_give_up(ordo_atomic_u32 *word)
{
    uint32_t expected = waiter_waiting;

    return ordo_compare_exchange(word, &expected, waiter_gave_up, ordo_relaxed, ordo_relaxed);
}

uint32_t ordo_waiter_wait(ordo_atomic_u32 *word, uint64_t deadline)
{
    uint32_t value;

    /* Relaxed: who returns leaves the lines before it does anything else. */
    while ((value = ordo_load(word, ordo_relaxed)) < waiter_gave_up)
        if (value == waiter_claimed)
            ordo_futex_wait(word, value); /* for as long as a copy takes */
        else if (ordo_futex_wait_until(word, value, deadline) == ETIMEDOUT)
            (void)ordo_waiter_give_up(word); /* or it was signalled */
    return value;
}
