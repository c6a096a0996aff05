/* symbols.c: the members from arch define the symbols of ops.tbl, each once, and few others, all
 * stated; those from core define names of their own, which begin with ordo_. */
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool is_extra_symbol(const char *name)
{
    static const char *const names[] = {
        "ordo_cpu_has", "ordo_cpu_force", "ordo_cpu_detect", "ordo_bad_order",
        "ordo_outline_detect",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool is_feature_byte(const char *name)
{
    static const char *const names[] = {
        "ordo_cpu_has_avx", "ordo_cpu_has_waitpkg",
        "ordo_cpu_has_lse", "ordo_cpu_has_lse2", "ordo_cpu_has_rcpc", "__aarch64_have_lse_atomics",
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* A name of the fat library's two sets, "ordo_..._lse" or "ordo_..._llsc". */
static bool is_variant(const struct library *library, const char *name)
{
    char stem[80];

    if (strcmp(library->target, "aarch64-fat") != 0 ||
        !(ends_in(name, "_lse") || ends_in(name, "_llsc")))
        return false;
    snprintf(stem, sizeof stem, "%.*s", (int)(strrchr(name, '_') - name), name);
    return find_operation(&library->operations, stem) != NULL;
}

static void check_symbol(const struct library *library, const struct machine_symbol *symbol,
                         unsigned int *definitions)
{
    const struct operation *operation = find_operation(&library->operations, symbol->name);

    if (operation) {
        if (definitions[operation - library->operations.list]++)
            complain(library->name, "%s: is defined twice", symbol->name);
        if (!symbol->function)
            complain(library->name, "%s: is not marked as a function", symbol->name);
        if (symbol->hidden != is_helper(operation))
            complain(library->name, "%s: %s", symbol->name,
                     symbol->hidden ? "is hidden" : "must be hidden");
    } else if (is_feature_byte(symbol->name) || is_variant(library, symbol->name)) {
        if (!symbol->hidden)
            complain(library->name, "%s: must be hidden", symbol->name);
    } else if (!is_extra_symbol(symbol->name)) {
        complain(library->name, "%s: no symbol of ops.tbl", symbol->name);
    }
}

void check_symbols(const struct library *library)
{
    const struct operations *operations = &library->operations;
    unsigned int *definitions = allocate(operations->count, sizeof *definitions);
    size_t found = 0;

    for (size_t i = 0; i < library->file->object_count; i++) {
        const struct machine_object *object = &library->file->objects[i];

        for (size_t j = 0; j < object->symbol_count; j++)
            if (object->symbols[j].global && object->symbols[j].section)
                check_symbol(library, &object->symbols[j], definitions);
    }
    for (size_t i = 0; i < operations->count; i++) {
        found += definitions[i] != 0;
        if (!definitions[i])
            complain(library->name, "%s: is missing", operations->list[i].symbol);
    }
    printf("%s: %zu symbols expected, %zu found\n", library->name, operations->count, found);
    free(definitions);
}

static bool is_from_core(const struct machine_object *object, const char *sources)
{
    char source[512];

    snprintf(source, sizeof source, "%s/%.*s.c", sources, (int)strcspn(object->name, "."),
             object->name);
    return access(source, F_OK) == 0;
}

size_t check_core(const struct library *library, const char *sources)
{
    size_t members = 0;

    for (size_t i = library->file->object_count; i-- > 0; members++) {
        const struct machine_object *object = &library->file->objects[i];

        if (!is_from_core(object, sources))
            break;
        for (size_t j = 0; j < object->symbol_count; j++) {
            const struct machine_symbol *symbol = &object->symbols[j];

            if (!symbol->global || !symbol->section)
                continue;
            if (strncmp(symbol->name, "ordo_", strlen("ordo_")) != 0
                && strncmp(symbol->name, "DW.ref.", strlen("DW.ref.")) != 0) /* the compiler's */
                complain(library->name, "%s: defines %s, which is not ordo's to define",
                         object->name, symbol->name);
            if (find_operation(&library->operations, symbol->name))
                complain(library->name, "%s: defines %s, a symbol of ops.tbl", object->name,
                         symbol->name);
        }
    }
    return members;
}
