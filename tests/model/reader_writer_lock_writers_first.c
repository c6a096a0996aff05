/* reader_writer_lock_writers_first.c: model tests of core/reader_writer_lock.c with writers first:
 * three threads. Where all start at once it is 100,000 to 1,800,000 executions, of which some are
 * run here; where one has the lock already, all of them.
 */
#include "reader_writer_subject.h"

MODEL_TEST(write_3x1, .expect = model_passes, .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(write, write, write);
    finish();
    model_assert(first == 3);
}

MODEL_TEST(two_writers_one_reader, .expect = model_passes, .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(write, write, read);
    finish();
    model_assert(first == 2);
}

MODEL_TEST(one_writer_two_readers, .expect = model_passes, .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(write, read, read);
    finish();
    model_assert(first == 1);
}

/* The unlock may come between the end of the writer's time and its leaving. */
MODEL_TEST(writer_gives_up, .expect = model_passes, .timeouts = 1, .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(read, write_in_time, read);
    finish();
}

MODEL_TEST(writer_gives_up_among_writers, .expect = model_passes, .timeouts = 1,
           .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(write, write_in_time, write);
    finish();
    model_assert(first == 2 || first == 3);
}

MODEL_TEST(reader_gives_up, .expect = model_passes, .timeouts = 1, .executions = 30000)
{
    start(ordo_writers_first);
    TOGETHER(write, read_in_time, read);
    finish();
}

/* ---- The first has it already ---------------------------------------------------------------- */

MODEL_TEST(held_while_two_write, .expect = model_passes)
{
    held_by_writer(ordo_writers_first, write, write);
}

MODEL_TEST(held_while_one_reads_and_one_writes, .expect = model_passes)
{
    held_by_writer(ordo_writers_first, read, write);
}

MODEL_TEST(held_while_two_read, .expect = model_passes)
{
    held_by_writer(ordo_writers_first, read, read);
}

MODEL_TEST(read_while_two_write, .expect = model_passes)
{
    held_by_reader(ordo_writers_first, write, write);
}

MODEL_TEST(read_while_one_reads_and_one_writes, .expect = model_passes)
{
    held_by_reader(ordo_writers_first, read, write);
}

MODEL_TEST(read_while_a_writer_gives_up, .expect = model_passes, .timeouts = 1)
{
    held_by_reader(ordo_writers_first, write_in_time, read);
}
