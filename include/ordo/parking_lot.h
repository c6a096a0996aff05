/* parking_lot.h: queues of sleeping threads, each known by an address. With it a lock needs one or
 * two bits of its own; the threads that wait for it are queued here, by its address.
 *
 *     park      looks whether to sleep at all, and enters the queue, in one step with respect to
 *               what others do with that queue; then sleeps
 *     unpark    takes threads out of a queue, tells the caller what is left while the queue is
 *               still locked, so that bits can be set by that; then wakes them
 *     requeue   the same, but some go on sleeping, in another queue
 *
 * A key is an address, used as a number alone: nothing is read or written there, so it may name
 * memory that is gone. It belongs to who uses it: two structures with different callbacks at one
 * address would mistake each other's threads.
 *
 * Size: one table of 256 queues, 16 KB, for the process, one even if several shared objects each
 *     link the static library; an executable that does so too must export it to them, with
 *     -rdynamic or -Wl,--export-dynamic-symbol=ordo_parking_lot_table, or its table is another than
 *     theirs. Nothing is allocated, ever: a sleeping thread is a node on its own stack. Keys that
 *     share a queue cost each other time, since its threads are looked through in turn; nothing
 *     else.
 * Orderings: what an unparker did before its call, or in its callbacks, happens before the return
 *     of the park that it ends. Callbacks of one key are called one at a time, each after the one
 *     before it in the sense of happens-before.
 * Waiting: park sleeps without spinning until it is unparked or its deadline has passed; it never
 *     returns for any other reason. Blocking: each queue has a lock, held for as long as its nodes
 *     are looked through and the callbacks run; who waits for that sleeps too.
 * Fairness: unpark_one takes who came first. About every half to one millisecond for each queue,
 *     and the first time, `is_fair` asks the unparker to hand over what it releases, instead of
 *     letting any thread that comes by take it before the one that was woken: so a lock is as fast
 *     as an unfair one, and nobody waits for it for ever.
 * Below it: parkers (core/parker.h), which stand on futexes. In a build for systems without them
 *     they stand on POSIX threads, and futex.h stands on the lot (core/pthread/futex.c).
 * Cancellation: a thread that is cancelled while it is parked stays so until its park is over.
 * Misuse: not noticed. A callback may use atomics, and nothing that could park or unpark, or wait
 *     for who does: the queue is locked. (before_sleep may: it is not.) It returns.
 * Signals: not safe in a handler.
 * Fork: nobody is parked in the child, whatever the parent's other threads did.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. When a callback releases what the key names, its memory may be freed at
 *     once: after that the key is a number. A node is in use until its thread is woken.
 * Source: F. Pizlo, "Locking in WebKit" (2016), and Rust's crate parking_lot, whose interface this
 *     is. Eventual fairness is that crate's too.
 */
#ifndef ORDO_PARKING_LOT_H
#define ORDO_PARKING_LOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Parking --------------------------------------------------------------------------------- */

/* How to park. What is NULL is not called. */
struct ordo_parking {
    /* With the queue locked: whether to sleep. NULL: yes. */
    bool (*validate)(void *context);
    /* In the queue already, which is not locked: say, unlocks what guards the condition. */
    void (*before_sleep)(void *context);
    /* The deadline has passed; the thread was just taken out of the queue of `key` (another one
     * than it went to sleep with, if it was moved), which is still locked. `was_last`: no other is
     * parked with that key. */
    void (*timed_out)(void *context, const void *key, bool was_last);
    void *context;
    uintptr_t token;    /* for `choose`, of who unparks */
    unsigned int flags; /* ordo_futex_realtime of futex.h: the clock of the deadline; or 0 */
};

/* Sleeps with this key until it is unparked: 0, and *token (may be NULL) is what the unparker gave.
 * EAGAIN: `validate` said no. ETIMEDOUT: the deadline has passed, and no unpark took the thread. */
int ordo_parking_lot_park(const void *key, const struct ordo_parking *parking, uint64_t deadline,
                          uintptr_t *token);

/* ---- Unparking ------------------------------------------------------------------------------- */

/* What an unpark or requeue did. */
struct ordo_unparked {
    size_t woken, moved;
    bool have_more; /* others are still parked with the key */
    bool is_fair;   /* threads were taken, and it is time to be fair */
};

enum ordo_parking_choice {
    ordo_parking_wake,
    ordo_parking_move, /* only of a requeue */
    ordo_parking_skip, /* leave it, and go on to the next one */
    ordo_parking_stop  /* leave it and all after it */
};

/* How to unpark; all is called with the queue locked, or both. What is NULL is not called. */
struct ordo_unparking {
    /* First: whether to do anything. NULL: yes. */
    bool (*validate)(void *context);
    /* For each thread that is parked with the key, the one that came first first. NULL: wake. */
    enum ordo_parking_choice (*choose)(void *context, uintptr_t token);
    /* Last: this is what was done; returns the token for those that are woken. NULL: 0. */
    uintptr_t (*finish)(void *context, const struct ordo_unparked *unparked);
    void *context;
};

/* Takes out of the queue of `key` whom `choose` says. `finish` is called if `validate` said yes,
 * even if nobody is there; if it said no, the result is all zero. */
struct ordo_unparked ordo_parking_lot_unpark(const void *key,
                                             const struct ordo_unparking *unparking);

/* Takes out the one that came first. */
struct ordo_unparked
ordo_parking_lot_unpark_one(const void *key,
                            uintptr_t (*finish)(void *context,
                                                const struct ordo_unparked *unparked),
                            void *context);

/* Takes out all that are there; returns how many. */
size_t ordo_parking_lot_unpark_all(const void *key, uintptr_t token);

/* As unpark, but those that are to be moved are parked with the key `to` from then on, last in its
 * queue, and in the order in which they were. Both queues are locked meanwhile. If the keys are the
 * same, they stay where they are. */
struct ordo_unparked ordo_parking_lot_requeue(const void *from, const void *to,
                                              const struct ordo_unparking *unparking);

#ifdef __cplusplus
}
#endif
#endif
