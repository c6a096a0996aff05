/* lock_table.h: the locks of the objects that no instruction can operate on as a whole.
 *
 * All accesses to one atomic object begin at its address, so the lock is found by the address
 * alone, and one is enough. Only the place in the page counts: memory that is mapped twice has the
 * same lock at both addresses, whatever the page size.
 *
 * One process has one table, even if several of its shared objects each have a copy of this
 * library: see unique.h of core. An executable that links the static library must export the
 * table, or has its own:
 *
 *     -Wl,--export-dynamic-symbol=ordo_atomic_lock_table
 *
 * The locks are the words of ordo's mutexes, proved by the model checker: waiters sleep, for an
 * owner may lose its CPU, or wait for a page, in the middle of a large object.
 */
#ifndef ORDO_ABI_ATOMIC_LOCK_TABLE_H
#define ORDO_ABI_ATOMIC_LOCK_TABLE_H

#include "../../core/mutex_word.h"
#include "../../core/unique_table.h"

/* A cache line each. Two versions of this library that meet in a process must agree on it: who
 * changes the lock changes the table's name. */
extern struct lock_place {
    _Alignas(64) ordo_atomic_u32 lock;
    ordo_atomic_bool is_fork_guarded; /* of the first place alone: lock_table.c */
} ordo_atomic_lock_table[unique_table_places];

/* 256 places of 16 bytes are a page of 4096, the smallest there is. */
static inline ordo_atomic_u32 *lock_object(const void *object)
{
    ordo_atomic_u32 *const lock =
        &ordo_atomic_lock_table[(uintptr_t)object / 16 % unique_table_places].lock;

    mutex_word_lock(lock, ORDO_NEVER, ordo_futex_private);
    return lock;
}

static inline void unlock_object(ordo_atomic_u32 *lock)
{
    mutex_word_unlock(lock, ordo_futex_private);
}

#endif
