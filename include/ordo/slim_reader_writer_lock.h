/* slim_reader_writer_lock.h: a lock for many readers or one writer, the size of a pointer, first
 * come, first served. Its waiters queue up with nodes on their own stacks and sleep, and each is
 * woken alone, by whoever gives it the lock.
 *
 *     static ordo_slim_reader_writer_lock lock = ORDO_SLIM_READER_WRITER_LOCK_INIT;
 *     {
 *         ORDO_SLIM_READER_WRITER_LOCK_READ_GUARD(&lock);
 *         ...
 *     }
 *
 * ORDO_SLIM_READER_WRITER_LOCK(T) owns its data:
 *
 *     static ORDO_SLIM_READER_WRITER_LOCK(struct table) table;
 *     ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE(seen, &table)    // seen: const struct table *
 *         use(seen->entry);
 *
 * (The idea is that of Windows' slim reader-writer locks; Mara Bos, Rust Atomics and Locks, chapter
 * 10, Queue-based locks. How this one does it is said in core/slim_reader_writer_lock.c.)
 *
 * Size: 8 bytes, and 48 on the stack of each waiter. All zero bytes are a free lock.
 * Orderings: what an owner did happens before all that a later owner of the other kind does, or a
 *     writer after a writer. Readers are not ordered with each other. A try that fails orders
 *     nothing.
 * Waiting: a waiter looks at its node for ordo_spin_limit hints, then sleeps. All that it needs of
 *     the system is that one thread can sleep on a word of its own and one other wake it, as
 *     ordo_thread_park and ordo_thread_unpark do; but the word is one in the node, so that no token
 *     of the user's is taken. Without contention there is no system call, and no allocation ever.
 * Progress: blocking. The try_ functions and unlock do not wait: their loops go on only while other
 *     threads lock or unlock, and unlock looks at each waiter that came since the last look once.
 * Fairness: first come, first served. Readers that are next to each other in the queue read
 *     together; a reader behind a waiting writer waits for it. The lock is handed to those that
 *     wait, nobody comes by them; which costs a change of threads, where mutex.h lets a running
 *     thread go first. Who cannot lock at once but finds no queue has come when it is in it.
 * Reading again while reading: waits for ever if a writer has queued up in between; try_read_lock
 *     fails then.
 * Misuse: unlock of what is not locked so aborts. Unlock by a thread that does not own it is not
 *     noticed if another one does.
 * Timed: no. The node of a waiter that gives up would have to be taken out of the middle of a queue
 *     that others walk along; see reader_writer_lock.h.
 * Signals: not safe in a handler, but for the try_ functions.
 * Fork: use the fork_ functions; a lock that another thread held at the fork stays so in the child.
 * Sharing: between the threads of one process.
 * Destruction: needs none. The memory may be freed, or unmapped, as soon as an owner that knows
 *     itself to be the last has unlocked, even while earlier owners are still in their unlock.
 */
#ifndef ORDO_SLIM_READER_WRITER_LOCK_H
#define ORDO_SLIM_READER_WRITER_LOCK_H

#include "ordo/atomic.h"
#include "ordo/scope.h"
#include "ordo/thread_safety.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ORDO_CAPABILITY("mutex") ordo_slim_reader_writer_lock {
    ordo_atomic_usize state;
} ordo_slim_reader_writer_lock;

#define ORDO_SLIM_READER_WRITER_LOCK_INIT { ORDO_ATOMIC_INIT(0) }

void ordo_slim_reader_writer_lock_read_lock(ordo_slim_reader_writer_lock *lock)
    ORDO_ACQUIRES_SHARED(*lock);
/* Reads if nobody writes or waits; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_slim_reader_writer_lock_try_read_lock(
    ordo_slim_reader_writer_lock *lock) ORDO_TRIES_SHARED(true, *lock);
void ordo_slim_reader_writer_lock_read_unlock(ordo_slim_reader_writer_lock *lock)
    ORDO_RELEASES_SHARED(*lock);

void ordo_slim_reader_writer_lock_write_lock(ordo_slim_reader_writer_lock *lock)
    ORDO_ACQUIRES(*lock);
/* Writes if the lock is free; returns whether. Does not wait. */
__attribute__((warn_unused_result)) bool ordo_slim_reader_writer_lock_try_write_lock(
    ordo_slim_reader_writer_lock *lock) ORDO_TRIES(true, *lock);
void ordo_slim_reader_writer_lock_write_unlock(ordo_slim_reader_writer_lock *lock)
    ORDO_RELEASES(*lock);

