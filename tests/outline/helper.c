/* helper.c: see helper.h. */
#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELPER(stem) void __aarch64_##stem(void) __attribute__((visibility("hidden")));
#include "outline.inc"
#undef HELPER

#define HELPER(stem) {.name = #stem, .function = __aarch64_##stem},
struct helper helpers[helper_count] = {
#include "outline.inc"
};
#undef HELPER

/* Operation and size out of the name. */
__attribute__((constructor)) static void read_names(void)
{
    static const char *const operations[] = {"cas", "swp", "ldadd", "ldclr", "ldeor", "ldset"};

    for (size_t i = 0; i < helper_count; i++) {
        char operation[8];

        if (sscanf(helpers[i].name, "%7[a-z]%u", operation, &helpers[i].size) != 2)
            abort();
        for (size_t op = 0; op < sizeof operations / sizeof *operations; op++)
            if (strcmp(operation, operations[op]) == 0)
                helpers[i].operation = (enum operation)op;
    }
}

value of_width(const struct helper *helper, value bits)
{
    return helper->size == 16 ? bits : bits & (((value)1 << helper->size * 8) - 1);
}

value model(const struct helper *helper, value object, value expected, value operand)
{
    switch (helper->operation) {
    case op_cas: return object == expected ? operand : object;
    case op_swp: return operand;
    case op_ldadd: return of_width(helper, object + operand);
    case op_ldclr: return object & ~operand;
    case op_ldeor: return object ^ operand;
    case op_ldset: return object | operand;
    }
    abort();
}

value call_helper(const struct helper *helper, void *object, value expected, value operand)
{
    if (helper->size == 16)
        return ((value (*)(value, value, void *))helper->function)(expected, operand, object);
    if (helper->operation == op_cas)
        return ((uint64_t (*)(uint64_t, uint64_t, void *))helper->function)(
            (uint64_t)expected, (uint64_t)operand, object);
    return ((uint64_t (*)(uint64_t, void *))helper->function)((uint64_t)operand, object);
}
