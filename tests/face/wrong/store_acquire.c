// expect: ordo_store: a store cannot have acquire ordering: it reads nothing; use relaxed, release or seq_cst
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    ordo_store(object, 1, ordo_acquire);
}
