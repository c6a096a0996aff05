// expect: ordo_load: a load cannot have acq_rel ordering: it writes nothing; use relaxed, acquire or seq_cst
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    (void)ordo_load(object, ordo_acq_rel);
}
