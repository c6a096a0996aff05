/* reader_writer_subject.h: what the model tests of the reader-writer lock share. */
#ifndef ORDO_TESTS_MODEL_READER_WRITER_SUBJECT_H
#define ORDO_TESTS_MODEL_READER_WRITER_SUBJECT_H

#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/reader_writer_lock.h>

static ordo_reader_writer_lock lock;
static unsigned int first, second; /* equal whenever a reader looks */

static inline void start(enum ordo_reader_writer_policy policy)
{
    ordo_reader_writer_lock_init(&lock, policy);
}

/* Nobody is left: only the policy, and where the phase and the turn are. */
static inline void finish(void)
{
    model_assert((ordo_load(&lock.state, ordo_relaxed) & ~UINT64_C(0x5c)) == 0);
}

static inline void change_both(void)
{
    first++;
    second++;
}

static inline void write(void)
{
    ordo_reader_writer_lock_write_lock(&lock);
    change_both();
    ordo_reader_writer_lock_write_unlock(&lock);
}

static inline void write_twice(void)
{
    write();
    write();
}

static inline void read(void)
{
    ordo_reader_writer_lock_read_lock(&lock);
    model_assert(first == second);
    ordo_reader_writer_lock_read_unlock(&lock);
}

static inline void try_to_write(void)
{
    if (ordo_reader_writer_lock_try_write_lock(&lock)) {
        change_both();
        ordo_reader_writer_lock_write_unlock(&lock);
    }
}

static inline void try_to_read(void)
{
    if (ordo_reader_writer_lock_try_read_lock(&lock)) {
        model_assert(first == second);
        ordo_reader_writer_lock_read_unlock(&lock);
    }
}

static inline void write_in_time(void)
{
    const int error = ordo_reader_writer_lock_write_lock_until(&lock, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0) {
        change_both();
        ordo_reader_writer_lock_write_unlock(&lock);
    }
}

static inline void read_in_time(void)
{
    const int error = ordo_reader_writer_lock_read_lock_until(&lock, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == 0) {
        model_assert(first == second);
        ordo_reader_writer_lock_read_unlock(&lock);
    }
}

/* Three threads, of which the first has the lock already: all executions, in a few seconds. */

static inline void finish_writing(void)
{
    change_both();
    ordo_reader_writer_lock_write_unlock(&lock);
}

static inline void finish_reading(void)
{
    model_assert(first == second);
    ordo_reader_writer_lock_read_unlock(&lock);
}

static inline void held_by_writer(enum ordo_reader_writer_policy policy, thread_body *one,
                                  thread_body *other)
{
    start(policy);
    ordo_reader_writer_lock_write_lock(&lock);
    TOGETHER(finish_writing, one, other);
    finish();
}

static inline void held_by_reader(enum ordo_reader_writer_policy policy, thread_body *one,
                                  thread_body *other)
{
    start(policy);
    ordo_reader_writer_lock_read_lock(&lock);
    TOGETHER(finish_reading, one, other);
    finish();
}

#endif
