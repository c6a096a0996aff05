// expect: ordo_compare_exchange_weak: failure cannot have release ordering: an exchange that fails writes nothing; use relaxed, acquire, seq_cst or full for failure
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t expected = 0;
    ordo_compare_exchange_weak(object, &expected, 1, ordo_acq_rel, ordo_release);
}
