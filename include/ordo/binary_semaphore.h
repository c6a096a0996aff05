/* binary_semaphore.h: one token that a thread can wait for and any thread can give.
 *
 *     static ordo_binary_semaphore ready = ORDO_BINARY_SEMAPHORE_INIT(false);
 *     ordo_binary_semaphore_post(&ready);   // in one thread
 *     ordo_binary_semaphore_wait(&ready);   // in another
 *
 * Size: 4 bytes. All zero bytes are a semaphore without its token.
 * States: bit 0: the token is there; the other 31 bits: how many threads wait.
 * Orderings: what came before each post, the refused ones too, happens before all that comes after
 *     the wait that takes the token; no more. A wait that takes none orders nothing.
 * Errors: EOVERFLOW if the token was there already; then there is still one.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps. Without waiters post is no
 *     system call, and each post that adds the token while somebody waits wakes one.
 * Fairness: none; a thread that comes by may take the token before one that was just woken.
 * Misuse: nothing that it could notice: any thread may post.
 * Signals: post and try_wait are safe in a handler.
 * Fork: the child has the token if the parent had it; waiters of the parent stay counted, for
 *     which posts in the child make a needless system call.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as nobody waits and no
 *     post is still to come, by the thread that took the last token too, even while the post that
 *     gave it has not returned: after its atomic operation there is at most a wake, which uses
 *     the address alone.
 * Source: Dijkstra's binary semaphore (EWD 123); std::binary_semaphore of C++20.
 */
#ifndef ORDO_BINARY_SEMAPHORE_H
#define ORDO_BINARY_SEMAPHORE_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_binary_semaphore {
    ordo_atomic_u32 state;
} ordo_binary_semaphore;

/* `token`: whether it is there from the beginning. */
#define ORDO_BINARY_SEMAPHORE_INIT(token) { ORDO_ATOMIC_INIT((token) ? 1 : 0) }

/* Takes the token; waits until it is there. */
void ordo_binary_semaphore_wait(ordo_binary_semaphore *semaphore);

/* Takes the token if it is there; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool
ordo_binary_semaphore_try_wait(ordo_binary_semaphore *semaphore);

/* Takes the token and returns 0, or returns ETIMEDOUT once the deadline of ordo_clock_now has
 * passed. A token that is there is taken even if the deadline is in the past. */
__attribute__((warn_unused_result)) int
ordo_binary_semaphore_wait_until(ordo_binary_semaphore *semaphore, uint64_t deadline);

/* Adds the token and returns 0, or returns EOVERFLOW if it is there. */
int ordo_binary_semaphore_post(ordo_binary_semaphore *semaphore);

/* Whether the token is there, or was a moment ago. */
bool ordo_binary_semaphore_value(const ordo_binary_semaphore *semaphore);

#ifdef __cplusplus
}
#endif
#endif
