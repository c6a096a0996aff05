// expect: ordo_store_bytes: a copy cannot have seq_cst ordering: many stores of bytes and words; use relaxed or release
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    const uint32_t copy = 1;
    ordo_store_bytes(object, &copy, sizeof copy, ordo_seq_cst);
}
