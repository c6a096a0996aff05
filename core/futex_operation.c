/* futex_operation.c: the codes of wake-ops; see futex.h and futex_operation.h. */
#include "futex_operation.h"

#include "ordo/misuse.h"

static uint32_t encode(unsigned int change, int operand, enum ordo_futex_comparison comparison,
                       int against)
{
    enum { least = -2048, most = 2047 };

    if (operand < least || operand > most || against < least || against > most)
        ordo_misuse("futex.c: a number of a wake-op that does not fit into 12 bits");
    return change << futex_change_shift | (uint32_t)comparison << futex_comparison_shift
           | ((uint32_t)operand & futex_field) << futex_operand_shift
           | ((uint32_t)against & futex_field);
}

uint32_t ordo_futex_operation(enum ordo_futex_change change, int operand,
                              enum ordo_futex_comparison comparison, int against)
{
    return encode(change, operand, comparison, against);
}

uint32_t ordo_futex_operation_bit(enum ordo_futex_change change, unsigned int bit,
                                  enum ordo_futex_comparison comparison, int against)
{
    if (bit > 31)
        ordo_misuse("futex.c: a wake-op's bit beyond the word");
    return encode(change | futex_operand_is_bit, (int)bit, comparison, against);
}
