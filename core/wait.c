/* wait.c: see wait.h.
 *
 * An object has no room for waiters, so a table counts them, by a hash of the object's address:
 *
 *     waiters    threads inside wait whose objects have this place
 *     sequence   notifies of such objects, but for those of 4 bytes; may wrap
 *
 * Waiters of an object of 4 bytes sleep on the object itself, while it is `old`, so that a notify
 * reaches only them. (A futex is 4 bytes. The 4 bytes around a smaller object belong to others,
 * who may access them plainly; so smaller objects go the way of the larger ones.) All others
 * sleep on `sequence`, and a notify wakes all that sleep there: each looks at its own object.
 *
 * No wake-up is lost. Waiters and notifiers are a Dekker pair:
 *
 *     wait                             change and notify
 *     waiters + 1                      change the object
 *     fence seq_cst                    fence seq_cst
 *     look at the object               look at waiters
 *
 * At least one sees what the other has done. If the waiter sees the change, it does not sleep. If
 * the notifier sees the waiter, it wakes: for 4 bytes, the futex itself compares the object, so
 * the waiter either sees the change there or sleeps before the wake. For other sizes the waiter
 * reads `sequence`, then the object, and sleeps only while `sequence` is the same. If it has read
 * what the notify made of it, the acquire there pairs with the fence here and the look at the
 * object sees the change; if not, it does not sleep any more, or sleeps already and is woken.
 * (Only 2^32 notifies between its two looks would hide one.)
 *
 * The table is never freed, and there is one (unique_table.h). A notify reads nothing of the
 * object.
 */
#include "ordo/wait.h"

#include <errno.h>

#include "ordo/futex.h"
#include "unique_table.h"

extern struct place {
    ordo_atomic_u32 waiters, sequence;
    char line[56]; /* each in a cache line of its own */
} ordo_wait_table[unique_table_places];

UNIQUE_TABLE(ordo_wait_table);

static struct place *place_of(const void *object)
{
    return &ordo_wait_table[unique_table_index(object)];
}

/* `word` is what to sleep on, while it is `sleep_while`, which is read before the object. */
#define WAIT(type, W, word, sleep_while)                                                           \
    int ordo_wait_word##type(const ordo_atomic##type *object, W *value, uint64_t deadline,         \
                             enum ordo_order order)                                                \
    {                                                                                              \
        struct place *const place = place_of(object);                                              \
        W seen = ordo_load(object, order);                                                         \
        int error = 0;                                                                             \
                                                                                                   \
        if (seen == *value) {                                                                      \
            ordo_fetch_add(&place->waiters, 1, ordo_relaxed);                                      \
            ordo_thread_fence(ordo_seq_cst);                                                       \
            for (;;) {                                                                             \
                const uint32_t expected = sleep_while;                                             \
                seen = ordo_load(object, order);                                                   \
                if (seen != *value || error == ETIMEDOUT)                                          \
                    break;                                                                         \
                error = ordo_futex_wait_until(word, expected, deadline);                           \
            }                                                                                      \
            ordo_fetch_sub(&place->waiters, 1, ordo_relaxed);                                      \
        }                                                                                          \
        if (seen == *value)                                                                        \
            return ETIMEDOUT;                                                                      \
        *value = seen;                                                                             \
        return 0;                                                                                  \
    }

/* Acquire: pairs with the release in notify. */
#define SEQUENCE ordo_load(&place->sequence, ordo_acquire)

WAIT(_u8, uint8_t, &place->sequence, SEQUENCE)
WAIT(_u16, uint16_t, &place->sequence, SEQUENCE)
WAIT(_u32, uint32_t, object, *value)
WAIT(_u64, uint64_t, &place->sequence, SEQUENCE)

void ordo_notify_word(const void *object, size_t size, uint32_t count)
{
    struct place *const place = place_of(object);

    ordo_thread_fence(ordo_seq_cst); /* of the Dekker pair */
    if (ordo_load(&place->waiters, ordo_relaxed) == 0)
        return;
    if (size == sizeof(uint32_t)) {
        ordo_futex_wake(object, count); /* the address alone */
    } else {
        /* With the fence a release: pairs with the acquire in wait. */
        ordo_fetch_add(&place->sequence, 1, ordo_relaxed);
        ordo_futex_wake(&place->sequence, UINT32_MAX);
    }
}
