// expect: ordo_fetch_update: failure cannot have release ordering: an exchange that fails writes nothing; use relaxed, acquire, seq_cst or full for failure
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    ordo_fetch_update(object, ordo_release, ordo_release, old, old + 1);
}
