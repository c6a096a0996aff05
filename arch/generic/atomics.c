/* atomics.c: every symbol of arch/ops.tbl, and the compare_exchange_pair ones, from the compiler's
 * builtins. This is the oracle of the tests, the back end for sanitizers, the "generated" side of
 * comparisons, and a way onto a new architecture.
 *
 * Compiled with -DORDO_SUFFIX=_generic every symbol ends in that, to stand beside another back end
 * in one program. The 128-bit operations call GCC's libatomic (link with -latomic), which may use
 * locks: never let them and another back end's share an object.
 *
 * `full` is a seq_cst operation between two seq_cst fences. Of the CPU nothing is known here, so
 * the spin hint is a compiler barrier and waiting for a change is to look twice.
 */
#include <stdbool.h>
#include <stdint.h>

#include "ordo/order.h"
#include "ordo/symbols.h"

#ifdef ORDO_SUFFIX
#define JOIN(name, suffix) JOIN_EXPANDED(name, suffix)
#define JOIN_EXPANDED(name, suffix) name##suffix
#define SYMBOL(name) JOIN(name, ORDO_SUFFIX)
#else
#define SYMBOL(name) name
#endif

/* atomic.h calls a u64 symbol on a pointer, and a u8 symbol on a bool. With link-time optimisation
 * the compiler sees both sides, so these types may alias everything. */
typedef uint8_t __attribute__((may_alias)) u8;
typedef uint16_t __attribute__((may_alias)) u16;
typedef uint32_t __attribute__((may_alias)) u32;
typedef uint64_t __attribute__((may_alias)) u64;
typedef ordo_u128 __attribute__((may_alias)) u128;
typedef int8_t __attribute__((may_alias)) i8;
typedef int16_t __attribute__((may_alias)) i16;
typedef int32_t __attribute__((may_alias)) i32;
typedef int64_t __attribute__((may_alias)) i64;

#ifdef __clang__
#pragma clang diagnostic ignored "-Watomic-alignment" /* 128 bits are libatomic's: see above */
#endif

/* ---- Fences ---------------------------------------------------------------------------------- */

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define THREAD_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define THREAD_SANITIZER 1
#endif

/* `order` is a constant at every call. */
static inline __attribute__((always_inline)) void thread_fence(int order)
{
#ifdef THREAD_SANITIZER
    /* ThreadSanitizer does not understand fences. A read-modify-write of one hidden word makes
     * every earlier fence happen before every later one: more than a fence does, never less. */
    static int word;
    (void)order;
    __atomic_fetch_add(&word, 1, __ATOMIC_ACQ_REL);
#else
    __atomic_thread_fence(order);
#endif
}

static inline __attribute__((always_inline)) void fence_if(bool full)
{
    if (full)
        thread_fence(__ATOMIC_SEQ_CST);
}

void SYMBOL(ordo_fence_acquire)(void) { thread_fence(__ATOMIC_ACQUIRE); }
void SYMBOL(ordo_fence_release)(void) { thread_fence(__ATOMIC_RELEASE); }
void SYMBOL(ordo_fence_acq_rel)(void) { thread_fence(__ATOMIC_ACQ_REL); }
void SYMBOL(ordo_fence_seq_cst)(void) { thread_fence(__ATOMIC_SEQ_CST); }
void SYMBOL(ordo_fence_full)(void) { thread_fence(__ATOMIC_SEQ_CST); }

void SYMBOL(ordo_spin_hint)(void) { __atomic_signal_fence(__ATOMIC_SEQ_CST); }

/* ---- One macro per kind of ops.tbl ----------------------------------------------------------- */

/* The six orderings of a read-modify-write, the builtin's orderings on success and on failure, and
 * whether fences stand around it. */
