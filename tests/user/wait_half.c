/* wait_half.c: a shared object with a copy of ordo of its own; wait_halves.sh says what for. */
#include <ordo/wait.h>

void half_wait(ordo_atomic_u64 *object);
void half_change(ordo_atomic_u64 *object);

void half_wait(ordo_atomic_u64 *object)
{
    (void)ordo_wait(object, 0, ordo_acquire);
}

void half_change(ordo_atomic_u64 *object)
{
    ordo_store(object, 1, ordo_release);
    ordo_notify_one(object);
}