/* For pthread_atfork: before a fork, and after it in the parent and in the child. */
void ordo_slim_reader_writer_lock_fork_prepare(ordo_slim_reader_writer_lock *lock)
    ORDO_ACQUIRES(*lock);
void ordo_slim_reader_writer_lock_fork_parent(ordo_slim_reader_writer_lock *lock)
    ORDO_RELEASES(*lock);
void ordo_slim_reader_writer_lock_fork_child(ordo_slim_reader_writer_lock *lock)
    ORDO_RELEASES(*lock);

static inline ordo_slim_reader_writer_lock *ordo_slim_reader_writer_lock_read_guard_start(
    ordo_slim_reader_writer_lock *lock) ORDO_ASSERTS_SHARED(*lock);

ORDO_NOT_ANALYSED static inline ordo_slim_reader_writer_lock *
ordo_slim_reader_writer_lock_read_guard_start(ordo_slim_reader_writer_lock *lock)
{
    ordo_slim_reader_writer_lock_read_lock(lock);
    return lock;
}

ORDO_NOT_ANALYSED static inline void ordo_slim_reader_writer_lock_read_guard_end(
    ordo_slim_reader_writer_lock **guard)
{
    if (*guard != 0)
        ordo_slim_reader_writer_lock_read_unlock(*guard);
    *guard = 0;
}

static inline ordo_slim_reader_writer_lock *ordo_slim_reader_writer_lock_write_guard_start(
    ordo_slim_reader_writer_lock *lock) ORDO_ASSERTS(*lock);

ORDO_NOT_ANALYSED static inline ordo_slim_reader_writer_lock *
ordo_slim_reader_writer_lock_write_guard_start(ordo_slim_reader_writer_lock *lock)
{
    ordo_slim_reader_writer_lock_write_lock(lock);
    return lock;
}

ORDO_NOT_ANALYSED static inline void ordo_slim_reader_writer_lock_write_guard_end(
    ordo_slim_reader_writer_lock **guard)
{
    if (*guard != 0)
        ordo_slim_reader_writer_lock_write_unlock(*guard);
    *guard = 0;
}

/* Locks now, unlocks at the end of the enclosing block. Clang's thread-safety analysis does not see
 * the unlock: it warns of a write guard that follows a read guard in the same function. */
#define ORDO_SLIM_READER_WRITER_LOCK_READ_GUARD(lock)                                              \
    ordo_slim_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                                      \
        __attribute__((cleanup(ordo_slim_reader_writer_lock_read_guard_end), unused)) =            \
            ordo_slim_reader_writer_lock_read_guard_start(lock)
#define ORDO_SLIM_READER_WRITER_LOCK_WRITE_GUARD(lock)                                             \
    ordo_slim_reader_writer_lock *ORDO_SCOPE_NAME(ordo_guard)                                      \
        __attribute__((cleanup(ordo_slim_reader_writer_lock_write_guard_end), unused)) =           \
            ordo_slim_reader_writer_lock_write_guard_start(lock)

/* A lock and the data that it protects. */
#define ORDO_SLIM_READER_WRITER_LOCK(T)                                                            \
    struct {                                                                                       \
        ordo_slim_reader_writer_lock lock;                                                         \
        T data;                                                                                    \
    }

/* Runs the statement that follows with `name` pointing to the owner's data, which a reader may not
 * change. Leaving it by break, return or goto unlocks too. Evaluates `owner` twice. */
#define ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE(name, owner)                                       \
    ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE_(guard, name, owner)                               \
    for (ordo_slim_reader_writer_lock *guard                                                       \
             __attribute__((cleanup(ordo_slim_reader_writer_lock_read_guard_end))) =               \
             ordo_slim_reader_writer_lock_read_guard_start(&(owner)->lock);                        \
         guard != 0; ordo_slim_reader_writer_lock_read_guard_end(&guard))                          \
        for (const __typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)
#define ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE(name, owner)                                      \
    ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE_(ORDO_SCOPE_NAME(ordo_guard), name, owner)
#define ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE_(guard, name, owner)                              \
    for (ordo_slim_reader_writer_lock *guard                                                       \
             __attribute__((cleanup(ordo_slim_reader_writer_lock_write_guard_end))) =              \
             ordo_slim_reader_writer_lock_write_guard_start(&(owner)->lock);                       \
         guard != 0; ordo_slim_reader_writer_lock_write_guard_end(&guard))                         \
        for (__typeof__((owner)->data) *name = &(owner)->data; name != 0; name = 0)

#ifdef __cplusplus
}
#endif
#endif
