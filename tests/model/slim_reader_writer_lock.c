/* slim_reader_writer_lock.c: model tests of core/slim_reader_writer_lock.c. Two plain variables,
 * equal whenever a reader looks, show as a data race an owner that does not see all that those
 * before it did, and a reader beside a writer.
 */
#include "subject.h"

#include <ordo/slim_reader_writer_lock.h>

static ordo_slim_reader_writer_lock lock = ORDO_SLIM_READER_WRITER_LOCK_INIT;
static unsigned int first, second;

static void change_both(void)
{
    first++;
    second++;
}

static void write(void)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    change_both();
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

static void write_twice(void)
{
    write();
    write();
}

static void read(void)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    model_assert(first == second);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

static void read_twice(void)
{
    read();
    read();
}

static void try_to_write(void)
{
    if (ordo_slim_reader_writer_lock_try_write_lock(&lock)) {
        change_both();
        ordo_slim_reader_writer_lock_write_unlock(&lock);
    }
}

static void try_to_read(void)
{
    if (ordo_slim_reader_writer_lock_try_read_lock(&lock)) {
        model_assert(first == second);
        ordo_slim_reader_writer_lock_read_unlock(&lock);
    }
}

/* Nobody is left. */
static void finish(unsigned int writes)
{
    model_assert(ordo_load(&lock.state, ordo_relaxed) == 0);
    model_assert(first == writes && second == writes);
}

MODEL_TEST(writers_2x1, .expect = model_passes, .spurious_returns = 2, .interrupts = 1,
           .weak_failures = 1)
{
    TOGETHER(write, write);
    finish(2);
}

MODEL_TEST(writers_2x2, .expect = model_passes)
{
    TOGETHER(write_twice, write_twice);
    finish(4);
}

MODEL_TEST(writers_3x1, .expect = model_passes)
{
    TOGETHER(write, write, write);
    finish(3);
}

MODEL_TEST(reader_and_writer, .expect = model_passes, .spurious_returns = 1, .weak_failures = 1)
{
    TOGETHER(read_twice, write);
    finish(1);
}

MODEL_TEST(reader_and_writer_2x2, .expect = model_passes)
{
    TOGETHER(read_twice, write_twice);
    finish(2);
}

MODEL_TEST(two_readers_and_writer, .expect = model_passes)
{
    TOGETHER(write, read, read);
    finish(1);
}

MODEL_TEST(reader_and_two_writers, .expect = model_passes)
{
    TOGETHER(read, write, write);
    finish(2);
}

MODEL_TEST(tries, .expect = model_passes)
{
    TOGETHER(try_to_write, try_to_read, write);
    model_assert(ordo_load(&lock.state, ordo_relaxed) == 0 && first == second);
}

MODEL_TEST(try_write_lock_fails_sometimes, .expect = model_reached)
{
    TOGETHER(read, try_to_write);
    model_reach(first == 0);
}

/* ---- With a queue that is there for sure ----------------------------------------------------- */

static void leave_reading(void)
{
    model_assert(first == second);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

static void leave_writing(void)
{
    change_both();
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

/* Two readers leave while two writers queue up: both walk, and who is last hands on. */
MODEL_TEST(two_readers_leave, .expect = model_passes, .executions = 30000)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    ordo_slim_reader_writer_lock_read_lock(&lock);
    TOGETHER(leave_reading, leave_reading, write, write);
    finish(2);
}

/* Readers that waited together, and a writer that came before, between or after them. */
MODEL_TEST(writer_leaves, .expect = model_passes, .executions = 30000)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    TOGETHER(leave_writing, read, read, write);
    finish(2);
}

MODEL_TEST(writer_leaves_to_readers, .expect = model_passes, .executions = 30000)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    TOGETHER(leave_writing, read, read);
    finish(1);
}

/* Neither a writer nor a try comes by a reader. */
static ordo_atomic_u32 order;

static void be_first(void)
{
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) == 0);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

static void write_behind(void)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

static void try_to_overtake(void)
{
    if (ordo_slim_reader_writer_lock_try_write_lock(&lock)) {
        model_assert(ordo_fetch_add(&order, 1, ordo_relaxed) != 0);
        ordo_slim_reader_writer_lock_write_unlock(&lock);
    }
}

MODEL_TEST(nobody_beside_a_reader, .expect = model_passes)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    TOGETHER(be_first, write_behind, try_to_overtake);
}

/* ---- Whoever leaves last frees the lock ------------------------------------------------------ */

/* The others may not have returned from their unlock yet. */
static struct guarded {
    ordo_slim_reader_writer_lock lock;
    ordo_atomic_u32 users;
} *guarded;

/* Relaxed: the lock orders, or a writer frees after a reader that it did not see. */
static bool is_last(struct guarded *mine)
{
    return ordo_fetch_sub(&mine->users, 1, ordo_relaxed) == 1;
}

static void write_and_free(void)
{
    struct guarded *const mine = guarded;

    ordo_slim_reader_writer_lock_write_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_slim_reader_writer_lock_write_unlock(&mine->lock);
    if (last)
        free(mine);
}

static void read_and_free(void)
{
    struct guarded *const mine = guarded;

    ordo_slim_reader_writer_lock_read_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_slim_reader_writer_lock_read_unlock(&mine->lock);
    if (last)
        free(mine);
}

static void allocate(unsigned int users)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = ORDO_ATOMIC_INIT(users)};
}

MODEL_TEST(freed_after_a_writer, .expect = model_passes, .spurious_returns = 1)
{
    allocate(2);
    TOGETHER(write_and_free, write_and_free);
}

MODEL_TEST(freed_after_a_reader, .expect = model_passes, .spurious_returns = 1)
{
    allocate(2);
    TOGETHER(read_and_free, write_and_free);
}

/* Two readers leave, then a writer that waits for both frees. */
static void leave_reading_guarded(void)
{
    ordo_slim_reader_writer_lock_read_unlock(&guarded->lock);
}

static void wait_and_free(void)
{
    struct guarded *const mine = guarded;

    ordo_slim_reader_writer_lock_write_lock(&mine->lock);
    ordo_slim_reader_writer_lock_write_unlock(&mine->lock);
    free(mine);
}

MODEL_TEST(freed_after_two_readers, .expect = model_passes, .spurious_returns = 1)
{
    allocate(1);
    ordo_slim_reader_writer_lock_read_lock(&guarded->lock);
    ordo_slim_reader_writer_lock_read_lock(&guarded->lock);
    TOGETHER(leave_reading_guarded, leave_reading_guarded, wait_and_free);
}

/* ---- Misuse and data ------------------------------------------------------------------------- */

MODEL_TEST(write_unlock_of_free, .expect = model_misuse)
{
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

MODEL_TEST(read_unlock_of_free, .expect = model_misuse)
{
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

MODEL_TEST(write_unlock_of_read, .expect = model_misuse)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

MODEL_TEST(read_unlock_of_written, .expect = model_misuse)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

static ORDO_SLIM_READER_WRITER_LOCK(unsigned int) owned;

static void increment_owned(void)
{
    ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE(value, &owned)
        ++*value;
}

MODEL_TEST(data_owning, .expect = model_passes)
{
    TOGETHER(increment_owned, increment_owned);
    ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE(value, &owned)
        model_assert(*value == 2);
}
