/* order.h: the orderings of atomic.h, the rule that joins the two of a compare-exchange, and the
 * checks that make a wrong ordering a compile error, or one line and abort() if it is known only at
 * run time.
 *
 * What each ordering promises is in the README. Two things surprise:
 *   - seq_cst is not a full barrier on ARM64: a later relaxed access may move above the store of a
 *     seq_cst read-modify-write. `full` is one: everything before is before everything after.
 *   - only read-modify-writes and fences have `full`. Beside a load or a store put a fence.
 */
#ifndef ORDO_ORDER_H
#define ORDO_ORDER_H

#include <stdbool.h>
#include <stdint.h>

enum ordo_order { /* the first five have the values of __ATOMIC_*; 1 would be consume */
    ordo_relaxed = 0,
    ordo_acquire = 2,
    ordo_release = 3,
    ordo_acq_rel = 4,
    ordo_seq_cst = 5,
    ordo_full = 6
};

static inline bool ordo_is_order(int order)
{
    return order == ordo_relaxed || (order >= ordo_acquire && order <= ordo_full);
}

/* Why an operation does not take an ordering, for both kinds of message. */
#define ORDO_WHY_UNKNOWN "not an ordering; use relaxed, acquire, release, acq_rel, seq_cst or full"
#define ORDO_WHY_LOAD "it writes nothing; use relaxed, acquire or seq_cst"
#define ORDO_WHY_STORE "it reads nothing; use relaxed, release or seq_cst"
#define ORDO_WHY_FENCE "it would order nothing; use acquire, release, acq_rel, seq_cst or full"
#define ORDO_WHY_FAILURE                                                                           \
    "an exchange that fails writes nothing; use relaxed, acquire, seq_cst or full for failure"
#define ORDO_WHY_LOAD_BYTES "many loads of bytes and words; use relaxed or acquire"
#define ORDO_WHY_STORE_BYTES "many stores of bytes and words; use relaxed or release"

#ifdef __cplusplus
extern "C" {
#endif

/* Writes `ordo: atomic.h: <operation> with the ordering <name>: <why>` to stderr and aborts. */
__attribute__((noreturn, cold)) void ordo_bad_order(const char *operation, int order);

#ifdef __cplusplus
}
#endif

/* The one ordering that keeps both promises of a compare-exchange. A failure ordering stronger than
 * the success ordering is legal and strengthens the whole: (release, acquire) is acq_rel. */
static inline __attribute__((always_inline)) enum ordo_order
ordo_join_orders(const char *operation, enum ordo_order success, enum ordo_order failure)
{
    if (!ordo_is_order((int)success))
        ordo_bad_order(operation, (int)success);
    switch (failure) {
    case ordo_relaxed:
        return success;
    case ordo_acquire:
        return success == ordo_relaxed ? ordo_acquire
               : success == ordo_release ? ordo_acq_rel
                                         : success;
    case ordo_seq_cst:
        return success == ordo_full ? ordo_full : ordo_seq_cst;
    case ordo_full:
        return ordo_full;
    default:
        ordo_bad_order(operation, (int)failure);
    }
}

/* ORDO_REFUSE_IF stops compilation if `order` is a constant for which `wrong` is true, at any
 * optimisation level. It does not evaluate `order`. */
#ifdef __cplusplus
/* (g++ folds `c ? x : x` to a constant that may not stand in a static assertion: the one right
 * ordering that it refuses.) */
#define ORDO_REFUSE_IF(order, wrong, message)                                                      \
    static_assert(!__builtin_constant_p(order) || !(wrong), message);
#else
/* 1 for a constant expression. (Only a constant 0 makes the first branch a null pointer constant,
 * and only then the whole has the type of the second. __builtin_constant_p will not do: for Clang a
 * const variable passes it, and still may not stand in a static assertion.) */
#define ORDO_IS_CONSTANT(order)                                                                    \
    _Generic(1 ? (void *)((intptr_t)(order) * 0) : (int *)0, int * : 1, void * : 0)
#define ORDO_REFUSE_IF(order, wrong, message)                                                      \
    _Static_assert(__builtin_choose_expr(ORDO_IS_CONSTANT(order), !(wrong), 1), message);
#endif

#define ORDO_REFUSE(order, wrong, message)                                                         \
    ORDO_REFUSE_IF(order, (int)(order) == (int)(wrong), message)

/* The checks of each kind of operation, for the start of a statement expression. */
#define ORDO_CHECK_ANY(name, order)                                                                \
    ORDO_REFUSE_IF(order,                                                                          \
                   (int)(order) < 0 || (int)(order) == 1 || (int)(order) > (int)ordo_full,         \
                   name ": " ORDO_WHY_UNKNOWN)

#define ORDO_CHECK_LOAD(name, order)                                                               \
    ORDO_CHECK_ANY(name, order)                                                                    \
    ORDO_REFUSE(order, ordo_release, name ": a load cannot have release ordering: " ORDO_WHY_LOAD) \
    ORDO_REFUSE(order, ordo_acq_rel, name ": a load cannot have acq_rel ordering: " ORDO_WHY_LOAD) \
    ORDO_REFUSE(order, ordo_full, name ": a load cannot have full ordering: " ORDO_WHY_LOAD)

#define ORDO_CHECK_STORE(name, order)                                                              \
    ORDO_CHECK_ANY(name, order)                                                                    \
    ORDO_REFUSE(order, ordo_acquire,                                                               \
                name ": a store cannot have acquire ordering: " ORDO_WHY_STORE)                    \
    ORDO_REFUSE(order, ordo_acq_rel,                                                               \
                name ": a store cannot have acq_rel ordering: " ORDO_WHY_STORE)                    \
    ORDO_REFUSE(order, ordo_full, name ": a store cannot have full ordering: " ORDO_WHY_STORE)

#define ORDO_CHECK_FENCE(name, order)                                                              \
    ORDO_CHECK_ANY(name, order)                                                                    \
    ORDO_REFUSE(order, ordo_relaxed, name ": a fence cannot be relaxed: " ORDO_WHY_FENCE)

#define ORDO_CHECK_PAIR(name, success, failure)                                                    \
    ORDO_CHECK_ANY(name, success)                                                                  \
    ORDO_CHECK_ANY(name, failure)                                                                  \
    ORDO_REFUSE(failure, ordo_release,                                                             \
                name ": failure cannot have release ordering: " ORDO_WHY_FAILURE)                  \
    ORDO_REFUSE(failure, ordo_acq_rel,                                                             \
                name ": failure cannot have acq_rel ordering: " ORDO_WHY_FAILURE)

#define ORDO_CHECK_LOAD_BYTES(name, order)                                                         \
    ORDO_CHECK_LOAD(name, order)                                                                   \
    ORDO_REFUSE(order, ordo_seq_cst,                                                               \
                name ": a copy cannot have seq_cst ordering: " ORDO_WHY_LOAD_BYTES)

#define ORDO_CHECK_STORE_BYTES(name, order)                                                        \
    ORDO_CHECK_STORE(name, order)                                                                  \
    ORDO_REFUSE(order, ordo_seq_cst,                                                               \
                name ": a copy cannot have seq_cst ordering: " ORDO_WHY_STORE_BYTES)

#endif
