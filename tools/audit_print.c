/* audit_print.c: the report of `ordo audit`, as text or as JSON.
 *
 * The short form counts: calls for each function, instructions for each source line, or for each
 * function where the line is not known. The long one and JSON have each of them, with its address.
 */
#include "audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- common ---------------------------------------------------------------------------------- */

static int by_name(const void *left, const void *right)
{
    const struct callee *const *a = left, *const *b = right;

    return strcmp((*a)->name, (*b)->name);
}

static int compare_texts(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "");
}

/* A function without a name is known by its address; the text is good until the next call. */
static const char *function_name(const struct function *function)
{
    static char text[32];

    if (function->name)
        return function->name;
    snprintf(text, sizeof text, "%#" PRIx64, function->section->address + function->from);
    return text;
}

/* A file below the working directory without the way there. */
static const char *short_path(const char *path)
{
    static char here[4096];
    size_t length;

    if (!here[0] && !getcwd(here, sizeof here))
        return path;
    length = strlen(here);
    return strncmp(path, here, length) == 0 && path[length] == '/' ? path + length + 1 : path;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static size_t calls_of(const struct callee *callee)
{
    return callee->program_calls + callee->runtime_calls;
}

static size_t count_callees(const struct audit *audit, bool ordo)
{
    size_t count = 0;

    for (size_t i = 0; i < audit->callee_count; i++)
        count += audit->callees[i].ordo == ordo;
    return count;
}

/* Pointers to the callees, in order of their names. */
static const struct callee **sorted_callees(const struct audit *audit)
{
    const struct callee **sorted = calloc(audit->callee_count + 1, sizeof *sorted);

    for (size_t i = 0; sorted && i < audit->callee_count; i++)
        sorted[i] = &audit->callees[i];
    if (sorted)
        qsort(sorted, audit->callee_count, sizeof *sorted, by_name);
    return sorted;
}

/* ---- text ------------------------------------------------------------------------------------ */

static int by_function(const struct site *left, const struct site *right)
{
    const struct function *a = left->function, *b = right->function;

    if (!a->name && !b->name)
        return (a->from > b->from) - (a->from < b->from);
    return compare_texts(a->name, b->name);
}

static int by_line(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = compare_texts(a->file, b->file);

    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    if (!order)
        order = by_function(a, b);
    return order ? order : (a->address > b->address) - (a->address < b->address);
}

static int by_object(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = compare_texts(a->function->object, b->function->object);

    return order ? order : (a->address > b->address) - (a->address < b->address);
}

/* A list without elements is NULL, which qsort does not take. */
static void sort(struct site *sites, size_t count, int (*order)(const void *, const void *))
{
    if (count)
        qsort(sites, count, sizeof *sites, order);
}

static void print_place(const struct site *site)
{
    if (site->file)
        printf("%s:%d  ", short_path(site->file), site->line);
    printf("%s", function_name(site->function));
}

static void print_site(const struct site *site, bool text)
{
    printf("           %#" PRIx64 "  ", site->address);
    print_place(site);
    printf("%s%s\n", text ? "  " : "", text ? site->text : "");
}

static void print_callees(const struct audit *audit, const struct callee **sorted, bool ordo,
                          bool each)
{
    for (size_t i = 0; i < audit->callee_count; i++) {
        const struct callee *callee = sorted[i];

        if (callee->ordo != ordo)
            continue;
        printf("    %5zu  %s", calls_of(callee), callee->name);
        if (callee->place)
            printf("  in %s", callee->place);
        if (callee->runtime_calls)
            printf("  (%zu from the run-time library)", callee->runtime_calls);
        putchar('\n');
        for (size_t j = 0; each && j < audit->call_count; j++)
            if (&audit->callees[audit->calls[j].callee] == callee)
                print_site(&audit->calls[j], false);
    }
}

static void print_left(struct audit *audit, bool each)
{
    sort(audit->left, audit->left_count, by_line);
    for (size_t i = 0, next; i < audit->left_count; i = next) {
        const struct site *site = &audit->left[i];

        for (next = i + 1;
             next < audit->left_count && compare_texts(site->file, audit->left[next].file) == 0 &&
             site->line == audit->left[next].line && by_function(site, &audit->left[next]) == 0;
             next++)
            ;
        for (size_t j = i; each && j < next; j++)
            print_site(&audit->left[j], true);
        if (each)
            continue;
        printf("    %5zu  ", next - i);
        print_place(site);
        printf("%s%s\n", next == i + 1 ? "  " : "", next == i + 1 ? site->text : "");
    }
}

/* The long form has the members of an archive one by one: "libc.a(malloc.o)". */
static size_t object_length(const struct site *site, bool each)
{
    const char *object = site->function->object;

    return each ? strlen(object) : strcspn(object, "(");
}

static void print_runtime(struct audit *audit, bool each)
{
    sort(audit->runtime_left, audit->runtime_left_count, by_object);
    for (size_t i = 0, next; i < audit->runtime_left_count; i = next) {
        const char *object = audit->runtime_left[i].function->object;
        size_t length = object_length(&audit->runtime_left[i], each);

        for (next = i + 1; next < audit->runtime_left_count &&
                           object_length(&audit->runtime_left[next], each) == length &&
                           strncmp(object, audit->runtime_left[next].function->object, length) == 0;
             next++)
            ;
        printf("    %5zu  %.*s\n", next - i, (int)length, object);
        for (size_t j = i; each && j < next; j++)
            print_site(&audit->runtime_left[j], true);
    }
}

static void print_text(struct audit *audit, bool each)
{
    const struct callee **sorted = sorted_callees(audit);
    size_t elsewhere = count_callees(audit, false), reached = 0;

    for (size_t i = 0; i < audit->callee_count; i++)
        if (audit->callees[i].ordo)
            reached += calls_of(&audit->callees[i]);
    printf("%s: %s\n", audit->path,
           audit->file->architecture == machine_x86_64 ? "x86-64" : "ARM64");
    printf("  %zu call site%s reach%s ordo\n", reached, plural(reached), reached == 1 ? "es" : "");
    print_callees(audit, sorted, true, each);
    printf("  %zu atomic function%s from elsewhere\n", elsewhere, plural(elsewhere));
    print_callees(audit, sorted, false, each);
    printf("  %zu atomic instruction%s or barrier%s left in the program's own code\n",
           audit->left_count, plural(audit->left_count), plural(audit->left_count));
    print_left(audit, each);
    printf("  %zu in the run-time library\n", audit->runtime_left_count);
    print_runtime(audit, each);
    if (audit->inline_unit_count)
        puts("  compiled without -fno-inline-atomics; atomic loads and stores that are plain "
             "instructions may be in");
    for (size_t i = 0; i < audit->inline_unit_count; i++)
        printf("           %s\n", short_path(audit->inline_units[i]));
    if (audit->file->objects->needed_count)
        fputs("  not looked into:", stdout);
    for (size_t i = 0; i < audit->file->objects->needed_count; i++)
        printf("%s%s", i ? ", " : " ", audit->file->objects->needed[i]);
    if (audit->file->objects->needed_count)
        putchar('\n');
    if (audit_escapes(audit))
        printf("escapes: %zu function%s, %zu instruction%s\n", elsewhere, plural(elsewhere),
               audit->left_count, plural(audit->left_count));
    else
        puts("nothing escapes");
    free(sorted);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void print_string(const char *text)
{
    if (!text) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            printf("\\%c", byte);
        else if (byte < 0x20 || byte >= 0x7f)
            printf("\\u%04x", byte);
        else
            putchar(byte);
    }
    putchar('"');
}

static void print_member(const char *name, const char *text)
{
    printf("\"%s\": ", name);
    print_string(text);
}

static void print_site_members(const struct site *site)
{
    printf("\"address\": %" PRIu64 ", ", site->address);
    print_member("function", site->function->name);
    fputs(", ", stdout);
    print_member("file", site->file);
    printf(", \"line\": %d, ", site->line);
    print_member("instruction", site->text);
}

static void print_sites(const char *name, const struct site *sites, size_t count)
{
    printf("  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ",\n    {" : "\n    {", stdout);
        print_site_members(&sites[i]);
        if (sites[i].function->object) {
            fputs(", ", stdout);
            print_member("object", sites[i].function->object);
        }
        putchar('}');
    }
    fputs(count ? "\n  ],\n" : "],\n", stdout);
}

static void print_json(const struct audit *audit)
{
    const struct callee **sorted = sorted_callees(audit);

    fputs("{\n  ", stdout);
    print_member("program", audit->path);
    printf(",\n  \"architecture\": \"%s\",\n  \"functions\": [",
           audit->file->architecture == machine_x86_64 ? "x86-64" : "ARM64");
    for (size_t i = 0; i < audit->callee_count; i++) {
        const struct callee *callee = sorted[i];
        bool first = true;

        fputs(i ? ",\n    {" : "\n    {", stdout);
        print_member("name", callee->name);
        printf(", \"ordo\": %s, ", callee->ordo ? "true" : "false");
        print_member("from", callee->place);
        printf(", \"calls\": %zu, \"calls_from_runtime\": %zu, \"sites\": [", callee->program_calls,
               callee->runtime_calls);
        for (size_t j = 0; j < audit->call_count; j++) {
            if (&audit->callees[audit->calls[j].callee] != callee)
                continue;
            fputs(first ? "\n      {" : ",\n      {", stdout);
            first = false;
            print_site_members(&audit->calls[j]);
            putchar('}');
        }
        fputs(first ? "]}" : "\n    ]}", stdout);
    }
    fputs(audit->callee_count ? "\n  ],\n" : "],\n", stdout);
    print_sites("instructions", audit->left, audit->left_count);
    print_sites("runtime_instructions", audit->runtime_left, audit->runtime_left_count);
    fputs("  \"compiled_inline\": [", stdout);
    for (size_t i = 0; i < audit->inline_unit_count; i++) {
        fputs(i ? ", " : "", stdout);
        print_string(audit->inline_units[i]);
    }
    fputs("],\n  \"not_looked_into\": [", stdout);
    for (size_t i = 0; i < audit->file->objects->needed_count; i++) {
        fputs(i ? ", " : "", stdout);
        print_string(audit->file->objects->needed[i]);
    }
    printf("],\n  \"escapes\": %s\n}\n", audit_escapes(audit) ? "true" : "false");
    free(sorted);
}

void audit_print(struct audit *audit, enum audit_form form)
{
    if (form == audit_json)
        print_json(audit);
    else
        print_text(audit, form == audit_long);
}
