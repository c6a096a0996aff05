/* sequence_lock.h: data that readers copy without a lock, and keep only if no writer came between.
 *
 *     static ORDO_SEQUENCE_LOCK(struct position) position;
 *
 *     ordo_sequence_lock_set(&position, &there);              // a writer
 *     ordo_sequence_lock_get(&position, &here);               // a reader: here is some `there`
 *     ORDO_SEQUENCE_LOCK_SCOPE(p, &position)                  // a writer that changes them
 *         p->x++;                                             // p: struct position *, a copy
 *
 * For small data that are read often and written now and then. Readers write nothing, so they do
 * not slow each other, nor a writer; and they can have the memory mapped read-only.
 *
 * Size: 16 bytes and the data. All zero bytes are a lock whose data are zero bytes.
 * How: a writer makes a number odd, copies the data in, and makes it even again; a reader whose
 *     number was even and the same before and after its copy has no half of a change. Both copies
 *     consist of atomic accesses (ordo_load_bytes and ordo_store_bytes of atomic.h), so there is no
 *     data race. Align the data to 8 bytes, and the copies go by words.
 * Orderings: what a writer did before its write happens before the return of a read that has got
 *     its data. What a writer did happens before all that the next writer does. A try or _until
 *     that fails orders nothing.
 * The data: any type of plain bytes: readers copy while a writer writes, and throw that away. What
 *     the data point to is not protected.
 * Waiting: a writer waits only for writers, as in mutex.h: it spins for ordo_spin_limit hints, then
 *     sleeps. A reader that finds a write going on spins as long, then gives up the CPU between its
 *     attempts; try_get makes one attempt. In a SCOPE the number is odd only at its end, during the
 *     copy, so that readers are not disturbed by what the writer computes.
 * Progress: try_get is wait-free: a number of steps bounded by the size. get is not: it needs a
 *     moment without a write as long as its copy, and may wait for ever for a writer that was
 *     stopped, or that has a lower real-time priority on the same CPU. Writers block each other.
 * Fairness: none among writers, as in mutex.h; writers come before readers.
 * Wrap: the number has 64 bits, of which a write uses 2: only 2^63 writes during one attempt of a
 *     reader would make it take a torn copy. (With 32 bits that were 2^31 writes, less than a
 *     minute.)
 * Misuse: a write without the lock, or an unlock without it, aborts where that can be seen.
 * Signals: try_get is safe in a handler. get is not: the interrupted thread may be the writer.
 * Fork: a lock that another thread held at the fork stays held in the child.
 * Without futexes (a build of its own) writers are refused: lock_until returns ENOTSUP, what else
 *     locks aborts.
 * Sharing: between processes too, each of which has the memory mapped where it likes; readers
 *     read-only if they like. A writer that is killed between lock and unlock leaves the lock held
 *     for ever, and perhaps the number odd: then try_get returns false and get_until ETIMEDOUT.
 * Destruction: needs none. The memory may be freed when the last reader has returned, and the last
 *     writer, which knows itself to be that, has unlocked, even while an earlier writer is still in
 *     its unlock.
 * (Seqlocks: Linux; the orderings are of Boehm, Can seqlocks get along with programming language
 *     memory models?, 2012. Mara Bos, chapter 10.)
 */
#ifndef ORDO_SEQUENCE_LOCK_H
#define ORDO_SEQUENCE_LOCK_H

#include <stddef.h>

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/process_shared_mutex.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_sequence_lock {
    ordo_atomic_u64 sequence; /* odd while the data are being written */
    ordo_process_shared_mutex writers;
} ordo_sequence_lock;

#define ORDO_SEQUENCE_LOCK_INIT { ORDO_ATOMIC_INIT(0), ORDO_PROCESS_SHARED_MUTEX_INIT }

/* ---- With its data --------------------------------------------------------------------------- */

#define ORDO_SEQUENCE_LOCK(T)                                                                      \
    struct {                                                                                       \
        ordo_sequence_lock lock;                                                                   \
        T data;                                                                                    \
    }

/* void: copies the data to *to, a T. */
#define ordo_sequence_lock_get(owner, to)                                                          \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ordo_sequence_lock_read(&ordo_owner->lock, &ordo_owner->data,                              \
                                ORDO_SEQUENCE_LOCK_SAME(ordo_owner, to), sizeof ordo_owner->data); \
    })

/* int: the same until a deadline of ordo_clock_now, but at least one attempt; 0, or ETIMEDOUT,
 * which leaves nothing of use in *to. */
