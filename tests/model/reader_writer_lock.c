/* reader_writer_lock.c: model tests of core/reader_writer_lock.c: exclusion, wake-ups, giving up,
 * and the policies. Two plain variables are written together: a reader that is let in too early is
 * a data race, a thread that sleeps for ever a deadlock. Three threads that all wait are in
 * reader_writer_lock_<policy>.c, freeing in reader_writer_lock_freed.c.
 */
#include "reader_writer_subject.h"

/* ---- All that can disturb a wait ------------------------------------------------------------- */

#define DISTURBED .expect = model_passes, .spurious_returns = 1, .interrupts = 1

#define WITH_EACH_POLICY(test, ...)                                                                \
    MODEL_TEST(test##_writers_first, __VA_ARGS__) { start(ordo_writers_first); test(); }           \
    MODEL_TEST(test##_readers_first, __VA_ARGS__) { start(ordo_readers_first); test(); }           \
    MODEL_TEST(test##_phase_fair, __VA_ARGS__) { start(ordo_phase_fair); test(); }

static void read_and_write(void)
{
    TOGETHER(write, read);
    finish();
    model_assert(first == 1);
}
WITH_EACH_POLICY(read_and_write, DISTURBED)

static void write_and_write(void)
{
    TOGETHER(write, write);
    finish();
    model_assert(first == 2);
}
WITH_EACH_POLICY(write_and_write, DISTURBED)

static void write_twice_and_write(void)
{
    TOGETHER(write_twice, write);
    finish();
    model_assert(first == 3);
}
WITH_EACH_POLICY(write_twice_and_write, .expect = model_passes)

static void timed_write(void)
{
    TOGETHER(write, write_in_time);
    finish();
}
WITH_EACH_POLICY(timed_write, DISTURBED, .timeouts = 1)

static void timed_write_and_read(void)
{
    TOGETHER(read, write_in_time);
    finish();
}
WITH_EACH_POLICY(timed_write_and_read, DISTURBED, .timeouts = 1)

static void timed_read(void)
{
    TOGETHER(write, read_in_time);
    finish();
}
WITH_EACH_POLICY(timed_read, DISTURBED, .timeouts = 1)

static void tries(void)
{
    TOGETHER(write, try_to_write, try_to_read);
    finish();
}
WITH_EACH_POLICY(tries, .expect = model_passes)

static void readers_together(void)
{
    TOGETHER(read, read);
    finish();
}
WITH_EACH_POLICY(readers_together, .expect = model_passes)

/* ---- Becoming the other kind ----------------------------------------------------------------- */

static void downgrade(void)
{
    ordo_reader_writer_lock_write_lock(&lock);
    const unsigned int mine = ++first;
    second++;
    ordo_reader_writer_lock_downgrade(&lock);
    model_assert(first == mine && second == mine);
    ordo_reader_writer_lock_read_unlock(&lock);
}

static void downgrade_and_write(void)
{
    TOGETHER(downgrade, write);
    finish();
    model_assert(first == 2);
}
WITH_EACH_POLICY(downgrade_and_write, DISTURBED)

/* The reader that waited gets in while the first one still reads, or does not wait. */
static void downgrade_and_read(void)
{
    TOGETHER(downgrade, read);
    finish();
}
WITH_EACH_POLICY(downgrade_and_read, DISTURBED)

static ordo_atomic_bool seen;

static void see(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    ordo_store(&seen, true, ordo_relaxed);
    ordo_reader_writer_lock_read_unlock(&lock);
}

/* Without a writer that waits it must let the reader in before it leaves itself. */
static void downgrade_and_wait_for_reader(void)
{
    ordo_reader_writer_lock_write_lock(&lock);
    ordo_reader_writer_lock_downgrade(&lock);
    while (!ordo_load(&seen, ordo_relaxed))
        ordo_spin_hint();
    ordo_reader_writer_lock_read_unlock(&lock);
}

static void downgrade_admits(void)
{
    TOGETHER(downgrade_and_wait_for_reader, see);
    finish();
}
WITH_EACH_POLICY(downgrade_admits, .expect = model_passes)

static void upgrade(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    const unsigned int mine = first;
    if (ordo_reader_writer_lock_try_upgrade(&lock)) {
        model_assert(first == mine);
        change_both();
        ordo_reader_writer_lock_write_unlock(&lock);
    } else {
        ordo_reader_writer_lock_read_unlock(&lock);
    }
}

static void upgrade_and_write(void)
{
    TOGETHER(upgrade, write);
    finish();
    model_assert(first == 2);
}
WITH_EACH_POLICY(upgrade_and_write, DISTURBED)

static void upgrade_both(void)
{
    TOGETHER(upgrade, upgrade);
    finish();
}
WITH_EACH_POLICY(upgrade_both, .expect = model_passes)

MODEL_TEST(upgrade_fails_sometimes, .expect = model_reached)
{
    start(ordo_writers_first);
    TOGETHER(upgrade, upgrade);
    model_reach(first == 0);
}

/* ---- A writer that gives up ------------------------------------------------------------------ */

static void write_or_give_up(void)
{
    const int error = ordo_reader_writer_lock_write_lock_until(&lock, ordo_clock_now() + 1000);

    model_assert(error == ETIMEDOUT); /* the first reader does not leave before */
}

/* The last waiting writer gives up; the reader behind it gets in though another one reads. */
static void give_up(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    ordo_thread *const writer = spawn(subject_thread, &(thread_body *){write_or_give_up});
    ordo_thread *const reader = spawn(subject_thread, &(thread_body *){read});
    ordo_thread_join(writer);
    ordo_thread_join(reader);
    ordo_reader_writer_lock_read_unlock(&lock);
    finish();
}
WITH_EACH_POLICY(give_up, .expect = model_passes, .timeouts = 1)

/* ---- What the policies promise --------------------------------------------------------------- */

/* As if others waited to write: the fields of the word, see core/reader_writer_lock.c. */
static const uint64_t one_reader = UINT64_C(1) << 32, one_writer = UINT64_C(1) << 19;

static bool reads_past_a_writer(enum ordo_reader_writer_policy policy)
{
    start(policy);
    ordo_store(&lock.state, (uint64_t)policy << 2 | one_reader | one_writer, ordo_relaxed);
    return ordo_reader_writer_lock_try_read_lock(&lock);
}

MODEL_TEST(reader_and_waiting_writer, .expect = model_passes)
{
    model_assert(!reads_past_a_writer(ordo_writers_first));
    model_assert(reads_past_a_writer(ordo_readers_first));
    model_assert(!reads_past_a_writer(ordo_phase_fair));
}

/* A reader sees it open and admits itself to a state that looks the same, but a writer came and
 * went in between: it must see what that one did. The writer that keeps it out at the downgrade and
 * then gives up is only a count, to have two threads. All of it is 735,228 executions. */
static void open_twice(void)
{
    model_assert(ordo_reader_writer_lock_write_lock_until(&lock, 0) == ETIMEDOUT);
    if (ordo_reader_writer_lock_try_upgrade(&lock)) {
        change_both();
        ordo_fetch_add(&lock.state, one_writer, ordo_relaxed);
        ordo_reader_writer_lock_downgrade(&lock);
        ordo_fetch_sub(&lock.state, one_writer, ordo_relaxed);
        model_assert(ordo_reader_writer_lock_write_lock_until(&lock, 0) == ETIMEDOUT);
    }
    ordo_reader_writer_lock_read_unlock(&lock);
}

MODEL_TEST(opened_twice, .expect = model_passes, .executions = 60000)
{
    start(ordo_writers_first);
    ordo_reader_writer_lock_read_lock(&lock);
    TOGETHER(open_twice, read);
    finish();
}

MODEL_TEST(limits, .expect = model_passes)
{
    start(ordo_readers_first);
    ordo_store(&lock.state, 4 | UINT64_C(0xfffd) << 32, ordo_relaxed);
    model_assert(ordo_reader_writer_lock_try_read_lock(&lock));
    model_assert(!ordo_reader_writer_lock_try_read_lock(&lock));
    model_assert(ordo_reader_writer_lock_read_lock_until(&lock, 0) == EAGAIN);
    ordo_store(&lock.state, 4 | 1 | UINT64_C(0xfffe) << 48, ordo_relaxed);
    model_assert(ordo_reader_writer_lock_read_lock_until(&lock, 0) == EAGAIN);
    ordo_store(&lock.state, 4 | 1 | UINT64_C(0xffe) << 7 | one_writer, ordo_relaxed);
    model_assert(ordo_reader_writer_lock_write_lock_until(&lock, 0) == EAGAIN);
}

/* A grant is for the batch: a writer that comes after it leaves it alone, and waits. */
MODEL_TEST(newcomer_leaves_the_grant, .expect = model_passes)
{
    const uint64_t granted = 3 | UINT64_C(1) << 7;

    start(ordo_writers_first);
    ordo_store(&lock.state, granted, ordo_relaxed);
    model_assert(ordo_reader_writer_lock_write_lock_until(&lock, 0) == ETIMEDOUT);
    model_assert(ordo_load(&lock.state, ordo_relaxed) == granted);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

MODEL_TEST(read_unlock_of_free, .expect = model_misuse)
{
    ordo_reader_writer_lock_read_unlock(&lock);
}

MODEL_TEST(write_unlock_of_free, .expect = model_misuse)
{
    ordo_reader_writer_lock_write_unlock(&lock);
}

MODEL_TEST(downgrade_of_read, .expect = model_misuse)
{
    ordo_reader_writer_lock_read_lock(&lock);
    ordo_reader_writer_lock_downgrade(&lock);
}

MODEL_TEST(upgrade_of_free, .expect = model_misuse)
{
    (void)!ordo_reader_writer_lock_try_upgrade(&lock);
}
