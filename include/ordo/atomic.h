/* atomic.h: typed atomics for C17 (GNU C: GCC, Clang) and C++17. Include this one.
 *
 *     static ordo_atomic_u32 count = ORDO_ATOMIC_INIT(0);
 *     uint32_t before = ordo_fetch_add(&count, 1, ordo_relaxed);
 *
 * Types: ordo_atomic_bool, _u8, _u16, _u32, _u64, _u128, _i8, _i16, _i32, _i64, _usize (size_t),
 * _isize (ptrdiff_t), _ptr (void *). Each is a struct of the size and alignment of its value; all
 * zero bytes are the value 0. Below, T is the type of the value. The operations are macros, because
 * the type of the object picks the function; each evaluates each argument once, and none works at
 * file scope. An operation that a type does not have does not compile.
 *
 * An `order` is a value of enum ordo_order (order.h). A constant one that the operation cannot have
 * does not compile, and the message says why; one known only at run time costs a switch, and aborts
 * with one line if it is wrong.
 *
 * Every operation is safe in a signal handler. Objects must be naturally aligned (16 bytes for
 * u128), as the compiler aligns them; in packed structs that is the programmer's task. All
 * operations are lock-free on x86-64 with cmpxchg16b and on ARM64 with the assembly back ends, 128
 * bits too, whose load however writes where the CPU has neither AVX nor LSE2, and so faults on
 * read-only memory. The generic back end calls libatomic for 128 bits. Never let two back ends, or
 * ordo and libatomic, share a u128.
 */
#ifndef ORDO_ATOMIC_H
#define ORDO_ATOMIC_H

#include "ordo/order.h"
#include "ordo/symbols.h"
#include "ordo/typed.h"

/* The initial value of a static or automatic object. */
#define ORDO_ATOMIC_INIT(value) { value }

/* ---- Every type ------------------------------------------------------------------------------ */

/* T ordo_load(const A *object, order): relaxed, acquire or seq_cst. */
#define ordo_load(object, order)                                                                   \
    __extension__({                                                                                \
        ORDO_CHECK_LOAD("ordo_load", order)                                                        \
        ORDO_PICK(ordo_load, const volatile, object, ORDO_EVERY_TYPE)(object, order);              \
    })

/* void ordo_store(A *object, T value, order): relaxed, release or seq_cst. */
#define ordo_store(object, value, order)                                                           \
    __extension__({                                                                                \
        ORDO_CHECK_STORE("ordo_store", order)                                                      \
        ORDO_PICK(ordo_store, volatile, object, ORDO_EVERY_TYPE)(object, value, order);            \
    })

/* T ordo_exchange(A *object, T value, order): stores `value`, returns what was there. Any order. */
#define ordo_exchange(object, value, order)                                                        \
    ORDO_RMW_FACE(ordo_exchange, object, value, order, ORDO_EVERY_TYPE)

/* bool ordo_compare_exchange(A *object, T *expected, T desired, success, failure)
 *
 * If the object is *expected, stores `desired` and returns true; otherwise puts what it saw in
 * *expected and returns false. The weak form may also fail for no reason, and then leaves *expected
 * alone: for loops. `success` is any order; `failure` relaxed, acquire, seq_cst or full. A failure
 * ordering that promises more than `success` is legal and strengthens the operation: the two are
 * joined to the one ordering that keeps both promises, (release, acquire) to acq_rel. A failed
 * exchange is a load of the failure ordering; with `full`, a load between two full fences.
 *
 * With ORDO_UNJOINED_COMPARE_EXCHANGE defined (only for the generic and model back ends) the symbol
 * gets both orderings as they are. */
#define ordo_compare_exchange(object, expected, desired, success, failure)                         \
    ORDO_COMPARE_FACE(ordo_compare_exchange, object, expected, desired, success, failure)
#define ordo_compare_exchange_weak(object, expected, desired, success, failure)                    \
    ORDO_COMPARE_FACE(ordo_compare_exchange_weak, object, expected, desired, success, failure)

/* T ordo_fetch_update(A *object, success, failure, name, expression)
 *
 * Replaces the value by `expression`, in which `name` is the value seen, and returns the previous
 * value:
 *     ordo_fetch_update(&a, ordo_relaxed, ordo_relaxed, old, old < 10 ? old + 1 : old)
 * The expression is evaluated anew for each attempt. Orders as in ordo_compare_exchange. */
