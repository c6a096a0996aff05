/* slim_reader_writer_lock.c: see slim_reader_writer_lock.h. The word:
 *
 *     0               free
 *     WRITTEN         a writer has the lock, nobody waits
 *     n * READER      n readers have it, nobody waits
 *     node | QUEUED   somebody has it and others wait; the node is that of who came last
 *
 * The queue goes from there to the oldest node: `older` is written before a node is put into the
 * queue, and stays. How many readers have the lock is in the oldest node then, 0 for a writer: who
 * starts a queue takes the number over from the word, who hands the lock on writes it anew.
 *
 * Who comes puts its node into the queue by a compare-exchange of the word, and reads no other
 * node: it has no lock that would keep those from leaving. An owner may read nodes: nobody in the
 * queue leaves before it was given the lock, and that, while there is an owner, nobody does. Only
 * the last owner hands the lock on: to the oldest writer, or to the oldest reader and those right
 * behind it. If others are left, the word stays as it is; otherwise a compare-exchange, which fails
 * if one has come, takes it back to WRITTEN or a number. The owner takes the nodes out before it
 * tells their threads by `state`, so a thread that leaves with its node is in no queue. Because
 * nobody leaves before its turn the pointer that an owner, or one that comes, expects in the word
 * means what it meant when it was read, even if its memory was another node's in between.
 *
 * Walking along `older` from the newest to the oldest at each unlock would cost each unlock a look
 * at all waiters. So the walk leaves behind, in the newest node, which one is the oldest, and later
 * walks end there: each node is walked over once. Handing on moves the oldest along, and leaves
 * that behind in the newest node too; in those between it stays wrong, but no walk gets so far, as
 * it ends at the first that it finds. The walk also writes `newer` on its way. Several readers may
 * walk at once, over the same queue or its beginning, and write the same: hence relaxed atomics.
 * The last of them looks at the word anew after the subtraction that makes it the last: what it
 * finds is no older than what the others found, so it moves the oldest in a node that is newest to
 * all.
 *
 * Orderings. A node in the word: release, and acquire of the owner who reads it; all changes of the
 * word are read-modify-writes, so one acquire sees all nodes there are. `newer` and `oldest`, which
 * others than the reader itself have left behind: through the release and acquire of `readers`, of
 * `state`, or of the word before they were in the queue. Owner to owner: through the word, if
 * nobody waited; through `state`, if the lock was handed on by a sole owner; several readers pass
 * on what they did by the word or, if it has a queue, by `readers`, to the last of them, and that
 * one by `state`. A reader that comes by while the word is a number pairs with whoever made it a
 * number.
 *
 * No wake-up is lost: a waiter sleeps only while `state` is asleep, which it has written itself in
 * place of waiting; who grants exchanges it, and wakes if it found asleep.
 *
 * Nothing is touched after the release. That is: without a queue the compare-exchange of the word.
 * For a reader that is not the last the subtraction in the oldest node. For the last owner the
 * first `state` that it exchanges: by then it has done with the word and with all nodes that stay;
 * and of each node it reads what comes after it before it grants. A wake of the bare address may
 * follow.
 */
#include "ordo/slim_reader_writer_lock.h"

#include <stddef.h>

#include "ordo/futex.h"
#include "ordo/misuse.h"
#include "ordo/spin_limit.h"

#define WRITTEN ((size_t)1)
#define QUEUED  ((size_t)2)
#define READER  ((size_t)4)

enum state { waiting, asleep, granted };

struct waiter {
    ordo_atomic_u32 state;
    bool writes;
    struct waiter *older;      /* NULL: it is the oldest */
    ordo_atomic_ptr newer;     /* NULL: nobody has walked over it yet, or it is the newest */
    ordo_atomic_ptr oldest;    /* NULL: nobody has left it behind yet */
    ordo_atomic_usize readers; /* in the oldest: that have the lock */
};

_Static_assert(_Alignof(struct waiter) >= READER, "the bits beside a pointer are free");

/* ---- The queue ------------------------------------------------------------------------------- */

static struct waiter *newest_of(size_t state)
{
    return (struct waiter *)(state - QUEUED);
}

