/* symbols.h: every symbol of arch/ops.tbl as a row of a table, so that the tests of this directory
 * cover a new row without being edited, or do not compile: a kind, operation, type or ordering that
 * is not named here is an undeclared constant in symbols.c. */
#ifndef ORDO_TEST_SYMBOLS_H
#define ORDO_TEST_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wide enough for the values of all symbols; narrower ones are kept zero-extended. */
__extension__ typedef unsigned __int128 value;

/* All kinds; values.c makes a test of each. */
#define ORDO_TEST_KINDS(each) \
    each(load) each(store) each(fetch) each(compare) each(pair) \
    each(update) each(bit) each(fence) each(hint) each(wait)

#define ORDO_TEST_KIND(kind) kind_##kind,
enum kind { ORDO_TEST_KINDS(ORDO_TEST_KIND) };
#undef ORDO_TEST_KIND

enum operation {
    operation_load, operation_store, operation_exchange,
    operation_compare_exchange, operation_compare_exchange_weak,
    operation_compare_exchange_pair, operation_compare_exchange_weak_pair,
    operation_fetch_add, operation_fetch_sub, operation_fetch_and, operation_fetch_nand,
    operation_fetch_or, operation_fetch_xor, operation_fetch_max, operation_fetch_min,
    operation_add, operation_sub, operation_and, operation_or, operation_xor,
    operation_bit_test_and_set, operation_bit_test_and_reset, operation_bit_test_and_complement,
    operation_fence, operation_spin_hint, operation_wait_for_change
};

enum order {
    order_none, order_relaxed, order_acquire, order_acquire_rcpc, order_release, order_acq_rel,
    order_seq_cst, order_full
};

struct symbol {
    const char *name;
    void (*function)(void);     /* of the library under test; null if it has none (`pair`) */
    void (*oracle)(void);       /* the same of arch/generic, with the suffix _generic */
    enum kind kind;
    enum operation operation;
    enum order order;
    unsigned width;             /* of the object in bits; 0 for a fence or hint */
    bool is_signed;
};

extern const struct symbol symbols[];
extern const size_t symbol_count;

/* The symbol with this operation, ordering, width and sign; there must be one. */
const struct symbol *find_symbol(enum operation operation, enum order order, unsigned width,
                                 bool is_signed);

static inline value truncate_value(const struct symbol *symbol, value bits)
{
    return symbol->width == 128 ? bits : bits & (((value)1 << symbol->width) - 1);
}

#endif
