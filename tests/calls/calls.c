/* calls.c: which symbols each operation of atomic.h calls, for every type and ordering.
 *
 * This program has a definition of every symbol of ops.tbl that only writes its name into a log, so
 * it needs no back end (of the library only order.o is linked). The names wanted are put together
 * from the tables below. The generic flavour of the header is tested too: its compare-exchange gets
 * both orderings. symbols.inc is what arch/symbols.awk makes of arch/ops.tbl. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ordo/ordo.h"
#include "symbol_types.h"

/* ---- A definition of every symbol ------------------------------------------------------------ */

static char called[1024];

static void note(const char *name)
{
    const size_t used = strlen(called);
    snprintf(called + used, sizeof called - used, "%s ", name);
}

#define SPY_load(name, T) T name(const volatile T *object) { note(#name); return *object; }
#define SPY_store(name, T) void name(volatile T *object, T value) { note(#name); *object = value; }
#define SPY_fetch(name, T)                                                                         \
    T name(volatile T *object, T value) { (void)value; note(#name); return *object; }
#define SPY_update(name, T)                                                                        \
    void name(volatile T *object, T value) { (void)object; (void)value; note(#name); }
#define SPY_compare(name, T)                                                                       \
    bool name(volatile T *object, T *expected, T desired)                                          \
    {                                                                                              \
        (void)object; (void)expected; (void)desired;                                               \
        note(#name);                                                                               \
        return true;                                                                               \
    }
#define SPY_pair(name, T)                                                                          \
    bool name(volatile T *object, T *expected, T desired, int success, int failure)                \
    {                                                                                              \
        (void)object; (void)expected; (void)desired;                                               \
        char line[100];                                                                            \
        snprintf(line, sizeof line, "%s(%d,%d)", #name, success, failure);                         \
        note(line);                                                                                \
        return true;                                                                               \
    }
#define SPY_bit(name, T)                                                                           \
    bool name(volatile T *object, unsigned int index)                                              \
    { (void)object; (void)index; note(#name); return false; }
#define SPY_wait(name, T)                                                                          \
    bool name(const volatile T *object, T old, uint64_t timeout_ns)                                \
    { (void)object; (void)old; (void)timeout_ns; note(#name); return false; }
#define SPY_fence(name, T) void name(void) { note(#name); }
#define SPY_hint(name, T) void name(void) { note(#name); }

#define ORDO_SYMBOL(name, kind, operation, type, ordering) SPY_##kind(name, T_##type)
#include "symbols.inc"

/* ---- Expectations ---------------------------------------------------------------------------- */

static const struct {
    enum ordo_order order;
    const char *name;
} any_order[] = {{ordo_relaxed, "relaxed"}, {ordo_acquire, "acquire"}, {ordo_release, "release"},
                 {ordo_acq_rel, "acq_rel"}, {ordo_seq_cst, "seq_cst"}, {ordo_full, "full"}};

enum { orders = sizeof any_order / sizeof any_order[0] };

static bool is_load_order(enum ordo_order order)
{
    return order == ordo_relaxed || order == ordo_acquire || order == ordo_seq_cst;
}

static bool is_store_order(enum ordo_order order)
{
    return order == ordo_relaxed || order == ordo_release || order == ordo_seq_cst;
}

/* Exactly this was called, and nothing else, since the last expectation. */
static void expect(const char *wanted)
{
    cr_expect(strcmp(called, wanted) == 0, "called %sinstead of %s", called, wanted);
    called[0] = '\0';
}

/* The symbol ordo_<stem>_<ordering>. */
static void expect_symbol(const char *stem, const char *ordering)
{
    char wanted[100];
    snprintf(wanted, sizeof wanted, "ordo_%s_%s ", stem, ordering);
    expect(wanted);
}

/* `stem` is the operation and type of the symbol wanted for `operation` of `object`. */
#define EXPECT_SIX(operation, object, value, stem)                                                 \
    for (int i = 0; i < orders; i++) {                                                             \
        (void)ordo_##operation(object, value, any_order[i].order);                                 \
        expect_symbol(stem, any_order[i].name);                                                    \
    }

/* ---- The operations that types have in common ------------------------------------------------ */

/* The joined ordering of each (success, failure), in the order of any_order; 0 is not allowed. */
static const char *const joined[orders][orders] = {
    /* failure:  relaxed    acquire    release acq_rel seq_cst  full */
    {"relaxed", "acquire", 0, 0, "seq_cst", "full"},
    {"acquire", "acquire", 0, 0, "seq_cst", "full"},
    {"release", "acq_rel", 0, 0, "seq_cst", "full"},
    {"acq_rel", "acq_rel", 0, 0, "seq_cst", "full"},
    {"seq_cst", "seq_cst", 0, 0, "seq_cst", "full"},
    {"full", "full", 0, 0, "full", "full"},
};

/* A compare-exchange was called: with the joined ordering or, unjoined, with both. */
static void expect_compare(const char *operation, const char *word, int success, int failure)
{
    char wanted[100];
#ifdef ORDO_UNJOINED_COMPARE_EXCHANGE
    snprintf(wanted, sizeof wanted, "ordo_%s_pair_%s(%d,%d) ", operation, word,
             (int)any_order[success].order, (int)any_order[failure].order);
#else
    snprintf(wanted, sizeof wanted, "ordo_%s_%s_%s ", operation, word, joined[success][failure]);
#endif
    expect(wanted);
}

#define EXPECT_CELL(object, T, word)                                                               \
    do {                                                                                           \
        T expected = 0;                                                                            \
        for (int i = 0; i < orders; i++) {                                                         \
            const enum ordo_order order = any_order[i].order;                                      \
            if (is_load_order(order)) {                                                            \
                (void)ordo_load(object, order);                                                    \
                expect_symbol("load_" word, any_order[i].name);                                    \
            }                                                                                      \
            if (is_store_order(order)) {                                                           \
                ordo_store(object, 0, order);                                                      \
                expect_symbol("store_" word, any_order[i].name);                                   \
            }                                                                                      \
            for (int j = 0; j < orders; j++) {                                                     \
                if (joined[i][j] == NULL)                                                          \
                    continue;                                                                      \
                ordo_compare_exchange(object, &expected, 0, order, any_order[j].order);            \
                expect_compare("compare_exchange", word, i, j);                                    \
                ordo_compare_exchange_weak(object, &expected, 0, order, any_order[j].order);       \
                expect_compare("compare_exchange_weak", word, i, j);                               \
            }                                                                                      \
        }                                                                                          \
        EXPECT_SIX(exchange, object, 0, "exchange_" word)                                          \
    } while (0)

#define EXPECT_TO_64_BITS(object, word)                                                            \
    do {                                                                                           \
        (void)ordo_load_acquire_rcpc(object);                                                      \
        expect_symbol("load_" word, "acquire_rcpc");                                               \
        ordo_wait_for_change(object, 0, 5);                                                        \
        expect("ordo_wait_for_change_" word " ");                                                  \
    } while (0)

#define EXPECT_FETCH(operation, object, word)                                                      \
    do {                                                                                           \
        EXPECT_SIX(fetch_##operation, object, 1, "fetch_" #operation "_" word)                     \
        EXPECT_SIX(operation##_fetch, object, 1, "fetch_" #operation "_" word)                     \
    } while (0)

#define EXPECT_ADD_SUB(object, word)                                                               \
    do {                                                                                           \
        EXPECT_FETCH(add, object, word);                                                           \
        EXPECT_FETCH(sub, object, word);                                                           \
    } while (0)

#define EXPECT_AND_OR_XOR(object, word)                                                            \
    do {                                                                                           \
        EXPECT_FETCH(and, object, word);                                                           \
        EXPECT_FETCH(or, object, word);                                                            \
        EXPECT_FETCH(xor, object, word);                                                           \
        EXPECT_SIX(fetch_andnot, object, 1, "fetch_and_" word)                                     \
        EXPECT_SIX(andnot_fetch, object, 1, "fetch_and_" word)                                     \
    } while (0)

/* u128 has no symbol without a result, and takes the fetch_ one: `prefix`. */
#define EXPECT_UPDATE(operation, object, prefix, word)                                             \
    EXPECT_SIX(operation, object, 1, prefix #operation "_" word)

#define EXPECT_UPDATES(object, prefix, word)                                                       \
    do {                                                                                           \
        EXPECT_UPDATE(add, object, prefix, word)                                                   \
        EXPECT_UPDATE(sub, object, prefix, word)                                                   \
        EXPECT_UPDATE(and, object, prefix, word)                                                   \
        EXPECT_UPDATE(or, object, prefix, word)                                                    \
        EXPECT_UPDATE(xor, object, prefix, word)                                                   \
    } while (0)

/* ---- The types ------------------------------------------------------------------------------- */

#define TEST_INTEGER(type, T, word, max_min_word)                                                  \
    Test(calls, type, .timeout = 60)                                                               \
    {                                                                                              \
        static ordo_atomic_##type object;                                                          \
        EXPECT_CELL(&object, T, word);                                                             \
        EXPECT_TO_64_BITS(&object, word);                                                          \
        EXPECT_ADD_SUB(&object, word);                                                             \
        EXPECT_AND_OR_XOR(&object, word);                                                          \
        EXPECT_FETCH(nand, &object, word);                                                         \
        EXPECT_FETCH(max, &object, max_min_word);                                                  \
        EXPECT_FETCH(min, &object, max_min_word);                                                  \
        EXPECT_UPDATES(&object, "", word);                                                         \
        EXPECT_SIX(bit_test_and_set, &object, 1, "bit_test_and_set_" word)                         \
        EXPECT_SIX(bit_test_and_reset, &object, 1, "bit_test_and_reset_" word)                     \
        EXPECT_SIX(bit_test_and_complement, &object, 1, "bit_test_and_complement_" word)           \
    }

TEST_INTEGER(u8, uint8_t, "u8", "u8")
TEST_INTEGER(u16, uint16_t, "u16", "u16")
TEST_INTEGER(u32, uint32_t, "u32", "u32")
TEST_INTEGER(u64, uint64_t, "u64", "u64")
TEST_INTEGER(i8, int8_t, "u8", "i8")
TEST_INTEGER(i16, int16_t, "u16", "i16")
TEST_INTEGER(i32, int32_t, "u32", "i32")
TEST_INTEGER(i64, int64_t, "u64", "i64")
TEST_INTEGER(usize, size_t, "u64", "u64")
TEST_INTEGER(isize, ptrdiff_t, "u64", "i64")

Test(calls, u128, .timeout = 60)
{
    static ordo_atomic_u128 object;
    EXPECT_CELL(&object, ordo_u128, "u128");
    EXPECT_ADD_SUB(&object, "u128");
    EXPECT_AND_OR_XOR(&object, "u128");
    EXPECT_FETCH(nand, &object, "u128");
    EXPECT_UPDATES(&object, "fetch_", "u128");
}

Test(calls, pointer, .timeout = 60)
{
    static ordo_atomic_ptr object;
    EXPECT_CELL(&object, void *, "u64");
    EXPECT_TO_64_BITS(&object, "u64");
    EXPECT_ADD_SUB(&object, "u64");
    EXPECT_AND_OR_XOR(&object, "u64");
    EXPECT_UPDATES(&object, "", "u64");
}

Test(calls, boolean, .timeout = 60)
{
    static ordo_atomic_bool object;
    EXPECT_CELL(&object, bool, "u8");
    EXPECT_TO_64_BITS(&object, "u8");
    EXPECT_AND_OR_XOR(&object, "u8");
    EXPECT_UPDATE(and, &object, "", "u8")
    EXPECT_UPDATE(or, &object, "", "u8")
    EXPECT_UPDATE(xor, &object, "", "u8")
    EXPECT_SIX(fetch_nand, &object, true, "fetch_xor_u8")
    EXPECT_SIX(fetch_nand, &object, false, "exchange_u8")
    EXPECT_SIX(nand_fetch, &object, true, "fetch_xor_u8")
    EXPECT_SIX(nand_fetch, &object, false, "exchange_u8")
}

/* ---- What is more than one call -------------------------------------------------------------- */

Test(calls, fences)
{
    for (int i = 1; i < orders; i++) { /* all but relaxed */
        ordo_thread_fence(any_order[i].order);
        expect_symbol("fence", any_order[i].name);
        ordo_compiler_fence(any_order[i].order);
        expect("");
    }
}

#ifdef ORDO_UNJOINED_COMPARE_EXCHANGE
#define COMPARE(both, joined_order) "ordo_compare_exchange_weak_pair_u32" both " "
#else
#define COMPARE(both, joined_order) "ordo_compare_exchange_weak_u32_" joined_order " "
#endif

Test(calls, fetch_update_looks_with_the_failure_ordering)
{
    static ordo_atomic_u32 object;
    ordo_fetch_update(&object, ordo_release, ordo_acquire, old, old);
    expect("ordo_load_u32_acquire " COMPARE("(3,2)", "acq_rel"));
    ordo_fetch_update(&object, ordo_seq_cst, ordo_relaxed, old, old);
    expect("ordo_load_u32_relaxed " COMPARE("(5,0)", "seq_cst"));
    ordo_fetch_update(&object, ordo_relaxed, ordo_full, old, old);
    expect("ordo_fence_full ordo_load_u32_relaxed ordo_fence_full " COMPARE("(0,6)", "full"));

    uint32_t seen;
    ordo_fetch_update_if(&object, ordo_acquire, ordo_seq_cst, old, false, old, &seen);
    expect("ordo_load_u32_seq_cst ");
    ordo_fetch_update_if(&object, ordo_acquire, ordo_relaxed, old, true, old, &seen);
    expect("ordo_load_u32_relaxed " COMPARE("(2,0)", "acquire"));
}

/* Bytes up to a multiple of 8 of the shared address, words, bytes; the fence where it belongs. */
Test(calls, copies_cut_by_the_shared_address)
{
    _Alignas(8) unsigned char shared[32] = {0};
    unsigned char own[32] = {0};
    ordo_load_bytes(own + 1, shared + 6, 12, ordo_acquire);
    expect("ordo_load_u8_relaxed ordo_load_u8_relaxed ordo_load_u64_relaxed ordo_load_u8_relaxed "
           "ordo_load_u8_relaxed ordo_fence_acquire ");
    ordo_store_bytes(shared + 6, own + 1, 12, ordo_release);
    expect("ordo_fence_release ordo_store_u8_relaxed ordo_store_u8_relaxed ordo_store_u64_relaxed "
           "ordo_store_u8_relaxed ordo_store_u8_relaxed ");
    ordo_store_bytes(shared + 4, own, 12, ordo_relaxed);
    expect("ordo_store_u8_relaxed ordo_store_u8_relaxed ordo_store_u8_relaxed "
           "ordo_store_u8_relaxed ordo_store_u64_relaxed ");
    ordo_load_bytes(own, shared + 4, 12, ordo_relaxed);
    expect("ordo_load_u8_relaxed ordo_load_u8_relaxed ordo_load_u8_relaxed ordo_load_u8_relaxed "
           "ordo_load_u64_relaxed ");
    ordo_load_bytes(own, shared + 8, 16, ordo_relaxed);
    expect("ordo_load_u64_relaxed ordo_load_u64_relaxed ");
    ordo_store_bytes(shared, own + 3, 8, ordo_relaxed);
    expect("ordo_store_u64_relaxed ");
    ordo_load_bytes(own, shared + 1, 0, ordo_acquire);
    expect("ordo_fence_acquire ");
}

/* A plain pointer, a plain value: no symbol at all. */
Test(calls, plain_access_calls_nothing)
{
    static ordo_atomic_u64 object;
    *ordo_get_mut(&object) = 3;
    cr_assert(ordo_into_inner(&object) == 3);
    expect("");
}
