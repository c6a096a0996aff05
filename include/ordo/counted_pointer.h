/* counted_pointer.h: a pointer to an object that counts its references, so that one may read the
 * pointer, and keep what it leads to, while others replace it. The third scheme of reclamation, by
 * reference counts; see rcu.h and reclamation.h for the other two.
 *
 *     struct settings { ordo_counted counted; int size; };
 *     static ordo_counted_pointer settings;
 *
 *     ordo_counted *now = ordo_counted_pointer_read(&settings);     // a reference of our own
 *     use(((struct settings *)now)->size);
 *     ordo_counted_drop(&now);
 *
 * No thread registers, and nothing waits for readers: an object is destroyed by whoever gives up
 * the last reference to it. The price is that reading writes, to the pointer and to the object.
 *
 * Size: 16 bytes, aligned to 16; each object has 24 bytes more. All zero bytes: NULL.
 * Orderings: making an object happens before what all that read it do with it, and what they all do
 *     before they drop it happens before its destruction.
 * Errors: ENOMEM from update if `copy` returned NULL; nothing has changed then.
 * Progress: clone and drop are wait-free, the destroy function aside; what goes to the pointer is
 *     lock-free. (128-bit operations; libatomic's in the generic back end.)
 * Memory: nothing is kept beside what somebody has a reference to.
 * Fairness: none among updaters.
 * Misuse: an object in 2^17 pointers at once aborts. One drop too many is not noticed. Counts have
 *     63 bits and do not come around.
 * Signals: safe in a handler, as far as `destroy` is. Fork: no hazard; references of the parent's
 *     other threads are never dropped in the child. Sharing: between the threads of one process.
 * Destruction: the pointer by an exchange with NULL, by somebody who knows to be its last user.
 * Source: split reference counts: Valois, Lock-Free Linked Lists Using Compare-and-Swap, 1995, for
 *     the problem; Anthony Williams, C++ Concurrency in Action, chapter 7. Mara Bos, chapters 6
 *     and 10.
 */
#ifndef ORDO_COUNTED_POINTER_H
#define ORDO_COUNTED_POINTER_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Objects --------------------------------------------------------------------------------- */

/* In the object, wherever destroy(counted, context) finds it. */
typedef struct ordo_counted {
    ordo_atomic_i64 references;
    void (*destroy)(struct ordo_counted *object, void *context);
    void *context;
} ordo_counted;

/* The caller has the only reference then. */
static inline void ordo_counted_start(ordo_counted *object,
                                      void (*destroy)(ordo_counted *object, void *context),
                                      void *context)
{
    ordo_store(&object->references, 1, ordo_relaxed);
    object->destroy = destroy;
    object->context = context;
}

/* Another reference; returns `object`, to which the caller has one. */
static inline ordo_counted *ordo_counted_clone(ordo_counted *object)
{
    /* Relaxed: the caller's reference keeps the object. */
    ordo_fetch_add(&object->references, 1, ordo_relaxed);
    return object;
}

/* Gives up the reference *object, which becomes NULL; it may be NULL. */
void ordo_counted_drop(ordo_counted **object);

/* ---- Pointers -------------------------------------------------------------------------------- */

typedef struct ordo_counted_pointer {
    ordo_atomic_u128 word;
} ordo_counted_pointer;

#define ORDO_COUNTED_POINTER_INIT { ORDO_ATOMIC_INIT(0) }

/* A reference to the object, or NULL. */
__attribute__((warn_unused_result)) ordo_counted *
ordo_counted_pointer_read(ordo_counted_pointer *pointer);

/* Takes over the caller's reference to `object`, which may be NULL; the one that was there is the
 * caller's now. */
__attribute__((warn_unused_result)) ordo_counted *
ordo_counted_pointer_exchange(ordo_counted_pointer *pointer, ordo_counted *object);

/* If the pointer leads to `expected`, to which the caller has a reference, or is NULL as it is,
 * takes over the reference *object, which becomes NULL, drops that to `expected` which was there,
 * and returns true. Otherwise nothing has changed. */
__attribute__((warn_unused_result)) bool
ordo_counted_pointer_compare_exchange(ordo_counted_pointer *pointer, const ordo_counted *expected,
                                      ordo_counted **object);

/* Puts copy(current, context), of which it takes over the reference, in the place of the current
 * object, which may be NULL. Returns 0, or ENOMEM if `copy` gave NULL. A copy that came too late is
 * dropped, and another one made. */
__attribute__((warn_unused_result)) int
ordo_counted_pointer_update(ordo_counted_pointer *pointer,
                            ordo_counted *(*copy)(const ordo_counted *current, void *context),
                            void *context);

#ifdef __cplusplus
}
#endif
#endif
