/* reader_writer_lock.h: a lock for many readers or one writer, whose waiters sleep.
 *
 *     static ordo_reader_writer_lock lock = ORDO_READER_WRITER_LOCK_INIT;
 *     {
 *         ORDO_READER_WRITER_LOCK_READ_GUARD(&lock);
 *         ...
 *     }
 *
 *     static ORDO_READER_WRITER_LOCK(struct table) table;
 *     ORDO_READER_WRITER_LOCK_READ_SCOPE(seen, &table)    // seen: const struct table *
 *         use(seen->entry);
 *
 * Size: 8 bytes. All zero bytes are a free lock with writers first.
 * States: free; read by at most 2^16 - 2 threads, counting those that wait to read, and one that has
 *     downgraded; written. At most 2^12 - 1 writers wait. Beyond that try_read_lock returns false, _until EAGAIN, and a
 *     plain lock aborts.
 * Orderings: what an owner did happens before all that a later owner of the other kind does, or a
 *     writer after a writer. Readers are not ordered with each other. A try or _until that fails
 *     orders nothing.
 * Waiting: a waiter spins for ordo_spin_limit hints, then sleeps. Without contention there is no
 *     system call. The lock is handed to those that wait: nobody comes by them, which costs a
 *     change of threads and gives the bounds below.
 * Policy, chosen at initialisation:
 *     writers first   a reader waits while a writer has the lock or waits for it, for two batches
 *                     of writers at most (see below). A writer waits for the readers that have the
 *                     lock when it comes, and between two batches for those that were overtaken.
 *                     Nobody waits for ever. The default.
 *     readers first   a reader waits only while a writer has the lock, or was granted it; those
 *                     that wait get it next. Writers may wait for ever.
 *     phase-fair      a reader waits while a writer has the lock or waits for it, but for one
 *                     writer only: a writer that leaves admits all readers that wait, and the last
 *                     of those a writer. Nobody waits for ever. (Brandenburg and Anderson,
 *                     Spin-based reader-writer synchronization, 2010.)
 * Writers are served in batches: those that wait when a batch is used up are the next one. Within a
 *     batch the order is that in which the system wakes, mostly first come, first served. So a
 *     writer waits for at most two batches of writers, and never for one that came after its own
 *     batch was closed; with phase-fair, for one set of readers before each. With writers first a
 *     reader waits for the rest of a batch that was made before it came, and for one more.
 *     Outside these bounds: try_upgrade comes before those that wait, and a writer that waits and
 *     gives up has made the readers behind it wait for nothing.
 * Reading again while reading: allowed with readers first. With the other two it waits for ever if
 *     a writer waits in between; try_read_lock fails then.
 * Misuse: unlock, downgrade or upgrade of what is not locked so aborts, and so does a policy that is
 *     none of the three. Unlock by a thread that
 *     does not own it is not noticed if another one does.
 * Signals: not safe in a handler, but for the try_ functions.
 * Fork: use the fork_ functions; a lock that another thread held at the fork stays so in the child.
 * Sharing: between the threads of one process; process_shared_reader_writer_lock.h for several.
 * Destruction: needs none. The memory may be freed as soon as an owner that knows itself to be the
 *     last has unlocked, even while earlier owners are still in their unlock.
 */
#ifndef ORDO_READER_WRITER_LOCK_H
#define ORDO_READER_WRITER_LOCK_H

#include "ordo/atomic.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ordo_reader_writer_policy {
    ordo_writers_first = 0,
    ordo_readers_first = 1,
    ordo_phase_fair = 2
};

typedef struct ORDO_CAPABILITY("mutex") ordo_reader_writer_lock {
    ordo_atomic_u64 state;
} ordo_reader_writer_lock;

#define ORDO_READER_WRITER_LOCK_INIT { ORDO_ATOMIC_INIT(0) }
#define ORDO_READER_WRITER_LOCK_READERS_FIRST_INIT { ORDO_ATOMIC_INIT(4) }
#define ORDO_READER_WRITER_LOCK_PHASE_FAIR_INIT { ORDO_ATOMIC_INIT(8) }

void ordo_reader_writer_lock_init(ordo_reader_writer_lock *lock,
    enum ordo_reader_writer_policy policy);

void ordo_reader_writer_lock_read_lock(ordo_reader_writer_lock *lock)
    ORDO_ACQUIRES_SHARED(*lock);
/* Returns whether it could read at once. */
__attribute__((warn_unused_result)) bool ordo_reader_writer_lock_try_read_lock(
    ordo_reader_writer_lock *lock) ORDO_TRIES_SHARED(true, *lock);
/* Returns 0; ETIMEDOUT once the deadline of ordo_clock_now has passed; EAGAIN if too many readers
 * are there. */
__attribute__((warn_unused_result)) int ordo_reader_writer_lock_read_lock_until(
    ordo_reader_writer_lock *lock, uint64_t deadline) ORDO_TRIES_SHARED(0, *lock);
void ordo_reader_writer_lock_read_unlock(ordo_reader_writer_lock *lock)
    ORDO_RELEASES_SHARED(*lock);

void ordo_reader_writer_lock_write_lock(ordo_reader_writer_lock *lock)
    ORDO_ACQUIRES(*lock);
