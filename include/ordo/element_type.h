/* element_type.h: what the lock-free structures have to know of their elements. One constant serves
 * all structures with such elements:
 *
 *     static const struct ordo_element_type words = {
 *         .size = sizeof(struct word), .destroy = free_text, .compare = by_text,
 *     };
 *     static ordo_lock_free_list list = ORDO_LOCK_FREE_LIST_INIT(&words);
 *
 * Elements are copied in, byte for byte, into a node of the structure's own: one allocation each of
 * 32 bytes and the size. Nodes that are part of the user's objects would save it; but what leaves a
 * lock-free structure may still be looked at by others, so that such an object could not be freed,
 * or put in again, by the very thread that has just got it. That mistake cannot be made here.
 *
 * The constant, and its allocator, outlive the structures and the domain of reclamation.h that they
 * are used with: nodes may be freed as late as that domain is destroyed.
 */
#ifndef ORDO_ELEMENT_TYPE_H
#define ORDO_ELEMENT_TYPE_H

#include <stddef.h>

#include "ordo/allocator.h"
#include "ordo/reclamation.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ordo_element_type {
    size_t size;                                  /* bytes; the alignment is 16 at most */
    void (*destroy)(void *element);               /* NULL: there is nothing to do */
    int (*compare)(const void *a, const void *b); /* as for qsort; lists alone use it */
    const struct ordo_allocator *allocator;       /* of the nodes; NULL: the C library's heap */
};

/* What a node starts with; the element follows. Not for use outside of the structures. */
struct ordo_element_node {
    ordo_retired retired;
    ordo_atomic_ptr next;
} __attribute__((aligned(16)));

#ifdef __cplusplus
}
#endif
#endif
