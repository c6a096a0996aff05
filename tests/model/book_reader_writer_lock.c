/* book_reader_writer_lock.c: the three stages of the book's reader-writer lock (chapter 9).
 *
 * The second and the third are not safe in C as they stand: after the operation that releases the
 * lock, unlock touches the lock once more, to count a wake-up; by then the next owner may have
 * freed it. In Rust a guard borrows the lock and forbids that. The checker shows it: the last two
 * tests.
 */
#include "subject.h"

#include <ordo/futex.h>

enum fault {
    relaxed_read_lock = 1,
    relaxed_write_lock,
    relaxed_read_unlock,
    relaxed_write_unlock,
    relaxed_wake_counter,
    relaxed_wake_count_by_reader,
    relaxed_wake_count_by_writer,
    no_wake_by_reader,
    no_wake_by_writer,
    wakes_without_counting
};

enum { write_locked = UINT32_MAX >> 1 };

struct reader_writer_lock {
    ordo_atomic_u32 state;       /* readers (stage 3: twice that, plus 1 if a writer waits), or
                                    write_locked */
    ordo_atomic_u32 writer_wake; /* stages 2 and 3: counts wake-ups of writers, who sleep on it */
};

/* One attempt to change the state. To take the lock it must acquire, which pairs with the releases
 * in both unlocks. */
static bool try_change(struct reader_writer_lock *lock, uint32_t *seen, uint32_t to,
                       enum ordo_order success)
{
    return ordo_compare_exchange(&lock->state, seen, to, success, ordo_relaxed);
}

/* ---- Stage 1: everybody sleeps on the state -------------------------------------------------- */

static void plain_read_lock(struct reader_writer_lock *lock)
{
    uint32_t state = ordo_load(&lock->state, ordo_relaxed);

    for (;;) {
        if (state == write_locked) {
            ordo_futex_wait(&lock->state, write_locked);
            state = ordo_load(&lock->state, ordo_relaxed);
        } else if (try_change(lock, &state, state + 1, unless(relaxed_read_lock, ordo_acquire))) {
            return;
        }
    }
}

static void plain_read_unlock(struct reader_writer_lock *lock)
{
    if (ordo_fetch_sub(&lock->state, 1, unless(relaxed_read_unlock, ordo_release)) == 1 &&
        !seeded(no_wake_by_reader))
        ordo_futex_wake(&lock->state, 1); /* only writers sleep while there are readers */
}

static void plain_write_lock(struct reader_writer_lock *lock)
{
    uint32_t state = 0;

    while (!try_change(lock, &state, write_locked, unless(relaxed_write_lock, ordo_acquire))) {
        ordo_futex_wait(&lock->state, state);
        state = 0;
    }
}

static void plain_write_unlock(struct reader_writer_lock *lock)
{
    ordo_store(&lock->state, 0, unless(relaxed_write_unlock, ordo_release));
    if (!seeded(no_wake_by_writer))
        ordo_futex_wake(&lock->state, UINT32_MAX);
}

/* ---- Stage 2: writers sleep on a counter, so that readers do not keep waking them ------------ */

/* Counting and the load of the counter in write_lock are release and acquire: a writer that sees
 * the new count also sees the state that was released before it, and does not go to sleep on the
 * old state and the new count. */
static void wake_writer(struct reader_writer_lock *lock, enum ordo_order order)
{
    if (!seeded(wakes_without_counting))
        ordo_fetch_add(&lock->writer_wake, 1, order);
    ordo_futex_wake(&lock->writer_wake, 1);
}

static void counter_read_lock(struct reader_writer_lock *lock)
{
    plain_read_lock(lock);
}

static void counter_read_unlock(struct reader_writer_lock *lock)
{
    if (ordo_fetch_sub(&lock->state, 1, unless(relaxed_read_unlock, ordo_release)) == 1 &&
        !seeded(no_wake_by_reader))
        wake_writer(lock, unless(relaxed_wake_count_by_reader, ordo_release));
}

static void counter_write_lock(struct reader_writer_lock *lock)
{
    uint32_t state = 0;

    while (!try_change(lock, &state, write_locked, unless(relaxed_write_lock, ordo_acquire))) {
        const uint32_t count =
            ordo_load(&lock->writer_wake, unless(relaxed_wake_counter, ordo_acquire));

        if (ordo_load(&lock->state, ordo_relaxed) != 0)
            ordo_futex_wait(&lock->writer_wake, count);
        state = 0;
    }
}

