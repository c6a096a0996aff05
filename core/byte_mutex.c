/* byte_mutex.c: see byte_mutex.h.
 *
 *     bit 0, locked
 *     bit 1, parked    threads are parked with the mutex's address, or are about to be
 *
 *     00  unlocked; nobody waits
 *     01  locked; nobody waits
 *     11  locked; an unlock goes to the lot
 *     10  unlocked; others are still parked, and one that was woken is on its way
 *
 * While both bits are set, nobody writes the byte but with the lot's queue of the mutex locked:
 * lock sets `locked` only where it is clear and `parked` only where that is clear, and unlock
 * clears 01 by a compare-exchange.
 *
 * Nobody sleeps for ever. A thread parks only on 11, which it has written or seen, and which
 * `validate` sees again with the queue locked; so the unlock that ends 11 comes after, and finds
 * the thread in the queue. An unlock that leaves others there leaves `parked` set: 10, or 11 if it
 * hands over. On 10 a woken thread is on its way, and finds the mutex free, or locked with `parked`
 * still set: who locks 10 makes it 11, and unlocks by way of the lot. A thread that gives up was in
 * the queue until then, so no unlock has chosen it; if it was the last there, it clears `parked`,
 * with the queue locked: so on 10 or 11 there is always somebody in the queue, or on the way to
 * validate, but for a spurious `parked` that costs one visit to the lot.
 *
 * The unlock writes the byte in the lot's callback, or by its compare-exchange, and touches nothing
 * of the mutex after that: the lot has its address as a number. So the next owner may free it.
 */
#include "ordo/byte_mutex.h"

#include <errno.h>

#include "byte_mutex_state.h"
#include "ordo/misuse.h"
#include "ordo/parking_lot.h"
#include "ordo/spin_limit.h"

enum { locked = byte_mutex_locked, parked = byte_mutex_parked };

/* ---- Locking --------------------------------------------------------------------------------- */

static bool is_locked_and_parked(void *mutex)
{
    return ordo_load(&((ordo_byte_mutex *)mutex)->state, ordo_relaxed) == (locked | parked);
}

static void clear_parked_if_last(void *mutex, const void *key, bool was_last)
{
    (void)key;
    if (was_last)
        ordo_and(&((ordo_byte_mutex *)mutex)->state, (uint8_t)~parked, ordo_relaxed);
}

/* Locks one that was found locked. */
__attribute__((cold, noinline)) static int wait_and_lock(ordo_byte_mutex *mutex, uint64_t deadline)
{
    const struct ordo_parking parking = {.validate = is_locked_and_parked,
                                         .timed_out = clear_parked_if_last, .context = mutex};
    unsigned int turns = 0;
    uint8_t state = ordo_load(&mutex->state, ordo_relaxed);

    for (;;) {
        if ((state & locked) == 0) {
            /* Acquire: pairs with the release in unlock. */
            if (ordo_compare_exchange_weak(&mutex->state, &state, (uint8_t)(state | locked),
                                           ordo_acquire, ordo_relaxed))
                return 0;
        } else if (state == locked && turns < ordo_spin_limit) {
            turns++; /* else others sleep already: spinning would only be unfair to them */
            ordo_spin_hint();
            state = ordo_load(&mutex->state, ordo_relaxed);
        } else if (state == (locked | parked)
                   || ordo_compare_exchange_weak(&mutex->state, &state, locked | parked,
                                                 ordo_relaxed, ordo_relaxed)) {
            uintptr_t token = byte_mutex_try_again;

            if (ordo_parking_lot_park(mutex, &parking, deadline, &token) == ETIMEDOUT)
                return ETIMEDOUT;
            if (token == byte_mutex_handed_over)
                return 0;
            state = ordo_load(&mutex->state, ordo_relaxed);
        }
    }
}

ORDO_NOT_ANALYSED bool ordo_byte_mutex_try_lock(ordo_byte_mutex *mutex)
{
    uint8_t before;

    /* Acquire: pairs with the release in unlock. */
    return ordo_fetch_update_if(&mutex->state, ordo_acquire, ordo_relaxed, state,
                                (state & locked) == 0, (uint8_t)(state | locked), &before);
}

ORDO_NOT_ANALYSED int ordo_byte_mutex_lock_until(ordo_byte_mutex *mutex, uint64_t deadline)
{
    uint8_t expected = 0;

    /* Acquire: pairs with the release in unlock. */
    return ordo_compare_exchange(&mutex->state, &expected, locked, ordo_acquire, ordo_relaxed)
               ? 0
               : wait_and_lock(mutex, deadline);
}

ORDO_NOT_ANALYSED void ordo_byte_mutex_lock(ordo_byte_mutex *mutex)
{
    (void)!ordo_byte_mutex_lock_until(mutex, ORDO_NEVER); /* cannot time out */
}

/* ---- Unlocking ------------------------------------------------------------------------------- */

/* With the queue locked. */
static uintptr_t hand_over_or_release(void *mutex, const struct ordo_unparked *unparked)
{
    ordo_atomic_u8 *const state = &((ordo_byte_mutex *)mutex)->state;
    const uint8_t left = unparked->have_more ? parked : 0;

    if (unparked->is_fair) {
        /* Relaxed: the wake orders, and nobody else can lock it. */
        ordo_store(state, locked | left, ordo_relaxed);
        return byte_mutex_handed_over;
    }
    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    ordo_store(state, left, ordo_release);
    return byte_mutex_try_again;
}

/* Unlocks one that is not just locked. */
__attribute__((cold, noinline)) static void unlock_and_wake(ordo_byte_mutex *mutex, uint8_t state)
{
    if ((state & locked) == 0)
        ordo_misuse("byte_mutex.c: unlock of a mutex that is not locked");
    ordo_parking_lot_unpark_one(mutex, hand_over_or_release, mutex);
}

ORDO_NOT_ANALYSED void ordo_byte_mutex_unlock(ordo_byte_mutex *mutex)
{
    uint8_t state = locked;

    /* Release: pairs with the acquire of the next owner, who may free the mutex. */
    if (!ordo_compare_exchange(&mutex->state, &state, 0, ordo_release, ordo_relaxed))
        unlock_and_wake(mutex, state);
}

/* ---- Fork ------------------------------------------------------------------------------------ */

void ordo_byte_mutex_fork_prepare(ordo_byte_mutex *mutex)
{
    ordo_byte_mutex_lock(mutex);
}

void ordo_byte_mutex_fork_parent(ordo_byte_mutex *mutex)
{
    ordo_byte_mutex_unlock(mutex);
}

ORDO_NOT_ANALYSED void ordo_byte_mutex_fork_child(ordo_byte_mutex *mutex)
{
    ordo_store(&mutex->state, 0, ordo_relaxed); /* there is nobody else */
}
