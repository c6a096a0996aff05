/* channel_rendezvous.c: the channel without capacity. A message stays with its sender until a
 * receiver is there, and is then copied from one to the other.
 *
 * Whoever comes looks for somebody of the other side in the line there, claims it, copies and
 * signals; or else joins the line of its own side. Looking and joining are one step under the lock,
 * so of two that meet the second sees the first, and a thread that waits for nothing else does
 * nothing until it is signalled. A node that is claimed is its thread's only one to be signalled,
 * also if it waits for other channels: so a message goes to one receiver, and a receiver gets one.
 *
 * Closed is a bit in the tail. A node that was in its line before is woken; one that comes later
 * finds the bit (the pair of waiters.h). One that is claimed before it sees either has its message.
 */
#include <errno.h>
#include <string.h>

#include "channel_parts.h"
#include "ordo/futex.h"
#include "ordo/spin_limit.h"

enum { closed = 1 };

bool ordo_rendezvous_is_closed(const struct channel *channel)
{
    return (ordo_load(&channel->tail, ordo_acquire) & closed) != 0;
}

static bool lock_within_bound(struct waiters *waiters)
{
    for (unsigned int turn = 0; !ordo_waiters_try_lock(waiters); turn++) {
        if (turn == ordo_spin_limit)
            return false;
        ordo_spin_hint();
    }
    return true;
}

static void copy(const struct channel *channel, enum side side, void *message, void *others)
{
    if (side == sending)
        memcpy(others, message, channel->size);
    else
        memcpy(message, others, channel->size);
}

static int try_one(struct channel *channel, enum side side, void *message, bool waits)
{
    struct waiters *const waiters = &channel->waiters;
    const enum side other = side == sending ? receiving : sending;
    const ordo_atomic_u32 *word = NULL;

    if (ordo_rendezvous_is_closed(channel))
        return EPIPE;
    if (!ordo_waiters_any(waiters, other))
        return EAGAIN;
    if (waits)
        ordo_waiters_lock(waiters);
    else if (!lock_within_bound(waiters))
        return EBUSY;

    struct ordo_waiter *const waiter = ordo_waiters_claim(waiters, other);

    if (waiter != NULL) {
        copy(channel, side, message, waiter->message);
        waiter->done = true;
        word = ordo_waiter_signal_claimed(waiter);
    }
    ordo_waiters_unlock(waiters);
    if (word == NULL)
        return EAGAIN;
    ordo_futex_wake(word, 1); /* the address alone */
    return 0;
}

int ordo_rendezvous_try(struct channel *channel, enum side side, char *messages, size_t count,
                        size_t *moved, bool waits)
{
    int error = 0;

    for (*moved = 0; *moved < count && error == 0; *moved += error == 0)
        error = try_one(channel, side, messages + *moved * channel->size, waits);
    return *moved != 0 ? 0 : error;
}

bool ordo_rendezvous_join(struct channel *channel, enum side side, struct ordo_waiter *waiter)
{
    struct waiters *const waiters = &channel->waiters;

    ordo_waiters_lock(waiters);
    const bool alone = !ordo_waiters_has_other(waiters, side == sending ? receiving : sending,
                                               waiter->word);
    if (alone)
        ordo_waiters_add(waiters, side, waiter);
    ordo_waiters_unlock(waiters);
    return alone && !ordo_rendezvous_is_closed(channel);
}