static void counter_write_unlock(struct reader_writer_lock *lock)
{
    ordo_store(&lock->state, 0, unless(relaxed_write_unlock, ordo_release));
    if (!seeded(no_wake_by_writer))
        wake_writer(lock, unless(relaxed_wake_count_by_writer, ordo_release));
    ordo_futex_wake(&lock->state, UINT32_MAX);
}

/* ---- Stage 3: readers wait for waiting writers ----------------------------------------------- */

static void fair_read_lock(struct reader_writer_lock *lock)
{
    uint32_t state = ordo_load(&lock->state, ordo_relaxed);

    for (;;) {
        if (state % 2 == 1) { /* write-locked, or a writer waits */
            ordo_futex_wait(&lock->state, state);
            state = ordo_load(&lock->state, ordo_relaxed);
        } else if (try_change(lock, &state, state + 2, unless(relaxed_read_lock, ordo_acquire))) {
            return;
        }
    }
}

static void fair_read_unlock(struct reader_writer_lock *lock)
{
    /* The last reader leaves, and a writer waits. */
    if (ordo_fetch_sub(&lock->state, 2, unless(relaxed_read_unlock, ordo_release)) == 3 &&
        !seeded(no_wake_by_reader))
        wake_writer(lock, unless(relaxed_wake_count_by_reader, ordo_release));
}

static void fair_write_lock(struct reader_writer_lock *lock)
{
    uint32_t state = ordo_load(&lock->state, ordo_relaxed);

    for (;;) {
        if (state <= 1) {
            if (try_change(lock, &state, write_locked, unless(relaxed_write_lock, ordo_acquire)))
                return;
        } else if (state % 2 == 0) { /* readers: ask for no more of them */
            if (try_change(lock, &state, state + 1, ordo_relaxed))
                state++;
        } else {
            const uint32_t count =
                ordo_load(&lock->writer_wake, unless(relaxed_wake_counter, ordo_acquire));

            state = ordo_load(&lock->state, ordo_relaxed);
            if (state >= 2) {
                ordo_futex_wait(&lock->writer_wake, count);
                state = ordo_load(&lock->state, ordo_relaxed);
            }
        }
    }
}

static void fair_write_unlock(struct reader_writer_lock *lock)
{
    counter_write_unlock(lock);
}

/* ---- Scenarios ------------------------------------------------------------------------------- */

static struct reader_writer_lock lock, *shared;
static ordo_atomic_bool done, keep;
static int data;

