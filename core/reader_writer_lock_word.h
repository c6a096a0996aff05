/* reader_writer_lock_word.h: the reader-writer lock on a bare word, for the private and the
 * process-shared type; `flags` are those of futex.h. See reader_writer_lock.c. */
#ifndef ORDO_READER_WRITER_LOCK_WORD_H
#define ORDO_READER_WRITER_LOCK_WORD_H

#include "ordo/atomic.h"
#include "ordo/reader_writer_lock.h"

void ordo_reader_writer_word_init(ordo_atomic_u64 *word, enum ordo_reader_writer_policy policy);
void ordo_reader_writer_word_read_lock(ordo_atomic_u64 *word, unsigned int flags);
bool ordo_reader_writer_word_try_read_lock(ordo_atomic_u64 *word);
int ordo_reader_writer_word_read_lock_until(ordo_atomic_u64 *word, uint64_t deadline,
                                            unsigned int flags);
void ordo_reader_writer_word_read_unlock(ordo_atomic_u64 *word, unsigned int flags);
void ordo_reader_writer_word_write_lock(ordo_atomic_u64 *word, unsigned int flags);
bool ordo_reader_writer_word_try_write_lock(ordo_atomic_u64 *word);
int ordo_reader_writer_word_write_lock_until(ordo_atomic_u64 *word, uint64_t deadline,
                                             unsigned int flags);
void ordo_reader_writer_word_write_unlock(ordo_atomic_u64 *word, unsigned int flags);
void ordo_reader_writer_word_downgrade(ordo_atomic_u64 *word, unsigned int flags);
bool ordo_reader_writer_word_try_upgrade(ordo_atomic_u64 *word);
/* In the child of a fork, whose only thread holds it for writing: nobody else is there. */
void ordo_reader_writer_word_fork_child(ordo_atomic_u64 *word);

#endif
