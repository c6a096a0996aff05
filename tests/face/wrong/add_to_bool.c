// expect: _Generic.*ordo_atomic_bool|controlling expression type.*ordo_atomic_bool|no matching function for call to .ordo_fetch_add_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_bool *object);
void wrong(ordo_atomic_bool *object)
{
    ordo_fetch_add(object, true, ordo_relaxed);
}