static struct waiter *newer_than(struct waiter *waiter)
{
    return ordo_load(&waiter->newer, ordo_relaxed);
}

/* The caller owns the lock, and has read `state` with acquire. */
static struct waiter *find_oldest(size_t state)
{
    struct waiter *const newest = newest_of(state);
    struct waiter *waiter = newest;
    struct waiter *oldest;

    while ((oldest = ordo_load(&waiter->oldest, ordo_relaxed)) == NULL) {
        ordo_store(&waiter->older->newer, waiter, ordo_relaxed);
        waiter = waiter->older;
    }
    ordo_store(&newest->oldest, oldest, ordo_relaxed);
    return oldest;
}

static void grant(struct waiter *waiter)
{
    /* Release: pairs with the acquire in wait, whose thread may end at once. */
    if (ordo_exchange(&waiter->state, granted, ordo_release) == asleep)
        ordo_futex_wake(&waiter->state, 1); /* the address alone */
}

/* The caller is the only owner, and has read `state` with acquire. */
static void hand_on(ordo_slim_reader_writer_lock *lock, size_t state)
{
    for (;;) {
        struct waiter *const first = find_oldest(state);
        struct waiter *stays = first; /* the oldest of those that stay */
        size_t readers = 0;

        if (first->writes)
            stays = newer_than(first);
        else
            for (; stays != NULL && !stays->writes; stays = newer_than(stays))
                readers++;
        if (stays != NULL) {
            ordo_store(&stays->readers, readers, ordo_relaxed);
            ordo_store(&newest_of(state)->oldest, stays, ordo_relaxed);
        } else if (!ordo_compare_exchange(&lock->state, &state,
                                          first->writes ? WRITTEN : readers * READER,
                                          /* Release: pairs with the acquire of a reader that comes
                                           * by. Acquire: of the nodes that have come. */
                                          ordo_release, ordo_acquire)) {
            continue;
        }
        for (struct waiter *waiter = first, *next; waiter != stays; waiter = next) {
            next = newer_than(waiter); /* before it may leave */
            grant(waiter);
        }
        return;
    }
}

/* ---- Locking --------------------------------------------------------------------------------- */

static void wait(struct waiter *self)
{
    uint32_t seen = waiting;

    for (unsigned int turn = 0;
         turn < ordo_spin_limit && ordo_load(&self->state, ordo_relaxed) == waiting; turn++)
        ordo_spin_hint();
    /* Acquire, twice: pairs with the release in grant. */
    if (ordo_compare_exchange(&self->state, &seen, asleep, ordo_relaxed, ordo_acquire))
        while (ordo_load(&self->state, ordo_acquire) == asleep)
            ordo_futex_wait(&self->state, asleep);
}

/* Whether nobody has the lock who would keep out a reader, or a writer; nor waits for it. */
static bool is_open(size_t state, bool writes)
{
    return writes ? state == 0 : (state & (WRITTEN | QUEUED)) == 0;
}

static bool try_lock(ordo_slim_reader_writer_lock *lock, bool writes, size_t *state)
{
    while (is_open(*state, writes))
        /* Acquire: pairs with the release of earlier owners. */
        if (ordo_compare_exchange_weak(&lock->state, state, *state + (writes ? WRITTEN : READER),
                                       ordo_acquire, ordo_relaxed))
            return true;
    return false;
}

__attribute__((cold, noinline)) static void queue_up(ordo_slim_reader_writer_lock *lock,
                                                     bool writes, size_t state)
{
    struct waiter self = {.writes = writes};

    do {
        if (try_lock(lock, writes, &state))
            return;
        const bool is_first = (state & QUEUED) == 0;
        self.older = is_first ? NULL : newest_of(state);
        ordo_store(&self.oldest, is_first ? &self : NULL, ordo_relaxed);
        ordo_store(&self.readers, is_first ? state / READER : 0, ordo_relaxed);
        /* Release: pairs with the acquire of the owner who looks at the node. */
    } while (!ordo_compare_exchange_weak(&lock->state, &state, (size_t)&self + QUEUED,
                                         ordo_release, ordo_relaxed));
    wait(&self);
}

