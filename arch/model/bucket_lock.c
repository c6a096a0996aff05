/* bucket_lock.c: core/bucket_lock.h for the model checker: who finds it locked waits for a change.
 * Weak: the tests of core/bucket_lock.c have that one.
 */
#include "../../core/bucket_lock.h"
#include "ordo/thread.h"

__attribute__((weak)) void ordo_bucket_lock_lock(struct bucket_lock *lock)
{
    uint64_t expected = 0;

    while (!ordo_compare_exchange(&lock->word, &expected, 1, ordo_acquire, ordo_relaxed)) {
        expected = 0;
        ordo_thread_yield();
    }
}

__attribute__((weak)) void ordo_bucket_lock_unlock(struct bucket_lock *lock)
{
    ordo_store(&lock->word, 0, ordo_release);
}
