/* orders_aarch64.c: which routine of ordo each function of libordo-atomic goes on to, for each order
 * and pair of orders, valid or not. Spies stand in for the routines, so the CPU does not matter.
 *
 * What is expected is told once more here, from the standard's words: consume acquires; a failure
 * acquires what it acquires even if the success does not; a number that is no order, or none that
 * the operation can have, is seq_cst.
 */
#include <string.h>

#include "abi.h"

static const char *reached;

/* Returns 1, so that compare-exchanges succeed. */
#define ORDO_SYMBOL(symbol, ...)                                                                   \
    uint64_t symbol(void);                                                                         \
    uint64_t symbol(void)                                                                          \
    {                                                                                              \
        reached = #symbol;                                                                         \
        return 1;                                                                                  \
    }
#include "symbols.inc"

static const int orders[] = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 0x10002, 0x20003, -2147483647};

static unsigned int count;

static void check(const char *function, int success, int failure, const char *operation,
                  size_t size, const char *order)
{
    char expected[64] = "";

    if (order != NULL && size != 0)
        snprintf(expected, sizeof expected, "ordo_%s_u%zu_%s", operation, size * 8, order);
    else if (order != NULL)
        snprintf(expected, sizeof expected, "ordo_%s_%s", operation, order);
    CHECK(strcmp(reached == NULL ? "" : reached, expected) == 0, "%s, orders %d and %d: %s, not %s",
          function, success, failure, reached, expected);
    reached = NULL;
    count++;
}

static const char *of_load(int order)
{
    return order == 0 ? "relaxed" : order == 1 || order == 2 ? "acquire" : "seq_cst";
}

static const char *of_store(int order)
{
    return order == 0 ? "relaxed" : order == 3 ? "release" : "seq_cst";
}

static const char *of_change(int success, int failure)
{
    const bool valid = success >= 0 && success <= 5 && failure >= 0 && failure <= 5 && failure != 3
                       && failure != 4;
    const bool acquires = success == 1 || success == 2 || success >= 4 || failure != 0;
    const bool releases = success >= 3;

    if (!valid || success == 5 || failure == 5 || (acquires && releases))
        return "seq_cst"; /* acq_rel is the same routine: arch/ordering.tbl */
    return acquires ? "acquire" : releases ? "release" : "relaxed";
}

/* The operation of op_fetch is that of fetch_op. */
static const char *operation_of(const char *function)
{
    static char operation[32];
    const char *const fetch = strstr(function, "_fetch");

    if (fetch == NULL)
        return function;
    snprintf(operation, sizeof operation, "fetch_%.*s", (int)(fetch - function), function);
    return operation;
}

#define FETCH(operation, size, T)                                                                  \
    abi_##operation##_##size(object, 0, order);                                                    \
    check(#operation "_" #size, order, 0, operation_of(#operation), size, of_change(order, 0));

#define SIZE(size, T)                                                                              \
    abi_load_##size(object, order);                                                                \
    check("load_" #size, order, 0, "load", size, of_load(order));                                  \
    abi_load(size, object, other, order);                                                          \
    check("load of " #size, order, 0, "load", size, of_load(order));                               \
    abi_store_##size(object, 0, order);                                                            \
    check("store_" #size, order, 0, "store", size, of_store(order));                               \
    abi_store(size, object, other, order);                                                         \
    check("store of " #size, order, 0, "store", size, of_store(order));                            \
    ABI_FETCHES(FETCH, size, T)                                                                    \
    abi_exchange(size, object, other, other, order);                                               \
    check("exchange of " #size, order, 0, "exchange", size, of_change(order, 0));                  \
    abi_test_and_set_##size(object, order);                                                        \
    check("test_and_set_" #size, order, 0, "exchange", 1, of_change(order, 0));                 \
    for (size_t j = 0; j < sizeof orders / sizeof *orders; j++) {                                  \
        abi_compare_exchange_##size(object, other, 0, order, orders[j]);                           \
        check("compare_exchange_" #size, order, orders[j], "compare_exchange", size,               \
              of_change(order, orders[j]));                                                        \
        abi_compare_exchange(size, object, other, other, order, orders[j]);                        \
        check("compare_exchange of " #size, order, orders[j], "compare_exchange", size,            \
              of_change(order, orders[j]));                                                        \
    }

int main(void)
{
    static _Alignas(16) char object[16], other[16];

    reached = NULL; /* the constructors have been here */
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const int order = orders[i];

        ABI_SIZES(SIZE)

        /* 3 bytes in a word of 8, and 12 in one of 16. */
        abi_load(3, object, other, order);
        check("load of 3", order, 0, "load", 8, of_load(order));
        abi_load(12, object, other, order);
        check("load of 12", order, 0, "load", 16, of_load(order));
        abi_store(3, object, other, order);
        check("store of 3", order, 0, "compare_exchange", 8, of_change(order, 0));
        abi_exchange(12, object, other, other, order);
        check("exchange of 12", order, 0, "compare_exchange", 16, of_change(order, 0));

        flag_test_and_set_explicit(object, order);
        check("flag_set_explicit", order, 0, "exchange", 1, of_change(order, 0));
        flag_clear_explicit(object, order);
        check("flag_clear_explicit", order, 0, "store", 1, of_store(order));
        thread_fence(order);
        check("thread_fence", order, 0, "fence", 0, order == 0 ? NULL : of_load(order));
        signal_fence(order);
        check("signal_fence", order, 0, "", 0, NULL);
    }
    flag_test_and_set(object);
    check("flag_set", 5, 0, "exchange", 1, "seq_cst");
    flag_clear(object);
    check("flag_clear", 5, 0, "store", 1, "seq_cst");
    printf("orders: %u calls reach the routine for their orders\n", count);
    return 0;
}
