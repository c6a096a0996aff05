/* known.c: functions of archives, sorted by name, and the comparison of their code.
 *
 * See known.h. What a relocation may change is more than its own field where the linker relaxes
 * code: on x86-64 a load of an address from the GOT becomes the address itself, with another opcode
 * before the field, and the sequences for thread-local variables are rewritten whole. On ARM64 a
 * relocated instruction is left out as a whole: adrp becomes adr or nop. That loosens the
 * comparison by a few bytes and cannot make one routine look like another, since no access to
 * memory that is atomic has a relocation on it.
 */
#include "known.h"
#include "ordo.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct known {
    struct known_function *list; /* sorted by name */
    size_t count;
};

struct known *known_new(void)
{
    struct known *known = calloc(1, sizeof *known);

    if (!known)
        give_up("out of memory");
    return known;
}

void known_free(struct known *known)
{
    free(known->list);
    free(known);
}

size_t name_length(const char *name)
{
    return strcspn(name, "@");
}

int compare_names(const char *left, const char *right)
{
    size_t a = name_length(left), b = name_length(right);
    int order = strncmp(left, right, a < b ? a : b);

    return order ? order : (a > b) - (a < b);
}

static int by_name(const void *left, const void *right)
{
    const struct known_function *a = left, *b = right;

    return compare_names(a->symbol->name, b->symbol->name);
}

void known_add(struct known *known, const struct machine_file *file)
{
    for (size_t i = 0; i < file->object_count; i++)
        for (size_t j = 0; j < file->objects[i].symbol_count; j++) {
            const struct machine_symbol *symbol = &file->objects[i].symbols[j];
            const struct machine_section *section = symbol->section;

            if (!symbol->function || !symbol->size || !section || !section->bytes ||
                symbol->offset > section->size || symbol->size > section->size - symbol->offset)
                continue;
            known->list = grow(known->list, known->count, sizeof *known->list);
            known->list[known->count++] = (struct known_function){file, symbol};
        }
    if (known->count)
        qsort(known->list, known->count, sizeof *known->list, by_name);
}

struct range {
    uint64_t from, to;
};

/* The bytes of the section that a linker may change because of this relocation. */
static struct range changed(const struct machine_relocation *relocation, bool x86)
{
    uint64_t from = relocation->offset, before = 0, size = 4;

    if (!x86) {
        if (relocation->type == R_AARCH64_ABS64 || relocation->type == R_AARCH64_PREL64)
            size = 8;
        return (struct range){from, from + size};
    }
    switch (relocation->type) {
    case R_X86_64_64:
    case R_X86_64_PC64: size = 8; break;
    case R_X86_64_GOTPCRELX: before = 2; break;
    case R_X86_64_REX_GOTPCRELX:
    case R_X86_64_GOTTPOFF: before = 3; break;
    case R_X86_64_TLSGD:
    case R_X86_64_TLSLD: before = 4, size = 12; break;
    default: break;
    }
    return (struct range){from > before ? from - before : 0, from + size};
}

/* Compares the code of a function, and returns how many bytes no relocation changes; 0 if one of
 * them differs. */
static uint64_t same_code(const struct known_function *function, const uint8_t *code)
{
    const struct machine_symbol *symbol = function->symbol;
    const struct machine_section *section = symbol->section;
    bool x86 = function->file->architecture == machine_x86_64;
    uint64_t at = symbol->offset, end = symbol->offset + symbol->size, same = 0;
    size_t low = 0, high = section->relocation_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (section->relocations[middle].offset < at)
            low = middle + 1;
        else
            high = middle;
    }
    for (; at < end; low++) {
        struct range hole = {end, end};

        if (low < section->relocation_count && section->relocations[low].offset < end)
            hole = changed(&section->relocations[low], x86);
        if (hole.from > at) {
            if (memcmp(section->bytes + at, code + (at - symbol->offset), hole.from - at) != 0)
                return 0;
            same += hole.from - at;
        }
        if (hole.to > at)
            at = hole.to;
    }
    return same;
}

/* The first entry whose name is not less. */
static size_t first_of(const struct known *known, const char *name)
{
    size_t low = 0, high = known->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_names(known->list[middle].symbol->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct known_function *known_find(const struct known *known, const char *name,
                                        const uint8_t *code, uint64_t size, uint64_t least)
{
    for (size_t i = name ? first_of(known, name) : 0; i < known->count; i++) {
        const struct machine_symbol *symbol = known->list[i].symbol;
        uint64_t same;

        if (name && compare_names(symbol->name, name) != 0)
            break;
        if (name ? symbol->size > size : symbol->size != size)
            continue;
        same = same_code(&known->list[i], code);
        if (name ? same : same >= least)
            return &known->list[i];
    }
    return NULL;
}
