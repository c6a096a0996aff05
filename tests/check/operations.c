/* operations.c: reads ops.tbl, the list of operations, and expands it to symbols.
 *
 * A row is kind, operation, types, orderings; the last two are lists with commas and "-" leaves its
 * part of the name out. arch/symbols.awk does the same for C: this is a second reading. Rows of the
 * kind `helper`, in abi/outline/ops.tbl, have sizes in bytes for types, and names of their own.
 */
#include "check.h"

#include <errno.h>

#include <stdlib.h>
#include <string.h>

bool is_helper(const struct operation *operation)
{
    return strcmp(operation->kind, "helper") == 0;
}

static unsigned int size_of(const char *type)
{
    return type[0] == '-' ? 0 : (unsigned int)atoi(type + 1) / 8;
}

static void add_symbol(struct operations *operations, const char *kind, const char *operation,
                       const char *type, const char *ordering)
{
    struct operation *entry = &operations->list[operations->count++];

    snprintf(entry->kind, sizeof entry->kind, "%s", kind);
    snprintf(entry->operation, sizeof entry->operation, "%s", operation);
    snprintf(entry->type, sizeof entry->type, "%s", type);
    snprintf(entry->ordering, sizeof entry->ordering, "%s", ordering);
    snprintf(entry->symbol, sizeof entry->symbol, "ordo_%s%s%s%s%s", operation,
             *type == '-' ? "" : "_", *type == '-' ? "" : type,
             *ordering == '-' ? "" : "_", *ordering == '-' ? "" : ordering);
    entry->size = size_of(type);
    if (is_helper(entry)) {
        snprintf(entry->symbol, sizeof entry->symbol, "__aarch64_%s%s_%s", operation, type,
                 ordering);
        entry->size = (unsigned int)atoi(type);
    }
}

struct operations read_operations(const char *path, bool pairs)
{
    enum { capacity = 2000 };
    struct operations operations = {.list = allocate(capacity, sizeof *operations.list)};
    FILE *file = fopen(path, "r");
    char line[256];

    if (!file)
        give_up("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        char kind[16], operation[32], types[64], orderings[96], *outer, *inner;

        if (line[0] == '#' || line[strspn(line, " \n")] == '\0')
            continue;
        if (sscanf(line, "%15s %31s %63s %95s", kind, operation, types, orderings) != 4)
            give_up("%s: not kind, operation, types, orderings: %s", path, line);
        if (strcmp(kind, "pair") == 0 && !pairs)
            continue;
        for (char *t = strtok_r(types, ",", &outer); t; t = strtok_r(NULL, ",", &outer)) {
            char copy[96];

            strcpy(copy, orderings);
            for (char *o = strtok_r(copy, ",", &inner); o; o = strtok_r(NULL, ",", &inner)) {
                if (operations.count == capacity)
                    give_up("%s: more than %d symbols", path, capacity);
                add_symbol(&operations, kind, operation, t, o);
            }
        }
    }
    fclose(file);
    return operations;
}

const struct operation *find_operation(const struct operations *operations, const char *symbol)
{
    for (size_t i = 0; i < operations->count; i++)
        if (strcmp(operations->list[i].symbol, symbol) == 0)
            return &operations->list[i];
    return NULL;
}
