// expect: ordo_load_bytes: a copy cannot have seq_cst ordering: many loads of bytes and words; use relaxed or acquire
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t copy;
    ordo_load_bytes(&copy, object, sizeof copy, ordo_seq_cst);
}
