/* bucket_lock.c: see bucket_lock.h.
 *
 *     bit 0        locked
 *     other bits   the newest of those that wait, each of which knows the one before it
 *
 * Lock sets the bit, or puts itself on the list while the bit is set. Unlock takes the oldest off
 * the list, clears the bit, and wakes it; it tries again, beside whoever comes by.
 *
 * Nobody sleeps for ever. A thread gets on the list only by an exchange that sees the bit set, so
 * an unlock is to come, which sees it there. Each unlock that finds a list wakes one of it, and the
 * woken one, or who was faster, unlocks later. That every unlock looks at the list is why it need
 * not know whether somebody is already on the way.
 *
 * The list is read and shortened only with the bit set, by the owner; others put nodes in front of
 * it meanwhile. Its nodes stay until woken, and after the wake nothing of a node is used.
 */
#include "bucket_lock.h"

#include "ordo/clock.h"
#include "ordo/spin_limit.h"
#include "parker.h"

enum { locked = 1 };

struct waiter {
    struct waiter *older;
    struct parker parker;
};

_Static_assert(_Alignof(struct waiter) > locked, "bit 0 of an address is 0");

static struct waiter *newest_of(uint64_t word)
{
    return (struct waiter *)(uintptr_t)(word & ~(uint64_t)locked);
}

/* Locks one that was found locked. */
__attribute__((cold, noinline)) static void wait_and_lock(struct bucket_lock *lock)
{
    unsigned int turns = 0;
    uint64_t word = ordo_load(&lock->word, ordo_relaxed);

    for (;;) {
        if ((word & locked) == 0) {
            /* Acquire: pairs with the release in unlock. */
            if (ordo_compare_exchange_weak(&lock->word, &word, word | locked, ordo_acquire,
                                           ordo_relaxed))
                return;
        } else if (word == locked && turns < ordo_spin_limit) {
            turns++;
            ordo_spin_hint();
            word = ordo_load(&lock->word, ordo_relaxed);
        } else {
            struct waiter self = {.older = newest_of(word)};

            /* Release: pairs with the acquire in unlock, which reads the node. */
            if (ordo_compare_exchange_weak(&lock->word, &word,
                                           (uintptr_t)&self | locked, ordo_release,
                                           ordo_relaxed)) {
                ordo_parker_wait(&self.parker, ORDO_NEVER, 0);
                word = ordo_load(&lock->word, ordo_relaxed);
            }
        }
    }
}

void ordo_bucket_lock_lock(struct bucket_lock *lock)
{
    uint64_t expected = 0;

    /* Acquire: pairs with the release in unlock. */
    if (!ordo_compare_exchange(&lock->word, &expected, locked, ordo_acquire, ordo_relaxed))
        wait_and_lock(lock);
}

/* Unlocks one that somebody waits for; `word` is what it was then. */
__attribute__((cold, noinline)) static void unlock_and_wake(struct bucket_lock *lock,
                                                             uint64_t word)
{
    for (;;) {
        struct waiter *younger = NULL, *oldest = newest_of(word);

        while (oldest->older != NULL) {
            younger = oldest;
            oldest = oldest->older;
        }
        if (younger != NULL) {
            younger->older = NULL;
            /* Release: pairs with the acquire of the next owner. */
            ordo_and(&lock->word, ~(uint64_t)locked, ordo_release);
        } else if (!ordo_compare_exchange(&lock->word, &word, 0, ordo_release, ordo_acquire)) {
            continue; /* acquire: somebody else is in front by now; as in unlock */
        }
        ordo_parker_wake(&oldest->parker);
        return;
    }
}

void ordo_bucket_lock_unlock(struct bucket_lock *lock)
{
    uint64_t word = locked;

    /* Release: pairs with the acquire of the next owner. Acquire: pairs with the release of who put
     * itself on the list; those before it are in the same release sequence. */
    if (!ordo_compare_exchange(&lock->word, &word, 0, ordo_release, ordo_acquire))
        unlock_and_wake(lock, word);
}
