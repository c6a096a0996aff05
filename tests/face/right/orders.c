/* Every ordering that an operation can have, as a constant. */
#include "ordo/ordo.h"

void right(ordo_atomic_u32 *object);
void right(ordo_atomic_u32 *object)
{
    uint32_t expected = ordo_load(object, ordo_relaxed) + ordo_load(object, ordo_acquire);
    expected += ordo_load(object, ordo_seq_cst);
    ordo_store(object, 1, ordo_relaxed);
    ordo_store(object, 1, ordo_release);
    ordo_store(object, 1, ordo_seq_cst);
    ordo_fetch_add(object, 1, ordo_relaxed);
    ordo_fetch_add(object, 1, ordo_acquire);
    ordo_fetch_add(object, 1, ordo_release);
    ordo_fetch_add(object, 1, ordo_acq_rel);
    ordo_fetch_add(object, 1, ordo_seq_cst);
    ordo_fetch_add(object, 1, ordo_full);
    ordo_compare_exchange(object, &expected, 1, ordo_release, ordo_acquire);
    ordo_compare_exchange(object, &expected, 1, ordo_relaxed, ordo_seq_cst);
    ordo_compare_exchange_weak(object, &expected, 1, ordo_acq_rel, ordo_full);
    ordo_compare_exchange_weak(object, &expected, 1, ordo_full, ordo_relaxed);
    ordo_thread_fence(ordo_acquire);
    ordo_thread_fence(ordo_release);
    ordo_thread_fence(ordo_acq_rel);
    ordo_thread_fence(ordo_seq_cst);
    ordo_thread_fence(ordo_full);
    ordo_compiler_fence(ordo_seq_cst);
    ordo_load_bytes(&expected, object, sizeof expected, ordo_relaxed);
    ordo_load_bytes(&expected, object, sizeof expected, ordo_acquire);
    ordo_store_bytes(object, &expected, sizeof expected, ordo_relaxed);
    ordo_store_bytes(object, &expected, sizeof expected, ordo_release);
}
