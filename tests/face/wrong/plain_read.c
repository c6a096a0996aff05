// expect: incompatible types when (initializing|returning)|initializing .const uint32_t.*with an expression of incompatible type|cannot convert .ordo_atomic_u32|no viable conversion
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    const uint32_t value = *object;
    (void)value;
}
