// expect: _Generic.*ordo_atomic_u128|controlling expression type.*ordo_atomic_u128|no matching function for call to .ordo_wait_for_change_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_u128 *object);
void wrong(ordo_atomic_u128 *object)
{
    ordo_wait_for_change(object, 0, 0);
}
