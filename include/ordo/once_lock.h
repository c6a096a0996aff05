/* once_lock.h: data that are set once, and read by everybody from then on.
 *
 *     static ORDO_ONCE_LOCK(struct settings) settings;
 *     static int read_settings(void *data, void *path) { ... return 0; }
 *
 *     struct settings *s = ordo_once_lock_get_or_init(&settings, read_settings, "/etc/x");
 *
 * Size: 4 bytes and the data. All zero bytes: not set.
 * Orderings: setting the data happens before every return of a pointer to them.
 * Errors: an initialiser that returns something else than 0 has not set them; the next one tries.
 * Waiting, ending, misuse, signals, fork, sharing: as once.h, on which it stands.
 * Destruction: needs none; what the data own is the caller's to give back.
 * (Rust's std::sync::OnceLock.)
 */
#ifndef ORDO_ONCE_LOCK_H
#define ORDO_ONCE_LOCK_H

#include <stddef.h>

#include "ordo/once.h"

#ifdef __cplusplus
extern "C" {
#endif

#define ORDO_ONCE_LOCK(T)                                                                          \
    struct {                                                                                       \
        ordo_once once;                                                                            \
        T data;                                                                                    \
    }

/* T *: NULL while they are not set. Does not wait. */
#define ordo_once_lock_get(lock)                                                                   \
    __extension__({                                                                                \
        ORDO_AUTO ordo_lock = (lock);                                                              \
        ordo_once_is_done(&ordo_lock->once) ? &ordo_lock->data : 0;                                \
    })

/* T *: sets them by `initialise(data, argument)`, int (*)(void *, void *), if they are not set;
 * waits for one that runs. NULL if this call's initialiser failed. */
#define ordo_once_lock_get_or_init(lock, initialise, argument)                                     \
    __extension__({                                                                                \
        ORDO_AUTO ordo_lock = (lock);                                                              \
        struct ordo_once_lock_call ordo_call = {(initialise), &ordo_lock->data, (argument)};       \
        ordo_once_call(&ordo_lock->once, ordo_once_lock_initialise, &ordo_call) == 0               \
            ? &ordo_lock->data                                                                     \
            : 0;                                                                                   \
    })

/* bool: copies *value, a T, if they are not set; whether it did. Waits for an initialiser that
 * runs. */
#define ordo_once_lock_set(lock, value)                                                            \
    __extension__({                                                                                \
        ORDO_AUTO ordo_lock = (lock);                                                              \
        const __typeof__(ordo_lock->data) *ordo_value = (value);                                   \
        struct ordo_once_lock_copy ordo_copy = {&ordo_lock->data, ordo_value, sizeof *ordo_value,  \
                                                false};                                            \
        ordo_once_call(&ordo_lock->once, ordo_once_lock_copy_in, &ordo_copy) == 0                  \
            && ordo_copy.was_made;                                                                 \
    })

/* bool: moves them to *to, a T, if they are set, and makes the lock not set. Only for an exclusive
 * owner, as ordo_into_inner. */
#define ordo_once_lock_take(lock, to)                                                              \
    __extension__({                                                                                \
        ORDO_AUTO ordo_lock = (lock);                                                              \
        const bool ordo_is_set = ordo_once_is_done(&ordo_lock->once);                              \
        if (ordo_is_set) {                                                                         \
            *(to) = ordo_lock->data;                                                               \
            *ordo_get_mut(&ordo_lock->once.state) = 0;                                             \
        }                                                                                          \
        ordo_is_set;                                                                               \
    })

struct ordo_once_lock_call {
    int (*initialise)(void *data, void *argument);
    void *data, *argument;
};

static inline int ordo_once_lock_initialise(void *call)
{
    const struct ordo_once_lock_call *const it = (const struct ordo_once_lock_call *)call;
    return it->initialise(it->data, it->argument);
}

struct ordo_once_lock_copy {
    void *to;
    const void *from;
    size_t size;
    bool was_made;
};

static inline int ordo_once_lock_copy_in(void *copy)
{
    struct ordo_once_lock_copy *const it = (struct ordo_once_lock_copy *)copy;
    __builtin_memcpy(it->to, it->from, it->size);
    it->was_made = true;
    return 0;
}

#ifdef __cplusplus
}
#endif
#endif