#define SIX(DEFINE, T, symbol, ...)                                                                \
    DEFINE(T, symbol##_relaxed, __ATOMIC_RELAXED, __ATOMIC_RELAXED, false, __VA_ARGS__)            \
    DEFINE(T, symbol##_acquire, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE, false, __VA_ARGS__)            \
    DEFINE(T, symbol##_release, __ATOMIC_RELEASE, __ATOMIC_RELAXED, false, __VA_ARGS__)            \
    DEFINE(T, symbol##_acq_rel, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE, false, __VA_ARGS__)            \
    DEFINE(T, symbol##_seq_cst, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST, false, __VA_ARGS__)            \
    DEFINE(T, symbol##_full, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST, true, __VA_ARGS__)

#define LOAD(T, symbol, order)                                                                     \
    T SYMBOL(symbol)(const volatile T *object) { return __atomic_load_n(object, order); }

#define STORE(T, symbol, order)                                                                    \
    void SYMBOL(symbol)(volatile T *object, T value) { __atomic_store_n(object, value, order); }

#define FETCH(T, symbol, order, failure, full, builtin)                                            \
    T SYMBOL(symbol)(volatile T *object, T value)                                                  \
    {                                                                                              \
        fence_if(full);                                                                            \
        const T previous = builtin(object, value, order);                                          \
        fence_if(full);                                                                            \
        return previous;                                                                           \
    }

/* Max and min have no builtin. `is_new` compares `value` with `previous`. An exchange happens even
 * if the value stays, so that the operation is a release in any case. */
#define FETCH_IF(T, symbol, order, failure, full, is_new)                                          \
    T SYMBOL(symbol)(volatile T *object, T value)                                                  \
    {                                                                                              \
        fence_if(full);                                                                            \
        T previous = __atomic_load_n(object, __ATOMIC_RELAXED);                                    \
        while (!__atomic_compare_exchange_n(object, &previous,                                     \
                                            value is_new previous ? value : previous, true, order, \
                                            __ATOMIC_RELAXED)) {                                   \
        }                                                                                          \
        fence_if(full);                                                                            \
        return previous;                                                                           \
    }

#define COMPARE(T, symbol, order, failure, full, weak)                                             \
    bool SYMBOL(symbol)(volatile T *object, T *expected, T desired)                                \
    {                                                                                              \
        fence_if(full);                                                                            \
        const bool stored =                                                                        \
            __atomic_compare_exchange_n(object, expected, desired, weak, order, failure);          \
        fence_if(full);                                                                            \
        return stored;                                                                             \
    }

/* The builtin wants constants, and GCC 12 still refuses a failure ordering stronger than that of
 * success (C11's rule), so success is the joined ordering. Failure may be weaker than what it was
 * joined to. */
#define PAIR(T, symbol, full_symbol, weak)                                                         \
    bool SYMBOL(symbol)(volatile T *object, T *expected, T desired, int success, int failure)      \
    {                                                                                              \
        switch (ordo_join_orders(#symbol, (enum ordo_order)success, (enum ordo_order)failure)) {   \
        case ordo_relaxed:                                                                         \
            return PAIR_CALL(weak, __ATOMIC_RELAXED, __ATOMIC_RELAXED);                            \
        case ordo_acquire:                                                                         \
            return failure == ordo_relaxed ? PAIR_CALL(weak, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)   \
                                           : PAIR_CALL(weak, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE);  \
        case ordo_release:                                                                         \
            return PAIR_CALL(weak, __ATOMIC_RELEASE, __ATOMIC_RELAXED);                            \
        case ordo_acq_rel:                                                                         \
            return failure == ordo_relaxed ? PAIR_CALL(weak, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)   \
                                           : PAIR_CALL(weak, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);  \
        case ordo_seq_cst:                                                                         \
            return failure == ordo_relaxed ? PAIR_CALL(weak, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)   \
                 : failure == ordo_acquire ? PAIR_CALL(weak, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE)   \
                                           : PAIR_CALL(weak, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);  \
        default:                                                                                   \
            return SYMBOL(full_symbol)(object, expected, desired);                                 \
        }                                                                                          \
    }

#define PAIR_CALL(weak, success, failure)                                                          \
    __atomic_compare_exchange_n(object, expected, desired, weak, success, failure)

#define UPDATE(T, symbol, order, failure, full, builtin)                                           \
    void SYMBOL(symbol)(volatile T *object, T value)                                               \
    {                                                                                              \
        fence_if(full);                                                                            \
        (void)builtin(object, value, order);                                                       \
        fence_if(full);                                                                            \
    }

/* `operand` makes the operand from the mask of the bit. */
#define BIT(T, symbol, order, failure, full, builtin, operand)                                     \
    bool SYMBOL(symbol)(volatile T *object, unsigned int index)                                    \
    {                                                                                              \
        const T mask = (T)((T)1 << (index % (8 * sizeof(T))));                                     \
        fence_if(full);                                                                            \
        const T previous = builtin(object, (T)operand mask, order);                                \
        fence_if(full);                                                                            \
        return (previous & mask) != 0;                                                             \
    }

#define WAIT(T, symbol)                                                                            \
    bool SYMBOL(symbol)(const volatile T *object, T old, uint64_t timeout_ns)                      \
    {                                                                                              \
        if (__atomic_load_n(object, __ATOMIC_ACQUIRE) != old)                                      \
            return true;                                                                           \
        if (timeout_ns == 0)                                                                       \
            return false;                                                                          \
        SYMBOL(ordo_spin_hint)();                                                                  \
        return __atomic_load_n(object, __ATOMIC_ACQUIRE) != old;                                   \
    }

/* ---- The rows of ops.tbl --------------------------------------------------------------------- */

#define ANY_WIDTH(T)                                                                               \
    LOAD(T, ordo_load_##T##_relaxed, __ATOMIC_RELAXED)                                             \
    LOAD(T, ordo_load_##T##_acquire, __ATOMIC_ACQUIRE)                                             \
    LOAD(T, ordo_load_##T##_seq_cst, __ATOMIC_SEQ_CST)                                             \
    STORE(T, ordo_store_##T##_relaxed, __ATOMIC_RELAXED)                                           \
    STORE(T, ordo_store_##T##_release, __ATOMIC_RELEASE)                                           \
    STORE(T, ordo_store_##T##_seq_cst, __ATOMIC_SEQ_CST)                                           \
    SIX(FETCH, T, ordo_exchange_##T, __atomic_exchange_n)                                          \
    SIX(COMPARE, T, ordo_compare_exchange_##T, false)                                              \
    SIX(COMPARE, T, ordo_compare_exchange_weak_##T, true)                                          \
    PAIR(T, ordo_compare_exchange_pair_##T, ordo_compare_exchange_##T##_full, false)               \
    PAIR(T, ordo_compare_exchange_weak_pair_##T, ordo_compare_exchange_weak_##T##_full, true)      \
    SIX(FETCH, T, ordo_fetch_add_##T, __atomic_fetch_add)                                          \
    SIX(FETCH, T, ordo_fetch_sub_##T, __atomic_fetch_sub)                                          \
    SIX(FETCH, T, ordo_fetch_and_##T, __atomic_fetch_and)                                          \
    SIX(FETCH, T, ordo_fetch_nand_##T, __atomic_fetch_nand)                                        \
    SIX(FETCH, T, ordo_fetch_or_##T, __atomic_fetch_or)                                            \
    SIX(FETCH, T, ordo_fetch_xor_##T, __atomic_fetch_xor)

#define MAX_MIN(T)                                                                                 \
    SIX(FETCH_IF, T, ordo_fetch_max_##T, >)                                                        \
    SIX(FETCH_IF, T, ordo_fetch_min_##T, <)

/* There is no builtin for the weaker kind of acquire, and a stronger one is right. */
#define TO_64_BITS(T)                                                                              \
    LOAD(T, ordo_load_##T##_acquire_rcpc, __ATOMIC_ACQUIRE)                                        \
    SIX(UPDATE, T, ordo_add_##T, __atomic_fetch_add)                                               \
    SIX(UPDATE, T, ordo_sub_##T, __atomic_fetch_sub)                                               \
    SIX(UPDATE, T, ordo_and_##T, __atomic_fetch_and)                                               \
    SIX(UPDATE, T, ordo_or_##T, __atomic_fetch_or)                                                 \
    SIX(UPDATE, T, ordo_xor_##T, __atomic_fetch_xor)                                               \
    SIX(BIT, T, ordo_bit_test_and_set_##T, __atomic_fetch_or, )                                    \
    SIX(BIT, T, ordo_bit_test_and_reset_##T, __atomic_fetch_and, ~)                                \
    SIX(BIT, T, ordo_bit_test_and_complement_##T, __atomic_fetch_xor, )                            \
    WAIT(T, ordo_wait_for_change_##T)

ANY_WIDTH(u8)
ANY_WIDTH(u16)
ANY_WIDTH(u32)
ANY_WIDTH(u64)
ANY_WIDTH(u128)

MAX_MIN(u8)
MAX_MIN(u16)
MAX_MIN(u32)
MAX_MIN(u64)
MAX_MIN(i8)
MAX_MIN(i16)
MAX_MIN(i32)
MAX_MIN(i64)

TO_64_BITS(u8)
TO_64_BITS(u16)
TO_64_BITS(u32)
TO_64_BITS(u64)
