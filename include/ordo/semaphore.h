/* semaphore.h: tokens that threads take, waiting for one if there is none, and give.
 *
 *     static ordo_semaphore slots = ORDO_SEMAPHORE_INIT(4, 4);
 *     ordo_semaphore_wait(&slots);
 *     ...                                   // in at most four threads at a time
 *     ordo_semaphore_post(&slots, 1);
 *
 * One between processes is in process_shared_semaphore.h, one of a single token in
 * binary_semaphore.h.
 *
 * Size: 8 bytes. All zero bytes are a semaphore without tokens and with the highest maximum.
 * States: bits 0-20: how many tokens; bits 21-41: the maximum, never changed; bits 42-63: how many
 *     threads wait (Linux has fewer than 2^22).
 * Orderings: what came before each post that adds tokens happens before all that comes after the
 *     waits that take them, or later ones; no more. A wait that takes none orders nothing.
 * Errors: EOVERFLOW if a post would exceed the maximum; then nothing has changed.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps. Without waiters post is no
 *     system call; with some, each post of n wakes n.
 * Fairness: none; a thread that comes by may take a token before one that was just woken.
 * Misuse: an initial value above the maximum aborts in the first post. Any thread may post.
 * Signals: post, try_wait and value are safe in a handler.
 * Fork: the child has the tokens as they were; waiters of the parent stay counted, for which
 *     posts in the child make a needless system call.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as nobody waits and no
 *     post is still to come, by the thread that took the last token too, even while the post that
 *     gave it has not returned: after its atomic operation there is at most a wake, which uses
 *     the address alone.
 * Source: Dijkstra (EWD 123), P and V; chapter 10 of the book; std::counting_semaphore of C++20.
 */
#ifndef ORDO_SEMAPHORE_H
#define ORDO_SEMAPHORE_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_semaphore {
    ordo_atomic_u64 state;
} ordo_semaphore;

#define ORDO_SEMAPHORE_MAX 0x1fffff

/* With `count` tokens and room for `maximum`, 1 to ORDO_SEMAPHORE_MAX; count <= maximum. */
#define ORDO_SEMAPHORE_INIT(count, maximum)                                                        \
    { ORDO_ATOMIC_INIT((uint64_t)(count) | (uint64_t)(maximum) << 21) }

/* Takes a token; waits until there is one. */
void ordo_semaphore_wait(ordo_semaphore *semaphore);

/* Takes a token if there is one; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_semaphore_try_wait(ordo_semaphore *semaphore);

/* Takes a token and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has
 * passed. A token that is there is taken even if the deadline is in the past. */
__attribute__((warn_unused_result)) int ordo_semaphore_wait_until(ordo_semaphore *semaphore,
                                                                  uint64_t deadline);

/* Adds `count` tokens and returns 0, or adds none and returns EOVERFLOW. */
int ordo_semaphore_post(ordo_semaphore *semaphore, uint32_t count);

/* How many tokens there are, or were a moment ago. */
uint32_t ordo_semaphore_value(const ordo_semaphore *semaphore);

#ifdef __cplusplus
}
#endif
#endif
