/* copy.c: a half of copies.c; see there. */
#include "copy.h"

extern char ordo_atomic_lock_table[];

struct copy copy_get(void)
{
    return (struct copy){abi_load, abi_store, abi_compare_exchange, ordo_atomic_lock_table};
}
