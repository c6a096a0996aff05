/* sequence_lock.c: see sequence_lock.h.
 *
 *     sequence   even: the data are whole; odd: a writer is changing them; grows by 2 with a write
 *     writers    who has it may write
 *
 * A reader takes no torn copy. Say that one of its loads of the data saw a store of some write, W.
 * It comes after the release fence of W, which comes after W made the number odd; the load comes
 * before the reader's acquire fence. So the fences synchronise: the reader's second look at the
 * number, after its fence, sees W's odd number at least. If it sees the number of its first look,
 * that was even, and not before W's odd one, so it is that of W's end or later. Its first look is
 * an acquire load and pairs with the release store of that end; the loads of the data, which come
 * after it, see all of W, or later stores, for which the same holds. So all of them are of one
 * write, the last one that the first look saw.
 *
 * The second look need not be an acquire load, as nothing after it matters for the copy; the fence
 * keeps the loads of the data before it, which an acquire load in its place would not. Likewise the
 * odd number may be stored relaxed: the fence keeps the stores of the data after it.
 */
#include "ordo/sequence_lock.h"

#include <errno.h>

#include "ordo/misuse.h"
#include "ordo/spin_limit.h"
#include "ordo/thread.h"

/* ---- Readers --------------------------------------------------------------------------------- */

bool ordo_sequence_lock_try_read(const ordo_sequence_lock *lock, const void *data, void *to,
                                 size_t size)
{
    /* Acquire: pairs with the release at the end of the last write that it sees. */
    const uint64_t before = ordo_load(&lock->sequence, ordo_acquire);

    if (before % 2 != 0)
        return false;
    /* Acquire: relaxed loads, then a fence, which pairs with that of a write in between. */
    ordo_load_bytes(to, data, size, ordo_acquire);
    return ordo_load(&lock->sequence, ordo_relaxed) == before;
}

__attribute__((cold, noinline)) static int try_again(const ordo_sequence_lock *lock,
                                                     const void *data, void *to, size_t size,
                                                     uint64_t deadline)
{
    unsigned int turn = 0;

    do {
        if (deadline != ORDO_NEVER && ordo_clock_now() >= deadline)
            return ETIMEDOUT;
        if (turn < ordo_spin_limit) {
            turn++;
            ordo_spin_hint();
        } else {
            ordo_thread_yield();
        }
    } while (!ordo_sequence_lock_try_read(lock, data, to, size));
    return 0;
}

int ordo_sequence_lock_read_until(const ordo_sequence_lock *lock, const void *data, void *to,
                                  size_t size, uint64_t deadline)
{
    return ordo_sequence_lock_try_read(lock, data, to, size)
               ? 0
               : try_again(lock, data, to, size, deadline);
}

void ordo_sequence_lock_read(const ordo_sequence_lock *lock, const void *data, void *to,
                             size_t size)
{
    if (!ordo_sequence_lock_try_read(lock, data, to, size))
        try_again(lock, data, to, size, ORDO_NEVER);
}

/* ---- Writers --------------------------------------------------------------------------------- */

ORDO_NOT_ANALYSED void ordo_sequence_lock_lock(ordo_sequence_lock *lock)
{
    ordo_process_shared_mutex_lock(&lock->writers);
}

ORDO_NOT_ANALYSED bool ordo_sequence_lock_try_lock(ordo_sequence_lock *lock)
{
    return ordo_process_shared_mutex_try_lock(&lock->writers);
}

ORDO_NOT_ANALYSED int ordo_sequence_lock_lock_until(ordo_sequence_lock *lock, uint64_t deadline)
{
    return ordo_process_shared_mutex_lock_until(&lock->writers, deadline);
}

ORDO_NOT_ANALYSED void ordo_sequence_lock_unlock(ordo_sequence_lock *lock)
{
    ordo_process_shared_mutex_unlock(&lock->writers);
}

void ordo_sequence_lock_write(ordo_sequence_lock *lock, void *data, const void *from, size_t size)
{
    /* Relaxed: writers are ordered by their mutex. */
    const uint64_t before = ordo_load(&lock->sequence, ordo_relaxed);

    if (before % 2 != 0 || ordo_load(&lock->writers.state, ordo_relaxed) == 0)
        ordo_misuse("sequence_lock.c: a write without the lock");
    ordo_store(&lock->sequence, before + 1, ordo_relaxed);
    /* Release: a fence, which pairs with that of a reader that sees any of the stores after it. */
    ordo_store_bytes(data, from, size, ordo_release);
    /* Release: pairs with the acquire of a reader's first look. */
    ordo_store(&lock->sequence, before + 2, ordo_release);
}

void ordo_sequence_lock_store(ordo_sequence_lock *lock, void *data, const void *from, size_t size)
{
    ordo_sequence_lock_lock(lock);
    ordo_sequence_lock_write(lock, data, from, size);
    ordo_sequence_lock_unlock(lock);
}

ORDO_NOT_ANALYSED struct ordo_sequence_lock_update
ordo_sequence_lock_update_start(ordo_sequence_lock *lock, void *data, void *copy, size_t size)
{
    ordo_sequence_lock_lock(lock);
    /* Relaxed: nobody writes. Not memcpy, which not every program has (freestanding.h). */
    ordo_load_bytes(copy, data, size, ordo_relaxed);
    return (struct ordo_sequence_lock_update){lock, data, copy, size};
}

ORDO_NOT_ANALYSED void ordo_sequence_lock_update_end(struct ordo_sequence_lock_update *update)
{
    ordo_sequence_lock *const lock = update->lock;

    if (lock == NULL)
        return;
    update->lock = NULL;
    ordo_sequence_lock_write(lock, update->data, update->copy, update->size);
    ordo_sequence_lock_unlock(lock);
}
