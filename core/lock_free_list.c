/* lock_free_list.c: see lock_free_list.h. The nodes are a list from `head`, ascending. A node's
 * `next` has the address of the one after it, and a mark in its lowest bit:
 *
 *     unmarked   the node is in the set, and linked
 *     marked     it is removed; the link stays as it is from then on. The node is linked until
 *                somebody unlinks it, and then retires it.
 *
 * Insert is the compare-exchange of the link before the new node, remove that which marks a node:
 * each expects an unmarked link to the node that it has found there. So neither can happen next to
 * a node that is being removed: a link in it is marked and is nothing that anybody expects. After
 * the mark the node is unlinked by a compare-exchange of the one unmarked link that leads to it, by
 * who comes by first: seek unlinks each marked node on its way. It succeeds once, so a node is
 * retired once.
 *
 * A seek stands at a link, the node that this leads to, and the node after that, each node in a
 * slot of its own, and goes on by letting the slots change roles. The first link is `head`, and
 * protect suffices for it. For the others:
 *     - the link of a node that is unmarked when protect sees it leads to a linked node;
 *     - that of a marked node leads to a linked node as long as it is linked itself. So the seek
 *       goes on only if it unlinks the marked node, by an exchange after the slot was written;
 *       otherwise it begins again.
 * It does not look whether the link it stands at has been marked or changed meanwhile: the node it
 * stands at is unmarked, hence linked, when its `next` is read, and all elements before it are
 * smaller, all after it greater. At that moment the set has what the seek finds, or has not what it
 * does not find. The exchanges that follow expect all as it was.
 *
 * ABA. The nodes at which an exchange stands are in slots, so their addresses are no other nodes'.
 * A node that is unlinked is never linked again. If the link has led to a new node in between, and
 * that is gone, it is right as it was.
 *
 * Orderings. Insert releases its node, and unlinking the node that it makes the link lead to;
 * protect acquires. The mark publishes nothing: it is a read-modify-write, so who reads it acquires
 * from the insert that had made the link lead where it leads. That a reader's slot is seen by who
 * retires what the reader's old link still leads to, needs a chain from the change of that link to
 * the fence of the scan. The link is that of a marked node, which was unlinked since; so the chain
 * is: the mark, read by who unlinked that node; the release of that unlinking, acquired by who
 * unlinks and retires. The first step needs no ordering, as it begins at what the reader has not
 * seen.
 *
 * When remove returns, the node is not linked any more: if another exchange has come before its own
 * one, remove seeks the same key again, which unlinks the node, or finds it unlinked. (No new node
 * with that key is linked before a marked one: insert seeks too.) So what was removed before is met
 * by nobody.
 *
 * A cursor has a fourth slot, for the node that it is at, from which it goes on by that node's
 * link, or, if that is marked, by a seek for what is greater than its element, which stays
 * readable.
 */
#include "ordo/lock_free_list.h"

#include <errno.h>

#include "element_node.h"

/* The roles of the slots; a cursor's node has the last one. */
enum { before, here, after, slots, kept = slots };

struct place {
    ordo_atomic_ptr *link; /* leads to `node` */
    element_node *node;    /* NULL: the end */
    element_node *next;    /* what the link of `node` leads to */
    bool is_equal;
};

static bool is_marked(const void *link)
{
    return ((uintptr_t)link & 1) != 0;
}

static void *marked(void *link)
{
    return (void *)((uintptr_t)link | 1);
}

static void *unmarked(void *link)
{
    return (void *)((uintptr_t)link & ~(uintptr_t)1);
}

static void exchange_roles(unsigned char slot[], int a, int b)
{
    const unsigned char slot_of_a = slot[a];

    slot[a] = slot[b];
    slot[b] = slot_of_a;
}

static void retire(ordo_lock_free_list *list, ordo_participant *participant, element_node *node)
{
    ordo_participant_retire(participant, &node->retired, destroy_retired,
                            retired_context(list->type));
}

/* Makes `link`, if it still leads to `node`, lead to what comes after that. */
static bool unlink_node(ordo_atomic_ptr *link, element_node *node, element_node *next)
{
    void *expected = node;

    /* Release: pairs with the acquires of protect. */
    return ordo_compare_exchange(link, &expected, next, ordo_release, ordo_relaxed);
}

/* Finds the first node that is not less than *key, or, with `is_past`, the first that is greater;
 * of NULL, the first of all. Returns whether nobody has come between. */
static bool try_seek(ordo_lock_free_list *list, ordo_participant *participant,
                     unsigned char slot[], const void *key, bool is_past, struct place *place)
{
    place->link = &list->head;
    place->node = ordo_participant_protect(participant, slot[here], place->link);
    place->is_equal = false;
    while (place->node != NULL) {
        void *const link = ordo_participant_protect(participant, slot[after], &place->node->next);

        place->next = unmarked(link);
        if (is_marked(link)) {
            if (!unlink_node(place->link, place->node, place->next))
                return false;
            retire(list, participant, place->node);
        } else {
            const int order =
                key == NULL ? 1 : list->type->compare(element_of(place->node), key);

            place->is_equal = order == 0;
            if (order > 0 || (order == 0 && !is_past))
                break;
            place->link = &place->node->next;
            exchange_roles(slot, before, here);
        }
        place->node = place->next;
        exchange_roles(slot, here, after);
    }
    return true;
}

