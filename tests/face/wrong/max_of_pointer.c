// expect: _Generic.*ordo_atomic_ptr|controlling expression type.*ordo_atomic_ptr|no matching function for call to .ordo_max_fetch_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_ptr *object);
void wrong(ordo_atomic_ptr *object)
{
    ordo_max_fetch(object, object, ordo_relaxed);
}
