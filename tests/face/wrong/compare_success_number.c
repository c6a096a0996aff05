// expect: ordo_compare_exchange: not an ordering; use relaxed, acquire, release, acq_rel, seq_cst or full
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t expected = 0;
    ordo_compare_exchange(object, &expected, 1, (enum ordo_order)7, ordo_relaxed);
}
