// expect: ordo_fetch_update_if: failure cannot have acq_rel ordering: an exchange that fails writes nothing; use relaxed, acquire, seq_cst or full for failure
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t seen;
    ordo_fetch_update_if(object, ordo_full, ordo_acq_rel, old, old < 5, old + 1, &seen);
}
