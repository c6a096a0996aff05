/* typed.h: the atomic types, and one inline function per operation and type, which atomic.h picks
 * from.
 *
 * Each function takes its orderings as arguments and calls the symbol of that ordering; with
 * constant orderings that is one direct call at -O1 and above. A family of functions is one macro
 * below; the rows at the end say which type has which. Signed types, bool and pointers use the
 * symbols of the unsigned integer of their width; only max and min tell signed from unsigned.
 *
 * Macro parameters: `type` is the suffix of the atomic type, T the C type of its value, V that of
 * the operand, `word` and W suffix and C type of the symbols called. Suffixes come as `_u8`,
 * underscore included, because `bool` by itself is a macro.
 */
#ifndef ORDO_TYPED_H
#define ORDO_TYPED_H

#include <stddef.h>

#include "ordo/order.h"
#include "ordo/symbols.h"

/* A struct around the value, so that nobody touches it plainly by accident. */
typedef struct ordo_atomic_bool { bool plain; } ordo_atomic_bool;
typedef struct ordo_atomic_u8 { uint8_t plain; } ordo_atomic_u8;
typedef struct ordo_atomic_u16 { uint16_t plain; } ordo_atomic_u16;
typedef struct ordo_atomic_u32 { uint32_t plain; } ordo_atomic_u32;
typedef struct ordo_atomic_u64 { uint64_t plain; } ordo_atomic_u64;
typedef struct ordo_atomic_u128 { ordo_u128 plain; } ordo_atomic_u128;
typedef struct ordo_atomic_i8 { int8_t plain; } ordo_atomic_i8;
typedef struct ordo_atomic_i16 { int16_t plain; } ordo_atomic_i16;
typedef struct ordo_atomic_i32 { int32_t plain; } ordo_atomic_i32;
typedef struct ordo_atomic_i64 { int64_t plain; } ordo_atomic_i64;
typedef struct ordo_atomic_usize { size_t plain; } ordo_atomic_usize;
typedef struct ordo_atomic_isize { ptrdiff_t plain; } ordo_atomic_isize;
typedef struct ordo_atomic_ptr { void *plain; } ordo_atomic_ptr;

#define ORDO_INLINE static inline __attribute__((always_inline))

/* The name of the function of one operation and type: in C++ overloads share one. */
#ifdef __cplusplus
#define ORDO_TYPED(operation, type) operation##_typed
#else
#define ORDO_TYPED(operation, type) operation##_typed##type
#endif

/* Calls the symbol of the ordering; `take` is what stands before the call. */
#define ORDO_CALL(take, symbol, arguments, name)                                                   \
    switch (order) {                                                                               \
    case ordo_relaxed: take symbol##_relaxed arguments; break;                                     \
    case ordo_acquire: take symbol##_acquire arguments; break;                                     \
    case ordo_release: take symbol##_release arguments; break;                                     \
    case ordo_acq_rel: take symbol##_acq_rel arguments; break;                                     \
    case ordo_seq_cst: take symbol##_seq_cst arguments; break;                                     \
    case ordo_full: take symbol##_full arguments; break;                                           \
    default: ordo_bad_order(name, (int)order);                                                     \
    }

#define ORDO_LOAD(type, T, word, W)                                                                \
    ORDO_INLINE T ORDO_TYPED(ordo_load, type)(const volatile ordo_atomic##type *object,            \
                                              enum ordo_order order)                               \
    {                                                                                              \
        const volatile W *const address = (const volatile W *)&object->plain;                      \
        switch (order) {                                                                           \
        case ordo_relaxed: return (T)ordo_load##word##_relaxed(address);                           \
        case ordo_acquire: return (T)ordo_load##word##_acquire(address);                           \
        case ordo_seq_cst: return (T)ordo_load##word##_seq_cst(address);                           \
        default: ordo_bad_order("ordo_load", (int)order);                                          \
        }                                                                                          \
    }

#define ORDO_STORE(type, T, word, W)                                                               \
    ORDO_INLINE void ORDO_TYPED(ordo_store, type)(volatile ordo_atomic##type *object, T value,     \
                                                  enum ordo_order order)                           \
    {                                                                                              \
        volatile W *const address = (volatile W *)&object->plain;                                  \
        switch (order) {                                                                           \
        case ordo_relaxed: ordo_store##word##_relaxed(address, (W)value); break;                   \
        case ordo_release: ordo_store##word##_release(address, (W)value); break;                   \
        case ordo_seq_cst: ordo_store##word##_seq_cst(address, (W)value); break;                   \
        default: ordo_bad_order("ordo_store", (int)order);                                         \
        }                                                                                          \
    }

