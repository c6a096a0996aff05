// expect: incompatible types when assigning|assigning to .ordo_atomic_u32.*from incompatible type|no match for .operator=|no viable overloaded
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    *object = 1;
}
