/* book_spin_lock.c: four spin locks, the first of them the book's (chapter 4).
 *
 * Lock and unlock are an acquire and a release: what one owner did in the critical section happens
 * before all that the next one does there. A plain counter shows both halves, as a data race.
 */
#include "subject.h"

enum fault { relaxed_lock = 1, relaxed_unlock, check_then_store };

static unsigned int counter;

/* Test and set. */
static ordo_atomic_bool locked;

static void test_and_set_lock(void)
{
    if (seeded(check_then_store)) { /* two steps where one must do both */
        while (ordo_load(&locked, ordo_relaxed))
            ordo_spin_hint();
        ordo_store(&locked, true, ordo_relaxed);
        return;
    }
    /* Acquire: pairs with the release in unlock. */
    while (ordo_exchange(&locked, true, unless(relaxed_lock, ordo_acquire)))
        ordo_spin_hint();
}

/* The same, but looks before it writes, so that waiting costs the owner no cache misses. */
static void look_first_lock(void)
{
    while (ordo_exchange(&locked, true, unless(relaxed_lock, ordo_acquire)))
        while (ordo_load(&locked, ordo_relaxed))
            ordo_spin_hint();
}

/* The same, but lets the CPU wait for the cache line to change. */
static void polite_lock(void)
{
    while (ordo_exchange(&locked, true, unless(relaxed_lock, ordo_acquire)))
        ordo_wait_for_change(&locked, true, 1000);
}

static void test_and_set_unlock(void)
{
    ordo_store(&locked, false, unless(relaxed_unlock, ordo_release));
}

/* Tickets: first come, first served. Only the owner writes now_serving. */
static ordo_atomic_u32 next_ticket, now_serving;

static uint32_t ticket_lock(void)
{
    /* Taking a number orders nothing; it is not what gives the lock. */
    const uint32_t mine = ordo_fetch_add(&next_ticket, 1, ordo_relaxed);

    while (ordo_load(&now_serving, unless(relaxed_lock, ordo_acquire)) != mine)
        ordo_spin_hint();
    return mine;
}

static void ticket_unlock(uint32_t mine)
{
    ordo_store(&now_serving, mine + 1, unless(relaxed_unlock, ordo_release));
}

static void increment_test_and_set(void)
{
    test_and_set_lock();
    counter++;
    test_and_set_unlock();
}

static void increment_look_first(void)
{
    look_first_lock();
    counter++;
    test_and_set_unlock();
}

static void increment_polite(void)
{
    polite_lock();
    counter++;
    test_and_set_unlock();
}

static void increment_ticket(void)
{
    const uint32_t mine = ticket_lock();

    counter++;
    ticket_unlock(mine);
}

static void test_and_set(void)
{
    TOGETHER(increment_test_and_set, increment_test_and_set);
    model_assert(counter == 2);
}

static void test_and_set_three(void)
{
    TOGETHER(increment_test_and_set, increment_test_and_set, increment_test_and_set);
    model_assert(counter == 3);
}

static void look_first(void)
{
    TOGETHER(increment_look_first, increment_look_first);
    model_assert(counter == 2);
}

static void polite(void)
{
    TOGETHER(increment_polite, increment_polite);
    model_assert(counter == 2);
}

static void ticket(void)
{
    TOGETHER(increment_ticket, increment_ticket);
    model_assert(counter == 2);
}

static void ticket_three(void)
{
    TOGETHER(increment_ticket, increment_ticket, increment_ticket);
    model_assert(counter == 3);
}

SOUND(test_and_set, .expect = model_passes)
SOUND(test_and_set_three, .expect = model_passes)
FAULTY(test_and_set, relaxed_lock, .expect = model_data_race)
FAULTY(test_and_set, relaxed_unlock, .expect = model_data_race)
FAULTY(test_and_set, check_then_store, .expect = model_data_race)

SOUND(look_first, .expect = model_passes)
FAULTY(look_first, relaxed_lock, .expect = model_data_race)
FAULTY(look_first, relaxed_unlock, .expect = model_data_race)

SOUND(polite, .expect = model_passes)
FAULTY(polite, relaxed_lock, .expect = model_data_race)

SOUND(ticket, .expect = model_passes)
SOUND(ticket_three, .expect = model_passes)
FAULTY(ticket, relaxed_lock, .expect = model_data_race)
FAULTY(ticket, relaxed_unlock, .expect = model_data_race)
