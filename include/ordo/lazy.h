/* lazy.h: data that make themselves when they are first asked for.
 *
 *     static int fill(void *table) { ... return 0; }
 *     static ORDO_LAZY(struct table) table = ORDO_LAZY_INIT(fill);
 *
 *     struct table *t = ordo_lazy_get(&table);
 *
 * Size: a once, a pointer to the initialiser, and the data. Needs its initialiser: no zero bytes.
 * Orderings: making the data happens before every return of a pointer to them.
 * Errors: NULL to the call whose run of the initialiser returned something else than 0; the next
 * call
 *     tries again.
 * Waiting, ending, misuse, signals, fork, sharing: as once.h, on which it stands.
 * Destruction: needs none; what the data own is the caller's to give back.
 * (Mara Bos, chapter 2; Rust's std::sync::LazyLock. Where waiting is not wanted: lazy_pointer.h.)
 */
#ifndef ORDO_LAZY_H
#define ORDO_LAZY_H

#include "ordo/once.h"

#define ORDO_LAZY(T)                                                                               \
    struct {                                                                                       \
        ordo_once once;                                                                            \
        int (*initialise)(void *data);                                                             \
        T data;                                                                                    \
    }

#ifdef __cplusplus
#define ORDO_LAZY_INIT(function) { ORDO_ONCE_INIT, (function), {} }
#else
#define ORDO_LAZY_INIT(function) { .once = ORDO_ONCE_INIT, .initialise = (function) }
#endif

/* T * */
#define ordo_lazy_get(lazy)                                                                        \
    __extension__({                                                                                \
        ORDO_AUTO ordo_lazy = (lazy);                                                              \
        ordo_once_call(&ordo_lazy->once, ordo_lazy->initialise, &ordo_lazy->data) == 0             \
            ? &ordo_lazy->data                                                                     \
            : 0;                                                                                   \
    })

#endif
