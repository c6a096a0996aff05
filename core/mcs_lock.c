/* mcs_lock.c: see mcs_lock.h. The lock is the last node of the queue of those who have it or wait
 * for it, NULL if nobody does. A node:
 *
 *     next   who comes after it, NULL if nobody does, or that one has not linked itself yet
 *     owned  NULL while it waits, and when it is free; then the lock
 *
 * Lock puts its node at the end by an exchange, and, if there was a node, links itself to it and
 * waits until that one's unlock writes `owned`. Unlock takes its node, the only one, out by a
 * compare-exchange, or gives the lock to the next one.
 *
 * Writes of a node by two threads: the node's own thread clears both fields before the exchange
 * that puts it into the queue. Release there, and acquire in the exchange of who comes next, put
 * that one's store of `next` after it. That store is a release and unlock's load of it an acquire:
 * so the store of `owned` comes after the next node was cleared. Without them the later stores
 * could be lost under the earlier ones.
 *
 * Nothing is touched after the release: after the compare-exchange, or the store of `owned`,
 * neither lock nor nodes are. Unlock does not return before who comes next has linked itself, so
 * nobody writes to a node that its owner has taken back.
 *
 * What one owner did happens before the next one's section: through `owned`, or, if the queue was
 * empty in between, through the compare-exchange of unlock and the exchange, or the
 * compare-exchange of try_lock, that reads its NULL.
 */
#include "ordo/mcs_lock.h"

#include <stddef.h>

#include "spin_wait.h"

static void clear(struct ordo_mcs_node *node)
{
    ordo_store(&node->next, NULL, ordo_relaxed);
    ordo_store(&node->owned, NULL, ordo_relaxed);
}

ORDO_NOT_ANALYSED bool ordo_mcs_lock_try_lock(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    void *expected = NULL;

    clear(node);
    ordo_store(&node->owned, lock, ordo_relaxed);
    /* Acquire: pairs with the release of the unlock that left NULL. Release: the node is cleared
     * before who comes next writes to it. */
    if (ordo_compare_exchange(&lock->tail, &expected, node, ordo_acq_rel, ordo_relaxed))
        return true;
    ordo_store(&node->owned, NULL, ordo_relaxed);
    return false;
}

__attribute__((cold, noinline)) static void wait_behind(struct ordo_mcs_node *previous,
                                                        struct ordo_mcs_node *node)
{
    unsigned int turn = 0;

    /* Release: pairs with the acquire in next_of. */
    ordo_store(&previous->next, node, ordo_release);
    /* Acquire: pairs with the release in unlock. */
    while (ordo_load(&node->owned, ordo_acquire) == NULL)
        spin_wait(&turn);
}

ORDO_NOT_ANALYSED void ordo_mcs_lock_lock(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    clear(node);
    /* As in try_lock; and acquire also pairs with the release of the exchange of `previous`. */
    struct ordo_mcs_node *const previous = ordo_exchange(&lock->tail, node, ordo_acq_rel);

    if (previous != NULL)
        wait_behind(previous, node);
    else
        ordo_store(&node->owned, lock, ordo_relaxed);
}

/* Acquire: pairs with the release in wait_behind. */
static struct ordo_mcs_node *next_of(struct ordo_mcs_node *node)
{
    return ordo_load(&node->next, ordo_acquire);
}

/* Somebody is in the queue behind it, and about to link itself. */
__attribute__((cold, noinline)) static struct ordo_mcs_node *
wait_for_next(struct ordo_mcs_node *node)
{
    struct ordo_mcs_node *next;
    unsigned int turn = 0;

    while ((next = next_of(node)) == NULL)
        spin_wait(&turn);
    return next;
}

ORDO_NOT_ANALYSED void ordo_mcs_lock_unlock(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    struct ordo_mcs_node *next;
    void *expected = node;

    if (ordo_load(&node->owned, ordo_relaxed) != lock)
        ordo_misuse("mcs_lock.c: unlock with a node that does not own the lock");
    ordo_store(&node->owned, NULL, ordo_relaxed);
    next = next_of(node);
    /* Release, twice: pairs with the acquire of the next owner, who may free the lock. */
    if (next == NULL) {
        if (ordo_compare_exchange(&lock->tail, &expected, NULL, ordo_release, ordo_relaxed))
            return;
        next = wait_for_next(node);
    }
    ordo_store(&next->owned, lock, ordo_release);
}

void ordo_mcs_lock_fork_prepare(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    ordo_mcs_lock_lock(lock, node);
}

void ordo_mcs_lock_fork_parent(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    ordo_mcs_lock_unlock(lock, node);
}

ORDO_NOT_ANALYSED void ordo_mcs_lock_fork_child(ordo_mcs_lock *lock, struct ordo_mcs_node *node)
{
    ordo_store(&node->owned, NULL, ordo_relaxed);
    ordo_store(&lock->tail, NULL, ordo_relaxed); /* those who wait are not there */
}
