/* futex_operation.h: the code of a wake-op, which is Linux's (futex.c compares them): 4 bits of
 * change, 4 of comparison, 12 of operand, 12 of what it compares with. The numbers of the changes
 * and comparisons are the enumerations'. What decodes it is for who has to do the kernel's work.
 */
#ifndef ORDO_CORE_FUTEX_OPERATION_H
#define ORDO_CORE_FUTEX_OPERATION_H

#include "ordo/futex.h"

enum futex_operation {
    futex_change_shift = 28,
    futex_comparison_shift = 24,
    futex_operand_shift = 12,
    futex_field = 0xfff,
    futex_operand_is_bit = 8 /* of the change: the operand is 1 << operand */
};

/* A number of 12 bits, with its sign. */
static inline int32_t futex_operation_number(uint32_t code)
{
    return (int32_t)((code & futex_field) ^ 0x800) - 0x800;
}

/* What the operation makes of a value. */
static inline uint32_t futex_operation_change(uint32_t value, uint32_t operation)
{
    const int32_t code = futex_operation_number(operation >> futex_operand_shift);
    const uint32_t change = operation >> futex_change_shift;
    const uint32_t operand =
        (change & futex_operand_is_bit) != 0 ? 1u << (code & 31) : (uint32_t)code;

    switch ((enum ordo_futex_change)(change & (futex_operand_is_bit - 1))) {
    case ordo_futex_set:    return operand;
    case ordo_futex_add:    return value + operand;
    case ordo_futex_or:     return value | operand;
    case ordo_futex_andnot: return value & ~operand;
    default:                return value ^ operand;
    }
}

/* Whether the value that was there passes the comparison. */
static inline bool futex_operation_compares(uint32_t value, uint32_t operation)
{
    const int32_t before = (int32_t)value, against = futex_operation_number(operation);

    switch ((enum ordo_futex_comparison)(operation >> futex_comparison_shift & 0xf)) {
    case ordo_futex_equal:         return before == against;
    case ordo_futex_not_equal:     return before != against;
    case ordo_futex_less:          return before < against;
    case ordo_futex_less_or_equal: return before <= against;
    case ordo_futex_greater:       return before > against;
    default:                       return before >= against;
    }
}

#endif
