// calls: ordo_compare_exchange_u32_acq_rel ordo_fence_full ordo_fetch_add_u32_relaxed ordo_fetch_min_i8_seq_cst ordo_load_u64_acquire ordo_store_u8_release
/* A constant ordering is one direct call: this refers to the symbols of line 1 and nothing else. */
#include "ordo/ordo.h"

uint32_t add(ordo_atomic_u32 *object);
uint32_t add(ordo_atomic_u32 *object)
{
    return ordo_fetch_add(object, 1, ordo_relaxed);
}

bool swap(ordo_atomic_u32 *object, uint32_t *expected);
bool swap(ordo_atomic_u32 *object, uint32_t *expected)
{
    return ordo_compare_exchange(object, expected, 1, ordo_release, ordo_acquire);
}

int8_t least(ordo_atomic_i8 *object, int8_t value);
int8_t least(ordo_atomic_i8 *object, int8_t value)
{
    return ordo_min_fetch(object, value, ordo_seq_cst);
}

void *top(const ordo_atomic_ptr *object);
void *top(const ordo_atomic_ptr *object)
{
    return ordo_load(object, ordo_acquire);
}

void open(ordo_atomic_bool *object);
void open(ordo_atomic_bool *object)
{
    ordo_thread_fence(ordo_full);
    ordo_store(object, true, ordo_release);
}
