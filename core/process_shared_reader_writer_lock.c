/* process_shared_reader_writer_lock.c: see the header, and reader_writer_lock.c for how it
 * works. */
#include "ordo/process_shared_reader_writer_lock.h"

#include "ordo/futex.h"
#include "reader_writer_lock_word.h"

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_init(ordo_process_shared_reader_writer_lock *lock,
    enum ordo_reader_writer_policy policy)
{
    ordo_reader_writer_word_init(&lock->state, policy);
}

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_read_lock(ordo_process_shared_reader_writer_lock *lock)
{
    ordo_reader_writer_word_read_lock(&lock->state, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
bool ordo_process_shared_reader_writer_lock_try_read_lock(
    ordo_process_shared_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_read_lock(&lock->state);
}

ORDO_NOT_ANALYSED
int ordo_process_shared_reader_writer_lock_read_lock_until(
    ordo_process_shared_reader_writer_lock *lock, uint64_t deadline)
{
    return ordo_reader_writer_word_read_lock_until(&lock->state, deadline, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_read_unlock(
    ordo_process_shared_reader_writer_lock *lock)
{
    ordo_reader_writer_word_read_unlock(&lock->state, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_write_lock(ordo_process_shared_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_lock(&lock->state, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
bool ordo_process_shared_reader_writer_lock_try_write_lock(
    ordo_process_shared_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_write_lock(&lock->state);
}

ORDO_NOT_ANALYSED
int ordo_process_shared_reader_writer_lock_write_lock_until(
    ordo_process_shared_reader_writer_lock *lock, uint64_t deadline)
{
    return ordo_reader_writer_word_write_lock_until(&lock->state, deadline, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_write_unlock(
    ordo_process_shared_reader_writer_lock *lock)
{
    ordo_reader_writer_word_write_unlock(&lock->state, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
void ordo_process_shared_reader_writer_lock_downgrade(ordo_process_shared_reader_writer_lock *lock)
{
    ordo_reader_writer_word_downgrade(&lock->state, ordo_futex_shared);
}

ORDO_NOT_ANALYSED
bool ordo_process_shared_reader_writer_lock_try_upgrade(
    ordo_process_shared_reader_writer_lock *lock)
{
    return ordo_reader_writer_word_try_upgrade(&lock->state);
}
