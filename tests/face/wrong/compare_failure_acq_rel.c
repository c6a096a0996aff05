// expect: ordo_compare_exchange: failure cannot have acq_rel ordering: an exchange that fails writes nothing; use relaxed, acquire, seq_cst or full for failure
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t expected = 0;
    ordo_compare_exchange(object, &expected, 1, ordo_acq_rel, ordo_acq_rel);
}
