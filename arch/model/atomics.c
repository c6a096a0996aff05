/* atomics.c: the symbol set for the model checker: every symbol of arch/ops.tbl, both families of
 * compare_exchange_pair included, as steps of the running thread. symbols.inc is made from ops.tbl
 * (arch/symbols.awk), one line per symbol; here is one macro per kind.
 *
 * A read-modify-write is two steps: a read and, at once, its write. `full` is the seq_cst operation
 * between two seq_cst fences, for a compare that fails too. A failed compare is a read with the
 * failure ordering; both orderings are taken as they are, not joined.
 */
#include "engine.h"

typedef uint8_t value_u8;
typedef uint16_t value_u16;
typedef uint32_t value_u32;
typedef uint64_t value_u64;
typedef ordo_u128 value_u128;
typedef int8_t value_i8;
typedef int16_t value_i16;
typedef int32_t value_i32;
typedef int64_t value_i64;

enum { /* orderings as ops.tbl writes them */
    order_relaxed = ordo_relaxed, order_acquire = ordo_acquire, order_acquire_rcpc = ordo_acquire,
    order_release = ordo_release, order_acq_rel = ordo_acq_rel, order_seq_cst = ordo_seq_cst,
    order_full = ordo_full
};

enum operation {
    do_exchange, do_fetch_add, do_fetch_sub, do_fetch_and, do_fetch_nand, do_fetch_or, do_fetch_xor,
    do_fetch_max, do_fetch_min, do_bit_test_and_reset,
    do_add = do_fetch_add, do_sub = do_fetch_sub, do_and = do_fetch_and, do_or = do_fetch_or,
    do_xor = do_fetch_xor,
    do_bit_test_and_set = do_fetch_or, do_bit_test_and_complement = do_fetch_xor
};

/* Where, what and how: what every access has. */
struct access {
    const volatile void *object;
    unsigned int size;
    int order;
    const char *name;
    const void *site;
};

#define ACCESS(T, operation, ordering)                                                             \
    (&(struct access){object, sizeof(T), ordering, operation, __builtin_return_address(0)})

/* ---- Steps ----------------------------------------------------------------------------------- */

static void fence(int order, const char *name, const void *site)
{
    model_step(&(struct step){.kind = EVENT_FENCE,
                              .order = (uint8_t)(order == ordo_full ? ordo_seq_cst : order),
                              .location = NONE, .word = NONE, .name = name, .site = site});
}

static void fence_if_full(const struct access *access)
{
    if (access->order == ordo_full)
        fence(ordo_full, "fence of full", access->site);
}

static struct step step_of(const struct access *access, enum event_kind kind)
{
    const int order = access->order == ordo_full ? ordo_seq_cst : access->order;
    return (struct step){.kind = (uint8_t)kind, .order = (uint8_t)order, .failure = (uint8_t)order,
                         .size = (uint8_t)access->size, .word = NONE, .name = access->name,
                         .location = memory_location(access->object, access->size, access->site),
                         .site = access->site};
}

static ordo_u128 load(const struct access *access)
{
    const struct step step = step_of(access, EVENT_READ);
    return model_step(&step)->value;
}

static void store(const struct access *access, ordo_u128 value)
{
    struct step step = step_of(access, EVENT_WRITE);
    step.value = value;
    model_step(&step);
}

/* The read and the write of a read-modify-write; `failure` and `expected` are of a compare. */
static const struct event *exclusive_read(const struct access *access, enum rmw rmw, int failure,
                                          ordo_u128 expected)
{
    struct step step = step_of(access, EVENT_READ);
    step.rmw = (uint8_t)rmw;
    step.failure = (uint8_t)failure;
    step.expected = expected;
    return model_step(&step);
}

static void exclusive_write(const struct access *access, ordo_u128 value)
{
    struct step step = step_of(access, EVENT_WRITE);
    step.rmw = RMW_ALWAYS;
    step.value = value;
    model_step(&step);
}

/* ---- Operations ------------------------------------------------------------------------------ */

static ordo_u128 mask_of(unsigned int size)
{
    return size == 16 ? ~(ordo_u128)0 : ((ordo_u128)1 << (8 * size)) - 1;
}

/* As a signed number when the type is: moved up to the top of 64 bits, which keeps its order. */
static bool is_less(ordo_u128 a, ordo_u128 b, unsigned int size, bool is_signed)
{
    if (!is_signed)
        return a < b;
    return (int64_t)((uint64_t)a << (64 - 8 * size)) < (int64_t)((uint64_t)b << (64 - 8 * size));
}

static ordo_u128 result_of(enum operation operation, ordo_u128 old, ordo_u128 value,
                           unsigned int size, bool is_signed)
{
    switch (operation) {
    case do_exchange:           return value;
    case do_fetch_add:          return old + value;
    case do_fetch_sub:          return old - value;
    case do_fetch_and:          return old & value;
    case do_fetch_nand:         return ~(old & value);
    case do_fetch_or:           return old | value;
    case do_fetch_xor:          return old ^ value;
    case do_fetch_max:          return is_less(old, value, size, is_signed) ? value : old;
    case do_fetch_min:          return is_less(value, old, size, is_signed) ? value : old;
    case do_bit_test_and_reset: return old & ~value;
    }
    __builtin_unreachable();
}

