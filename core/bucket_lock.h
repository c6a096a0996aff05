/* bucket_lock.h: the lock of one queue of the parking lot. It stands on parkers alone, so that the
 * lot is the same on every system; those who wait are a list on their own stacks. Zero bytes are an
 * unlocked one. What one owner did happens before all that the next one does.
 *
 * The model checker has a simpler one, for the tests of what stands on the lot; this one has tests
 * of its own.
 */
#ifndef ORDO_CORE_BUCKET_LOCK_H
#define ORDO_CORE_BUCKET_LOCK_H

#include "ordo/atomic.h"

struct bucket_lock {
    ordo_atomic_u64 word;
};

void ordo_bucket_lock_lock(struct bucket_lock *lock);
void ordo_bucket_lock_unlock(struct bucket_lock *lock);

#endif