/* Plain data under the lock shows a missing ordering as a data race. */
#define SCENARIOS(stage)                                                                           \
    static void stage##_write(void)                                                                \
    {                                                                                              \
        stage##_write_lock(&lock);                                                                 \
        data++;                                                                                    \
        stage##_write_unlock(&lock);                                                               \
    }                                                                                              \
    static void stage##_read(void)                                                                 \
    {                                                                                              \
        stage##_read_lock(&lock);                                                                  \
        model_assert(data <= 2);                                                                   \
        stage##_read_unlock(&lock);                                                                \
    }                                                                                              \
    static void stage##_reader_and_writer(void)                                                    \
    {                                                                                              \
        TOGETHER(stage##_read, stage##_write);                                                     \
    }                                                                                              \
    static void stage##_two_writers(void)                                                          \
    {                                                                                              \
        TOGETHER(stage##_write, stage##_write);                                                    \
        model_assert(data == 2);                                                                   \
    }                                                                                              \
    static void stage##_two_readers_and_writer(void)                                               \
    {                                                                                              \
        TOGETHER(stage##_read, stage##_read, stage##_write);                                       \
    }                                                                                              \
                                                                                                   \
    /* The last to leave frees the lock, as a writer, while the other may still be in unlock. */   \
    static void stage##_read_then_go(void)                                                         \
    {                                                                                              \
        stage##_read_lock(shared);                                                                 \
        ordo_store(&done, true, ordo_relaxed);                                                     \
        stage##_read_unlock(shared);                                                               \
    }                                                                                              \
    static void stage##_write_then_free(void)                                                      \
    {                                                                                              \
        bool last;                                                                                 \
        stage##_write_lock(shared);                                                                \
        last = ordo_load(&done, ordo_relaxed);                                                     \
        stage##_write_unlock(shared);                                                              \
        if (last)                                                                                  \
            free(shared);                                                                          \
        else                                                                                       \
            ordo_store(&keep, true, ordo_relaxed);                                                 \
    }                                                                                              \
    static void stage##_freed(void)                                                                \
    {                                                                                              \
        shared = malloc(sizeof *shared);                                                           \
        *shared = (struct reader_writer_lock){0};                                                  \
        TOGETHER(stage##_read_then_go, stage##_write_then_free);                                   \
        if (ordo_load(&keep, ordo_relaxed))                                                        \
            free(shared);                                                                          \
    }

SCENARIOS(plain)
SCENARIOS(counter)
SCENARIOS(fair)

SOUND(plain_reader_and_writer, .expect = model_passes, .spurious_returns = 1)
SOUND(plain_two_writers, .expect = model_passes)
SOUND(plain_two_readers_and_writer, .expect = model_passes)
SOUND(plain_freed, .expect = model_passes)
FAULTY(plain_reader_and_writer, relaxed_read_lock, .expect = model_data_race)
FAULTY(plain_reader_and_writer, relaxed_read_unlock, .expect = model_data_race)
FAULTY(plain_reader_and_writer, relaxed_write_lock, .expect = model_data_race)
FAULTY(plain_reader_and_writer, relaxed_write_unlock, .expect = model_data_race)
FAULTY(plain_reader_and_writer, no_wake_by_reader, .expect = model_deadlock)
FAULTY(plain_reader_and_writer, no_wake_by_writer, .expect = model_deadlock)

SOUND(counter_reader_and_writer, .expect = model_passes, .spurious_returns = 1)
SOUND(counter_two_writers, .expect = model_passes)
SOUND(counter_two_readers_and_writer, .expect = model_passes)
FAULTY(counter_reader_and_writer, relaxed_read_lock, .expect = model_data_race)
FAULTY(counter_reader_and_writer, relaxed_read_unlock, .expect = model_data_race)
FAULTY(counter_reader_and_writer, relaxed_write_lock, .expect = model_data_race)
FAULTY(counter_reader_and_writer, relaxed_write_unlock, .expect = model_data_race)
FAULTY(counter_reader_and_writer, relaxed_wake_counter, .expect = model_deadlock)
FAULTY(counter_reader_and_writer, relaxed_wake_count_by_reader, .expect = model_deadlock)
FAULTY(counter_two_writers, relaxed_wake_count_by_writer, .expect = model_deadlock)
FAULTY(counter_reader_and_writer, no_wake_by_reader, .expect = model_deadlock)
FAULTY(counter_two_writers, no_wake_by_writer, .expect = model_deadlock)
FAULTY(counter_two_writers, wakes_without_counting, .expect = model_deadlock)

SOUND(fair_reader_and_writer, .expect = model_passes, .spurious_returns = 1)
SOUND(fair_two_writers, .expect = model_passes)
SOUND(fair_two_readers_and_writer, .expect = model_passes)
FAULTY(fair_reader_and_writer, relaxed_read_lock, .expect = model_data_race)
FAULTY(fair_reader_and_writer, relaxed_read_unlock, .expect = model_data_race)
FAULTY(fair_reader_and_writer, relaxed_write_lock, .expect = model_data_race)
FAULTY(fair_reader_and_writer, relaxed_write_unlock, .expect = model_data_race)
FAULTY(fair_reader_and_writer, relaxed_wake_counter, .expect = model_deadlock)
FAULTY(fair_reader_and_writer, relaxed_wake_count_by_reader, .expect = model_deadlock)
FAULTY(fair_two_writers, relaxed_wake_count_by_writer, .expect = model_deadlock)
FAULTY(fair_reader_and_writer, no_wake_by_reader, .expect = model_deadlock)
FAULTY(fair_two_writers, no_wake_by_writer, .expect = model_deadlock)
FAULTY(fair_two_writers, wakes_without_counting, .expect = model_deadlock)

/* The book's code as it is: unlock touches the lock after it has released it. */
MODEL_TEST(counter_freed_by_next_owner, .expect = model_use_after_free)
{
    counter_freed();
}

MODEL_TEST(fair_freed_by_next_owner, .expect = model_use_after_free)
{
    fair_freed();
}