/* A read-modify-write: passes `argument` to the symbol, returns `result`; both are expressions of
 * `operand` and `previous`. */
#define ORDO_RMW(operation, type, T, V, W, symbol, argument, result)                               \
    ORDO_INLINE T ORDO_TYPED(operation, type)(volatile ordo_atomic##type *object, V value,         \
                                              enum ordo_order order)                               \
    {                                                                                              \
        volatile W *const address = (volatile W *)&object->plain;                                  \
        const W operand = (W)value;                                                                \
        W previous;                                                                                \
        ORDO_CALL(previous =, symbol, (address, (W)(argument)), #operation)                        \
        return (T)(result);                                                                        \
    }

/* The same without a result; `symbol` may be a fetch_ symbol, whose result is dropped. */
#define ORDO_UPDATE(operation, type, V, W, symbol)                                                 \
    ORDO_INLINE void ORDO_TYPED(operation, type)(volatile ordo_atomic##type *object, V value,      \
                                                 enum ordo_order order)                            \
    {                                                                                              \
        volatile W *const address = (volatile W *)&object->plain;                                  \
        ORDO_CALL((void), symbol, (address, (W)value), #operation)                                 \
    }

#define ORDO_BIT(operation, type, W, symbol)                                                       \
    ORDO_INLINE bool ORDO_TYPED(operation, type)(volatile ordo_atomic##type *object,               \
                                                 unsigned int index, enum ordo_order order)        \
    {                                                                                              \
        volatile W *const address = (volatile W *)&object->plain;                                  \
        ORDO_CALL(return, symbol, (address, index), #operation)                                    \
    }

/* Most back ends see the joined ordering; those that know what to do with both get both. */
#ifdef ORDO_UNJOINED_COMPARE_EXCHANGE
#define ORDO_CALL_COMPARE(operation, word, W)                                                      \
    (void)order;                                                                                   \
    return operation##_pair##word(address, (W *)expected, (W)desired, (int)success, (int)failure);
#else
#define ORDO_CALL_COMPARE(operation, word, W)                                                      \
    ORDO_CALL(return, operation##word, (address, (W *)expected, (W)desired), #operation)
#endif

#define ORDO_COMPARE(operation, type, T, word, W)                                                  \
    ORDO_INLINE bool ORDO_TYPED(operation, type)(volatile ordo_atomic##type *object, T *expected,  \
                                                 T desired, enum ordo_order success,               \
                                                 enum ordo_order failure)                          \
    {                                                                                              \
        volatile W *const address = (volatile W *)&object->plain;                                  \
        const enum ordo_order order = ordo_join_orders(#operation, success, failure);              \
        ORDO_CALL_COMPARE(operation, word, W)                                                      \
    }

/* The first look of fetch_update, with the failure ordering: full is a load between two fences, as
 * in a compare-exchange that fails. */
#define ORDO_LOOK(type, T)                                                                         \
    ORDO_INLINE T ORDO_TYPED(ordo_look, type)(const volatile ordo_atomic##type *object,            \
                                              enum ordo_order failure)                             \
    {                                                                                              \
        if (failure != ordo_full)                                                                  \
            return ORDO_TYPED(ordo_load, type)(object, failure);                                   \
        ordo_fence_full();                                                                         \
        T seen = ORDO_TYPED(ordo_load, type)(object, ordo_relaxed);                                \
        ordo_fence_full();                                                                         \
        return seen;                                                                               \
    }

#define ORDO_LOAD_RCPC(type, T, word, W)                                                           \
    ORDO_INLINE T ORDO_TYPED(ordo_load_acquire_rcpc, type)(                                        \
        const volatile ordo_atomic##type *object)                                                  \
    {                                                                                              \
        return (T)ordo_load##word##_acquire_rcpc((const volatile W *)&object->plain);              \
    }

#define ORDO_WAIT(type, T, word, W)                                                                \
    ORDO_INLINE bool ORDO_TYPED(ordo_wait_for_change, type)(                                       \
        const volatile ordo_atomic##type *object, T old, uint64_t timeout_ns)                      \
    {                                                                                              \
        return ordo_wait_for_change##word((const volatile W *)&object->plain, (W)old, timeout_ns); \
    }

/* Groups of operations that types have together. */

#define ORDO_CELL(type, T, word, W)                                                                \
    ORDO_LOAD(type, T, word, W)                                                                    \
    ORDO_STORE(type, T, word, W)                                                                   \
    ORDO_RMW(ordo_exchange, type, T, T, W, ordo_exchange##word, operand, previous)                 \
    ORDO_COMPARE(ordo_compare_exchange, type, T, word, W)                                          \
    ORDO_COMPARE(ordo_compare_exchange_weak, type, T, word, W)                                     \
    ORDO_LOOK(type, T)

#define ORDO_TO_64_BITS(type, T, word, W)                                                          \
    ORDO_LOAD_RCPC(type, T, word, W)                                                               \
    ORDO_WAIT(type, T, word, W)

#define ORDO_ADD_SUB(type, T, V, word, W)                                                          \
    ORDO_RMW(ordo_fetch_add, type, T, V, W, ordo_fetch_add##word, operand, previous)               \
    ORDO_RMW(ordo_fetch_sub, type, T, V, W, ordo_fetch_sub##word, operand, previous)               \
    ORDO_RMW(ordo_add_fetch, type, T, V, W, ordo_fetch_add##word, operand, previous + operand)     \
    ORDO_RMW(ordo_sub_fetch, type, T, V, W, ordo_fetch_sub##word, operand, previous - operand)

#define ORDO_AND_OR_XOR(type, T, V, word, W)                                                       \
    ORDO_RMW(ordo_fetch_and, type, T, V, W, ordo_fetch_and##word, operand, previous)               \
    ORDO_RMW(ordo_fetch_andnot, type, T, V, W, ordo_fetch_and##word, ~operand, previous)           \
    ORDO_RMW(ordo_fetch_or, type, T, V, W, ordo_fetch_or##word, operand, previous)                 \
    ORDO_RMW(ordo_fetch_xor, type, T, V, W, ordo_fetch_xor##word, operand, previous)               \
    ORDO_RMW(ordo_and_fetch, type, T, V, W, ordo_fetch_and##word, operand, previous & operand)     \
    ORDO_RMW(ordo_andnot_fetch, type, T, V, W, ordo_fetch_and##word, ~operand,                     \
             previous & ~operand)                                                                  \
    ORDO_RMW(ordo_or_fetch, type, T, V, W, ordo_fetch_or##word, operand, previous | operand)       \
    ORDO_RMW(ordo_xor_fetch, type, T, V, W, ordo_fetch_xor##word, operand, previous ^ operand)

#define ORDO_NAND(type, T, word, W)                                                                \
    ORDO_RMW(ordo_fetch_nand, type, T, T, W, ordo_fetch_nand##word, operand, previous)             \
    ORDO_RMW(ordo_nand_fetch, type, T, T, W, ordo_fetch_nand##word, operand, ~(previous & operand))

#define ORDO_MAX_MIN(type, T, word, W)                                                             \
    ORDO_RMW(ordo_fetch_max, type, T, T, W, ordo_fetch_max##word, operand, previous)               \
    ORDO_RMW(ordo_fetch_min, type, T, T, W, ordo_fetch_min##word, operand, previous)               \
    ORDO_RMW(ordo_max_fetch, type, T, T, W, ordo_fetch_max##word, operand,                         \
             previous > operand ? previous : operand)                                              \
    ORDO_RMW(ordo_min_fetch, type, T, T, W, ordo_fetch_min##word, operand,                         \
             previous < operand ? previous : operand)

#define ORDO_UPDATE_ADD_SUB(type, V, word, W)                                                      \
    ORDO_UPDATE(ordo_add, type, V, W, ordo_add##word)                                              \
    ORDO_UPDATE(ordo_sub, type, V, W, ordo_sub##word)

#define ORDO_UPDATE_AND_OR_XOR(type, V, word, W)                                                   \
    ORDO_UPDATE(ordo_and, type, V, W, ordo_and##word)                                              \
    ORDO_UPDATE(ordo_or, type, V, W, ordo_or##word)                                                \
    ORDO_UPDATE(ordo_xor, type, V, W, ordo_xor##word)

#define ORDO_BITS(type, word, W)                                                                   \
    ORDO_BIT(ordo_bit_test_and_set, type, W, ordo_bit_test_and_set##word)                          \
    ORDO_BIT(ordo_bit_test_and_reset, type, W, ordo_bit_test_and_reset##word)                      \
    ORDO_BIT(ordo_bit_test_and_complement, type, W, ordo_bit_test_and_complement##word)

/* Everything; max and min have symbols of their own sign. */
#define ORDO_INTEGER(type, T, word, W, max_min_word, MaxMinW)                                      \
    ORDO_CELL(type, T, word, W)                                                                    \
    ORDO_TO_64_BITS(type, T, word, W)                                                              \
    ORDO_ADD_SUB(type, T, T, word, W)                                                              \
    ORDO_AND_OR_XOR(type, T, T, word, W)                                                           \
    ORDO_NAND(type, T, word, W)                                                                    \
    ORDO_MAX_MIN(type, T, max_min_word, MaxMinW)                                                   \
    ORDO_UPDATE_ADD_SUB(type, T, word, W)                                                          \
    ORDO_UPDATE_AND_OR_XOR(type, T, word, W)                                                       \
    ORDO_BITS(type, word, W)

ORDO_INTEGER(_u8, uint8_t, _u8, uint8_t, _u8, uint8_t)
ORDO_INTEGER(_u16, uint16_t, _u16, uint16_t, _u16, uint16_t)
ORDO_INTEGER(_u32, uint32_t, _u32, uint32_t, _u32, uint32_t)
ORDO_INTEGER(_u64, uint64_t, _u64, uint64_t, _u64, uint64_t)
ORDO_INTEGER(_i8, int8_t, _u8, uint8_t, _i8, int8_t)
ORDO_INTEGER(_i16, int16_t, _u16, uint16_t, _i16, int16_t)
ORDO_INTEGER(_i32, int32_t, _u32, uint32_t, _i32, int32_t)
ORDO_INTEGER(_i64, int64_t, _u64, uint64_t, _i64, int64_t)
ORDO_INTEGER(_usize, size_t, _u64, uint64_t, _u64, uint64_t)
ORDO_INTEGER(_isize, ptrdiff_t, _u64, uint64_t, _i64, int64_t)

ORDO_CELL(_u128, ordo_u128, _u128, ordo_u128)
ORDO_ADD_SUB(_u128, ordo_u128, ordo_u128, _u128, ordo_u128)
ORDO_AND_OR_XOR(_u128, ordo_u128, ordo_u128, _u128, ordo_u128)
ORDO_NAND(_u128, ordo_u128, _u128, ordo_u128)
ORDO_UPDATE(ordo_add, _u128, ordo_u128, ordo_u128, ordo_fetch_add_u128)
ORDO_UPDATE(ordo_sub, _u128, ordo_u128, ordo_u128, ordo_fetch_sub_u128)
ORDO_UPDATE(ordo_and, _u128, ordo_u128, ordo_u128, ordo_fetch_and_u128)
ORDO_UPDATE(ordo_or, _u128, ordo_u128, ordo_u128, ordo_fetch_or_u128)
ORDO_UPDATE(ordo_xor, _u128, ordo_u128, ordo_u128, ordo_fetch_xor_u128)

/* A pointer moves by bytes (ptrdiff_t); its bits, for tags, are a uintptr_t. */
ORDO_CELL(_ptr, void *, _u64, uint64_t)
ORDO_TO_64_BITS(_ptr, void *, _u64, uint64_t)
ORDO_ADD_SUB(_ptr, void *, ptrdiff_t, _u64, uint64_t)
ORDO_AND_OR_XOR(_ptr, void *, uintptr_t, _u64, uint64_t)
ORDO_UPDATE_ADD_SUB(_ptr, ptrdiff_t, _u64, uint64_t)
ORDO_UPDATE_AND_OR_XOR(_ptr, uintptr_t, _u64, uint64_t)

ORDO_CELL(_bool, bool, _u8, uint8_t)
ORDO_TO_64_BITS(_bool, bool, _u8, uint8_t)
ORDO_AND_OR_XOR(_bool, bool, bool, _u8, uint8_t)
ORDO_UPDATE_AND_OR_XOR(_bool, bool, _u8, uint8_t)

/* The nand of a byte would leave 254 or 255. Nand with true negates, with false gives true. */
#define ORDO_NAND_OF_BOOL(operation, result)                                                       \
    ORDO_INLINE bool ORDO_TYPED(operation, _bool)(volatile ordo_atomic_bool *object, bool operand, \
                                                  enum ordo_order order)                           \
    {                                                                                              \
        volatile uint8_t *const address = (volatile uint8_t *)&object->plain;                      \
        bool previous;                                                                             \
        if (operand)                                                                               \
            ORDO_CALL(previous =, ordo_fetch_xor_u8, (address, 1), #operation)                     \
        else                                                                                       \
            ORDO_CALL(previous =, ordo_exchange_u8, (address, 1), #operation)                      \
        return result;                                                                             \
    }
ORDO_NAND_OF_BOOL(ordo_fetch_nand, previous)
ORDO_NAND_OF_BOOL(ordo_nand_fetch, !(previous && operand))

ORDO_INLINE void ordo_thread_fence_typed(enum ordo_order order)
{
    switch (order) {
    case ordo_acquire: ordo_fence_acquire(); break;
    case ordo_release: ordo_fence_release(); break;
    case ordo_acq_rel: ordo_fence_acq_rel(); break;
    case ordo_seq_cst: ordo_fence_seq_cst(); break;
    case ordo_full: ordo_fence_full(); break;
    default: ordo_bad_order("ordo_thread_fence", (int)order);
    }
}

/* Every ordering is the strongest one: a fence that is no instruction has little to save. */
ORDO_INLINE void ordo_compiler_fence_typed(enum ordo_order order)
{
    if (order == ordo_relaxed || !ordo_is_order((int)order))
        ordo_bad_order("ordo_compiler_fence", (int)order);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Both copies cut the shared side into the same pieces: bytes up to a multiple of 8, then words,
 * then bytes. (P1478: a copy of a shared object that may change meanwhile, without a data race.) */
static inline void ordo_load_bytes_typed(void *destination, const volatile void *source,
                                         size_t size, enum ordo_order order)
{
    unsigned char *to = (unsigned char *)destination;
    const volatile unsigned char *from = (const volatile unsigned char *)source;

    if (order != ordo_relaxed && order != ordo_acquire)
        ordo_bad_order("ordo_load_bytes", (int)order);
    while (size > 0) {
        if ((uintptr_t)from % 8 == 0 && size >= 8) {
            const uint64_t word =
                ordo_load_u64_relaxed((const volatile uint64_t *)(const volatile void *)from);
            __builtin_memcpy(to, &word, 8);
            to += 8, from += 8, size -= 8;
        } else {
            *to = ordo_load_u8_relaxed(from);
            to++, from++, size--;
        }
    }
    if (order == ordo_acquire)
        ordo_fence_acquire();
}

static inline void ordo_store_bytes_typed(volatile void *destination, const void *source,
                                          size_t size, enum ordo_order order)
{
    volatile unsigned char *to = (volatile unsigned char *)destination;
    const unsigned char *from = (const unsigned char *)source;

    if (order != ordo_relaxed && order != ordo_release)
        ordo_bad_order("ordo_store_bytes", (int)order);
    if (order == ordo_release)
        ordo_fence_release();
    while (size > 0) {
        if ((uintptr_t)to % 8 == 0 && size >= 8) {
            uint64_t word;
            __builtin_memcpy(&word, from, 8);
            ordo_store_u64_relaxed((volatile uint64_t *)(volatile void *)to, word);
            to += 8, from += 8, size -= 8;
        } else {
            ordo_store_u8_relaxed(to, *from);
            to++, from++, size--;
        }
    }
}

#undef ORDO_CALL
#undef ORDO_LOAD
#undef ORDO_STORE
#undef ORDO_RMW
#undef ORDO_UPDATE
#undef ORDO_BIT
#undef ORDO_CALL_COMPARE
#undef ORDO_COMPARE
#undef ORDO_LOOK
#undef ORDO_LOAD_RCPC
#undef ORDO_WAIT
#undef ORDO_CELL
#undef ORDO_TO_64_BITS
#undef ORDO_ADD_SUB
#undef ORDO_AND_OR_XOR
#undef ORDO_NAND
#undef ORDO_NAND_OF_BOOL
#undef ORDO_MAX_MIN
#undef ORDO_UPDATE_ADD_SUB
#undef ORDO_UPDATE_AND_OR_XOR
#undef ORDO_BITS
#undef ORDO_INTEGER
#undef ORDO_INLINE
#undef ORDO_TYPED

#endif