#define ordo_sequence_lock_get_until(owner, to, deadline)                                          \
    ordo_sequence_lock_read_until(&(owner)->lock, &(owner)->data,                                  \
                                  ORDO_SEQUENCE_LOCK_SAME(owner, to), sizeof(owner)->data,         \
                                  deadline)

/* bool: one attempt. If it fails, there is nothing of use in *to. */
#define ordo_sequence_lock_try_get(owner, to)                                                      \
    ordo_sequence_lock_try_read(&(owner)->lock, &(owner)->data,                                    \
                                ORDO_SEQUENCE_LOCK_SAME(owner, to), sizeof(owner)->data)

/* void: makes the data *from, a T. */
#define ordo_sequence_lock_set(owner, from)                                                        \
    __extension__({                                                                                \
        ORDO_AUTO ordo_owner = (owner);                                                            \
        ordo_sequence_lock_store(&ordo_owner->lock, &ordo_owner->data,                             \
                                 ORDO_SEQUENCE_LOCK_SAME(ordo_owner, from),                        \
                                 sizeof ordo_owner->data);                                         \
    })

/* Runs the statement that follows with `name` pointing to a copy of the data, with the lock, and
 * writes the copy back at its end, also if it is left by break, return or goto. Evaluates `owner`
 * several times. */
#define ORDO_SEQUENCE_LOCK_SCOPE(name, owner)                                                      \
    ORDO_SEQUENCE_LOCK_SCOPE_(ORDO_SCOPE_NAME(ordo_once), ORDO_SCOPE_NAME(ordo_copy),              \
                              ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_SEQUENCE_LOCK_SCOPE_(once, copy, guard, name, owner)                                  \
    for (__typeof__((owner)->data) copy, *once = &copy; once != 0; once = 0)                       \
        for (struct ordo_sequence_lock_update guard                                                \
                 __attribute__((cleanup(ordo_sequence_lock_update_end))) =                         \
                     ordo_sequence_lock_update_start(&(owner)->lock, &(owner)->data, &copy,        \
                                                     sizeof copy);                                 \
             guard.lock != 0; ordo_sequence_lock_update_end(&guard))                               \
            for (__typeof__(copy) *name = &copy; name != 0; name = 0)

/* `pointer`, which must be one to the type of the owner's data. */
#define ORDO_SEQUENCE_LOCK_SAME(owner, pointer)                                                    \
    ((void)sizeof((pointer) == &(owner)->data), (pointer))

/* ---- With data elsewhere: all users name the same address and size --------------------------- */

/* Readers: copy `size` bytes of `data` to `to`. As get, try_get and get_until. */
void ordo_sequence_lock_read(const ordo_sequence_lock *lock, const void *data, void *to,
                             size_t size);
__attribute__((warn_unused_result)) bool
ordo_sequence_lock_try_read(const ordo_sequence_lock *lock, const void *data, void *to,
                            size_t size);
__attribute__((warn_unused_result)) int
ordo_sequence_lock_read_until(const ordo_sequence_lock *lock, const void *data, void *to,
                              size_t size, uint64_t deadline);

/* Writers: take the lock, read the data plainly, and write them by `write` alone, as often as they
 * like, each time one change. lock_until returns 0 or ETIMEDOUT. */
void ordo_sequence_lock_lock(ordo_sequence_lock *lock) ORDO_ACQUIRES(*lock);
__attribute__((warn_unused_result)) bool ordo_sequence_lock_try_lock(ordo_sequence_lock *lock)
    ORDO_TRIES(true, *lock);
__attribute__((warn_unused_result)) int
ordo_sequence_lock_lock_until(ordo_sequence_lock *lock, uint64_t deadline) ORDO_TRIES(0, *lock);
void ordo_sequence_lock_unlock(ordo_sequence_lock *lock) ORDO_RELEASES(*lock);
void ordo_sequence_lock_write(ordo_sequence_lock *lock, void *data, const void *from, size_t size)
    ORDO_REQUIRES(*lock);

/* The three together. */
void ordo_sequence_lock_store(ordo_sequence_lock *lock, void *data, const void *from, size_t size)
    ORDO_EXCLUDES(*lock);

/* ---- What the scope calls -------------------------------------------------------------------- */

struct ordo_sequence_lock_update {
    ordo_sequence_lock *lock; /* NULL: it is over */
    void *data, *copy;
    size_t size;
};

struct ordo_sequence_lock_update ordo_sequence_lock_update_start(ordo_sequence_lock *lock,
                                                                 void *data, void *copy,
                                                                 size_t size);
void ordo_sequence_lock_update_end(struct ordo_sequence_lock_update *update);

#ifdef __cplusplus
}
#endif
#endif
