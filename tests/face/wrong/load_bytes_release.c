// expect: ordo_load_bytes: a load cannot have release ordering: it writes nothing; use relaxed, acquire or seq_cst
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    uint32_t copy;
    ordo_load_bytes(&copy, object, sizeof copy, ordo_release);
}
