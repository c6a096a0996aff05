/* Orderings that are not constants: parameters, const variables, expressions. */
#include "ordo/ordo.h"

static const enum ordo_order usual = ordo_acquire;

uint64_t right(ordo_atomic_u64 *object, enum ordo_order order, bool strong);
uint64_t right(ordo_atomic_u64 *object, enum ordo_order order, bool strong)
{
    const enum ordo_order local = ordo_seq_cst;
    uint64_t value = ordo_load(object, order) + ordo_load(object, usual) + ordo_load(object, local);
    ordo_store(object, value, strong ? ordo_release : ordo_relaxed);
    ordo_compare_exchange(object, &value, 1, strong ? ordo_full : order, usual);
    ordo_thread_fence(order);
    ordo_load_bytes(&value, object, sizeof value, order);
    return value + ordo_fetch_update(object, order, strong ? ordo_seq_cst : usual, old, old + 1);
}
