/* lock_table.c: see lock_table.h.
 *
 * A fork takes all locks, so that the child finds them unlocked and no object half written. Who
 * holds one takes no other, so that it can. One copy of the library does it for the table: the one
 * that came first, which is not unloaded before the table is.
 */
#include "lock_table.h"

UNIQUE_TABLE(ordo_atomic_lock_table);

static void before_fork(void)
{
    for (size_t i = 0; i < unique_table_places; i++)
        mutex_word_lock(&ordo_atomic_lock_table[i].lock, ORDO_NEVER, ordo_futex_private);
}

static void after_fork(void)
{
    for (size_t i = 0; i < unique_table_places; i++)
        unlock_object(&ordo_atomic_lock_table[i].lock);
}

/* What pthread_atfork calls; see core/at_fork.c. Where the C library has none, forks are as with
 * libatomic: the child must not use an object that another thread was at. */
__attribute__((weak)) extern int __register_atfork(void (*prepare)(void), void (*parent)(void),
                                                   void (*child)(void), void *shared_object);

__attribute__((constructor)) static void guard_forks(void)
{
    /* Relaxed: the flag guards no data. */
    if (__register_atfork != NULL
        && !ordo_exchange(&ordo_atomic_lock_table[0].is_fork_guarded, true, ordo_relaxed))
        __register_atfork(before_fork, after_fork, after_fork, NULL);
}
