/* book_mutex.c: the three stages of the book's mutex (chapter 9).
 *
 * All of them: the word is 0 when unlocked. The operation that makes it non-zero acquires what the
 * operation that made it 0 released. Nobody sleeps for ever, because a thread goes to sleep only on
 * a non-zero word, and whoever makes it 0 wakes one sleeper.
 */
#include "subject.h"

#include <ordo/futex.h>

enum fault {
    relaxed_lock = 1,
    relaxed_lock_contended,
    relaxed_unlock,
    no_wake,
    wait_without_loop,
    waiter_marks_one,
    marks_one_after_wait,
    load_after_release
};

struct mutex {
    ordo_atomic_u32 state;
};

/* ---- Stage 1: 0 unlocked, 1 locked; unlock always wakes -------------------------------------- */

static void simple_lock(struct mutex *mutex)
{
    /* Acquire: pairs with the release in unlock. */
    while (ordo_exchange(&mutex->state, 1, unless(relaxed_lock, ordo_acquire)) == 1) {
        ordo_futex_wait(&mutex->state, 1);
        if (seeded(wait_without_loop)) /* takes being woken for being given the lock */
            return;
    }
}

static void simple_unlock(struct mutex *mutex)
{
    ordo_store(&mutex->state, 0, unless(relaxed_unlock, ordo_release));
    if (!seeded(no_wake))
        ordo_futex_wake(&mutex->state, 1);
}

/* ---- Stage 2: 0 unlocked, 1 locked, 2 locked and somebody may sleep -------------------------- */

static bool try_lock(struct mutex *mutex)
{
    uint32_t unlocked = 0;

    return ordo_compare_exchange(&mutex->state, &unlocked, 1, unless(relaxed_lock, ordo_acquire),
                                 ordo_relaxed);
}

/* A thread that has slept does not know whether others still do, so it locks with 2. */
static void lock_or_sleep(struct mutex *mutex)
{
    uint32_t taken = seeded(waiter_marks_one) ? 1 : 2;

    while (ordo_exchange(&mutex->state, taken, unless(relaxed_lock_contended, ordo_acquire)) != 0) {
        ordo_futex_wait(&mutex->state, taken);
        if (seeded(marks_one_after_wait))
            taken = 1;
    }
}

static void three_state_lock(struct mutex *mutex)
{
    if (!try_lock(mutex))
        lock_or_sleep(mutex);
}

static void three_state_unlock(struct mutex *mutex)
{
    const uint32_t before =
        ordo_exchange(&mutex->state, 0, unless(relaxed_unlock, ordo_release));

    /* From here on the next owner may free the mutex. The wake uses the address alone. */
    if (seeded(load_after_release) && ordo_load(&mutex->state, ordo_relaxed) != 0)
        return;
    if (before == 2 && !seeded(no_wake))
        ordo_futex_wake(&mutex->state, 1);
}

/* ---- Stage 3: spins a little before it sleeps ------------------------------------------------ */

enum { spin_limit = 1 };

static void spinning_lock(struct mutex *mutex)
{
    if (try_lock(mutex))
        return;
    /* On 2 others sleep already: spinning would only be unfair to them. */
    for (int i = 0; i < spin_limit && ordo_load(&mutex->state, ordo_relaxed) == 1; i++)
        ordo_spin_hint();
    if (!try_lock(mutex))
        lock_or_sleep(mutex);
}

/* ---- Scenarios ------------------------------------------------------------------------------- */

static struct mutex mutex;
static unsigned int counter;

#define INCREMENT(stage, unlock)                                                                   \
    static void stage##_once(void)                                                                 \
    {                                                                                              \
        stage##_lock(&mutex);                                                                      \
        counter++;                                                                                 \
        unlock(&mutex);                                                                            \
    }                                                                                              \
    static void stage##_twice(void)                                                                \
    {                                                                                              \
        stage##_once();                                                                            \
        stage##_once();                                                                            \
    }                                                                                              \
    static void stage##_2x1(void)                                                                  \
    {                                                                                              \
        TOGETHER(stage##_once, stage##_once);                                                      \
        model_assert(counter == 2);                                                                \
    }                                                                                              \
    static void stage##_2x2(void)                                                                  \
    {                                                                                              \
        TOGETHER(stage##_twice, stage##_twice);                                                    \
        model_assert(counter == 4);                                                                \
    }                                                                                              \
    static void stage##_3x1(void)                                                                  \
    {                                                                                              \
        TOGETHER(stage##_once, stage##_once, stage##_once);                                        \
        model_assert(counter == 3);                                                                \
    }

INCREMENT(simple, simple_unlock)
INCREMENT(three_state, three_state_unlock)
INCREMENT(spinning, three_state_unlock)

/* Destruction right after the last use: whoever leaves last frees the mutex, while the other may
 * not have returned from unlock yet. */
static struct guarded {
    struct mutex mutex;
    unsigned int users;
} *guarded;

static void leave(void (*lock)(struct mutex *), void (*unlock)(struct mutex *))
{
    struct guarded *const mine = guarded;
    bool last;

    lock(&mine->mutex);
    last = --mine->users == 0;
    unlock(&mine->mutex);
    if (last)
        free(mine);
}

static void leave_simple(void)
{
    leave(simple_lock, simple_unlock);
}

static void leave_three_state(void)
{
    leave(three_state_lock, three_state_unlock);
}

static void freed_by_the_last(thread_body *body)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = 2};
    TOGETHER(body, body);
}

static void simple_freed(void)
{
    freed_by_the_last(leave_simple);
}

static void three_state_freed(void)
{
    freed_by_the_last(leave_three_state);
}

SOUND(simple_2x1, .expect = model_passes)
SOUND(simple_2x2, .expect = model_passes)
SOUND(simple_3x1, .expect = model_passes)
SOUND(simple_freed, .expect = model_passes, .spurious_returns = 1)
FAULTY(simple_2x1, relaxed_lock, .expect = model_data_race)
FAULTY(simple_2x1, relaxed_unlock, .expect = model_data_race)
FAULTY(simple_2x1, no_wake, .expect = model_deadlock)
FAULTY(simple_2x1, wait_without_loop, .expect = model_data_race)

SOUND(three_state_2x1, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
SOUND(three_state_2x2, .expect = model_passes)
SOUND(three_state_3x1, .expect = model_passes)
SOUND(three_state_freed, .expect = model_passes, .spurious_returns = 1)
FAULTY(three_state_2x1, relaxed_lock, .expect = model_data_race)
FAULTY(three_state_2x1, relaxed_lock_contended, .expect = model_data_race)
FAULTY(three_state_2x1, relaxed_unlock, .expect = model_data_race)
FAULTY(three_state_2x1, no_wake, .expect = model_deadlock)
FAULTY(three_state_2x1, waiter_marks_one, .expect = model_deadlock)
FAULTY(three_state_3x1, marks_one_after_wait, .expect = model_deadlock)
FAULTY(three_state_freed, load_after_release, .expect = model_use_after_free)

SOUND(spinning_2x1, .expect = model_passes, .spurious_returns = 1)
SOUND(spinning_2x2, .expect = model_passes)
SOUND(spinning_3x1, .expect = model_passes)
FAULTY(spinning_2x1, relaxed_lock, .expect = model_data_race)
FAULTY(spinning_2x1, relaxed_lock_contended, .expect = model_data_race)
FAULTY(spinning_2x1, relaxed_unlock, .expect = model_data_race)
FAULTY(spinning_2x1, no_wake, .expect = model_deadlock)
