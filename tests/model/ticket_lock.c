/* ticket_lock.c: model tests of core/ticket_lock.c. A plain counter shows, as a data race, an owner
 * that does not see all that the one before it did.
 */
#include "subject.h"

#include <ordo/ticket_lock.h>

static ordo_ticket_lock lock = ORDO_TICKET_LOCK_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_TICKET_LOCK_GUARD(&lock);
    counter++;
}

static void increment_twice(void)
{
    increment();
    increment();
}

static void try_to_increment(void)
{
    if (ordo_ticket_lock_try_lock(&lock)) {
        counter++;
        ordo_ticket_lock_unlock(&lock);
    }
}

MODEL_TEST(lock_2x1, .expect = model_passes)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(lock_2x2, .expect = model_passes)
{
    TOGETHER(increment_twice, increment_twice);
    model_assert(counter == 4);
}

MODEL_TEST(lock_3x1, .expect = model_passes)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
}

MODEL_TEST(try_lock_2x1, .expect = model_passes)
{
    TOGETHER(try_to_increment, try_to_increment);
    model_assert(counter == 1 || counter == 2);
}

MODEL_TEST(try_lock_fails_sometimes, .expect = model_reached)
{
    TOGETHER(increment, try_to_increment);
    model_reach(counter == 1);
}

/* The numbers come around, each at another time: the one served, and the one drawn. */
MODEL_TEST(numbers_come_around, .expect = model_passes)
{
    ordo_store(&lock.state, UINT64_C(0xfffffffe) << 32 | 0xfffffffe, ordo_relaxed);
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
    model_assert(ordo_load(&lock.state, ordo_relaxed) == (UINT64_C(1) << 32 | 1));
}

/* Who drew its number first is served first. */
static ordo_atomic_u32 order;

static void be_first(void)
{
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) == 0);
    ordo_ticket_lock_unlock(&lock);
}

static void come_behind(void)
{
    ORDO_TICKET_LOCK_GUARD(&lock);
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
}

static void try_to_overtake(void)
{
    if (ordo_ticket_lock_try_lock(&lock)) {
        model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
        ordo_ticket_lock_unlock(&lock);
    }
}

MODEL_TEST(first_come_first_served, .expect = model_passes)
{
    ordo_ticket_lock_lock(&lock);
    TOGETHER(be_first, come_behind, try_to_overtake);
}

/* Whoever leaves last frees the lock, while the other may not have returned from unlock yet. */
static struct guarded {
    ordo_ticket_lock lock;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;

    ordo_ticket_lock_lock(&mine->lock);
    const bool last = --mine->users == 0;
    ordo_ticket_lock_unlock(&mine->lock);
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(leave, leave);
}

MODEL_TEST(unlock_of_unlocked, .expect = model_misuse)
{
    ordo_ticket_lock_unlock(&lock);
}

static ORDO_TICKET_LOCK(unsigned int) owned;

static void increment_owned(void)
{
    ORDO_TICKET_LOCK_SCOPE(value, &owned)
        ++*value;
}

MODEL_TEST(data_owning, .expect = model_passes)
{
    TOGETHER(increment_owned, increment_owned);
    ORDO_TICKET_LOCK_SCOPE(value, &owned)
        model_assert(*value == 2);
}
