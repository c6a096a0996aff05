/* lock_table.h: the locks of the objects that no instruction can operate on as a whole.
 *
 * All accesses to one atomic object begin at its address, with its size, so the lock is found by
 * the address alone, and one is enough. Only the place in the page counts: memory that is mapped
 * twice has the same lock at both addresses, whatever the page size.
 *
 * One process has one table, even if several of its shared objects each have a copy of this
 * library: see unique_table.h of core. An executable that links the static library must export the
 * table, or it has its own:
 *
 *     -Wl,--export-dynamic-symbol=ordo_atomic_lock_table
 */
#ifndef ORDO_ABI_ATOMIC_LOCK_TABLE_H
#define ORDO_ABI_ATOMIC_LOCK_TABLE_H

#include "ordo/mutex.h"

#pragma GCC visibility push(hidden)
ordo_mutex *lock_of(const void *object) __asm__("__ordo_atomic_lock_of");
#pragma GCC visibility pop

#endif