static ordo_u128 modify(const struct access *access, enum operation operation, ordo_u128 value,
                        bool is_signed)
{
    const ordo_u128 mask = mask_of(access->size);

    value &= mask;
    fence_if_full(access);
    const ordo_u128 old = exclusive_read(access, RMW_ALWAYS, ordo_relaxed, 0)->value;
    exclusive_write(access, result_of(operation, old, value, access->size, is_signed) & mask);
    fence_if_full(access);
    return old;
}

/* A weak compare may fail for no reason. That it would have failed anyway is another execution. */
static bool compare(const struct access *access, void *expected, ordo_u128 desired, int failure,
                    bool is_weak)
{
    ordo_u128 wanted = 0;

    memory_access(expected, access->size, false, access->site);
    __builtin_memcpy(&wanted, expected, access->size);
    const bool fails =
        is_weak && model_take(CHOICE_WEAK, 2, "weak compare fails", access->site) != 0;
    fence_if_full(access);
    if (fails) {
        struct access as_load = *access;
        as_load.order = failure;
        if (load(&as_load) != wanted)
            model_give_up();
        fence_if_full(access);
        return false;
    }
    const struct event *const read = exclusive_read(access, RMW_COMPARE, failure, wanted);
    const ordo_u128 seen = read->value;
    if (seen == wanted)
        exclusive_write(access, desired);
    fence_if_full(access);
    if (seen != wanted) {
        memory_access(expected, access->size, true, access->site);
        __builtin_memcpy(expected, &seen, access->size);
    }
    return seen == wanted;
}

static int failure_of(int order)
{
    return order == ordo_release ? ordo_relaxed
           : order == ordo_acq_rel ? ordo_acquire
           : order == ordo_full ? ordo_seq_cst
                                : order;
}

/* ---- One macro per kind of ops.tbl ----------------------------------------------------------- */

#define ORDO_SYMBOL(name, kind, operation, type, ordering)                                         \
    DEFINE_##kind(name, operation, type, ordering)

#define DEFINE_load(symbol, operation, type, ordering)                                             \
    value_##type symbol(const volatile value_##type *object)                                       \
    {                                                                                              \
        return (value_##type)load(ACCESS(value_##type, #operation, order_##ordering));             \
    }

#define DEFINE_store(symbol, operation, type, ordering)                                            \
    void symbol(volatile value_##type *object, value_##type value)                                 \
    {                                                                                              \
        store(ACCESS(value_##type, #operation, order_##ordering), value);                          \
    }

#define IS_SIGNED(T) ((T)-1 < (T)1)

#define DEFINE_fetch(symbol, operation, type, ordering)                                            \
    value_##type symbol(volatile value_##type *object, value_##type value)                         \
    {                                                                                              \
        return (value_##type)modify(ACCESS(value_##type, #operation, order_##ordering),            \
                                    do_##operation, (ordo_u128)value, IS_SIGNED(value_##type));    \
    }

#define DEFINE_update(symbol, operation, type, ordering)                                           \
    void symbol(volatile value_##type *object, value_##type value)                                 \
    {                                                                                              \
        modify(ACCESS(value_##type, #operation, order_##ordering), do_##operation, value, false);  \
    }

#define DEFINE_bit(symbol, operation, type, ordering)                                              \
    bool symbol(volatile value_##type *object, unsigned int index)                                 \
    {                                                                                              \
        const ordo_u128 bit = (ordo_u128)1 << (index % (8 * sizeof(value_##type)));                \
        return (modify(ACCESS(value_##type, #operation, order_##ordering), do_##operation, bit,    \
                       false) & bit) != 0;                                                         \
    }

enum { weak_compare_exchange = false, weak_compare_exchange_weak = true,
       weak_compare_exchange_pair = false, weak_compare_exchange_weak_pair = true };

#define DEFINE_compare(symbol, operation, type, ordering)                                          \
    bool symbol(volatile value_##type *object, value_##type *expected, value_##type desired)       \
    {                                                                                              \
        return compare(ACCESS(value_##type, #operation, order_##ordering), expected, desired,      \
                       failure_of(order_##ordering), weak_##operation);                            \
    }

/* With `full` on either side the fences stand around both outcomes. */
#define DEFINE_pair(symbol, operation, type, ordering)                                             \
    bool symbol(volatile value_##type *object, value_##type *expected, value_##type desired,       \
                int success, int failure)                                                          \
    {                                                                                              \
        (void)ordo_join_orders(#operation, (enum ordo_order)success, (enum ordo_order)failure);    \
        return compare(ACCESS(value_##type, #operation,                                            \
                              failure == ordo_full ? (int)ordo_full : success),                    \
                       expected, desired, failure == ordo_full ? (int)ordo_seq_cst : failure,      \
                       weak_##operation);                                                          \
    }

#define DEFINE_fence(symbol, operation, type, ordering)                                            \
    void symbol(void)                                                                              \
    {                                                                                              \
        fence(order_##ordering, #operation, __builtin_return_address(0));                          \
    }

#define DEFINE_hint(symbol, operation, type, ordering)                                             \
    void symbol(void)                                                                              \
    {                                                                                              \
        model_await(__builtin_return_address(0));                                                  \
    }

#define DEFINE_wait(symbol, operation, type, ordering)                                             \
    bool symbol(const volatile value_##type *object, value_##type old, uint64_t timeout_ns)        \
    {                                                                                              \
        if ((value_##type)load(ACCESS(value_##type, #operation, ordo_acquire)) != old)             \
            return true;                                                                           \
        if (timeout_ns > 0)                                                                        \
            model_await(__builtin_return_address(0));                                              \
        return false;                                                                              \
    }

#include "symbols.inc"
