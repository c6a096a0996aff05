/* futex_operation.c: the codes of wake-ops for the model checker: core's, but that numbers which do
 * not fit are not noticed.
 */
#include "../../core/futex_operation.h"

uint32_t ordo_futex_operation(enum ordo_futex_change change, int operand,
                              enum ordo_futex_comparison comparison, int against)
{
    return (uint32_t)change << futex_change_shift | (uint32_t)comparison << futex_comparison_shift
           | ((uint32_t)operand & futex_field) << futex_operand_shift
           | ((uint32_t)against & futex_field);
}

uint32_t ordo_futex_operation_bit(enum ordo_futex_change change, unsigned int bit,
                                  enum ordo_futex_comparison comparison, int against)
{
    return ordo_futex_operation(change, (int)bit, comparison, against)
           | (uint32_t)futex_operand_is_bit << futex_change_shift;
}
