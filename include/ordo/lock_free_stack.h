/* lock_free_stack.h: a stack that any number of threads push to and pop from, and that none of them
 * can keep from the others, whenever it is stopped.
 *
 *     static const struct ordo_element_type jobs = {.size = sizeof(struct job)};
 *     static ordo_lock_free_stack stack = ORDO_LOCK_FREE_STACK_INIT(&jobs);
 *
 *     error = ordo_lock_free_stack_push(&stack, &job);
 *     if (ordo_lock_free_stack_pop(&stack, self, &job)) ...
 *
 * `self` is a participant of a domain of hazard_pointer.h or quiescent.h; all that pop from one
 * stack use one domain. See reclamation.h, and element_type.h for the elements, which are moved in
 * and out by value: what was popped is the popper's alone.
 *
 * Size: 16 bytes; 32 and the size of the element for each node. All zero bytes but for the type: an
 *     empty stack.
 * Orderings: what came before a push happens before what follows the pop that gets its element. A
 *     pop that finds nothing orders nothing.
 * Errors: ENOMEM from push; nothing has changed then.
 * Progress: lock-free, the allocator aside: an operation begins again only because another one has
 *     succeeded. Nobody waits.
 * Order: last in, first out.
 * Memory: a node for each element, and those that were popped and wait for their destruction, as
 *     many as the scheme says. With hazard pointers a pop has one slot.
 * Misuse: that of the scheme.
 * Signals: not safe in a handler. Fork: as reclamation.h says; a stack nobody used at the fork is
 *     good in the child. Sharing: between the threads of one process.
 * Destruction: ordo_lock_free_stack_destroy, when nobody uses it any more, before or after its
 *     domain. It destroys the elements that are left. The stack is empty then.
 * Source: Treiber, Systems Programming: Coping with Parallelism, 1986; with Michael, Hazard
 *     Pointers, 2004, against ABA.
 */
#ifndef ORDO_LOCK_FREE_STACK_H
#define ORDO_LOCK_FREE_STACK_H

#include "ordo/element_type.h"
#include "ordo/reclamation.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_lock_free_stack {
    ordo_atomic_ptr top;
    const struct ordo_element_type *type;
} ordo_lock_free_stack;

#define ORDO_LOCK_FREE_STACK_INIT(type) { ORDO_ATOMIC_INIT(0), (type) }

/* Copies *element onto the top. Returns 0 or ENOMEM. */
__attribute__((warn_unused_result)) int ordo_lock_free_stack_push(ordo_lock_free_stack *stack,
                                                                  const void *element);

/* Moves the top element to *element; returns whether there was one. */
__attribute__((warn_unused_result)) bool ordo_lock_free_stack_pop(ordo_lock_free_stack *stack,
                                                                  ordo_participant *participant,
                                                                  void *element);

/* Whether it was empty at this moment. */
bool ordo_lock_free_stack_is_empty(const ordo_lock_free_stack *stack);

void ordo_lock_free_stack_destroy(ordo_lock_free_stack *stack);

#ifdef __cplusplus
}
#endif
#endif
