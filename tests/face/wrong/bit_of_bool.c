// expect: _Generic.*ordo_atomic_bool|controlling expression type.*ordo_atomic_bool|no matching function for call to .ordo_bit_test_and_reset_typed
#include "ordo/ordo.h"

void wrong(ordo_atomic_bool *object);
void wrong(ordo_atomic_bool *object)
{
    ordo_bit_test_and_reset(object, 0, ordo_relaxed);
}
