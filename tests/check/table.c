/* table.c: reads ordering.tbl, whose head explains its language, and finds the row of a symbol.
 *
 * A line at the margin opens a section, `[aarch64]`, or a group, `operations : types`; an indented
 * one is a row, `orderings  instruction; instruction`, and goes on in the next after a last `;`.
 */
#include "check.h"

#include <errno.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* " a b " of "a,b": so that a word can be looked up with its blanks. */
static char *make_list(const char *words)
{
    size_t length = strlen(words);
    char *list = allocate(length + 3, 1);

    list[0] = ' ';
    for (size_t i = 0; i < length; i++)
        list[i + 1] = words[i] == ',' ? ' ' : words[i];
    list[length + 1] = ' ';
    return list;
}

static bool in_list(const char *list, const char *word)
{
    char padded[40];

    snprintf(padded, sizeof padded, " %s ", word);
    return strcmp(list, " * ") == 0 || strstr(list, padded);
}

/* "A: lock cmpxchg [object],r": a label, the mnemonic with its prefix, operands or a target. */
static struct step parse_step(const char *text)
{
    struct step step = {0};
    const char *at = text + strspn(text, " ");
    size_t length;

    if (isupper((unsigned char)at[0]) && at[1] == ':') {
        step.label = at[0];
        at += 2 + strspn(at + 2, " ");
    }
    length = strcspn(at, " ");
    if (strncmp(at, "lock ", 5) == 0)
        length += 1 + strcspn(at + 5, " ");
    snprintf(step.mnemonic, sizeof step.mnemonic, "%.*s", (int)length, at);
    at += length;
    for (size_t n = 0; *at; at++)
        if (*at != ' ' && n + 1 < sizeof step.operands)
            step.operands[n++] = *at;
    if (isupper((unsigned char)step.operands[0]) && !step.operands[1]) {
        step.target = step.operands[0];
        step.operands[0] = '\0';
    }
    return step;
}

static void parse_steps(const char *path, struct row *row, char *text)
{
    char *rest;

    for (char *t = strtok_r(text, ";", &rest); t; t = strtok_r(NULL, ";", &rest)) {
        if (t[strspn(t, " ")] == '\0')
            continue;
        if (row->count == max_steps)
            give_up("%s:%d: more than %d instructions", path, row->line, max_steps);
        row->steps[row->count++] = parse_step(t);
    }
}

static void trim(char *line)
{
    size_t length = strlen(line);

    while (length && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
}

struct table read_table(const char *path)
{
    enum { capacity = 1000 };
    struct table table = {.path = path, .rows = allocate(capacity, sizeof *table.rows)};
    FILE *file = fopen(path, "r");
    char line[256], section[16] = "", *operations = NULL, *types = NULL;
    bool more = false; /* the last row ended in `;` */

    if (!file)
        give_up("%s: %s", path, strerror(errno));
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        struct row *row = &table.rows[table.count];
        char orderings[80];
        int used;

        trim(line);
        if (line[0] == '#' || line[0] == '\0')
            continue;
        if (more) {
            row--;
        } else if (sscanf(line, "[%15[^]]", section) == 1) {
            continue;
        } else if (line[0] != ' ') {
            char *colon = strstr(line, " : ");

            if (!colon)
                give_up("%s:%d: neither [section] nor `operations : types`", path, number);
            *colon = '\0';
            operations = make_list(line);
            types = make_list(colon + 3);
            continue;
        } else {
            if (!operations || sscanf(line, " %79s%n", orderings, &used) != 1)
                give_up("%s:%d: a row outside a group", path, number);
            if (table.count++ == capacity)
                give_up("%s: more than %d rows", path, capacity);
            row->line = number;
            strcpy(row->section, section);
            row->operations = operations;
            row->types = types;
            row->orderings = make_list(orderings);
        }
        char *steps = more ? line : line + used;

        more = ends_in(steps, ";");
        parse_steps(path, row, steps);
    }
    fclose(file);
    return table;
}

struct row *find_row(struct table *table, const char *section, const struct operation *operation)
{
    struct row *found = NULL;

    for (size_t i = 0; i < table->count; i++) {
        struct row *row = &table->rows[i];

        if (strcmp(row->section, section) != 0 || !in_list(row->operations, operation->operation) ||
            !in_list(row->types, operation->type) || !in_list(row->orderings, operation->ordering))
            continue;
        row->used = true;
        if (found) {
            complain(table->path, "%s has two rows in [%s]: lines %d and %d", operation->symbol,
                     section, found->line, row->line);
            return NULL;
        }
        found = row;
    }
    if (!found)
        complain(table->path, "%s has no row in [%s]", operation->symbol, section);
    return found;
}

bool rows_equal(const struct row *a, const struct row *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (a->steps[i].label != b->steps[i].label || a->steps[i].target != b->steps[i].target ||
            strcmp(a->steps[i].mnemonic, b->steps[i].mnemonic) != 0 ||
            strcmp(a->steps[i].operands, b->steps[i].operands) != 0)
            return false;
    return true;
}

void complain_of_unused_rows(const struct table *table, const char *section)
{
    for (size_t i = 0; i < table->count; i++)
        if (strcmp(table->rows[i].section, section) == 0 && !table->rows[i].used)
            complain(table->path, "line %d: no symbol of ops.tbl has this row of [%s]",
                     table->rows[i].line, section);
}
