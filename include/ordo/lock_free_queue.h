/* lock_free_queue.h: a queue that any number of threads put into and take from, and that none of
 * them can keep from the others, whenever it is stopped. For threads that cannot wait, or must not
 * be waited for; a channel sleeps where there is nothing to be had.
 *
 *     static const struct ordo_element_type jobs = {.size = sizeof(struct job)};
 *     static ordo_lock_free_queue queue = ORDO_LOCK_FREE_QUEUE_INIT(queue, &jobs);
 *
 *     error = ordo_lock_free_queue_enqueue(&queue, self, &job);
 *     if (ordo_lock_free_queue_dequeue(&queue, self, &job)) ...
 *
 * `self` is a participant of a domain of hazard_pointer.h or quiescent.h; all that use one queue
 * use one domain. See reclamation.h, and element_type.h for the elements, which are moved in and
 * out by value: what was dequeued is the taker's alone.
 *
 * Size: 256 bytes, of 64-byte lines: the head, the tail, which different threads change, and what
 *     they only read have lines of their own. 32 bytes and the size of the element for each node.
 *     It has to be initialised, and lies still: it contains the first node.
 * Orderings: what came before an enqueue happens before what follows the dequeue that gets its
 *     element. A dequeue that finds nothing orders nothing.
 * Errors: ENOMEM from enqueue; nothing has changed then.
 * Progress: lock-free, the allocator aside: an operation begins again only because another one has
 *     succeeded, or got a step further. Nobody waits.
 * Order: first in, first out. The elements of one thread are taken in the order in which it put
 *     them in.
 * Memory: a node for each element and one more, and those that were taken and wait for their
 *     destruction, as many as the scheme says. With hazard pointers enqueue has one slot and
 *     dequeue two.
 * Misuse: that of the scheme.
 * Signals: not safe in a handler. Fork: as reclamation.h says; a queue nobody used at the fork is
 *     good in the child. Sharing: between the threads of one process.
 * Destruction: ordo_lock_free_queue_destroy, when nobody uses it any more, before or after its
 *     domain. It destroys the elements that are left. The queue is empty then.
 * Source: Michael and Scott, Simple, Fast, and Practical Non-Blocking and Blocking Concurrent Queue
 *     Algorithms, 1996; with Michael, Hazard Pointers, 2004.
 */
#ifndef ORDO_LOCK_FREE_QUEUE_H
#define ORDO_LOCK_FREE_QUEUE_H

#include "ordo/element_type.h"
#include "ordo/reclamation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_lock_free_queue {
    ordo_atomic_ptr head __attribute__((aligned(64)));
    ordo_atomic_ptr tail __attribute__((aligned(64)));
    struct ordo_element_node first __attribute__((aligned(64)));
    const struct ordo_element_type *type __attribute__((aligned(64)));
} ordo_lock_free_queue;

/* `queue` is the name of what is initialised. */
#define ORDO_LOCK_FREE_QUEUE_INIT(queue, type)                                                     \
    { ORDO_ATOMIC_INIT(&(queue).first), ORDO_ATOMIC_INIT(&(queue).first),                          \
      { { 0, 0, 0 }, ORDO_ATOMIC_INIT(0) }, (type) }

void ordo_lock_free_queue_init(ordo_lock_free_queue *queue, const struct ordo_element_type *type);

/* Copies *element to the end. Returns 0 or ENOMEM. */
__attribute__((warn_unused_result)) int
ordo_lock_free_queue_enqueue(ordo_lock_free_queue *queue, ordo_participant *participant,
                             const void *element);

/* Moves the first element to *element; returns whether there was one. */
__attribute__((warn_unused_result)) bool
ordo_lock_free_queue_dequeue(ordo_lock_free_queue *queue, ordo_participant *participant,
                             void *element);

void ordo_lock_free_queue_destroy(ordo_lock_free_queue *queue);

#ifdef __cplusplus
}
#endif
#endif
