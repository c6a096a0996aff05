/* lock_table.c: see lock_table.h. The locks are ordo's mutexes: their waiters sleep, for an owner
 * may lose its CPU, or wait for a page, in the middle of a large object.
 *
 * A fork takes all of them, so that the child finds them unlocked and no object half written. Who
 * holds one takes no other, so the order in which fork takes them does not matter. One copy of the
 * library does it for the table: the one that came first. It is never unloaded: what defines the
 * table is not, nor what that depends on.
 */
#include "lock_table.h"

#include "../../core/unique_table.h"

/* A cache line each; the two versions of a library that meet in one process must agree on it, so a
 * change of the lock is a change of the table's name. */
extern struct place {
    _Alignas(64) ordo_mutex mutex;
    ordo_atomic_bool is_fork_safe; /* of the first place alone */
} ordo_atomic_lock_table[unique_table_places];

UNIQUE_TABLE(ordo_atomic_lock_table);

/* 256 places of 16 bytes are a page of 4096, the smallest there is. */
ordo_mutex *lock_of(const void *object)
{
    return &ordo_atomic_lock_table[(uintptr_t)object / 16 % unique_table_places].mutex;
}

static void before_fork(void)
{
    for (size_t i = 0; i < unique_table_places; i++)
        ordo_mutex_fork_prepare(&ordo_atomic_lock_table[i].mutex);
}

static void after_fork_in_parent(void)
{
    for (size_t i = 0; i < unique_table_places; i++)
        ordo_mutex_fork_parent(&ordo_atomic_lock_table[i].mutex);
}

static void after_fork_in_child(void)
{
    for (size_t i = 0; i < unique_table_places; i++)
        ordo_mutex_fork_child(&ordo_atomic_lock_table[i].mutex);
}

/* What pthread_atfork calls; see core/at_fork.c. A C library without it takes no locks at a fork. */
__attribute__((weak)) extern int __register_atfork(void (*prepare)(void), void (*parent)(void),
                                                   void (*child)(void), void *shared_object);

__attribute__((constructor)) static void guard_forks(void)
{
    /* Relaxed: the flag guards no data. */
    if (__register_atfork != NULL
        && !ordo_exchange(&ordo_atomic_lock_table[0].is_fork_safe, true, ordo_relaxed))
        __register_atfork(before_fork, after_fork_in_parent, after_fork_in_child, NULL);
}
