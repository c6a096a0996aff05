// expect: ordo_xor: not an ordering; use relaxed, acquire, release, acq_rel, seq_cst or full
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    ordo_xor(object, 1, (enum ordo_order)7);
}
