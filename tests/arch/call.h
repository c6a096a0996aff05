/* call.h: calling a symbol as a suspicious caller would, and calling it fast.
 *
 * test_call (call_x86_64.S, call_aarch64.S) calls with arguments given as registers, junk in every
 * register the callee may change, and patterns in every register it must keep. */
#ifndef ORDO_TEST_CALL_H
#define ORDO_TEST_CALL_H

#include "symbols.h"

#if defined __x86_64__
enum { kept_registers = 12, pair_alignment = 1 };
#elif defined __aarch64__
/* A 16-byte argument starts at an even register. */
enum { kept_registers = 24, pair_alignment = 2 };
#endif

struct call {
    uint64_t arguments[6];
    uint64_t result[2];             /* rax and rdx, or x0 and x1, as the callee left them */
    uint64_t junk;
    uint64_t before[kept_registers];    /* what must be kept, in the order of kept_names */
    uint64_t after[kept_registers];     /* the same as the callee left it */
};

extern const char *const kept_names[kept_registers];

/* One thread at a time: where the call's state is kept cannot depend on any register. The patterns
 * in `before` are the caller's; those of control registers, whose values cannot be chosen freely,
 * are filled in. */
void test_call(void (*function)(void), struct call *call);

/* Plain calls, for loops that need speed. In both ABIs every value of up to 64 bits travels in one
 * register, so that one prototype serves all those widths. */
static inline uint64_t argument_of(const struct symbol *symbol, value bits)
{
    uint64_t word = (uint64_t)bits;
    if (symbol->is_signed && symbol->width < 64 && (word >> (symbol->width - 1) & 1) != 0)
        word |= UINT64_MAX << symbol->width;
    return word;
}

static inline value call_load(const struct symbol *symbol, const volatile void *object)
{
    if (symbol->width == 128)
        return ((value (*)(const volatile void *))symbol->function)(object);
    return truncate_value(symbol,
                          ((uint64_t (*)(const volatile void *))symbol->function)(object));
}

/* Kinds store and update. */
static inline void call_store(const struct symbol *symbol, volatile void *object, value operand)
{
    if (symbol->width == 128)
        ((void (*)(volatile void *, value))symbol->function)(object, operand);
    else
        ((void (*)(volatile void *, uint64_t))symbol->function)(object, (uint64_t)operand);
}

static inline value call_fetch(const struct symbol *symbol, volatile void *object, value operand)
{
    if (symbol->width == 128)
        return ((value (*)(volatile void *, value))symbol->function)(object, operand);
    uint64_t (*function)(volatile void *, uint64_t) =
        (uint64_t (*)(volatile void *, uint64_t))symbol->function;
    return truncate_value(symbol, function(object, argument_of(symbol, operand)));
}

static inline bool call_compare(const struct symbol *symbol, volatile void *object,
                                value *expected, value desired)
{
    if (symbol->width == 128)
        return ((bool (*)(volatile void *, void *, value))symbol->function)(object, expected,
                                                                          desired);
    return ((bool (*)(volatile void *, void *, uint64_t))symbol->function)(object, expected,
                                                                         (uint64_t)desired);
}

static inline bool call_bit(const struct symbol *symbol, volatile void *object, unsigned index)
{
    return ((bool (*)(volatile void *, unsigned))symbol->function)(object, index);
}

static inline void call_fence(const struct symbol *symbol)
{
    symbol->function();
}

static inline bool call_wait(const struct symbol *symbol, const volatile void *object, value old,
                             uint64_t timeout_ns)
{
    return ((bool (*)(const volatile void *, uint64_t, uint64_t))symbol->function)(
        object, (uint64_t)old, timeout_ns);
}

#endif