static inline void lock_as(ordo_slim_reader_writer_lock *lock, bool writes)
{
    size_t state = ordo_load(&lock->state, ordo_relaxed);

    if (!try_lock(lock, writes, &state))
        queue_up(lock, writes, state);
}

ORDO_NOT_ANALYSED bool ordo_slim_reader_writer_lock_try_read_lock(
    ordo_slim_reader_writer_lock *lock)
{
    size_t state = ordo_load(&lock->state, ordo_relaxed);

    return try_lock(lock, false, &state);
}

ORDO_NOT_ANALYSED bool ordo_slim_reader_writer_lock_try_write_lock(
    ordo_slim_reader_writer_lock *lock)
{
    size_t state = ordo_load(&lock->state, ordo_relaxed);

    return try_lock(lock, true, &state);
}

ORDO_NOT_ANALYSED void ordo_slim_reader_writer_lock_read_lock(ordo_slim_reader_writer_lock *lock)
{
    lock_as(lock, false);
}

ORDO_NOT_ANALYSED void ordo_slim_reader_writer_lock_write_lock(ordo_slim_reader_writer_lock *lock)
{
    lock_as(lock, true);
}

/* ---- Unlocking ------------------------------------------------------------------------------- */

__attribute__((noreturn, cold)) static void not_read(void)
{
    ordo_misuse("slim_reader_writer_lock.c: unlock of a lock that is not read");
}

__attribute__((noreturn, cold)) static void not_written(void)
{
    ordo_misuse("slim_reader_writer_lock.c: unlock of a lock that is not written");
}

__attribute__((cold, noinline)) static void leave_readers(ordo_slim_reader_writer_lock *lock)
{
    /* Acquire, twice: pairs with the release of those who queued up. */
    struct waiter *const oldest = find_oldest(ordo_load(&lock->state, ordo_acquire));
    /* Release: what this reader did. Acquire: what the others did. */
    const size_t before = ordo_fetch_sub(&oldest->readers, 1, ordo_acq_rel);

    if (before == 0)
        not_read();
    if (before == 1)
        hand_on(lock, ordo_load(&lock->state, ordo_acquire));
}

ORDO_NOT_ANALYSED void ordo_slim_reader_writer_lock_read_unlock(ordo_slim_reader_writer_lock *lock)
{
    size_t state = ordo_load(&lock->state, ordo_relaxed);

    while ((state & QUEUED) == 0) {
        if (state < READER)
            not_read();
        /* Release: pairs with the acquire of the next writer, who may free the lock. */
        if (ordo_compare_exchange_weak(&lock->state, &state, state - READER, ordo_release,
                                       ordo_relaxed))
            return;
    }
    leave_readers(lock);
}

__attribute__((cold, noinline)) static void leave_writer(ordo_slim_reader_writer_lock *lock,
                                                         size_t state)
{
    if ((state & QUEUED) == 0 || ordo_load(&find_oldest(state)->readers, ordo_relaxed) != 0)
        not_written();
    hand_on(lock, state);
}

ORDO_NOT_ANALYSED void ordo_slim_reader_writer_lock_write_unlock(ordo_slim_reader_writer_lock *lock)
{
    size_t state = WRITTEN;

    /* Release: pairs with the acquire of the next owner, who may free the lock. Acquire: pairs with
     * the release of those who queued up. */
    if (!ordo_compare_exchange(&lock->state, &state, 0, ordo_release, ordo_acquire))
        leave_writer(lock, state);
}

void ordo_slim_reader_writer_lock_fork_prepare(ordo_slim_reader_writer_lock *lock)
{
    ordo_slim_reader_writer_lock_write_lock(lock);
}

void ordo_slim_reader_writer_lock_fork_parent(ordo_slim_reader_writer_lock *lock)
{
    ordo_slim_reader_writer_lock_write_unlock(lock);
}

ORDO_NOT_ANALYSED void ordo_slim_reader_writer_lock_fork_child(ordo_slim_reader_writer_lock *lock)
{
    ordo_store(&lock->state, 0, ordo_relaxed); /* those who wait are not there */
}
