/* symbols.c: the table of symbols.h, made from symbols.inc, which arch/symbols.awk makes from
 * arch/ops.tbl. The functions are declared without their prototypes: this file needs addresses. */
#include "symbols.h"

#include <stdlib.h>

/* Only libraries that see both orderings of a compare-exchange have the symbols of kind `pair`. */
#define OPTIONAL_load
#define OPTIONAL_store
#define OPTIONAL_fetch
#define OPTIONAL_compare
#define OPTIONAL_pair __attribute__((weak))
#define OPTIONAL_update
#define OPTIONAL_bit
#define OPTIONAL_fence
#define OPTIONAL_hint
#define OPTIONAL_wait

#define ORDO_SYMBOL(name, kind, operation, type, order) \
    extern OPTIONAL_##kind void name(void); \
    extern void name##_generic(void);
#include "symbols.inc"
#undef ORDO_SYMBOL

/* The width of each type, plus one if it is signed. */
enum { type_none = 0, type_u8 = 8, type_u16 = 16, type_u32 = 32, type_u64 = 64, type_u128 = 128,
       type_i8 = 8 + 1, type_i16 = 16 + 1, type_i32 = 32 + 1, type_i64 = 64 + 1 };

#define ORDO_SYMBOL(name, kind, operation, type, order) \
    {#name, name, name##_generic, kind_##kind, operation_##operation, order_##order, \
     type_##type & ~1u, type_##type & 1u},
const struct symbol symbols[] = {
#include "symbols.inc"
};
const size_t symbol_count = sizeof symbols / sizeof symbols[0];

const struct symbol *find_symbol(enum operation operation, enum order order, unsigned width,
                                 bool is_signed)
{
    for (size_t i = 0; i < symbol_count; i++)
        if (symbols[i].operation == operation && symbols[i].order == order &&
            symbols[i].width == width && symbols[i].is_signed == is_signed)
            return &symbols[i];
    abort();
}
