/* process_shared_reader_writer_lock.h: reader_writer_lock.h between processes: the lock lies in
 * memory that they share, at whatever address. In all else it is the same, its 8 bytes and its
 * policies too. A process that ends while it has the lock, or waits for it, leaves it so. There are
 * no fork_ functions: parent and child share the lock. A build without futexes refuses it: the
 * _until functions return ENOTSUP, the others abort.
 */
#ifndef ORDO_PROCESS_SHARED_READER_WRITER_LOCK_H
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_H

#include "ordo/atomic.h"
#include "ordo/reader_writer_lock.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_process_shared_reader_writer_lock {
    ordo_atomic_u64 state;
} ordo_process_shared_reader_writer_lock;

#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_INIT { ORDO_ATOMIC_INIT(0) }
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_READERS_FIRST_INIT { ORDO_ATOMIC_INIT(4) }
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_PHASE_FAIR_INIT { ORDO_ATOMIC_INIT(8) }

void ordo_process_shared_reader_writer_lock_init(ordo_process_shared_reader_writer_lock *lock,
    enum ordo_reader_writer_policy policy);

void ordo_process_shared_reader_writer_lock_read_lock(ordo_process_shared_reader_writer_lock *lock)
    ORDO_ACQUIRES_SHARED(*lock);
/* Returns whether it could read at once. */
__attribute__((warn_unused_result)) bool ordo_process_shared_reader_writer_lock_try_read_lock(
    ordo_process_shared_reader_writer_lock *lock) ORDO_TRIES_SHARED(true, *lock);
/* Returns 0; ETIMEDOUT once the deadline of ordo_clock_now has passed; EAGAIN if too many readers
 * are there. */
__attribute__((warn_unused_result)) int ordo_process_shared_reader_writer_lock_read_lock_until(
    ordo_process_shared_reader_writer_lock *lock, uint64_t deadline) ORDO_TRIES_SHARED(0, *lock);
void ordo_process_shared_reader_writer_lock_read_unlock(
    ordo_process_shared_reader_writer_lock *lock)
    ORDO_RELEASES_SHARED(*lock);

void ordo_process_shared_reader_writer_lock_write_lock(ordo_process_shared_reader_writer_lock *lock)
    ORDO_ACQUIRES(*lock);
/* Returns whether it could write at once. */
__attribute__((warn_unused_result)) bool ordo_process_shared_reader_writer_lock_try_write_lock(
    ordo_process_shared_reader_writer_lock *lock) ORDO_TRIES(true, *lock);
/* Returns 0; ETIMEDOUT once the deadline of ordo_clock_now has passed; EAGAIN if too many writers
 * are there. */
__attribute__((warn_unused_result)) int ordo_process_shared_reader_writer_lock_write_lock_until(
    ordo_process_shared_reader_writer_lock *lock, uint64_t deadline) ORDO_TRIES(0, *lock);
void ordo_process_shared_reader_writer_lock_write_unlock(
    ordo_process_shared_reader_writer_lock *lock)
    ORDO_RELEASES(*lock);

/* The writer becomes a reader; no writer gets in between. */
void ordo_process_shared_reader_writer_lock_downgrade(
    ordo_process_shared_reader_writer_lock *lock) ORDO_RELEASES(*lock) ORDO_ACQUIRES_SHARED(*lock);

/* The reader becomes the writer if it is the only reader, before all that wait; otherwise it stays
 * a reader, and false is returned. Does not wait. See reader_writer_lock.h. */
__attribute__((warn_unused_result)) bool ordo_process_shared_reader_writer_lock_try_upgrade(
    ordo_process_shared_reader_writer_lock *lock) ORDO_NOT_ANALYSED;

static inline ordo_process_shared_reader_writer_lock *
ordo_process_shared_reader_writer_lock_read_guard_start(
    ordo_process_shared_reader_writer_lock *lock) ORDO_ASSERTS_SHARED(*lock);

ORDO_NOT_ANALYSED static inline ordo_process_shared_reader_writer_lock *
ordo_process_shared_reader_writer_lock_read_guard_start(
    ordo_process_shared_reader_writer_lock *lock)
{
    ordo_process_shared_reader_writer_lock_read_lock(lock);
    return lock;
}

static inline void ordo_process_shared_reader_writer_lock_read_guard_end(
    ordo_process_shared_reader_writer_lock **guard)
    ORDO_NOT_ANALYSED
{
    if (*guard != 0)
        ordo_process_shared_reader_writer_lock_read_unlock(*guard);
    *guard = 0;
}

static inline ordo_process_shared_reader_writer_lock *
ordo_process_shared_reader_writer_lock_write_guard_start(
    ordo_process_shared_reader_writer_lock *lock) ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline ordo_process_shared_reader_writer_lock *
ordo_process_shared_reader_writer_lock_write_guard_start(
    ordo_process_shared_reader_writer_lock *lock)
{
    ordo_process_shared_reader_writer_lock_write_lock(lock);
    return lock;
}

static inline void ordo_process_shared_reader_writer_lock_write_guard_end(
    ordo_process_shared_reader_writer_lock **guard)
    ORDO_NOT_ANALYSED
{
    if (*guard != 0)
        ordo_process_shared_reader_writer_lock_write_unlock(*guard);
    *guard = 0;
}

/* Locks now, unlocks at the end of the enclosing block. */
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_READ_GUARD(lock)                                    \
    ordo_process_shared_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                            \
        __attribute__((cleanup(ordo_process_shared_reader_writer_lock_read_guard_end), unused)) = \
            ordo_process_shared_reader_writer_lock_read_guard_start(lock)
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_WRITE_GUARD(lock)                                   \
    ordo_process_shared_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                            \
        __attribute__((cleanup(ordo_process_shared_reader_writer_lock_write_guard_end), unused)) = \
            ordo_process_shared_reader_writer_lock_write_guard_start(lock)

/* A lock and the data that it protects. */
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK(T)                                                  \
    struct {                                                                                       \
        ordo_process_shared_reader_writer_lock lock;                                               \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, which a reader may not
 * change. Leaving it by break, return or goto unlocks too. Evaluates `owner` twice. */
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_READ_SCOPE(name, owner)                             \
    ORDO_PROCESS_SHARED_READER_WRITER_LOCK_READ_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_READ_SCOPE_(guard, name, owner)                     \
    for (ordo_process_shared_reader_writer_lock *guard                                             \
             __attribute__((cleanup(ordo_process_shared_reader_writer_lock_read_guard_end))) =     \
             ordo_process_shared_reader_writer_lock_read_guard_start(&(owner)->lock);              \
         guard != 0; ordo_process_shared_reader_writer_lock_read_guard_end(&guard))                \
        for (const __typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_WRITE_SCOPE(name, owner)                            \
    ORDO_PROCESS_SHARED_READER_WRITER_LOCK_WRITE_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_PROCESS_SHARED_READER_WRITER_LOCK_WRITE_SCOPE_(guard, name, owner)                    \
    for (ordo_process_shared_reader_writer_lock *guard                                             \
             __attribute__((cleanup(ordo_process_shared_reader_writer_lock_write_guard_end))) =    \
             ordo_process_shared_reader_writer_lock_write_guard_start(&(owner)->lock);             \
         guard != 0; ordo_process_shared_reader_writer_lock_write_guard_end(&guard))               \
        for (__typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)

#ifdef __cplusplus
}
#endif
#endif
