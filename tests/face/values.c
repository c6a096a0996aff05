/* values.c: what each operation of atomic.h computes, for every type that has it, with every
 * ordering.
 *
 * Which symbol an operation calls is the business of tests/calls; here is the real back end, so
 * that the conversions of typed.h are seen from both sides: signs, widths, bools, bytes of a
 * pointer. The wanted value is computed beside each operation by plain arithmetic. */
#include <criterion/criterion.h>
#include <limits.h>

#include "ordo/ordo.h"

static const enum ordo_order any_order[] = {ordo_relaxed, ordo_acquire, ordo_release,
                                            ordo_acq_rel, ordo_seq_cst, ordo_full};

#define FOR_EACH(element, array)                                                                   \
    for (const __typeof__((array)[0]) *element = (array);                                          \
         element < (array) + sizeof(array) / sizeof((array)[0]); element++)

/* The checks below work on `object`, the values `a` and `b` and the ordering `order`. */

#define EXPECT_VALUE(operation, wanted)                                                            \
    cr_assert(ordo_load(&object, ordo_relaxed) == (wanted), #operation " left a wrong value")

/* Both forms that return a value. */
#define CHECK_RMW(operation, wanted)                                                               \
    do {                                                                                           \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        cr_assert(ordo_fetch_##operation(&object, b, order) == a, "fetch_" #operation);            \
        EXPECT_VALUE(operation, wanted);                                                           \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        cr_assert(ordo_##operation##_fetch(&object, b, order) == (wanted), #operation "_fetch");   \
        EXPECT_VALUE(operation, wanted);                                                           \
    } while (0)

/* The form without a result as well. */
#define CHECK_RMW_AND_UPDATE(operation, wanted)                                                    \
    do {                                                                                           \
        CHECK_RMW(operation, wanted);                                                              \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        ordo_##operation(&object, b, order);                                                       \
        EXPECT_VALUE(operation, wanted);                                                           \
    } while (0)

#define CHECK_ADD_SUB(T)                                                                           \
    do {                                                                                           \
        T sum, difference; /* these builtins wrap */                                               \
        (void)__builtin_add_overflow(a, b, &sum);                                                  \
        (void)__builtin_sub_overflow(a, b, &difference);                                           \
        CHECK_RMW_AND_UPDATE(add, sum);                                                            \
        CHECK_RMW_AND_UPDATE(sub, difference);                                                     \
    } while (0)

#define CHECK_LOGIC(T)                                                                             \
    do {                                                                                           \
        CHECK_RMW_AND_UPDATE(and, (T)(a & b));                                                     \
        CHECK_RMW_AND_UPDATE(or, (T)(a | b));                                                      \
        CHECK_RMW_AND_UPDATE(xor, (T)(a ^ b));                                                     \
        CHECK_RMW(andnot, (T)(a & (T)~b));                                                         \
        CHECK_RMW(nand, (T)~(a & b));                                                              \
    } while (0)

#define CHECK_MAX_MIN(T)                                                                           \
    do {                                                                                           \
        CHECK_RMW(max, (T)(a > b ? a : b));                                                        \
        CHECK_RMW(min, (T)(a < b ? a : b));                                                        \
    } while (0)

/* Bit 1, and the highest one by an index past the width. */
#define CHECK_BITS(T)                                                                              \
    do {                                                                                           \
        const unsigned int width = 8 * sizeof(T), indices[] = {1, 2 * width - 1};                  \
        FOR_EACH (index, indices) {                                                                \
            const T mask = (T)((uint64_t)1 << (*index % width));                                   \
            const bool was = (a & mask) != 0;                                                      \
            ordo_store(&object, a, ordo_relaxed);                                                  \
            cr_assert(ordo_bit_test_and_set(&object, *index, order) == was);                       \
            EXPECT_VALUE(bit_test_and_set, (T)(a | mask));                                         \
            cr_assert(ordo_bit_test_and_reset(&object, *index, order));                            \
            EXPECT_VALUE(bit_test_and_reset, (T)(a & (T)~mask));                                   \
            cr_assert(!ordo_bit_test_and_complement(&object, *index, order));                      \
            EXPECT_VALUE(bit_test_and_complement, (T)(a | mask));                                  \
        }                                                                                          \
    } while (0)

/* Exchange, and a compare-exchange that finds `a`, with `b` expected. */
#define CHECK_EXCHANGE(T)                                                                          \
    do {                                                                                           \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        cr_assert(ordo_exchange(&object, b, order) == a);                                          \
        EXPECT_VALUE(exchange, b);                                                                 \
                                                                                                   \
        T expected = b;                                                                            \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        cr_assert(ordo_compare_exchange(&object, &expected, b, order, ordo_relaxed) == (a == b));  \
        cr_assert(expected == a);                                                                  \
        EXPECT_VALUE(compare_exchange, a);                                                         \
        cr_assert(ordo_compare_exchange(&object, &expected, b, order, ordo_seq_cst));              \
        EXPECT_VALUE(compare_exchange, b);                                                         \
                                                                                                   \
        expected = b;                                                                              \
        ordo_store(&object, a, ordo_relaxed);                                                      \
        if (a != b) {                                                                              \
            cr_assert(!ordo_compare_exchange_weak(&object, &expected, b, order, ordo_acquire));    \
            cr_assert(expected == a || expected == b); /* b: it failed for no reason */            \
        }                                                                                          \
        expected = a;                                                                              \
        while (!ordo_compare_exchange_weak(&object, &expected, b, order, ordo_full))               \
            cr_assert(expected == a);                                                              \
        EXPECT_VALUE(compare_exchange_weak, b);                                                    \
    } while (0)

#define CHECK_LOAD_STORE(value)                                                                    \
    do {                                                                                           \
        ordo_store(&object, value, ordo_relaxed);                                                  \
        cr_assert(ordo_load(&object, ordo_relaxed) == (value));                                    \
        ordo_store(&object, 0, ordo_relaxed);                                                      \
        ordo_store(&object, value, ordo_release);                                                  \
        cr_assert(ordo_load(&object, ordo_acquire) == (value));                                    \
        ordo_store(&object, 0, ordo_relaxed);                                                      \
        ordo_store(&object, value, ordo_seq_cst);                                                  \
        cr_assert(ordo_load(&object, ordo_seq_cst) == (value));                                    \
    } while (0)

#define CHECK_TO_64_BITS(value, other)                                                             \
    do {                                                                                           \
        ordo_store(&object, value, ordo_relaxed);                                                  \
        cr_assert(ordo_load_acquire_rcpc(&object) == (value));                                     \
        cr_assert(ordo_wait_for_change(&object, other, 1000000000));                               \
        cr_assert(!ordo_wait_for_change(&object, value, 0));                                       \
    } while (0)

#define TEST_INTEGER(type, T, lowest, highest)                                                     \
    Test(values, type, .timeout = 60)                                                              \
    {                                                                                              \
        static const T edges[] = {0, 1, 2, (T)0x5a, (T)-1, lowest, highest, highest - 1};          \
        static ordo_atomic_##type object = ORDO_ATOMIC_INIT(highest);                              \
        cr_assert(ordo_load(&object, ordo_relaxed) == (highest));                                  \
        FOR_EACH (first, edges) {                                                                  \
            const T a = *first;                                                                    \
            CHECK_LOAD_STORE(a);                                                                   \
            CHECK_TO_64_BITS(a, (T)(a ^ 1));                                                       \
            FOR_EACH (second, edges)                                                               \
                FOR_EACH (any, any_order) {                                                        \
                    const T b = *second;                                                           \
                    const enum ordo_order order = *any;                                            \
                    CHECK_EXCHANGE(T);                                                             \
                    CHECK_ADD_SUB(T);                                                              \
                    CHECK_LOGIC(T);                                                                \
                    CHECK_MAX_MIN(T);                                                              \
                    CHECK_BITS(T);                                                                 \
                }                                                                                  \
        }                                                                                          \
    }

TEST_INTEGER(u8, uint8_t, 0, UINT8_MAX)
TEST_INTEGER(u16, uint16_t, 0, UINT16_MAX)
TEST_INTEGER(u32, uint32_t, 0, UINT32_MAX)
TEST_INTEGER(u64, uint64_t, 0, UINT64_MAX)
TEST_INTEGER(usize, size_t, 0, SIZE_MAX)
TEST_INTEGER(i8, int8_t, INT8_MIN, INT8_MAX)
TEST_INTEGER(i16, int16_t, INT16_MIN, INT16_MAX)
TEST_INTEGER(i32, int32_t, INT32_MIN, INT32_MAX)
TEST_INTEGER(i64, int64_t, INT64_MIN, INT64_MAX)
TEST_INTEGER(isize, ptrdiff_t, PTRDIFF_MIN, PTRDIFF_MAX)

Test(values, u128, .timeout = 60)
{
    const ordo_u128 highest = ~(ordo_u128)0;
    const ordo_u128 edges[] = {0, 1, UINT64_MAX, (ordo_u128)1 << 64, highest >> 1, highest};
    static ordo_atomic_u128 object = ORDO_ATOMIC_INIT(UINT64_MAX);
    cr_assert(ordo_load(&object, ordo_relaxed) == UINT64_MAX);
    FOR_EACH (first, edges) {
        const ordo_u128 a = *first;
        CHECK_LOAD_STORE(a);
        FOR_EACH (second, edges)
            FOR_EACH (any, any_order) {
                const ordo_u128 b = *second;
                const enum ordo_order order = *any;
                CHECK_EXCHANGE(ordo_u128);
                CHECK_ADD_SUB(ordo_u128);
                CHECK_LOGIC(ordo_u128);
            }
    }
}

Test(values, boolean, .timeout = 60)
{
    static const bool both[] = {false, true};
    static ordo_atomic_bool object = ORDO_ATOMIC_INIT(true);
    cr_assert(ordo_load(&object, ordo_relaxed));
    FOR_EACH (first, both) {
        const bool a = *first;
        CHECK_LOAD_STORE(a);
        CHECK_TO_64_BITS(a, !a);
        FOR_EACH (second, both)
            FOR_EACH (any, any_order) {
                const bool b = *second;
                const enum ordo_order order = *any;
                CHECK_EXCHANGE(bool);
                CHECK_RMW_AND_UPDATE(and, a && b);
                CHECK_RMW_AND_UPDATE(or, a || b);
                CHECK_RMW_AND_UPDATE(xor, a != b);
                CHECK_RMW(andnot, a && !b);
                CHECK_RMW(nand, !(a && b));
                cr_assert(*(unsigned char *)ordo_get_mut(&object) <= 1, "a bool is 0 or 1");
            }
    }
}

Test(values, pointer, .timeout = 60)
{
    static uint64_t words[4];
    static ordo_atomic_ptr object = ORDO_ATOMIC_INIT(words);
    cr_assert(ordo_load(&object, ordo_relaxed) == words);
    CHECK_LOAD_STORE((void *)&words[3]);
    CHECK_TO_64_BITS((void *)&words[3], NULL);
    FOR_EACH (any, any_order) {
        const enum ordo_order order = *any;
        {
            void *const a = &words[1], *const b = &words[2];
            CHECK_EXCHANGE(void *);
        }
        { /* moves by bytes, not elements */
            void *const a = &words[1];
            const ptrdiff_t b = 2 * sizeof words[0];
            CHECK_RMW_AND_UPDATE(add, &words[3]);
        }
        {
            void *const a = &words[3];
            const ptrdiff_t b = sizeof words[0];
            CHECK_RMW_AND_UPDATE(sub, &words[2]);
        }
        {
            void *const a = &words[0];
            const ptrdiff_t b = -(ptrdiff_t)sizeof words[0];
            CHECK_RMW_AND_UPDATE(sub, &words[1]);
        }
        { /* tags in the low bits */
            void *const a = &words[2], *const tagged = (char *)a + 3;
            const uintptr_t b = 3;
            CHECK_RMW_AND_UPDATE(or, tagged);
            CHECK_RMW_AND_UPDATE(xor, tagged);
        }
        {
            void *const clean = &words[2], *const a = (char *)clean + 5;
            const uintptr_t b = 7;
            CHECK_RMW(andnot, clean);
            CHECK_RMW_AND_UPDATE(and, (void *)5);
        }
    }
}

Test(values, representation)
{
    cr_assert(sizeof(ordo_atomic_bool) == 1 && sizeof(ordo_atomic_u8) == 1);
    cr_assert(sizeof(ordo_atomic_i16) == 2 && _Alignof(ordo_atomic_u16) == 2);
    cr_assert(sizeof(ordo_atomic_i32) == 4 && _Alignof(ordo_atomic_u32) == 4);
    cr_assert(sizeof(ordo_atomic_i64) == 8 && _Alignof(ordo_atomic_u64) == 8);
    cr_assert(sizeof(ordo_atomic_usize) == sizeof(size_t));
    cr_assert(sizeof(ordo_atomic_isize) == sizeof(ptrdiff_t));
    cr_assert(sizeof(ordo_atomic_ptr) == sizeof(void *));
    cr_assert(sizeof(ordo_atomic_u128) == 16 && _Alignof(ordo_atomic_u128) == 16);
}

/* All zero bytes are a valid object. */
Test(values, zero)
{
    static ordo_atomic_u64 number;
    static ordo_atomic_bool flag;
    static ordo_atomic_ptr pointer;
    cr_assert(ordo_load(&number, ordo_relaxed) == 0);
    cr_assert(!ordo_load(&flag, ordo_relaxed));
    cr_assert(ordo_load(&pointer, ordo_relaxed) == NULL);
}

Test(values, qualified_objects)
{
    static volatile ordo_atomic_u32 device = ORDO_ATOMIC_INIT(5);
    static const ordo_atomic_i16 constant = ORDO_ATOMIC_INIT(-7);
    ordo_atomic_u8 array[2] = {ORDO_ATOMIC_INIT(1), ORDO_ATOMIC_INIT(2)};
    cr_assert(ordo_fetch_add(&device, 1, ordo_relaxed) == 5);
    cr_assert(ordo_load(&device, ordo_acquire) == 6);
    cr_assert(ordo_load(&constant, ordo_relaxed) == -7);
    cr_assert(ordo_fetch_add(array + 1, 1, ordo_relaxed) == 2);
    cr_assert(ordo_load(array, ordo_relaxed) == 1);
}
