/* audit_lines.c: file and line of an address, from the program's debug information.
 *
 * libdw finds the debug information, in the file itself or in the one that it links to. Line tables
 * are read whole and sorted: the index by address that would do (.debug_aranges) is not written by
 * Clang. A sequence that begins at address 0 is of a function that the linker removed.
 */
#include "audit.h"
#include "ordo.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>

struct row {
    uint64_t address;
    const char *file; /* NULL: here a sequence ends */
    int line;
    size_t order; /* of rows for one address the last one counts */
};

struct lines {
    Dwfl *session;
    struct row *rows;
    size_t row_count;
    struct inline_unit *inline_units;
    size_t inline_unit_count;
};

static int by_address(const void *left, const void *right)
{
    const struct row *a = left, *b = right;

    if (a->address != b->address)
        return a->address > b->address ? 1 : -1;
    /* The end of one sequence is the beginning of the next. */
    if (!a->file != !b->file)
        return a->file ? 1 : -1;
    return (a->order > b->order) - (a->order < b->order);
}

static void read_rows(struct lines *lines, Dwarf_Die *unit)
{
    bool begins = true, removed = false;
    Dwarf_Lines *table;
    size_t count;

    if (dwarf_getsrclines(unit, &table, &count) != 0)
        return;
    for (size_t i = 0; i < count; i++) {
        Dwarf_Line *line = dwarf_onesrcline(table, i);
        Dwarf_Addr address;
        bool end;
        struct row row = {.order = lines->row_count};

        if (!line || dwarf_lineaddr(line, &address) != 0 || dwarf_lineendsequence(line, &end) != 0)
            continue;
        if (begins)
            removed = address == 0;
        begins = end;
        if (removed)
            continue;
        row.address = address;
        if (!end) {
            row.file = dwarf_linesrc(line, NULL, NULL);
            dwarf_lineno(line, &row.line);
        }
        lines->rows = grow(lines->rows, lines->row_count, sizeof row);
        lines->rows[lines->row_count++] = row;
    }
}

/* GCC writes its options into what it compiles. Clang does not, and has no such option. */
static void read_producer(struct lines *lines, Dwarf_Die *unit, size_t first_row)
{
    Dwarf_Attribute attribute;
    const char *producer = dwarf_formstring(dwarf_attr(unit, DW_AT_producer, &attribute));
    const char *name = dwarf_diename(unit);

    if (!producer || !name || first_row == lines->row_count ||
        strncmp(producer, "GNU AS", 6) == 0 || strstr(producer, "-fno-inline-atomics"))
        return;
    lines->inline_units =
        grow(lines->inline_units, lines->inline_unit_count, sizeof *lines->inline_units);
    lines->inline_units[lines->inline_unit_count++] =
        (struct inline_unit){name, lines->rows[first_row].address};
}

struct lines *lines_open(const char *path)
{
    static char *no_path;
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &no_path,
    };
    struct lines *lines = calloc(1, sizeof *lines);
    Dwfl_Module *module;
    Dwarf_Off at = 0, next;
    Dwarf_Addr bias;
    size_t head;
    Dwarf *dwarf;

    if (!lines)
        give_up("out of memory");
    lines->session = dwfl_begin(&callbacks);
    module = lines->session ? dwfl_report_offline(lines->session, "", path, -1) : NULL;
    if (lines->session)
        dwfl_report_end(lines->session, NULL, NULL);
    dwarf = module ? dwfl_module_getdwarf(module, &bias) : NULL;
    if (!dwarf)
        return lines;
    for (; dwarf_nextcu(dwarf, at, &next, &head, NULL, NULL, NULL) == 0; at = next) {
        size_t first_row = lines->row_count;
        Dwarf_Die unit;

        if (!dwarf_offdie(dwarf, at + head, &unit))
            continue;
        read_rows(lines, &unit);
        read_producer(lines, &unit, first_row);
    }
    if (lines->row_count)
        qsort(lines->rows, lines->row_count, sizeof *lines->rows, by_address);
    return lines;
}

void lines_close(struct lines *lines)
{
    free(lines->rows);
    free(lines->inline_units);
    if (lines->session)
        dwfl_end(lines->session);
    free(lines);
}

bool lines_find(const struct lines *lines, uint64_t address, const char **file, int *line)
{
    size_t low = 0, high = lines->row_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (lines->rows[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || !lines->rows[low - 1].file)
        return false;
    *file = lines->rows[low - 1].file;
    *line = lines->rows[low - 1].line;
    return true;
}

const struct inline_unit *lines_inline_unit(const struct lines *lines, size_t index)
{
    return index < lines->inline_unit_count ? &lines->inline_units[index] : NULL;
}
