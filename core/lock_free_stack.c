/* lock_free_stack.c: see lock_free_stack.h. The word:
 *
 *     NULL   empty
 *     top    the node that was pushed last; each node's `next` is the one below
 *
 * Push and pop are one compare-exchange of the word. `next` is written before the node is pushed
 * and then stays, so a pop may read it although others pop that node at the same time: the
 * participant's slot keeps the node from being freed.
 *
 * ABA. A pop that was stopped between its look at the top and its exchange is right if the top is
 * still that node, and `next` what it was. A node is pushed once, as it is new; its address could
 * come back only as that of another node, after it was freed, which the slot prevents. A push looks
 * into no node: whatever has become of the top that it saw, the exchange puts the new one on it.
 *
 * Who pops a node is alone in reading its element, and retires it, once.
 *
 * Orderings. Push releases the node and what came before; protect acquires. All changes of the word
 * are read-modify-writes, so the release of a push heads a sequence that reaches to whatever pop
 * sees the node, also as what was below another. The exchange of a pop publishes nothing new.
 */
#include "ordo/lock_free_stack.h"

#include <errno.h>

#include "element_node.h"

int ordo_lock_free_stack_push(ordo_lock_free_stack *stack, const void *element)
{
    element_node *const node = node_new(stack->type, element);
    void *top = ordo_load(&stack->top, ordo_relaxed);

    if (node == NULL)
        return ENOMEM;
    do
        ordo_store(&node->next, top, ordo_relaxed);
    /* Release: pairs with the acquire of protect in pop. */
    while (!ordo_compare_exchange_weak(&stack->top, &top, node, ordo_release, ordo_relaxed));
    return 0;
}

bool ordo_lock_free_stack_pop(ordo_lock_free_stack *stack, ordo_participant *participant,
                              void *element)
{
    const unsigned int slot = ordo_participant_enter(participant, 1);
    element_node *node;
    void *seen;

    do
        node = seen = ordo_participant_protect(participant, slot, &stack->top);
    /* Relaxed: it reads what protect has acquired, and publishes what was on the stack before. */
    while (node != NULL
           && !ordo_compare_exchange(&stack->top, &seen, ordo_load(&node->next, ordo_relaxed),
                                     ordo_relaxed, ordo_relaxed));
    ordo_participant_leave(participant, slot);
    if (node == NULL)
        return false;
    memcpy(element, element_of(node), stack->type->size);
    ordo_participant_retire(participant, &node->retired, free_retired,
                            retired_context(stack->type));
    return true;
}

bool ordo_lock_free_stack_is_empty(const ordo_lock_free_stack *stack)
{
    return ordo_load(&stack->top, ordo_relaxed) == NULL;
}

void ordo_lock_free_stack_destroy(ordo_lock_free_stack *stack)
{
    element_node *node = ordo_load(&stack->top, ordo_relaxed);

    ordo_store(&stack->top, NULL, ordo_relaxed);
    while (node != NULL) {
        element_node *const next = ordo_load(&node->next, ordo_relaxed);

        node_destroy(stack->type, node);
        node = next;
    }
}
