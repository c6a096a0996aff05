/* reader_writer_lock_freed.c: model tests of core/reader_writer_lock.c: whoever leaves last frees
 * the lock, while the others may not have returned from their unlock yet.
 */
#include "reader_writer_subject.h"

static struct guarded {
    ordo_reader_writer_lock lock;
    ordo_atomic_u32 users;
} *guarded;

static bool is_last(struct guarded *mine)
{
    return ordo_fetch_sub(&mine->users, 1, ordo_relaxed) == 1;
}

/* With the count changed under the lock, and the last to do it alone: a writer after a reader, a
 * reader after a writer, a writer after a writer. */
static void leave_writing(void)
{
    struct guarded *const mine = guarded;

    ordo_reader_writer_lock_write_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_reader_writer_lock_write_unlock(&mine->lock);
    if (last)
        free(mine);
}

static void leave_reading(void)
{
    struct guarded *const mine = guarded;

    ordo_reader_writer_lock_read_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_reader_writer_lock_read_unlock(&mine->lock);
    if (last)
        free(mine);
}

static void leave_downgraded(void)
{
    struct guarded *const mine = guarded;

    ordo_reader_writer_lock_write_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_reader_writer_lock_downgrade(&mine->lock);
    ordo_reader_writer_lock_read_unlock(&mine->lock);
    if (last)
        free(mine);
}

/* Gives up, or leaves: it is a user until then, so nobody else frees before. */
static void give_up_reading(void)
{
    struct guarded *const mine = guarded;

    if (ordo_reader_writer_lock_read_lock_until(&mine->lock, ordo_clock_now() + 1000) == 0)
        ordo_reader_writer_lock_read_unlock(&mine->lock);
    ordo_reader_writer_lock_write_lock(&mine->lock);
    const bool last = is_last(mine);
    ordo_reader_writer_lock_write_unlock(&mine->lock);
    if (last)
        free(mine);
}

static void allocate(enum ordo_reader_writer_policy policy, unsigned int users)
{
    guarded = malloc(sizeof *guarded);
    *guarded = (struct guarded){.users = ORDO_ATOMIC_INIT(users)};
    ordo_reader_writer_lock_init(&guarded->lock, policy);
}

#define FREED(test, policy, users, ...)                                                            \
    MODEL_TEST(test##_##policy, .expect = model_passes, .spurious_returns = 1)                     \
    {                                                                                              \
        allocate(ordo_##policy, users);                                                            \
        TOGETHER(__VA_ARGS__);                                                                     \
    }
#define FREED_WITH_EACH(test, users, ...)                                                          \
    FREED(test, writers_first, users, __VA_ARGS__)                                                 \
    FREED(test, readers_first, users, __VA_ARGS__)                                                 \
    FREED(test, phase_fair, users, __VA_ARGS__)

FREED_WITH_EACH(writers, 2, leave_writing, leave_writing)
FREED_WITH_EACH(writer_after_downgraded, 2, leave_writing, leave_downgraded)

/* All of it is 800,000 executions. */
MODEL_TEST(three_writers, .expect = model_passes, .executions = 30000)
{
    allocate(ordo_writers_first, 3);
    TOGETHER(leave_writing, leave_writing, leave_writing);
}

MODEL_TEST(giving_up, .expect = model_passes, .timeouts = 1)
{
    allocate(ordo_phase_fair, 2);
    TOGETHER(leave_writing, give_up_reading);
}

/* The last reader leaves; the writer that follows frees. The reader is gone when the writer sees
 * what it did under the lock; a writer that came first leaves that to the reader. */
FREED_WITH_EACH(reader_and_writer, 2, leave_reading, leave_writing)
