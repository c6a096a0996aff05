/* waiters.h: the threads that wait for one side of a channel or the other, for channels and select.
 *
 * Each is a node, mostly on the stack of its thread, in the line of its side, the oldest first. A
 * thread that waits for several channels has a node in the line of each, all with the same word,
 * which it sleeps on:
 *
 *     waiter_waiting   for a signal
 *     waiter_claimed   by the other side of a rendezvous, which copies the message and then signals
 *     waiter_gave_up   no more
 *     a signal         of the node by which it was ended: waiter_signal + the index of its case
 *
 * The word leaves waiter_waiting once, by a compare-exchange: so a thread is signalled for one node
 * at most, and who wanted to wake it for another one wakes somebody else.
 *
 * Whoever makes something true that others wait for does it by a seq_cst read-modify-write or
 * store, and then looks at `count`, seq_cst. Whoever waits adds its node, gives the lock back, in
 * which is a seq_cst fence, and then looks whether it has become true. At least one of them sees
 * the other (Dekker's pair, called the pair of who waits below).
 */
#ifndef ORDO_WAITERS_H
#define ORDO_WAITERS_H

#include "ordo/mutex.h"
#include "ordo/select.h"

enum { waiter_waiting, waiter_claimed, waiter_gave_up, waiter_signal };

enum side { sending, receiving };

struct waiters {
    ordo_mutex lock; /* of the lines */
    struct {
        ordo_atomic_u32 count;      /* of the nodes; changed with the lock */
        ordo_atomic_u64 pending;    /* wake-ups that are owed to the line */
        struct ordo_waiter *oldest; /* of a ring */
    } lines[2];
};

static inline bool ordo_waiters_any(const struct waiters *waiters, enum side side)
{
    return ordo_load(&waiters->lines[side].count, ordo_seq_cst) != 0;
}

/* Wakes the first of the line, `wakes` of them, or as many as there are. Never waits: if somebody
 * has the lock, that one does it when it gives the lock back. */
void ordo_waiters_wake(struct waiters *waiters, enum side side, uint64_t wakes);
void ordo_waiters_wake_all(struct waiters *waiters, enum side side);

static inline void ordo_waiters_notify(struct waiters *waiters, enum side side, uint64_t wakes)
{
    if (ordo_waiters_any(waiters, side))
        ordo_waiters_wake(waiters, side, wakes);
}

void ordo_waiters_lock(struct waiters *waiters);
bool ordo_waiters_try_lock(struct waiters *waiters);
void ordo_waiters_unlock(struct waiters *waiters); /* with a seq_cst fence after it */

/* With the lock: adds a node at the end. */
void ordo_waiters_add(struct waiters *waiters, enum side side, struct ordo_waiter *waiter);

/* With the lock: takes out the oldest that can be had and claims it, or returns NULL. Its thread
 * stays until waiters_signal. */
struct ordo_waiter *ordo_waiters_claim(struct waiters *waiters, enum side side);

/* Is there one to be had, of another thread than that of `word`? With the lock. */
bool ordo_waiters_has_other(struct waiters *waiters, enum side side, const ordo_atomic_u32 *word);

/* Signals a node that was claimed, which is gone then. Returns the word to be woken, by its address
 * alone, when the lock is given back. */
const ordo_atomic_u32 *ordo_waiter_signal_claimed(struct ordo_waiter *waiter);

/* Takes the node out, unless who signalled it did. Without the lock. */
void ordo_waiters_leave(struct waiters *waiters, enum side side, struct ordo_waiter *waiter);

/* Sleeps until the deadline; returns the signal, or waiter_gave_up. Then leave the lines. */
uint32_t ordo_waiter_wait(ordo_atomic_u32 *word, uint64_t deadline);

/* Makes sure that no signal will come. Returns false if one has come, or is about to. */
bool ordo_waiter_give_up(ordo_atomic_u32 *word);

#endif
