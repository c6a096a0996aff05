/* wait.h: wait until an atomic object has another value, and notify who waits: the interface of
 * std::atomic of C++20, and of the crate atomic-wait of the book's chapter 9.
 *
 *     static ordo_atomic_u8 stage;
 *     while (ordo_wait(&stage, 0, ordo_acquire) < 2) ...      // in one thread
 *     ordo_store(&stage, 1, ordo_release);                    // in another
 *     ordo_notify_all(&stage);
 *
 * Objects: every type of atomic.h from 1 to 8 bytes. They get no bytes more. Waiters are counted
 *     in a table of the process, 16 KB, one even if several shared objects each link the static
 *     library; an executable that does so too must export it to them, with -rdynamic or
 *     -Wl,--export-dynamic-symbol=ordo_wait_table, or its table is another than theirs.
 * Orderings: the loads of a wait have the order given: relaxed, acquire or seq_cst. A notify orders
 *     nothing; change the object first, by any operation.
 * Waiting: for as long as the object has the value `old`, by bits. A waiter sleeps without
 *     spinning. A change that is not followed by a notify, or one that is undone before a waiter
 *     looks, may go unnoticed. Without waiters a notify is a fence and a load, no system call.
 * Policy: notify_one lets one waiter of 4 bytes look, the one that came first. Of other sizes, and
 *     now and then of objects that share a place in the table, it lets all look; each goes on
 *     only if the value is another.
 * Errors: ETIMEDOUT. An order that a load cannot have does not compile, or aborts.
 * Misuse: none is noticed but that; waiting for an object that is freed meanwhile is as undefined
 *     as a load of it.
 * Signals: the notifies are safe in a handler.
 * Fork: waiters of the parent stay counted in the child, for which a notify there may make a
 *     needless system call.
 * Sharing: between the threads of one process, not between processes.
 * Destruction: needs none. A notify uses the address alone, so the object may be gone by then: the
 *     waiter that sees the new value may free it at once.
 */
#ifndef ORDO_WAIT_H
#define ORDO_WAIT_H

#include "ordo/atomic.h"
#include "ordo/clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/* T ordo_wait(A *object, T old, order): waits until the value is not `old`, and returns it. */
#define ordo_wait(object, old, order)                                                              \
    __extension__({                                                                                \
        ORDO_CHECK_LOAD("ordo_wait", order)                                                        \
        ORDO_PICK(ordo_wait, const volatile, object, ORDO_TO_64_BITS)(object, old, order);         \
    })

/* int ordo_wait_until(A *object, T old, uint64_t deadline, order): the same; 0, or ETIMEDOUT once
 * the deadline of ordo_clock_now has passed with the value still `old`. */
#define ordo_wait_until(object, old, deadline, order)                                              \
    __extension__({                                                                                \
        ORDO_CHECK_LOAD("ordo_wait_until", order)                                                  \
        ORDO_PICK(ordo_wait_until, const volatile, object, ORDO_TO_64_BITS)                        \
        (object, old, deadline, order);                                                            \
    })

/* void ordo_notify_one(A *object), void ordo_notify_all(A *object) */
#define ordo_notify_one(object)                                                                    \
    ORDO_PICK(ordo_notify_one, const volatile, object, ORDO_TO_64_BITS)(object)
#define ordo_notify_all(object)                                                                    \
    ORDO_PICK(ordo_notify_all, const volatile, object, ORDO_TO_64_BITS)(object)

/* ---- By width -------------------------------------------------------------------------------- */

/* Wait until the object is not *value, put what it is there and return 0; or return ETIMEDOUT. */
int ordo_wait_word_u8(const ordo_atomic_u8 *object, uint8_t *value, uint64_t deadline,
                      enum ordo_order order);
int ordo_wait_word_u16(const ordo_atomic_u16 *object, uint16_t *value, uint64_t deadline,
                       enum ordo_order order);
int ordo_wait_word_u32(const ordo_atomic_u32 *object, uint32_t *value, uint64_t deadline,
                       enum ordo_order order);
int ordo_wait_word_u64(const ordo_atomic_u64 *object, uint64_t *value, uint64_t deadline,
                       enum ordo_order order);

/* Wake at most `count` waiters of an object of 4 bytes, or all of one of another size. */
void ordo_notify_word(const void *object, size_t size, uint32_t count);

#ifdef __cplusplus
}
#endif

/* The typed functions that ORDO_PICK finds; in C++ overloads share a name. */
#ifdef __cplusplus
#define ORDO_WAIT_TYPED(operation, type) operation##_typed
#else
#define ORDO_WAIT_TYPED(operation, type) operation##_typed##type
#endif

#define ORDO_WAIT_FUNCTIONS(type, T, word, W)                                                      \
    static inline T ORDO_WAIT_TYPED(ordo_wait, type)(const volatile ordo_atomic##type *object,     \
                                                   T old, enum ordo_order order)                   \
    {                                                                                              \
        W value = (W)old;                                                                          \
        (void)ordo_wait_word##word((const ordo_atomic##word *)(uintptr_t)object, &value,           \
                                   ORDO_NEVER, order);                                             \
        return (T)value;                                                                           \
    }                                                                                              \
    __attribute__((warn_unused_result)) static inline int ORDO_WAIT_TYPED(ordo_wait_until, type)(  \
        const volatile ordo_atomic##type *object, T old, uint64_t deadline, enum ordo_order order) \
    {                                                                                              \
        W value = (W)old;                                                                          \
        return ordo_wait_word##word((const ordo_atomic##word *)(uintptr_t)object, &value,          \
                                    deadline, order);                                              \
    }                                                                                              \
    static inline void ORDO_WAIT_TYPED(ordo_notify_one, type)(                                     \
        const volatile ordo_atomic##type *object)                                                  \
    {                                                                                              \
        ordo_notify_word((const void *)(uintptr_t)object, sizeof *object, 1);                      \
    }                                                                                              \
    static inline void ORDO_WAIT_TYPED(ordo_notify_all, type)(                                     \
        const volatile ordo_atomic##type *object)                                                  \
    {                                                                                              \
        ordo_notify_word((const void *)(uintptr_t)object, sizeof *object, UINT32_MAX);             \
    }

ORDO_WAIT_FUNCTIONS(_bool, bool, _u8, uint8_t)
ORDO_WAIT_FUNCTIONS(_u8, uint8_t, _u8, uint8_t)
ORDO_WAIT_FUNCTIONS(_i8, int8_t, _u8, uint8_t)
ORDO_WAIT_FUNCTIONS(_u16, uint16_t, _u16, uint16_t)
ORDO_WAIT_FUNCTIONS(_i16, int16_t, _u16, uint16_t)
ORDO_WAIT_FUNCTIONS(_u32, uint32_t, _u32, uint32_t)
ORDO_WAIT_FUNCTIONS(_i32, int32_t, _u32, uint32_t)
ORDO_WAIT_FUNCTIONS(_u64, uint64_t, _u64, uint64_t)
ORDO_WAIT_FUNCTIONS(_i64, int64_t, _u64, uint64_t)
ORDO_WAIT_FUNCTIONS(_usize, size_t, _u64, uint64_t)
ORDO_WAIT_FUNCTIONS(_isize, ptrdiff_t, _u64, uint64_t)
ORDO_WAIT_FUNCTIONS(_ptr, void *, _u64, uint64_t)
#undef ORDO_WAIT_FUNCTIONS
#undef ORDO_WAIT_TYPED

#endif