#define ordo_fetch_update(object, success, failure, name, expression)                              \
    __extension__({                                                                                \
        ORDO_CHECK_PAIR("ordo_fetch_update", success, failure)                                     \
        ORDO_AUTO ordo_object_##name = (object);                                                   \
        const enum ordo_order ordo_success_##name = (success);                                     \
        const enum ordo_order ordo_failure_##name = (failure);                                     \
        (void)ordo_join_orders("ordo_fetch_update", ordo_success_##name, ordo_failure_##name);     \
        ORDO_AUTO name = ORDO_LOOK(ordo_object_##name, ordo_failure_##name);                       \
        while (!ORDO_TRY(ordo_object_##name, &name, expression, ordo_success_##name,               \
                         ordo_failure_##name)) {                                                   \
        }                                                                                          \
        name;                                                                                      \
    })

/* bool ordo_fetch_update_if(A *object, success, failure, name, condition, expression, T *old_out)
 *
 * The same, but gives up, stores nothing and returns false as soon as `condition` is false.
 * *old_out becomes the last value seen, either way. */
#define ordo_fetch_update_if(object, success, failure, name, condition, expression, old_out)       \
    __extension__({                                                                                \
        ORDO_CHECK_PAIR("ordo_fetch_update_if", success, failure)                                  \
        ORDO_AUTO ordo_old_##name = (old_out); /* before `name` can hide a variable of its name */ \
        ORDO_AUTO ordo_object_##name = (object);                                                   \
        const enum ordo_order ordo_success_##name = (success);                                     \
        const enum ordo_order ordo_failure_##name = (failure);                                     \
        (void)ordo_join_orders("ordo_fetch_update_if", ordo_success_##name, ordo_failure_##name);  \
        ORDO_AUTO name = ORDO_LOOK(ordo_object_##name, ordo_failure_##name);                       \
        bool ordo_stored_##name = false;                                                           \
        while (!ordo_stored_##name && (condition))                                                 \
            ordo_stored_##name = ORDO_TRY(ordo_object_##name, &name, expression,                   \
                                          ordo_success_##name, ordo_failure_##name);               \
        *ordo_old_##name = name;                                                                   \
        ordo_stored_##name;                                                                        \
    })

/* T *ordo_get_mut(A *object), T ordo_into_inner(A *object): plain access, no atomic operation. Only
 * for an exclusive owner: before the object is shared, or after the last other user is known to be
 * done. */
#define ordo_get_mut(object) (&(object)->plain)
#define ordo_into_inner(object) __extension__({ (object)->plain; })

/* ---- Read-modify-writes: any order ----------------------------------------------------------- */

/* T ordo_fetch_<op>(A *object, V value, order) returns the previous value, T ordo_<op>_fetch the
 * new one, void ordo_<op> nothing. V is T, but a pointer moves by bytes (ptrdiff_t) and combines
 * with bits (uintptr_t, for tags). Integers wrap. Which types:
 *     add, sub              all but bool
 *     and, or, xor, andnot  all                    andnot: and with the complement of `value`
 *     nand                  all but pointers       of bool: false or true
 *     max, min              integers to 64 bits    signed types compare signed
 * and without a result add, sub, and, or, xor. */
#define ordo_fetch_add(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_add, object, value, order, ORDO_ADDABLE)
#define ordo_fetch_sub(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_sub, object, value, order, ORDO_ADDABLE)
#define ordo_fetch_and(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_and, object, value, order, ORDO_EVERY_TYPE)
#define ordo_fetch_andnot(object, value, order)                                                    \
    ORDO_RMW_FACE(ordo_fetch_andnot, object, value, order, ORDO_EVERY_TYPE)
#define ordo_fetch_or(object, value, order)                                                        \
    ORDO_RMW_FACE(ordo_fetch_or, object, value, order, ORDO_EVERY_TYPE)
#define ordo_fetch_xor(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_xor, object, value, order, ORDO_EVERY_TYPE)
#define ordo_fetch_nand(object, value, order)                                                      \
    ORDO_RMW_FACE(ordo_fetch_nand, object, value, order, ORDO_NO_POINTER)
#define ordo_fetch_max(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_max, object, value, order, ORDO_INTEGERS_TO_64_BITS)
#define ordo_fetch_min(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_fetch_min, object, value, order, ORDO_INTEGERS_TO_64_BITS)

#define ordo_add_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_add_fetch, object, value, order, ORDO_ADDABLE)
#define ordo_sub_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_sub_fetch, object, value, order, ORDO_ADDABLE)
#define ordo_and_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_and_fetch, object, value, order, ORDO_EVERY_TYPE)
#define ordo_andnot_fetch(object, value, order)                                                    \
    ORDO_RMW_FACE(ordo_andnot_fetch, object, value, order, ORDO_EVERY_TYPE)
#define ordo_or_fetch(object, value, order)                                                        \
    ORDO_RMW_FACE(ordo_or_fetch, object, value, order, ORDO_EVERY_TYPE)
#define ordo_xor_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_xor_fetch, object, value, order, ORDO_EVERY_TYPE)
#define ordo_nand_fetch(object, value, order)                                                      \
    ORDO_RMW_FACE(ordo_nand_fetch, object, value, order, ORDO_NO_POINTER)
#define ordo_max_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_max_fetch, object, value, order, ORDO_INTEGERS_TO_64_BITS)
#define ordo_min_fetch(object, value, order)                                                       \
    ORDO_RMW_FACE(ordo_min_fetch, object, value, order, ORDO_INTEGERS_TO_64_BITS)

#define ordo_add(object, value, order)                                                             \
    ORDO_RMW_FACE(ordo_add, object, value, order, ORDO_ADDABLE)
#define ordo_sub(object, value, order)                                                             \
    ORDO_RMW_FACE(ordo_sub, object, value, order, ORDO_ADDABLE)
#define ordo_and(object, value, order)                                                             \
    ORDO_RMW_FACE(ordo_and, object, value, order, ORDO_EVERY_TYPE)
#define ordo_or(object, value, order)                                                              \
    ORDO_RMW_FACE(ordo_or, object, value, order, ORDO_EVERY_TYPE)
#define ordo_xor(object, value, order)                                                             \
    ORDO_RMW_FACE(ordo_xor, object, value, order, ORDO_EVERY_TYPE)

/* bool ordo_bit_test_and_<op>(A *object, unsigned int index, order): sets, resets or complements
 * one bit and returns what it was. The index counts modulo the width. Integers to 64 bits. */
#define ordo_bit_test_and_set(object, index, order)                                                \
    ORDO_RMW_FACE(ordo_bit_test_and_set, object, index, order, ORDO_INTEGERS_TO_64_BITS)
#define ordo_bit_test_and_reset(object, index, order)                                              \
    ORDO_RMW_FACE(ordo_bit_test_and_reset, object, index, order, ORDO_INTEGERS_TO_64_BITS)
#define ordo_bit_test_and_complement(object, index, order)                                         \
    ORDO_RMW_FACE(ordo_bit_test_and_complement, object, index, order, ORDO_INTEGERS_TO_64_BITS)

/* ---- Waiting: every type to 64 bits ---------------------------------------------------------- */

/* bool ordo_wait_for_change(const A *object, T old, uint64_t timeout_ns)
 *
 * Waits politely, in user space, for the object to differ from `old`. True once it did, with
 * acquire ordering; false otherwise, possibly long before the time is over, or, on ARM64, up to
 * some 100 us after it. 0 ns only looks. For spinning loops, beside ordo_spin_hint(); it is no
 * replacement for a futex. */
#define ordo_wait_for_change(object, old, timeout_ns)                                              \
    ORDO_PICK(ordo_wait_for_change, const volatile, object, ORDO_TO_64_BITS)                       \
    (object, old, timeout_ns)

/* T ordo_load_acquire_rcpc(const A *object): an acquire load that an earlier release or seq_cst
 * store of this thread to another object may overtake: cheaper on ARMv8.3 (`ldapr`), an acquire
 * load elsewhere. */
#define ordo_load_acquire_rcpc(object)                                                             \
    ORDO_PICK(ordo_load_acquire_rcpc, const volatile, object, ORDO_TO_64_BITS)(object)

/* ---- Fences and copies ----------------------------------------------------------------------- */

/* void ordo_thread_fence(order): acquire, release, acq_rel, seq_cst or full; relaxed is refused.
 * `full` also orders what C does not speak of (on x86-64, loads of write-combining memory). */
#define ordo_thread_fence(order)                                                                   \
    __extension__({                                                                                \
        ORDO_CHECK_FENCE("ordo_thread_fence", order)                                               \
        ordo_thread_fence_typed(order);                                                            \
    })

/* void ordo_compiler_fence(order): orders against a signal handler on the same thread; no
 * instruction. */
#define ordo_compiler_fence(order)                                                                 \
    __extension__({                                                                                \
        ORDO_CHECK_FENCE("ordo_compiler_fence", order)                                             \
        ordo_compiler_fence_typed(order);                                                          \
    })

/* void ordo_load_bytes(void *destination, const void *shared_source, size_t size, order)
 * void ordo_store_bytes(void *shared_destination, const void *source, size_t size, order)
 *
 * Copy out of and into shared memory that others may copy at the same time, as a sequence lock
 * needs. The copy as a whole is not atomic: it may mix old and new bytes, but it is no data race.
 * Each byte, and each aligned 8-byte word inside, is. The same shared address and size are always
 * cut into the same pieces, so let all users of one object use the same. Loads are relaxed, or
 * relaxed and then an acquire fence; stores are relaxed, or a release fence and then relaxed. */
#define ordo_load_bytes(destination, shared_source, size, order)                                   \
    __extension__({                                                                                \
        ORDO_CHECK_LOAD_BYTES("ordo_load_bytes", order)                                            \
        ordo_load_bytes_typed(destination, shared_source, size, order);                            \
    })
#define ordo_store_bytes(shared_destination, source, size, order)                                  \
    __extension__({                                                                                \
        ORDO_CHECK_STORE_BYTES("ordo_store_bytes", order)                                          \
        ordo_store_bytes_typed(shared_destination, source, size, order);                           \
    })

/* ---- How the type picks the function --------------------------------------------------------- */

/* ORDO_PICK is the function of `operation` for the type of `object`, which may have the qualifiers
 * given or fewer. In C++ the overloads decide; ORDO_AUTO is the type of what follows. */
#ifdef __cplusplus
#define ORDO_PICK(operation, qualifiers, object, types) operation##_typed
#define ORDO_AUTO auto
#else
#define ORDO_PICK(operation, qualifiers, object, types)                                            \
    _Generic((qualifiers __typeof__(*(object)) *)0, types(operation, qualifiers))
#define ORDO_AUTO __auto_type
#endif

#define ORDO_CASE(operation, qualifiers, type)                                                     \
    qualifiers ordo_atomic##type * : operation##_typed##type

#define ORDO_INTEGERS_TO_64_BITS(operation, qualifiers)                                            \
    ORDO_CASE(operation, qualifiers, _u8), ORDO_CASE(operation, qualifiers, _i8),                  \
        ORDO_CASE(operation, qualifiers, _u16), ORDO_CASE(operation, qualifiers, _i16),            \
        ORDO_CASE(operation, qualifiers, _u32), ORDO_CASE(operation, qualifiers, _i32),            \
        ORDO_CASE(operation, qualifiers, _u64), ORDO_CASE(operation, qualifiers, _i64),            \
        ORDO_CASE(operation, qualifiers, _usize), ORDO_CASE(operation, qualifiers, _isize)
#define ORDO_TO_64_BITS(operation, qualifiers)                                                     \
    ORDO_INTEGERS_TO_64_BITS(operation, qualifiers), ORDO_CASE(operation, qualifiers, _bool),      \
        ORDO_CASE(operation, qualifiers, _ptr)
#define ORDO_EVERY_TYPE(operation, qualifiers)                                                     \
    ORDO_TO_64_BITS(operation, qualifiers), ORDO_CASE(operation, qualifiers, _u128)
#define ORDO_ADDABLE(operation, qualifiers)                                                        \
    ORDO_INTEGERS_TO_64_BITS(operation, qualifiers), ORDO_CASE(operation, qualifiers, _u128),      \
        ORDO_CASE(operation, qualifiers, _ptr)
#define ORDO_NO_POINTER(operation, qualifiers)                                                     \
    ORDO_INTEGERS_TO_64_BITS(operation, qualifiers), ORDO_CASE(operation, qualifiers, _u128),      \
        ORDO_CASE(operation, qualifiers, _bool)

#define ORDO_RMW_FACE(operation, object, operand, order, types)                                    \
    __extension__({                                                                                \
        ORDO_CHECK_ANY(#operation, order)                                                          \
        ORDO_PICK(operation, volatile, object, types)(object, operand, order);                     \
    })

#define ORDO_COMPARE_FACE(operation, object, expected, desired, success, failure)                  \
    __extension__({                                                                                \
        ORDO_CHECK_PAIR(#operation, success, failure)                                              \
        ORDO_PICK(operation, volatile, object, ORDO_EVERY_TYPE)                                    \
        (object, expected, desired, success, failure);                                             \
    })

/* The two steps of fetch_update. */
#define ORDO_LOOK(object, failure)                                                                 \
    ORDO_PICK(ordo_look, const volatile, object, ORDO_EVERY_TYPE)(object, failure)
#define ORDO_TRY(object, expected, desired, success, failure)                                      \
    ORDO_PICK(ordo_compare_exchange_weak, volatile, object, ORDO_EVERY_TYPE)                       \
    (object, expected, desired, success, failure)

#endif
