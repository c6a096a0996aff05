/* mcs_lock.c: model tests of core/mcs_lock.c. A plain counter shows, as a data race, an owner that
 * does not see all that the one before it did; nodes on the heap, that a thread still uses one that
 * was given back.
 */
#include "subject.h"

#include <ordo/mcs_lock.h>

static ordo_mcs_lock lock = ORDO_MCS_LOCK_INIT;
static unsigned int counter;

static struct ordo_mcs_node *lock_with_new_node(ordo_mcs_lock *which)
{
    struct ordo_mcs_node *const node = malloc(sizeof *node);

    ordo_mcs_lock_lock(which, node);
    return node;
}

static void unlock_and_free(ordo_mcs_lock *which, struct ordo_mcs_node *node)
{
    ordo_mcs_lock_unlock(which, node);
    free(node);
}

static void increment(void)
{
    struct ordo_mcs_node *const node = lock_with_new_node(&lock);

    counter++;
    unlock_and_free(&lock, node);
}

static void increment_guarded(void)
{
    ORDO_MCS_LOCK_GUARD(&lock);
    counter++;
}

/* With one node. */
static void increment_twice(void)
{
    struct ordo_mcs_node node;

    for (int i = 0; i < 2; i++) {
        ordo_mcs_lock_lock(&lock, &node);
        counter++;
        ordo_mcs_lock_unlock(&lock, &node);
    }
}

static void try_to_increment(void)
{
    struct ordo_mcs_node node;

    if (ordo_mcs_lock_try_lock(&lock, &node)) {
        counter++;
        ordo_mcs_lock_unlock(&lock, &node);
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

MODEL_TEST(guards_2x1, .expect = model_passes)
{
    TOGETHER(increment_guarded, increment_guarded);
    model_assert(counter == 2);
}

MODEL_TEST(try_lock_2x1, .expect = model_passes)
{
    TOGETHER(try_to_increment, try_to_increment);
    model_assert(counter == 1 || counter == 2);
}

MODEL_TEST(lock_behind_try_lock, .expect = model_passes)
{
    TOGETHER(increment_twice, try_to_increment);
    model_assert(counter == 2 || counter == 3);
}

MODEL_TEST(try_lock_fails_sometimes, .expect = model_reached)
{
    TOGETHER(increment, try_to_increment);
    model_reach(counter == 1);
}

/* Who is in the queue first is served first, and try_lock overtakes nobody. */
static ordo_atomic_u32 order;
static struct ordo_mcs_node first;

static void be_first(void)
{
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) == 0);
    ordo_mcs_lock_unlock(&lock, &first);
}

static void come_behind(void)
{
    ORDO_MCS_LOCK_GUARD(&lock);
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
}

static void try_to_overtake(void)
{
    struct ordo_mcs_node node;

    if (ordo_mcs_lock_try_lock(&lock, &node)) {
        model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
        ordo_mcs_lock_unlock(&lock, &node);
    }
}

MODEL_TEST(first_come_first_served, .expect = model_passes)
{
    ordo_mcs_lock_lock(&lock, &first);
    TOGETHER(be_first, come_behind, try_to_overtake);
}

/* Whoever leaves last frees the lock, while the other may not have returned from unlock yet. */
static struct guarded {
    ordo_mcs_lock lock;
    unsigned int users;
} *guarded;

static void leave(void)
{
    struct guarded *const mine = guarded;
    struct ordo_mcs_node *const node = lock_with_new_node(&mine->lock);
    const bool last = --mine->users == 0;

    unlock_and_free(&mine->lock, node);
    if (last)
        free(mine);
}

static void allocate(unsigned int users)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = users};
}

MODEL_TEST(freed_by_the_last, .expect = model_passes)
{
    allocate(2);
    TOGETHER(leave, leave);
}

MODEL_TEST(freed_by_the_last_of_three, .expect = model_passes)
{
    allocate(3);
    TOGETHER(leave, leave, leave);
}

MODEL_TEST(unlock_twice, .expect = model_misuse)
{
    struct ordo_mcs_node node;

    ordo_mcs_lock_lock(&lock, &node);
    ordo_mcs_lock_unlock(&lock, &node);
    ordo_mcs_lock_unlock(&lock, &node);
}

MODEL_TEST(unlock_after_failed_try_lock, .expect = model_misuse)
{
    struct ordo_mcs_node owner, node;

    ordo_mcs_lock_lock(&lock, &owner);
    model_assert(!ordo_mcs_lock_try_lock(&lock, &node));
    ordo_mcs_lock_unlock(&lock, &node);
}

static ORDO_MCS_LOCK(unsigned int) owned;

static void increment_owned(void)
{
    ORDO_MCS_LOCK_SCOPE(value, &owned)
        ++*value;
}

MODEL_TEST(data_owning, .expect = model_passes)
{
    TOGETHER(increment_owned, increment_owned);
    ORDO_MCS_LOCK_SCOPE(value, &owned)
        model_assert(*value == 2);
}
