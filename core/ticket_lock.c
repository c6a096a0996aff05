/* ticket_lock.c: see ticket_lock.h. One word of two halves:
 *
 *     high  the next number to be drawn
 *     low   the number that is served
 *
 * Equal: unlocked. Otherwise whoever drew the number that is served has the lock, and the others
 * whose numbers are between the two wait. Lock draws by an addition to the high half, which
 * overflows out of the word; unlock serves the next number, and keeps the low half from overflowing
 * into the high one. Only the owner changes the low half, so it knows beforehand.
 *
 * Both are in one word because try_lock has to see both at once: of two words it could read a
 * number served, be stopped, and after 2^32 drawings find the number to draw equal to it while
 * another thread has the lock. The same value of the one word means the same: unlocked.
 *
 * Every change of the word is a read-modify-write, so the release of each unlock heads a sequence
 * that reaches to whatever a later owner reads when it finds its number served; that load, or the
 * compare-exchange of try_lock, is the acquire. Nothing is touched after the addition of unlock.
 */
#include "ordo/ticket_lock.h"

#include "spin_wait.h"

#define TICKET (UINT64_C(1) << 32)

static uint32_t next(uint64_t state)
{
    return (uint32_t)(state >> 32);
}

static uint32_t served(uint64_t state)
{
    return (uint32_t)state;
}

ORDO_NOT_ANALYSED bool ordo_ticket_lock_try_lock(ordo_ticket_lock *lock)
{
    uint64_t state = ordo_load(&lock->state, ordo_relaxed);

    /* Acquire: pairs with the release in unlock. */
    return next(state) == served(state)
           && ordo_compare_exchange(&lock->state, &state, state + TICKET, ordo_acquire,
                                    ordo_relaxed);
}

__attribute__((cold, noinline)) static void wait_for(ordo_ticket_lock *lock, uint32_t ticket)
{
    unsigned int turn = 0;

    /* Acquire: pairs with the release in unlock. */
    while (served(ordo_load(&lock->state, ordo_acquire)) != ticket)
        spin_wait(&turn);
}

ORDO_NOT_ANALYSED void ordo_ticket_lock_lock(ordo_ticket_lock *lock)
{
    /* Acquire: pairs with the release in unlock, if the number is served already. */
    const uint64_t state = ordo_fetch_add(&lock->state, TICKET, ordo_acquire);

    if (next(state) != served(state))
        wait_for(lock, next(state));
}

ORDO_NOT_ANALYSED void ordo_ticket_lock_unlock(ordo_ticket_lock *lock)
{
    /* Relaxed: the caller has changed the low half last, or found it, or the call is wrong. */
    const uint64_t state = ordo_load(&lock->state, ordo_relaxed);

    if (next(state) == served(state))
        ordo_misuse("ticket_lock.c: unlock of a lock that is not locked");
    /* Release: pairs with the acquire of the next owner, who may free the lock. */
    if (served(state) == UINT32_MAX)
        ordo_sub(&lock->state, UINT32_MAX, ordo_release); /* 0 is served next */
    else
        ordo_add(&lock->state, 1, ordo_release);
}

void ordo_ticket_lock_fork_prepare(ordo_ticket_lock *lock)
{
    ordo_ticket_lock_lock(lock);
}

void ordo_ticket_lock_fork_parent(ordo_ticket_lock *lock)
{
    ordo_ticket_lock_unlock(lock);
}

ORDO_NOT_ANALYSED void ordo_ticket_lock_fork_child(ordo_ticket_lock *lock)
{
    ordo_store(&lock->state, 0, ordo_relaxed); /* those who drew a number are not there */
}
