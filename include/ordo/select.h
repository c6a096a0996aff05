/* select.h: waits for the first of several sends and receives that can be done, and does it.
 *
 *     struct ordo_select_case cases[] = {
 *         ORDO_SELECT_RECEIVE(orders, &order),
 *         ORDO_SELECT_SEND(results, &result),
 *     };
 *     switch (ordo_select(cases, 2)) {
 *     case 0:
 *         if (cases[0].error == EPIPE) ...   // no more orders
 *
 * Exactly one case is done: its index is returned, and its `error` is what the send or receive
 * would have returned: 0, EPIPE, which counts as done, or ENOMEM. The others are as if they had
 * never been tried. A channel may be in several cases, and in both directions; a rendezvous does
 * not pair a select with itself. Two selects may wait for each other.
 *
 * Size: 80 bytes for each case, which the caller gives; no allocation. A case may be used again.
 * Fairness: of those that can be done, each is taken with the same probability, but for a case that
 *     another thread has just woken this one for, which comes first.
 * Deadlines: ordo_select_until tries once, then waits no longer than to the deadline of
 *     ordo_clock_now.
 * Waiting, orderings, signals, fork: as in channel.h. A wake-up that comes for a case that is not
 *     done goes to another thread that waits there.
 * Progress: ordo_try_select never waits: each case is tried as by the try_ functions of
 *     channel.h, in bounded time wherever other threads are stopped; a rendezvous whose lock could
 *     not be had within ordo_spin_limit hints counts as one that cannot be done, but the result
 *     then is ORDO_SELECT_BUSY.
 * Misuse: a case with both handles or with none aborts.
 */
#ifndef ORDO_SELECT_H
#define ORDO_SELECT_H

#include "ordo/atomic.h"
#include "ordo/channel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A thread, or a watch, that waits for one side of a channel. For ordo's own files. */
struct ordo_waiter {
    struct ordo_waiter *next, *previous;
    ordo_atomic_u32 *word;
    void *message;
    void (*wake)(struct ordo_waiter *waiter);
    uint32_t signal;
    bool queued, done;
};

struct ordo_select_case {
    ordo_channel_sender *sender; /* one of the two, the other is NULL */
    ordo_channel_receiver *receiver;
    void *message; /* where from, or where to */
    int error;
    uint32_t order; /* the rest is for select.c */
    struct ordo_waiter waiter;
};

#define ORDO_SELECT_SEND(sender, message)                                                          \
    { (sender), 0, (void *)(uintptr_t)(const void *)(message), 0, 0, {0, 0, 0, 0, 0, 0, 0, 0} }
#define ORDO_SELECT_RECEIVE(receiver, message)                                                     \
    { 0, (receiver), (message), 0, 0, {0, 0, 0, 0, 0, 0, 0, 0} }

/* What is returned when no case was done. */
#define ORDO_SELECT_NONE SIZE_MAX       /* none can be, or the deadline has passed */
#define ORDO_SELECT_BUSY (SIZE_MAX - 1) /* none could be within the bound */

/* Wait until one case is done. `count` is at most 2^31, and may be 0. The second returns
 * ORDO_SELECT_NONE after the deadline. */
size_t ordo_select(struct ordo_select_case *cases, size_t count);
__attribute__((warn_unused_result)) size_t
ordo_select_until(struct ordo_select_case *cases, size_t count, uint64_t deadline);

/* Does one case, if one can be done now: a select with a default. */
__attribute__((warn_unused_result)) size_t ordo_try_select(struct ordo_select_case *cases,
                                                           size_t count);

#ifdef __cplusplus
}
#endif
#endif
