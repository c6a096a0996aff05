/* lock_free_queue.c: see lock_free_queue.h. The nodes are a list, the oldest first:
 *
 *     head   a node whose element was taken already, or never was; the first element is in the next
 *     tail   the last node, or one before it while who put in the last has not got further
 *     next   NULL in the last node; changes once
 *
 * Enqueue is the compare-exchange of the last node's `next`; then the tail is moved to the new
 * node, by whoever comes first: who finds a `next` at the tail does that before its own work, so
 * nobody waits for a thread that was stopped in between. Dequeue is the compare-exchange of the
 * head.
 *
 * The tail is never behind the head, so who retires what was the head retires nothing that the tail
 * leads to. Dequeue sees to it: it moves the tail on, if that is where the head is, before it moves
 * the head. What it reads of the tail may be old, but not from before it was at the head: whoever
 * moved the head to where it is had seen the tail there or further on, and did so before the
 * release of its exchange, which protect acquires. So the tail that is not at the head is ahead.
 *
 * No node is freed that somebody is at. The head and the tail lead to no node that was retired, so
 * protecting them is enough. The node after the head may be retired, and gone, if the head has
 * moved on. Dequeue looks into it only when its exchange has found the head where it was, after the
 * slot was written; then it was not retired. The same is true if it moves the tail to it.
 *
 * ABA. What is compared in an exchange, or is to be changed by it, is in a slot meanwhile, so its
 * address is no other node's; and neither the head nor the tail, nor `next`, comes back to a node
 * that it has left.
 *
 * Who moves the head to a node is alone in reading the element in it. It does so while that node is
 * in its slot: others may have moved the head on and retired the node.
 *
 * The first node is in the queue itself, is never retired, and never comes back.
 *
 * Orderings. Enqueue releases its node by `next` of the one before. Who reads that acquires, and
 * releases again in what it moves: head and tail.
 */
#include "ordo/lock_free_queue.h"

#include <errno.h>

#include "element_node.h"

void ordo_lock_free_queue_init(ordo_lock_free_queue *queue, const struct ordo_element_type *type)
{
    ordo_store(&queue->head, &queue->first, ordo_relaxed);
    ordo_store(&queue->tail, &queue->first, ordo_relaxed);
    ordo_store(&queue->first.next, NULL, ordo_relaxed);
    queue->type = type;
}

/* Moves the tail from `node` to the next, unless it has moved already. */
static void help(ordo_lock_free_queue *queue, element_node *node, element_node *next)
{
    void *expected = node;

    /* Release: the node `next`, for who protects the tail. */
    (void)ordo_compare_exchange(&queue->tail, &expected, next, ordo_release, ordo_relaxed);
}

int ordo_lock_free_queue_enqueue(ordo_lock_free_queue *queue, ordo_participant *participant,
                                 const void *element)
{
    element_node *const node = node_new(queue->type, element);

    if (node == NULL)
        return ENOMEM;

    const unsigned int slot = ordo_participant_enter(participant, 1);

    for (;;) {
        element_node *const last = ordo_participant_protect(participant, slot, &queue->tail);
        void *next = NULL;

        /* Release: pairs with the acquire of who finds the node. Acquire: of the node that is there
         * already. */
        const bool is_in = ordo_compare_exchange(&last->next, &next, node, ordo_release,
                                                 ordo_acquire);
        help(queue, last, is_in ? node : next);
        if (is_in)
            break;
    }
    ordo_participant_leave(participant, slot);
    return 0;
}

bool ordo_lock_free_queue_dequeue(ordo_lock_free_queue *queue, ordo_participant *participant,
                                  void *element)
{
    const unsigned int slot = ordo_participant_enter(participant, 2);
    element_node *head, *next;

    for (;;) {
        void *seen;

        head = seen = ordo_participant_protect(participant, slot, &queue->head);
        next = ordo_participant_protect(participant, slot + 1, &head->next);
        if (next == NULL)
            break; /* the head cannot have left the last node */
        if (ordo_load(&queue->tail, ordo_relaxed) == head)
            help(queue, head, next);
        /* Release: the node `next`, and what this thread has seen of the tail. */
        if (ordo_compare_exchange(&queue->head, &seen, next, ordo_release, ordo_relaxed))
            break;
    }
    if (next != NULL)
        memcpy(element, element_of(next), queue->type->size);
    ordo_participant_leave(participant, slot);
    if (next != NULL && head != &queue->first)
        ordo_participant_retire(participant, &head->retired, free_retired,
                                retired_context(queue->type));
    return next != NULL;
}

void ordo_lock_free_queue_destroy(ordo_lock_free_queue *queue)
{
    element_node *const head = ordo_load(&queue->head, ordo_relaxed);
    element_node *node = ordo_load(&head->next, ordo_relaxed);

    if (head != &queue->first)
        node_free(queue->type, head);
    ordo_lock_free_queue_init(queue, queue->type);
    while (node != NULL) {
        element_node *const next = ordo_load(&node->next, ordo_relaxed);

        node_destroy(queue->type, node);
        node = next;
    }
}
