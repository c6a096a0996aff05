/* symbols.h: the prototype of every symbol of the runtime, ordo_<operation>_<type>_<ordering>,
 * exactly those of arch/ops.tbl. Every back end defines all of them with the platform's C calling
 * convention, so they can be called from any language. C and C++ programs rather use atomic.h,
 * which picks the symbol from the type of the object and the ordering.
 *
 * `object` is naturally aligned (16 bytes for u128): a precondition, not checked. All are safe in a
 * signal handler. The two compare_exchange_pair families exist only in the back ends that see both
 * orderings of a compare-exchange (generic, model); see ORDO_UNJOINED_COMPARE_EXCHANGE in atomic.h.
 */
#ifndef ORDO_SYMBOLS_H
#define ORDO_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

/* An integer, not a struct: its argument registers depend on it. */
__extension__ typedef unsigned __int128 ordo_u128;

#ifdef __cplusplus
extern "C" {
#endif

/* Types come as `_u8`, underscore included: no program has a macro of that name. */

#define ORDO_SYMBOLS_LOAD(T, type)                                                                 \
    T ordo_load##type##_relaxed(const volatile T *object);                                         \
    T ordo_load##type##_acquire(const volatile T *object);                                         \
    T ordo_load##type##_seq_cst(const volatile T *object);

#define ORDO_SYMBOLS_STORE(T, type)                                                                \
    void ordo_store##type##_relaxed(volatile T *object, T value);                                  \
    void ordo_store##type##_release(volatile T *object, T value);                                  \
    void ordo_store##type##_seq_cst(volatile T *object, T value);

/* A read-modify-write: one symbol per ordering. */
#define ORDO_SYMBOLS_SIX(result, symbol, parameters)                                               \
    result symbol##_relaxed parameters;                                                            \
    result symbol##_acquire parameters;                                                            \
    result symbol##_release parameters;                                                            \
    result symbol##_acq_rel parameters;                                                            \
    result symbol##_seq_cst parameters;                                                            \
    result symbol##_full parameters;

/* Returns the previous value. */
#define ORDO_SYMBOLS_FETCH(T, symbol) ORDO_SYMBOLS_SIX(T, symbol, (volatile T *object, T value))

/* Returns true if *object was *expected and is now `desired`; otherwise *expected is what it was.
 * The weak form may fail without a reason, and leaves *expected as it is then. */
#define ORDO_SYMBOLS_COMPARE(T, symbol)                                                            \
    ORDO_SYMBOLS_SIX(bool, symbol, (volatile T *object, T *expected, T desired))

#define ORDO_SYMBOLS_PAIR(T, symbol)                                                               \
    bool symbol(volatile T *object, T *expected, T desired, int success, int failure);

/* No result. */
#define ORDO_SYMBOLS_UPDATE(T, symbol) ORDO_SYMBOLS_SIX(void, symbol, (volatile T *object, T value))

/* Returns the previous bit. The index counts modulo the width. */
#define ORDO_SYMBOLS_BIT(T, symbol)                                                                \
    ORDO_SYMBOLS_SIX(bool, symbol, (volatile T *object, unsigned int index))

#define ORDO_SYMBOLS_ANY_WIDTH(T, type)                                                            \
    ORDO_SYMBOLS_LOAD(T, type)                                                                     \
    ORDO_SYMBOLS_STORE(T, type)                                                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_exchange##type)                                                     \
    ORDO_SYMBOLS_COMPARE(T, ordo_compare_exchange##type)                                           \
    ORDO_SYMBOLS_COMPARE(T, ordo_compare_exchange_weak##type)                                      \
    ORDO_SYMBOLS_PAIR(T, ordo_compare_exchange_pair##type)                                         \
    ORDO_SYMBOLS_PAIR(T, ordo_compare_exchange_weak_pair##type)                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_add##type)                                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_sub##type)                                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_and##type)                                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_nand##type)                                                   \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_or##type)                                                     \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_xor##type)

#define ORDO_SYMBOLS_MAX_MIN(T, type)                                                              \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_max##type)                                                    \
    ORDO_SYMBOLS_FETCH(T, ordo_fetch_min##type)

/* What 128 bits do not have. wait_for_change returns true once it saw a value other than `old`,
 * with acquire ordering, and false otherwise, which may be long before the time is over; 0 ns only
 * looks. */
#define ORDO_SYMBOLS_TO_64_BITS(T, type)                                                           \
    T ordo_load##type##_acquire_rcpc(const volatile T *object);                                    \
    ORDO_SYMBOLS_UPDATE(T, ordo_add##type)                                                         \
    ORDO_SYMBOLS_UPDATE(T, ordo_sub##type)                                                         \
    ORDO_SYMBOLS_UPDATE(T, ordo_and##type)                                                         \
    ORDO_SYMBOLS_UPDATE(T, ordo_or##type)                                                          \
    ORDO_SYMBOLS_UPDATE(T, ordo_xor##type)                                                         \
    ORDO_SYMBOLS_BIT(T, ordo_bit_test_and_set##type)                                               \
    ORDO_SYMBOLS_BIT(T, ordo_bit_test_and_reset##type)                                             \
    ORDO_SYMBOLS_BIT(T, ordo_bit_test_and_complement##type)                                        \
    bool ordo_wait_for_change##type(const volatile T *object, T old, uint64_t timeout_ns);

ORDO_SYMBOLS_ANY_WIDTH(uint8_t, _u8)
ORDO_SYMBOLS_ANY_WIDTH(uint16_t, _u16)
ORDO_SYMBOLS_ANY_WIDTH(uint32_t, _u32)
ORDO_SYMBOLS_ANY_WIDTH(uint64_t, _u64)
ORDO_SYMBOLS_ANY_WIDTH(ordo_u128, _u128)

ORDO_SYMBOLS_MAX_MIN(uint8_t, _u8)
ORDO_SYMBOLS_MAX_MIN(uint16_t, _u16)
ORDO_SYMBOLS_MAX_MIN(uint32_t, _u32)
ORDO_SYMBOLS_MAX_MIN(uint64_t, _u64)
ORDO_SYMBOLS_MAX_MIN(int8_t, _i8)
ORDO_SYMBOLS_MAX_MIN(int16_t, _i16)
ORDO_SYMBOLS_MAX_MIN(int32_t, _i32)
ORDO_SYMBOLS_MAX_MIN(int64_t, _i64)

ORDO_SYMBOLS_TO_64_BITS(uint8_t, _u8)
ORDO_SYMBOLS_TO_64_BITS(uint16_t, _u16)
ORDO_SYMBOLS_TO_64_BITS(uint32_t, _u32)
ORDO_SYMBOLS_TO_64_BITS(uint64_t, _u64)

/* There is no relaxed fence: it would order nothing. */
void ordo_fence_acquire(void);
void ordo_fence_release(void);
void ordo_fence_acq_rel(void);
void ordo_fence_seq_cst(void);
void ordo_fence_full(void);

/* Tells the CPU that this is a spinning loop: `pause`, or `isb` on ARM64. */
void ordo_spin_hint(void);

#undef ORDO_SYMBOLS_LOAD
#undef ORDO_SYMBOLS_STORE
#undef ORDO_SYMBOLS_SIX
#undef ORDO_SYMBOLS_FETCH
#undef ORDO_SYMBOLS_COMPARE
#undef ORDO_SYMBOLS_PAIR
#undef ORDO_SYMBOLS_UPDATE
#undef ORDO_SYMBOLS_BIT
#undef ORDO_SYMBOLS_ANY_WIDTH
#undef ORDO_SYMBOLS_MAX_MIN
#undef ORDO_SYMBOLS_TO_64_BITS

#ifdef __cplusplus
}
#endif
#endif
