/* update.c: the parts of atomic.h that are more than one call: fetch_update, plain access of an
 * owner, the copies of shared bytes, fences; and that no macro evaluates an argument twice. */
#include <criterion/criterion.h>
#include <string.h>

#include "ordo/ordo.h"

Test(update, replaces_the_value_and_returns_the_previous_one)
{
    ordo_atomic_u32 number = ORDO_ATOMIC_INIT(20);
    cr_assert(ordo_fetch_update(&number, ordo_acq_rel, ordo_acquire, old, old * 2 + 2) == 20);
    cr_assert(ordo_load(&number, ordo_relaxed) == 42);

    ordo_atomic_bool flag = ORDO_ATOMIC_INIT(false);
    cr_assert(!ordo_fetch_update(&flag, ordo_relaxed, ordo_full, old, !old));
    cr_assert(ordo_load(&flag, ordo_relaxed));

    ordo_atomic_u128 wide = ORDO_ATOMIC_INIT(1);
    cr_assert(ordo_fetch_update(&wide, ordo_full, ordo_seq_cst, old, old << 100) == 1);
    cr_assert(ordo_load(&wide, ordo_relaxed) == (ordo_u128)1 << 100);
}

Test(update, stops_where_the_condition_is_false)
{
    ordo_atomic_i32 number = ORDO_ATOMIC_INIT(9);
    int32_t old_value = 0;
    cr_assert(ordo_fetch_update_if(&number, ordo_release, ordo_relaxed, old, old < 10, old + 1,
                                   &old_value));
    cr_assert(old_value == 9 && ordo_load(&number, ordo_relaxed) == 10);
    cr_assert(!ordo_fetch_update_if(&number, ordo_release, ordo_full, old, old < 10, old + 1,
                                    &old_value));
    cr_assert(old_value == 10 && ordo_load(&number, ordo_relaxed) == 10);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
Test(update, may_name_the_variable_that_it_fills)
{
    ordo_atomic_u32 number = ORDO_ATOMIC_INIT(9);
    uint32_t old = 0;
    cr_assert(ordo_fetch_update_if(&number, ordo_relaxed, ordo_relaxed, old, old < 10, old + 1,
                                   &old));
    cr_assert(old == 9);
}
#pragma GCC diagnostic pop

Test(update, nests)
{
    ordo_atomic_u32 a = ORDO_ATOMIC_INIT(1), b = ORDO_ATOMIC_INIT(10);
    ordo_fetch_update(&a, ordo_relaxed, ordo_relaxed, outer,
                      outer + ordo_fetch_update(&b, ordo_relaxed, ordo_relaxed, inner, inner + 1));
    cr_assert(ordo_load(&a, ordo_relaxed) == 11 && ordo_load(&b, ordo_relaxed) == 11);
    ordo_store(&a, ordo_load(&b, ordo_relaxed) + ordo_load(&a, ordo_relaxed), ordo_relaxed);
    cr_assert(ordo_load(&a, ordo_relaxed) == 22);
}

/* Another thread's store, as seen from inside: the expression itself changes the object once. */
Test(update, tries_again_with_what_it_saw)
{
    ordo_atomic_u32 number = ORDO_ATOMIC_INIT(1);
    int attempts = 0;
    const uint32_t previous = ordo_fetch_update(
        &number, ordo_relaxed, ordo_relaxed, old,
        (attempts++ == 0 ? ordo_store(&number, 5, ordo_relaxed) : (void)0, old + 100));
    cr_assert(previous == 5 && ordo_load(&number, ordo_relaxed) == 105);
    cr_assert(attempts >= 2);
}

Test(update, gives_up_on_a_retry)
{
    ordo_atomic_u32 number = ORDO_ATOMIC_INIT(1);
    uint32_t seen = 0;
    const bool stored =
        ordo_fetch_update_if(&number, ordo_relaxed, ordo_relaxed, old, old < 5,
                             (ordo_store(&number, 5, ordo_relaxed), old + 100), &seen);
    cr_assert(!stored && seen == 5 && ordo_load(&number, ordo_relaxed) == 5);
}

Test(update, plain_access_of_an_owner)
{
    ordo_atomic_u16 number = ORDO_ATOMIC_INIT(3);
    uint16_t *plain = ordo_get_mut(&number);
    *plain = 77;
    cr_assert(ordo_load(&number, ordo_relaxed) == 77);
    cr_assert(ordo_into_inner(&number) == 77);
}

/* Every offset and size around two words; the bytes beside the copy stay. */
Test(update, copies_bytes_whatever_the_alignment, .timeout = 60)
{
    enum { room = 40 };
    _Alignas(8) unsigned char shared[room];
    unsigned char source[room], destination[room];
    for (size_t i = 0; i < room; i++)
        source[i] = (unsigned char)(i + 1);

    for (size_t offset = 0; offset < 16; offset++)
        for (size_t size = 0; size <= 24; size++) {
            memset(shared, 0xee, room);
            memset(destination, 0xdd, room);
            ordo_store_bytes(shared + offset, source + 1, size, ordo_release);
            ordo_load_bytes(destination + 3, shared + offset, size, ordo_acquire);
            for (size_t i = 0; i < room; i++) {
                const bool in_shared = i >= offset && i < offset + size;
                const bool in_destination = i >= 3 && i < 3 + size;
                cr_assert(shared[i] == (in_shared ? source[1 + i - offset] : 0xee));
                cr_assert(destination[i] == (in_destination ? source[1 + i - 3] : 0xdd));
            }
        }
}

/* Shown to change nothing but order: they return. What they emit, the structural checks compare. */
static int evaluations;

static ordo_atomic_u32 *once(ordo_atomic_u32 *object)
{
    evaluations++;
    return object;
}

static uint32_t value_once(uint32_t value)
{
    evaluations++;
    return value;
}

static enum ordo_order order_once(enum ordo_order order)
{
    evaluations++;
    return order;
}

#define EXPECT_EVALUATIONS(count, ...)                                                             \
    do {                                                                                           \
        evaluations = 0;                                                                           \
        (void)(__VA_ARGS__);                                                                       \
        cr_assert(evaluations == count, #__VA_ARGS__ ": %d evaluations", evaluations);             \
    } while (0)

Test(update, arguments_are_evaluated_once)
{
    ordo_atomic_u32 a = ORDO_ATOMIC_INIT(0);
    uint32_t expected = 0, out = 0;
    uint32_t *places[] = {&expected, &out};
    int place = 0;

    EXPECT_EVALUATIONS(2, ordo_load(once(&a), order_once(ordo_acquire)));
    EXPECT_EVALUATIONS(3, ordo_store(once(&a), value_once(0), order_once(ordo_release)));
    EXPECT_EVALUATIONS(3, ordo_fetch_add(once(&a), value_once(0), order_once(ordo_full)));
    EXPECT_EVALUATIONS(3, ordo_xor_fetch(once(&a), value_once(0), order_once(ordo_full)));
    EXPECT_EVALUATIONS(3, ordo_or(once(&a), value_once(0), order_once(ordo_full)));
    EXPECT_EVALUATIONS(3, ordo_bit_test_and_reset(once(&a), value_once(3), order_once(ordo_full)));
    EXPECT_EVALUATIONS(2, ordo_wait_for_change(once(&a), value_once(0), 0));
    EXPECT_EVALUATIONS(1, ordo_load_acquire_rcpc(once(&a)));
    EXPECT_EVALUATIONS(1, ordo_get_mut(once(&a)));
    EXPECT_EVALUATIONS(1, ordo_into_inner(once(&a)));
    EXPECT_EVALUATIONS(1, ordo_thread_fence(order_once(ordo_full)));
    EXPECT_EVALUATIONS(1, ordo_compiler_fence(order_once(ordo_full)));
    EXPECT_EVALUATIONS(3, ordo_load_bytes(&out, once(&a), value_once(4), order_once(ordo_relaxed)));
    EXPECT_EVALUATIONS(3, ordo_store_bytes(once(&a), &out, value_once(4),
                                           order_once(ordo_release)));
    EXPECT_EVALUATIONS(4, ordo_compare_exchange(once(&a), places[place++], value_once(0),
                                                order_once(ordo_release),
                                                order_once(ordo_acquire)));
    cr_assert(place == 1);
    EXPECT_EVALUATIONS(3, ordo_fetch_update(once(&a), order_once(ordo_relaxed),
                                            order_once(ordo_relaxed), old, old));
    EXPECT_EVALUATIONS(3, ordo_fetch_update_if(once(&a), order_once(ordo_relaxed),
                                               order_once(ordo_relaxed), old, true, old,
                                               places[place++]));
    cr_assert(place == 2);
}