/* Returns whether it could write at once. */
__attribute__((warn_unused_result)) bool ordo_reader_writer_lock_try_write_lock(
    ordo_reader_writer_lock *lock) ORDO_TRIES(true, *lock);
/* Returns 0; ETIMEDOUT once the deadline of ordo_clock_now has passed; EAGAIN if too many writers
 * are there. */
__attribute__((warn_unused_result)) int ordo_reader_writer_lock_write_lock_until(
    ordo_reader_writer_lock *lock, uint64_t deadline) ORDO_TRIES(0, *lock);
void ordo_reader_writer_lock_write_unlock(ordo_reader_writer_lock *lock)
    ORDO_RELEASES(*lock);

/* The writer becomes a reader; no writer gets in between. */
void ordo_reader_writer_lock_downgrade(
    ordo_reader_writer_lock *lock) ORDO_RELEASES(*lock) ORDO_ACQUIRES_SHARED(*lock);

/* The reader becomes the writer if it is the only reader, before all that wait; otherwise it stays
 * a reader, and false is returned. Does not wait. Clang's thread-safety analysis cannot follow it:
 * the function that calls it needs ORDO_NOT_ANALYSED. */
__attribute__((warn_unused_result)) bool ordo_reader_writer_lock_try_upgrade(
    ordo_reader_writer_lock *lock) ORDO_NOT_ANALYSED;

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_reader_writer_lock_fork_prepare(ordo_reader_writer_lock *lock) ORDO_ACQUIRES(*lock);
void ordo_reader_writer_lock_fork_parent(ordo_reader_writer_lock *lock) ORDO_RELEASES(*lock);
void ordo_reader_writer_lock_fork_child(ordo_reader_writer_lock *lock) ORDO_RELEASES(*lock);

static inline ordo_reader_writer_lock *ordo_reader_writer_lock_read_guard_start(
    ordo_reader_writer_lock *lock) ORDO_ASSERTS_SHARED(*lock);

ORDO_NOT_ANALYSED static inline ordo_reader_writer_lock *
ordo_reader_writer_lock_read_guard_start(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_lock_read_lock(lock);
    return lock;
}

static inline void ordo_reader_writer_lock_read_guard_end(ordo_reader_writer_lock **guard)
    ORDO_NOT_ANALYSED
{
    if (*guard != 0)
        ordo_reader_writer_lock_read_unlock(*guard);
    *guard = 0;
}

static inline ordo_reader_writer_lock *ordo_reader_writer_lock_write_guard_start(
    ordo_reader_writer_lock *lock) ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline ordo_reader_writer_lock *
ordo_reader_writer_lock_write_guard_start(ordo_reader_writer_lock *lock)
{
    ordo_reader_writer_lock_write_lock(lock);
    return lock;
}

static inline void ordo_reader_writer_lock_write_guard_end(ordo_reader_writer_lock **guard)
    ORDO_NOT_ANALYSED
{
    if (*guard != 0)
        ordo_reader_writer_lock_write_unlock(*guard);
    *guard = 0;
}

/* Locks now, unlocks at the end of the enclosing block. Clang's thread-safety analysis does not see
 * the unlock: it warns of a write guard that follows a read guard in the same function. */
#define ORDO_READER_WRITER_LOCK_READ_GUARD(lock)                                                   \
    ordo_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                                           \
        __attribute__((cleanup(ordo_reader_writer_lock_read_guard_end), unused)) =                 \
            ordo_reader_writer_lock_read_guard_start(lock)
#define ORDO_READER_WRITER_LOCK_WRITE_GUARD(lock)                                                  \
    ordo_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                                           \
        __attribute__((cleanup(ordo_reader_writer_lock_write_guard_end), unused)) =                \
            ordo_reader_writer_lock_write_guard_start(lock)

/* A lock and the data that it protects. */
#define ORDO_READER_WRITER_LOCK(T)                                                                 \
    struct {                                                                                       \
        ordo_reader_writer_lock lock;                                                              \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, which a reader may not
 * change. Leaving it by break, return or goto unlocks too. Evaluates `owner` twice. */
#define ORDO_READER_WRITER_LOCK_READ_SCOPE(name, owner)                                            \
    ORDO_READER_WRITER_LOCK_READ_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_READER_WRITER_LOCK_READ_SCOPE_(guard, name, owner)                                    \
    for (ordo_reader_writer_lock *guard                                                            \
             __attribute__((cleanup(ordo_reader_writer_lock_read_guard_end))) =                    \
             ordo_reader_writer_lock_read_guard_start(&(owner)->lock);                             \
         guard != 0; ordo_reader_writer_lock_read_guard_end(&guard))                               \
        for (const __typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)
#define ORDO_READER_WRITER_LOCK_WRITE_SCOPE(name, owner)                                           \
    ORDO_READER_WRITER_LOCK_WRITE_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_READER_WRITER_LOCK_WRITE_SCOPE_(guard, name, owner)                                   \
    for (ordo_reader_writer_lock *guard                                                            \
             __attribute__((cleanup(ordo_reader_writer_lock_write_guard_end))) =                   \
             ordo_reader_writer_lock_write_guard_start(&(owner)->lock);                            \
         guard != 0; ordo_reader_writer_lock_write_guard_end(&guard))                              \
        for (__typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)

#ifdef __cplusplus
}
#endif
#endif
