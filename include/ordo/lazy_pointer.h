/* lazy_pointer.h: a pointer to an object that is made on first use. Threads that come at the same
 * time may each make one; the first is kept, and the others destroy their own. Nobody waits.
 *
 * Size: that of a pointer. All zero bytes: not made.
 * Orderings: making the object that is kept happens before every return of it.
 * Errors: NULL if `create` returned NULL; the next call tries again.
 * Misuse: none is noticed. Signals: as safe in a handler as `create` and `destroy`. Fork: no
 * hazard. Sharing: between processes where the pointer means the same. Destruction: needs none.
 * (Mara Bos, chapter 3: lazy initialisation with indirection.)
 */
#ifndef ORDO_LAZY_POINTER_H
#define ORDO_LAZY_POINTER_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_lazy_pointer {
    ordo_atomic_ptr object;
} ordo_lazy_pointer;

#define ORDO_LAZY_POINTER_INIT { ORDO_ATOMIC_INIT(0) }

static inline void *ordo_lazy_pointer_get(ordo_lazy_pointer *pointer, void *(*create)(void),
                                          void (*destroy)(void *object))
{
    /* Acquire: pairs with the release of the thread whose object it is. */
    void *found = ordo_load(&pointer->object, ordo_acquire);

    if (found != 0)
        return found;
    void *const mine = create();
    /* Acquire on failure: as above. */
    if (mine == 0 || ordo_compare_exchange(&pointer->object, &found, mine, ordo_release,
                                           ordo_acquire))
        return mine;
    destroy(mine);
    return found;
}

#ifdef __cplusplus
}
#endif
#endif
