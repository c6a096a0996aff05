/* Objects of every type, with qualifiers, in structs and arrays, operations inside operations; and
 * names that a program may have for itself. */
#include <assert.h>
#include <stddef.h>

#define u8 unsigned char
#define relaxed 17
#include "ordo/ordo.h"

struct record {
    ordo_atomic_bool flag;
    ordo_atomic_i8 small;
    ordo_atomic_u16 numbers[4];
    volatile ordo_atomic_i32 device;
    ordo_atomic_usize size;
    ordo_atomic_isize difference;
    ordo_atomic_ptr next;
    ordo_atomic_u128 wide;
};

static ordo_atomic_ptr head = ORDO_ATOMIC_INIT(NULL);
static const ordo_atomic_i64 constant = ORDO_ATOMIC_INIT(-5);

bool right(struct record *record);
bool right(struct record *record)
{
    u8 narrow = 3;
    void *expected = ordo_load(&head, ordo_relaxed);
    ordo_store(&record->next, expected, ordo_relaxed);
    while (!ordo_compare_exchange_weak(&head, &expected, record, ordo_release, ordo_relaxed))
        ordo_store(&record->next, expected, ordo_relaxed);

    for (unsigned int i = 0; i < 4; i++)
        ordo_fetch_max(&record->numbers[i], narrow, ordo_relaxed);
    ordo_fetch_add(record->numbers, 1, ordo_relaxed);
    ordo_add(&record->device, -1, ordo_relaxed);
    ordo_sub_fetch(&record->difference, 1, ordo_relaxed);
    ordo_store(&record->size, ordo_load(&record->size, ordo_relaxed) + 1, ordo_relaxed);
    ordo_fetch_update(&record->wide, ordo_relaxed, ordo_relaxed, old, old << 1 | 1);
    ordo_fetch_and(&record->small, 0x7f, ordo_relaxed);
    assert(ordo_load(&constant, ordo_relaxed) < 0);
    if (ordo_fetch_nand(&record->flag, true, ordo_full))
        return ordo_wait_for_change(&record->flag, true, 1000);
    return ordo_load(&head, ordo_acquire) != NULL && *ordo_get_mut(&record->flag) + relaxed > 17;
}
