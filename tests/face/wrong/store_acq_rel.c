// expect: ordo_store: a store cannot have acq_rel ordering: it reads nothing; use relaxed, release or seq_cst
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    ordo_store(object, 1, ordo_acq_rel);
}
