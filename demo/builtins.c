/* builtins.c: the operations of Figure 7-1 as one-line functions of the compiler's own builtins.
 * Never linked: demo.sh compiles it with GCC and Clang for each instruction set, and figure.c puts
 * the result beside ordo's routine of the same name.
 *
 * The C11 orderings are __atomic_*; for `full`, which C11 lacks, __sync_*, which promise a full
 * barrier (for exchange there is none). */
#include <stdbool.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 uint128_t;

#define LOAD(T, type, order, ORDER)                                                                \
    T ordo_load_##type##_##order(T *p) { return __atomic_load_n(p, ORDER); }
#define STORE(T, type, order, ORDER)                                                               \
    void ordo_store_##type##_##order(T *p, T v) { __atomic_store_n(p, v, ORDER); }
#define UPDATES(T, type, order, ORDER)                                                             \
    T ordo_exchange_##type##_##order(T *p, T v) { return __atomic_exchange_n(p, v, ORDER); }       \
    T ordo_fetch_add_##type##_##order(T *p, T v) { return __atomic_fetch_add(p, v, ORDER); }       \
    T ordo_fetch_or_##type##_##order(T *p, T v) { return __atomic_fetch_or(p, v, ORDER); }
/* On failure as strong as success allows. */
#define COMPARES(T, type, order, ORDER, FAILURE)                                                   \
    bool ordo_compare_exchange_##type##_##order(T *p, T *e, T v)                                   \
    { return __atomic_compare_exchange_n(p, e, v, false, ORDER, FAILURE); }                        \
    bool ordo_compare_exchange_weak_##type##_##order(T *p, T *e, T v)                              \
    { return __atomic_compare_exchange_n(p, e, v, true, ORDER, FAILURE); }
#define FENCE(order, ORDER)                                                                        \
    void ordo_fence_##order(void) { __atomic_thread_fence(ORDER); }

#define ALL(T, type)                                                                               \
    LOAD(T, type, relaxed, __ATOMIC_RELAXED)                                                       \
    LOAD(T, type, acquire, __ATOMIC_ACQUIRE)                                                       \
    LOAD(T, type, seq_cst, __ATOMIC_SEQ_CST)                                                       \
    STORE(T, type, relaxed, __ATOMIC_RELAXED)                                                      \
    STORE(T, type, release, __ATOMIC_RELEASE)                                                      \
    STORE(T, type, seq_cst, __ATOMIC_SEQ_CST)                                                      \
    UPDATES(T, type, relaxed, __ATOMIC_RELAXED)                                                    \
    UPDATES(T, type, acquire, __ATOMIC_ACQUIRE)                                                    \
    UPDATES(T, type, release, __ATOMIC_RELEASE)                                                    \
    UPDATES(T, type, acq_rel, __ATOMIC_ACQ_REL)                                                    \
    UPDATES(T, type, seq_cst, __ATOMIC_SEQ_CST)                                                    \
    COMPARES(T, type, relaxed, __ATOMIC_RELAXED, __ATOMIC_RELAXED)                                 \
    COMPARES(T, type, acquire, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)                                 \
    COMPARES(T, type, release, __ATOMIC_RELEASE, __ATOMIC_RELAXED)                                 \
    COMPARES(T, type, acq_rel, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)                                 \
    COMPARES(T, type, seq_cst, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)

ALL(uint32_t, u32)
ALL(uint128_t, u128)

FENCE(acquire, __ATOMIC_ACQUIRE)
FENCE(release, __ATOMIC_RELEASE)
FENCE(acq_rel, __ATOMIC_ACQ_REL)
FENCE(seq_cst, __ATOMIC_SEQ_CST)

void ordo_fence_full(void) { __sync_synchronize(); }
uint32_t ordo_fetch_add_u32_full(uint32_t *p, uint32_t v) { return __sync_fetch_and_add(p, v); }
uint32_t ordo_fetch_or_u32_full(uint32_t *p, uint32_t v) { return __sync_fetch_and_or(p, v); }
bool ordo_compare_exchange_u32_full(uint32_t *p, uint32_t *e, uint32_t v)
{
    uint32_t expected = *e;
    *e = __sync_val_compare_and_swap(p, expected, v);
    return *e == expected;
}
