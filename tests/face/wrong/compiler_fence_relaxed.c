// expect: ordo_compiler_fence: a fence cannot be relaxed: it would order nothing; use acquire, release, acq_rel, seq_cst or full
#include "ordo/ordo.h"

void wrong(ordo_atomic_u32 *object);
void wrong(ordo_atomic_u32 *object)
{
    (void)object;
    ordo_compiler_fence(ordo_relaxed);
}
