/* beside.c: a program that uses libordo and libordo-atomic, the same objects through both. */
#include "abi.h"
#include "ordo/ordo.h"

int main(void)
{
    static ordo_atomic_u32 number;
    static _Alignas(16) ordo_atomic_u128 wide;
    static ordo_mutex mutex;
    uint64_t large[3] = {1, 2, 3}, other[3] = {4, 5, 6}, seen[3];

    ordo_fetch_add(&number, 1, ordo_relaxed);
    abi_fetch_add_4(&number, 2, relaxed);
    ordo_store(&wide, 5, ordo_release);
    abi_fetch_add_16(&wide, 6, acquire);
    ORDO_MUTEX_GUARD(&mutex);
    abi_exchange(sizeof large, large, other, seen, seq_cst);
    CHECK(ordo_load(&number, ordo_acquire) == 3 && ordo_load(&wide, ordo_acquire) == 11, "sums");
    CHECK(seen[2] == 3 && large[2] == 6, "exchange");
    return 0;
}
