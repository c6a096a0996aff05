// expect: ordo_load: not an ordering; use relaxed, acquire, release, acq_rel, seq_cst or full
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    (void)ordo_load(object, (enum ordo_order)__ATOMIC_CONSUME);
}
