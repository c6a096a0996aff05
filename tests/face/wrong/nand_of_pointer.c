// expect: _Generic.*ordo_atomic_ptr|controlling expression type.*ordo_atomic_ptr|no matching function for call to .ordo_fetch_nand_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_ptr *object);
void wrong(ordo_atomic_ptr *object)
{
    ordo_fetch_nand(object, 1, ordo_relaxed);
}