static struct place seek(ordo_lock_free_list *list, ordo_participant *participant,
                         unsigned char slot[], const void *key, bool is_past)
{
    struct place place;

    while (!try_seek(list, participant, slot, key, is_past, &place))
        continue;
    return place;
}

static void set_slots(unsigned char slot[], unsigned int first, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        slot[i] = (unsigned char)(first + i);
}

/* ---- The set --------------------------------------------------------------------------------- */

/* Returns what it did not need of `node`. */
static int insert_node(ordo_lock_free_list *list, ordo_participant *participant,
                       unsigned char slot[], const void *element, element_node **node)
{
    for (;;) {
        const struct place place = seek(list, participant, slot, element, false);
        void *expected = place.node;

        if (place.is_equal)
            return EEXIST;
        if (*node == NULL && (*node = node_new(list->type, element)) == NULL)
            return ENOMEM;
        ordo_store(&(*node)->next, place.node, ordo_relaxed);
        /* Release: pairs with the acquires of protect. */
        if (ordo_compare_exchange(place.link, &expected, *node, ordo_release, ordo_relaxed))
            return 0;
    }
}

int ordo_lock_free_list_insert(ordo_lock_free_list *list, ordo_participant *participant,
                               const void *element)
{
    const unsigned int first = ordo_participant_enter(participant, slots);
    unsigned char slot[slots];
    element_node *node = NULL;

    set_slots(slot, first, slots);

    const int error = insert_node(list, participant, slot, element, &node);

    ordo_participant_leave(participant, first);
    if (error != 0 && node != NULL)
        node_free(list->type, node);
    return error;
}

bool ordo_lock_free_list_remove(ordo_lock_free_list *list, ordo_participant *participant,
                                const void *key)
{
    const unsigned int first = ordo_participant_enter(participant, slots);
    unsigned char slot[slots];
    bool is_removed = false;

    set_slots(slot, first, slots);
    while (!is_removed) {
        const struct place place = seek(list, participant, slot, key, false);
        void *expected = place.next;

        if (!place.is_equal)
            break;
        is_removed = ordo_compare_exchange(&place.node->next, &expected, marked(place.next),
                                           ordo_relaxed, ordo_relaxed);
        if (!is_removed)
            continue;
        if (unlink_node(place.link, place.node, place.next))
            retire(list, participant, place.node);
        else
            seek(list, participant, slot, key, false); /* unlinks it, or finds it unlinked */
    }
    ordo_participant_leave(participant, first);
    return is_removed;
}

bool ordo_lock_free_list_contains(ordo_lock_free_list *list, ordo_participant *participant,
                                  const void *key)
{
    const unsigned int first = ordo_participant_enter(participant, slots);
    unsigned char slot[slots];

    set_slots(slot, first, slots);

    const struct place place = seek(list, participant, slot, key, false);

    ordo_participant_leave(participant, first);
    return place.is_equal;
}

void ordo_lock_free_list_destroy(ordo_lock_free_list *list)
{
    element_node *node = ordo_load(&list->head, ordo_relaxed);

    ordo_store(&list->head, NULL, ordo_relaxed);
    while (node != NULL) {
        element_node *const next = unmarked(ordo_load(&node->next, ordo_relaxed));

        node_destroy(list->type, node);
        node = next;
    }
}

/* ---- Cursors --------------------------------------------------------------------------------- */

struct ordo_lock_free_cursor ordo_lock_free_cursor_start(ordo_lock_free_list *list,
                                                         ordo_participant *participant)
{
    struct ordo_lock_free_cursor cursor = {
        .list = list,
        .participant = participant,
        .first = ordo_participant_enter(participant, slots + 1),
    };

    set_slots(cursor.slot, cursor.first, slots + 1);
    return cursor;
}

/* Is at `node`, whose slot has `role`. */
static const void *go_to(struct ordo_lock_free_cursor *cursor, element_node *node, int role)
{
    exchange_roles(cursor->slot, role, kept);
    return cursor->element = node == NULL ? NULL : element_of(node);
}

const void *ordo_lock_free_cursor_next(struct ordo_lock_free_cursor *cursor)
{
    if (cursor->element != NULL) {
        void *const link = ordo_participant_protect(cursor->participant, cursor->slot[after],
                                                    &node_of(cursor->element)->next);

        if (!is_marked(link))
            return go_to(cursor, link, after);
    }
    return go_to(cursor,
                 seek(cursor->list, cursor->participant, cursor->slot, cursor->element, true).node,
                 here);
}

const void *ordo_lock_free_cursor_find(struct ordo_lock_free_cursor *cursor, const void *key)
{
    const struct place place = seek(cursor->list, cursor->participant, cursor->slot, key, false);

    return go_to(cursor, place.is_equal ? place.node : NULL, here);
}
