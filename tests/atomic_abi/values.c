/* values.c: what the functions of one size return and leave behind, for random operands whose upper
 * bits are junk; and the flags and floating-point exceptions. (differential.c compares with another
 * libatomic; this one knows the answers.)
 */
#include <fenv.h>

#include "abi.h"

static uint128 random_bits(void)
{
    static uint64_t state = 0x9e3779b97f4a7c15;
    uint128 bits = 0;

    for (int i = 0; i < 2; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bits = bits << 64 | state;
    }
    return bits;
}

static uint128 after_exchange(uint128 a, uint128 b) { (void)a; return b; }
static uint128 after_add(uint128 a, uint128 b) { return a + b; }
static uint128 after_sub(uint128 a, uint128 b) { return a - b; }
static uint128 after_and(uint128 a, uint128 b) { return a & b; }
static uint128 after_nand(uint128 a, uint128 b) { return ~(a & b); }
static uint128 after_or(uint128 a, uint128 b) { return a | b; }
static uint128 after_xor(uint128 a, uint128 b) { return a ^ b; }

static unsigned int count;

/* In registers as wide as the machine's, whatever the size: the junk above the value goes along, and
 * what comes back must have none. */
typedef uint64_t wide_call(void *object, uint64_t value, int order);
typedef uint128 full_call(void *object, uint128 value, int order);

static void check(const char *name, size_t size, void (*function)(void),
                  uint128 (*after)(uint128 a, uint128 b), bool returns_new)
{
    struct {
        uint128 before, object, behind;
    } memory;
    const uint128 mask = size == 16 ? ~(uint128)0 : ((uint128)1 << size * 8) - 1;

    for (int i = 0; i < 300; i++) {
        const uint128 old = random_bits();
        const uint128 value = i % 3 == 0 ? old : i % 7 == 0 ? ~(uint128)0 : random_bits();
        const uint128 new = (old & ~mask) | (after(old, value) & mask);
        const int order = i % 7;

        memory.before = memory.behind = 0x5a5a;
        memory.object = old;
        const uint128 result =
            size == 16 ? ((full_call *)function)(&memory.object, value, order)
                       : ((wide_call *)function)(&memory.object, (uint64_t)value, order);

        CHECK(memory.object == new && memory.before == 0x5a5a && memory.behind == 0x5a5a,
              "%s: memory", name);
        CHECK(result == ((returns_new ? new : old) & mask), "%s: result", name);
    }
    count++;
}

#define CHECK_OPERATION(operation, size)                                                           \
    check("fetch_" #operation "_" #size, size, (void (*)(void))abi_fetch_##operation##_##size,     \
          after_##operation, false);                                                               \
    check(#operation "_fetch_" #size, size, (void (*)(void))abi_##operation##_fetch_##size,        \
          after_##operation, true);
#define CHECK_SIZE(size, T)                                                                        \
    check("exchange_" #size, size, (void (*)(void))abi_exchange_##size, after_exchange, false);    \
    CHECK_OPERATION(add, size)                                                                     \
    CHECK_OPERATION(sub, size)                                                                     \
    CHECK_OPERATION(and, size)                                                                     \
    CHECK_OPERATION(nand, size)                                                                    \
    CHECK_OPERATION(or, size)                                                                      \
    CHECK_OPERATION(xor, size)                                                                     \
    check_others_##size();

/* The rest: loads, stores, compare-exchanges. */
#define OTHERS(size, T)                                                                            \
    static void check_others_##size(void)                                                          \
    {                                                                                              \
        _Alignas(16) T object[2] = {0, 0};                                                         \
                                                                                                   \
        for (int i = 0; i < 300; i++) {                                                            \
            const T a = (T)random_bits(), b = (T)random_bits();                                    \
            const T other = a ^ (T)((T)1 << i % (int)(size * 8)); /* in one bit */                 \
            T expected = other;                                                                    \
                                                                                                   \
            abi_store_##size(object, a, i % 7);                                                    \
            CHECK(abi_load_##size(object, i % 7) == a, "load or store of " #size);                 \
            CHECK(!abi_compare_exchange_##size(object, &expected, b, i % 7, i / 7 % 7),            \
                  "compare_exchange_" #size);                                                      \
            CHECK(object[0] == a && expected == a, "compare_exchange_" #size);                     \
            CHECK(abi_compare_exchange_##size(object, &expected, b, i % 7, i / 7 % 7) == true,     \
                  "compare_exchange_" #size);                                                      \
            CHECK(object[0] == b && expected == a && object[1] == 0, "compare_exchange_" #size);   \
        }                                                                                          \
        object[0] = object[1] = 0;                                                                 \
        CHECK(!abi_test_and_set_##size(object, seq_cst) && object[0] == 1, "test_and_set_" #size); \
        CHECK(abi_test_and_set_##size(object, seq_cst) == true, "test_and_set_" #size);            \
        count += 4;                                                                                \
    }
ABI_SIZES(OTHERS)

static void check_flags(void)
{
    unsigned char flag[3] = {0, 0x80, 0}; /* any value but 0 is set */

    CHECK(flag_test_and_set(&flag[1]) == true && flag[1] == 1, "flag");
    flag_clear(&flag[1]);
    CHECK(flag[1] == 0 && !flag_test_and_set(&flag[1]) && flag[1] == 1, "flag");
    for (int order = -1; order < 7; order++) {
        flag_clear_explicit(&flag[1], order);
        CHECK(flag[1] == 0 && !flag_test_and_set_explicit(&flag[1], order) && flag[1] == 1, "flag");
        CHECK(flag_test_and_set_explicit(&flag[1], order) == true, "flag");
        thread_fence(order);
        signal_fence(order);
    }
    CHECK(flag[0] == 0 && flag[2] == 0, "beside the flag");
    count += 6;
}

static void check_exceptions(void)
{
    static const int one[] = {FE_INVALID, FE_DIVBYZERO, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT};

    for (unsigned int set = 0; set < 32; set++) {
        int exceptions = 0;

        for (int i = 0; i < 5; i++)
            exceptions |= (set >> i & 1) != 0 ? one[i] : 0;
        feclearexcept(FE_ALL_EXCEPT);
        abi_feraiseexcept(exceptions);
        CHECK(fetestexcept(FE_ALL_EXCEPT) == exceptions, "exceptions %x: %x", exceptions,
              fetestexcept(FE_ALL_EXCEPT));
    }
    count++;
}

int main(void)
{
    ABI_SIZES(CHECK_SIZE)
    check_flags();
    check_exceptions();
    printf("values: %u functions\n", count);
    return 0;
}
