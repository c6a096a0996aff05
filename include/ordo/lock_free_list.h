/* lock_free_list.h: an ordered set as a singly linked list, in which any number of threads insert,
 * remove, look up and iterate at once, next to each other too, and that none of them can keep from
 * the others, whenever it is stopped.
 *
 *     static const struct ordo_element_type words = {.size = sizeof(struct word),
 *                                                    .compare = by_text};
 *     static ordo_lock_free_list list = ORDO_LOCK_FREE_LIST_INIT(&words);
 *
 *     error = ordo_lock_free_list_insert(&list, self, &word);
 *     if (ordo_lock_free_list_contains(&list, self, &word)) ...
 *     ORDO_LOCK_FREE_LIST_FOR_EACH(each, &list, self) {
 *         const struct word *const seen = each;         // stays for this turn
 *         ...
 *     }
 *
 * `self` is a participant of a domain of hazard_pointer.h or quiescent.h; all that use one list use
 * one domain. See reclamation.h, and element_type.h for the elements. An element is copied in, and
 * does not change; it is destroyed when nobody can be looking at it any more. A key, too, is an
 * element, of which `compare` reads what it needs.
 *
 * Size: 16 bytes; 32 and the size of the element for each node. All zero bytes but for the type: an
 *     empty set.
 * Orderings: what came before an insert happens before what follows each contains, find, remove and
 *     turn of an iteration that meets the element, and each insert that fails because of it.
 * Errors: ENOMEM and EEXIST from insert; nothing has changed then.
 * Progress: lock-free, the allocator aside: an operation begins again only because another one has
 *     changed what it was looking at. Nobody waits. Steps: as many as there are smaller elements.
 * Order: ascending, as `compare` says, which all operations call for elements that may be removed
 *     at this moment.
 * Iteration: ascending, each element at most once. What is in the set all the time is met; what is
 *     inserted or removed meanwhile may be met or not, and what had been removed before is not. The
 *     element of a turn stays readable until the next turn, even if it is removed. The body may
 *     insert into the list, and remove from it, also that element.
 * Memory: a node for each element, and those that were removed and wait for their destruction, as
 *     many as the scheme says. With hazard pointers an operation has three slots and a cursor four,
 *     so a body has four left.
 * Misuse: that of the scheme; a `compare` that is no order gives a list that is in none.
 * Signals: not safe in a handler. Fork: as reclamation.h says; a list nobody used at the fork is
 *     good in the child. Sharing: between the threads of one process.
 * Destruction: ordo_lock_free_list_destroy, when nobody uses it any more, before or after its
 *     domain. It destroys the elements that are left. The set is empty then.
 * Source: Harris, A Pragmatic Implementation of Non-Blocking Linked-Lists, 2001; Michael, High
 *     Performance Dynamic Lock-Free Hash Tables and List-Based Sets, 2002, and Hazard Pointers,
 *     2004; Mara Bos, Rust Atomics and Locks, chapter 10, Lock-Free Linked List.
 */
#ifndef ORDO_LOCK_FREE_LIST_H
#define ORDO_LOCK_FREE_LIST_H

#include "ordo/element_type.h"
#include "ordo/reclamation.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_lock_free_list {
    ordo_atomic_ptr head;
    const struct ordo_element_type *type;
} ordo_lock_free_list;

#define ORDO_LOCK_FREE_LIST_INIT(type) { ORDO_ATOMIC_INIT(0), (type) }

/* Adds a copy of *element. Returns 0; EEXIST if an equal one is there; ENOMEM. */
__attribute__((warn_unused_result)) int ordo_lock_free_list_insert(ordo_lock_free_list *list,
                                                                   ordo_participant *participant,
                                                                   const void *element);

/* Removes what equals *key, to be destroyed later; returns whether it was there and this call has
 * removed it. */
bool ordo_lock_free_list_remove(ordo_lock_free_list *list, ordo_participant *participant,
                                const void *key);

/* Whether there is an element that equals *key. */
bool ordo_lock_free_list_contains(ordo_lock_free_list *list, ordo_participant *participant,
                                  const void *key);

void ordo_lock_free_list_destroy(ordo_lock_free_list *list);

/* ---- Looking at elements --------------------------------------------------------------------- */

/* A place in the list, which keeps its element from being destroyed. A section of its participant:
 * those opened later end before it ends. */
struct ordo_lock_free_cursor {
    ordo_lock_free_list *list;
    ordo_participant *participant; /* NULL: it has ended */
    const void *element;           /* where it is; NULL: before the first, or after the last */
    unsigned int first;            /* slot */
    unsigned char slot[4];
};

/* A cursor before the first element. */
struct ordo_lock_free_cursor ordo_lock_free_cursor_start(ordo_lock_free_list *list,
                                                         ordo_participant *participant);

/* Goes to the next element and returns it; NULL: there is none, and the cursor is at the start
 * again. */
const void *ordo_lock_free_cursor_next(struct ordo_lock_free_cursor *cursor);

/* Goes to what equals *key and returns it; NULL: it is not there, and the cursor is at the start.
 * Next goes on from there. */
const void *ordo_lock_free_cursor_find(struct ordo_lock_free_cursor *cursor, const void *key);

/* Ends it; once more is nothing. */
static inline void ordo_lock_free_cursor_end(struct ordo_lock_free_cursor *cursor)
{
    if (cursor->participant != 0)
        ordo_participant_leave(cursor->participant, cursor->first);
    cursor->participant = 0;
}

/* Runs the statement that follows with `name`, a const void *, pointing to each element in turn.
 * Leaving it by break, return or goto ends the cursor too. */
#define ORDO_LOCK_FREE_LIST_FOR_EACH(name, list, reader)                                           \
    ORDO_LOCK_FREE_LIST_FOR_EACH_(ORDO_SCOPE_NAME(ordo_cursor), name, list, reader)
#define ORDO_LOCK_FREE_LIST_FOR_EACH_(cursor, name, list, reader)                                  \
    ORDO_LOCK_FREE_CURSOR_(cursor, list, reader)                                                   \
        for (const void *name; (name = ordo_lock_free_cursor_next(&cursor)) != 0;)

/* Runs the statement that follows once with `name`, a const void *, pointing to the element that
 * equals *key, or not at all if there is none. */
#define ORDO_LOCK_FREE_LIST_FIND(name, list, reader, key)                                          \
    ORDO_LOCK_FREE_LIST_FIND_(ORDO_SCOPE_NAME(ordo_cursor), name, list, reader, key)
#define ORDO_LOCK_FREE_LIST_FIND_(cursor, name, list, reader, key)                                 \
    ORDO_LOCK_FREE_CURSOR_(cursor, list, reader)                                                   \
        for (const void *name = ordo_lock_free_cursor_find(&cursor, key); name != 0; name = 0)

#define ORDO_LOCK_FREE_CURSOR_(cursor, list, reader)                                               \
    for (struct ordo_lock_free_cursor cursor                                                       \
             __attribute__((cleanup(ordo_lock_free_cursor_end))) =                                 \
             ordo_lock_free_cursor_start(list, reader);                                            \
         cursor.participant != 0; ordo_lock_free_cursor_end(&cursor))

#ifdef __cplusplus
}
#endif
#endif
