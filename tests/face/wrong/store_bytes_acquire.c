// expect: ordo_store_bytes: a store cannot have acquire ordering: it reads nothing; use relaxed, release or seq_cst
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    const uint32_t copy = 1;
    ordo_store_bytes(object, &copy, sizeof copy, ordo_acquire);
}
