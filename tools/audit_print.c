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

/* ---- common ------------------------------------------------------------------------------------- */

static int by_name(const void *left, const void *right)
{
    const struct callee *const *a = left, *const *b = right;

    return strcmp((*a)->name, (*b)->name);
}

static int compare_texts(const char *left, const char *right)
{
    return strcmp(left ? left : "", right ? right : "");
}

static const char *function_name(const struct site *site)
{
    return site->function->name ? site->function->name : "(no name)";
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

/* ---- text --------------------------------------------------------------------------------------- */

static int by_line(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = compare_texts(a->file, b->file);

    if (!order)
        order = (a->line > b->line) - (a->line < b->line);
    if (!order)
        order = compare_texts(a->function->name, b->function->name);
    return order ? order : (a->address > b->address) - (a->address < b->address);
}

static int by_object(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = compare_texts(a->function->object, b->function->object);

    return order ? order : (a->address > b->address) - (a->address < b->address);
}

static void print_place(const struct site *site)
{
    if (site->file)
        printf("%s:%d  ", short_path(site->file), site->line);
    printf("%s", function_name(site));
}

static void print_site(const struct site *site)
{
    printf("        %#" PRIx64 "  ", site->address);
    print_place(site);
    printf("  %s\n", site->text);
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
                print_site(&audit->calls[j]);
    }
}

static void print_left(struct audit *audit, bool each)
{
    qsort(audit->left, audit->left_count, sizeof *audit->left, by_line);
    for (size_t i = 0, next; i < audit->left_count; i = next) {
        const struct site *site = &audit->left[i];

        for (next = i + 1; next < audit->left_count &&
                           compare_texts(site->file, audit->left[next].file) == 0 &&
                           site->line == audit->left[next].line &&
                           compare_texts(site->function->name, audit->left[next].function->name) == 0;
             next++)
            ;
        printf("    %5zu  ", next - i);
        print_place(site);
        if (next == i + 1)
            printf("  %s", site->text);
        putchar('\n');
        for (size_t j = i; each && j < next; j++)
            print_site(&audit->left[j]);
    }
}

static void print_runtime(struct audit *audit, bool each)
{
    qsort(audit->runtime_left, audit->runtime_left_count, sizeof *audit->runtime_left, by_object);
    for (size_t i = 0, next; i < audit->runtime_left_count; i = next) {
        const char *object = audit->runtime_left[i].function->object;

        for (next = i + 1; next < audit->runtime_left_count &&
                           strcmp(object, audit->runtime_left[next].function->object) == 0;
             next++)
            ;
        printf("    %5zu  %s\n", next - i, object);
        for (size_t j = i; each && j < next; j++)
            print_site(&audit->runtime_left[j]);
    }
}

static void print_text(struct audit *audit, bool each)
{
    const struct callee **sorted = sorted_callees(audit);
    size_t elsewhere = count_callees(audit, false), reached = 0;
    const char *unit;

    for (size_t i = 0; i < audit->callee_count; i++)
        if (audit->callees[i].ordo)
            reached += calls_of(&audit->callees[i]);
    printf("%s: %s\n", audit->path,
           audit->file->architecture == machine_x86_64 ? "x86-64" : "ARM64");
    printf("  %zu call site%s reach%s ordo\n", reached, plural(reached), reached == 1 ? "es" : "");
    print_callees(audit, sorted, true, each);
    printf("  %zu atomic function%s from elsewhere\n", elsewhere, plural(elsewhere));
    print_callees(audit, sorted, false, each);
    printf("  %zu atomic instruction%s and barriers in the program's own code\n", audit->left_count,
           plural(audit->left_count));
    print_left(audit, each);
    printf("  %zu in the run-time library\n", audit->runtime_left_count);
    print_runtime(audit, each);
    if (audit->file->architecture == machine_x86_64 && (unit = lines_inline_unit(audit->lines, 0))) {
        puts("  compiled without -fno-inline-atomics; atomic loads and stores, which are plain ones "
             "here, may be in");
        for (size_t i = 0; (unit = lines_inline_unit(audit->lines, i)); i++)
            printf("           %s\n", short_path(unit));
    }
    if (audit_escapes(audit))
        printf("escapes: %zu function%s, %zu instruction%s\n", elsewhere, plural(elsewhere),
               audit->left_count, plural(audit->left_count));
    else
        puts("nothing escapes");
    free(sorted);
}

/* ---- JSON --------------------------------------------------------------------------------------- */

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
    const char *unit;

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
        printf(", \"calls\": %zu, \"calls_from_runtime\": %zu, \"sites\": [",
               callee->program_calls, callee->runtime_calls);
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
    for (size_t i = 0; (unit = lines_inline_unit(audit->lines, i)); i++) {
        fputs(i ? ", " : "", stdout);
        print_string(unit);
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
