/* wait_half.c: a shared object with a copy of ordo of its own; wait_halves.sh says what for. */
#include <ordo/parking_lot.h>
#include <ordo/thread.h>
#include <ordo/wait.h>

void half_wait(ordo_atomic_u64 *object);
void half_change(ordo_atomic_u64 *object);
int half_park(const void *key);
size_t half_unpark(const void *key);
uint64_t half_id(void);

void half_wait(ordo_atomic_u64 *object)
{
    (void)ordo_wait(object, 0, ordo_acquire);
}

void half_change(ordo_atomic_u64 *object)
{
    ordo_store(object, 1, ordo_release);
    ordo_notify_one(object);
}

int half_park(const void *key)
{
    const struct ordo_parking parking = {0};

    return ordo_parking_lot_park(key, &parking, ORDO_NEVER, NULL);
}

size_t half_unpark(const void *key)
{
    return ordo_parking_lot_unpark_all(key, 0);
}

uint64_t half_id(void)
{
    return ordo_thread_id();
}
