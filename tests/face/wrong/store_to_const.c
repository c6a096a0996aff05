// expect: _Generic.*const|controlling expression type.*const|no matching function for call to .ordo_store_typed|invalid conversion from .const ordo_atomic_u32
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    const ordo_atomic_u32 *const same = object;
    ordo_store(same, 1, ordo_relaxed);
}
