/* model.c: see model.h. */
#include "model.h"

static bool is_less(const struct symbol *symbol, value a, value b)
{
    if (!symbol->is_signed)
        return a < b;
    value sign = (value)1 << (symbol->width - 1);
    return (a ^ sign) < (b ^ sign);
}

static value bit_of(const struct symbol *symbol, value index)
{
    return (value)1 << (index & (symbol->width - 1));
}

static value stored(const struct symbol *symbol, value old, value operand)
{
    switch (symbol->operation) {
    case operation_load:
    case operation_fence:
    case operation_spin_hint:
    case operation_wait_for_change:
        return old;
    case operation_store:
    case operation_exchange:
    case operation_compare_exchange:
    case operation_compare_exchange_weak:
    case operation_compare_exchange_pair:
    case operation_compare_exchange_weak_pair:
        return operand;
    case operation_fetch_add:
    case operation_add:
        return old + operand;
    case operation_fetch_sub:
    case operation_sub:
        return old - operand;
    case operation_fetch_and:
    case operation_and:
        return old & operand;
    case operation_fetch_nand:
        return ~(old & operand);
    case operation_fetch_or:
    case operation_or:
        return old | operand;
    case operation_fetch_xor:
    case operation_xor:
        return old ^ operand;
    case operation_fetch_max:
        return is_less(symbol, old, operand) ? operand : old;
    case operation_fetch_min:
        return is_less(symbol, old, operand) ? old : operand;
    case operation_bit_test_and_set:
        return old | bit_of(symbol, operand);
    case operation_bit_test_and_reset:
        return old & ~bit_of(symbol, operand);
    case operation_bit_test_and_complement:
        return old ^ bit_of(symbol, operand);
    }
    __builtin_unreachable();
}

value model_store(const struct symbol *symbol, value old, value operand)
{
    return truncate_value(symbol, stored(symbol, old, operand));
}

static value extended_result(const struct symbol *symbol, value result)
{
    if (symbol->width >= 32)
        return result;
    return (uint32_t)argument_of(symbol, result);
}

struct outcome model(const struct symbol *symbol, const struct operands *operands)
{
    value old = operands->object;
    struct outcome outcome = {0, old, operands->expected};
    switch (symbol->kind) {
    case kind_load:
        outcome.result = extended_result(symbol, old);
        break;
    case kind_fetch:
        outcome.result = extended_result(symbol, old);
        outcome.object = model_store(symbol, old, operands->operand);
        break;
    case kind_store:
    case kind_update:
        outcome.object = model_store(symbol, old, operands->operand);
        break;
    case kind_compare:
    case kind_pair:
        outcome.result = old == operands->expected;
        if (outcome.result)
            outcome.object = operands->operand;
        else
            outcome.expected = old;
        break;
    case kind_bit:
        outcome.result = (old & bit_of(symbol, operands->operand)) != 0;
        outcome.object = model_store(symbol, old, operands->operand);
        break;
    case kind_wait:
        outcome.result = old != operands->operand;
        break;
    case kind_fence:
    case kind_hint:
        break;
    }
    return outcome;
}
