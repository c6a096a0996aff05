// expect: _Generic.*uint32_t|_Generic.*unsigned int|controlling expression type.*(uint32_t|unsigned int)|no matching function for call to .ordo_load_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    (void)ordo_load(&object->plain, ordo_relaxed);
}
