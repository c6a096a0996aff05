// expect: _Generic.*ordo_atomic_ptr|controlling expression type.*ordo_atomic_ptr|no matching function for call to .ordo_bit_test_and_complement_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_ptr *object);
void wrong(ordo_atomic_ptr *object)
{
    ordo_bit_test_and_complement(object, 0, ordo_relaxed);
}
