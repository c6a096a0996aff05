/* objects.c: what is checked of whole objects: their notes, their padding, their size, and that two
 * assemblers made the same bytes of one source.
 */
#include "check.h"

#include <elf.h>
#include <string.h>
#include <unistd.h>

#ifndef GNU_PROPERTY_AARCH64_FEATURE_1_AND
#define GNU_PROPERTY_AARCH64_FEATURE_1_AND 0xc0000000
#endif

static const struct machine_section *find_section(const struct machine_object *object,
                                                  const char *name)
{
    for (size_t i = 0; i < object->section_count; i++)
        if (strcmp(object->sections[i].name, name) == 0)
            return &object->sections[i];
    return NULL;
}

static uint32_t word_at(const struct machine_section *section, uint64_t offset)
{
    uint32_t word;

    memcpy(&word, section->bytes + offset, sizeof word);
    return word;
}

/* The bits of the property `type`. The note: sizes of name and description, type, "GNU"; then
 * properties, each type, size, value, padded to 8. */
static uint32_t property(const struct machine_section *note, uint32_t type)
{
    uint64_t at = 16;

    if (!note || !note->bytes || note->size < 16 || memcmp(note->bytes + 12, "GNU", 4) != 0)
        return 0;
    while (at + 12 <= note->size) {
        if (word_at(note, at) == type)
            return word_at(note, at + 8);
        at += 8 + (word_at(note, at + 4) + 7) / 8 * 8;
    }
    return 0;
}

void check_notes(const char *name, const struct machine_file *file)
{
    bool x86 = file->architecture == machine_x86_64;
    uint32_t type = x86 ? GNU_PROPERTY_X86_FEATURE_1_AND : GNU_PROPERTY_AARCH64_FEATURE_1_AND;

    for (size_t i = 0; i < file->object_count; i++) {
        const struct machine_object *object = &file->objects[i];
        const struct machine_section *stack = find_section(object, ".note.GNU-stack");

        if (!stack)
            complain(name, "%s: no .note.GNU-stack: the stack becomes executable", object->name);
        else if (stack->flags & SHF_EXECINSTR)
            complain(name, "%s: its .note.GNU-stack asks for an executable stack", object->name);
        if ((property(find_section(object, ".note.gnu.property"), type) & 3) != 3)
            complain(name, "%s: no property note for %s", object->name,
                     x86 ? "IBT and SHSTK" : "BTI and PAC");
    }
}

/* Every byte of .text belongs to a routine or is padding: int3 on x86-64, nop on ARM64. */
static void check_padding(const struct library *library, const struct machine_object *object,
                          const struct machine_section *text)
{
    static const uint8_t int3[] = {0xcc}, nop[] = {0x1f, 0x20, 0x03, 0xd5};
    bool x86 = library->file->architecture == machine_x86_64;
    uint64_t at = 0;

    while (at < text->size) {
        uint64_t size = 0;

        for (size_t i = 0; i < object->symbol_count && !size; i++)
            if (object->symbols[i].section == text && object->symbols[i].function &&
                object->symbols[i].offset == at)
                size = object->symbols[i].size;
        if (!size && x86 && text->bytes[at] == int3[0])
            size = sizeof int3;
        else if (!size && !x86 && at + 4 <= text->size && !memcmp(text->bytes + at, nop, 4))
            size = sizeof nop;
        if (!size) {
            complain(library->name, "%s: .text+%#llx is neither in a routine nor padding",
                     object->name, (unsigned long long)at);
            return;
        }
        at += size;
    }
}

void check_coverage(const struct library *library)
{
    for (size_t i = 0; i < library->file->object_count; i++) {
        const struct machine_object *object = &library->file->objects[i];
        const struct machine_section *text = find_section(object, ".text");
        bool from_c = false;

        for (size_t j = 0; j < object->symbol_count; j++)
            from_c |= object->symbols[j].section && is_extra_symbol(object->symbols[j].name);
        if (text && !from_c)
            check_padding(library, object, text);
    }
}

void check_size(const struct library *library, uint64_t limit)
{
    uint64_t total = 0;

    for (size_t i = 0; i < library->file->object_count; i++) {
        const struct machine_object *object = &library->file->objects[i];

        for (size_t j = 0; j < object->section_count; j++)
            if (object->sections[j].flags & SHF_ALLOC && object->sections[j].type != SHT_NOBITS)
                total += object->sections[j].size;
    }
    printf("%s: %.1f KiB of text and data, %.0f allowed\n", library->name, (double)total / 1024,
           (double)limit / 1024);
    if (total > limit)
        complain(library->name, "%llu bytes of text and data, %llu allowed",
                 (unsigned long long)total, (unsigned long long)limit);
}

/* The same bytes from different assemblers ---------------------------------------------------- */

static void compare_text(const char *path, const struct machine_object *a,
                         const struct machine_object *b)
{
    const struct machine_section *left = find_section(a, ".text");
    const struct machine_section *right = find_section(b, ".text");
    uint64_t at = 0;

    if (!left || !right || left->size != right->size) {
        complain(path, "%s: .text is %llu bytes, expected %llu", a->name,
                 right ? (unsigned long long)right->size : 0,
                 left ? (unsigned long long)left->size : 0);
        return;
    }
    while (at < left->size && left->bytes[at] == right->bytes[at])
        at++;
    if (at < left->size) {
        complain(path, "%s: .text+%#llx is %#x, expected %#x", a->name, (unsigned long long)at,
                 right->bytes[at], left->bytes[at]);
        return;
    }
    if (left->relocation_count != right->relocation_count) {
        complain(path, "%s: %zu relocations, expected %zu", a->name, right->relocation_count,
                 left->relocation_count);
        return;
    }
    for (size_t i = 0; i < left->relocation_count; i++) {
        const struct machine_relocation *x = &left->relocations[i], *y = &right->relocations[i];

        if (x->offset != y->offset || x->type != y->type || x->addend != y->addend ||
            strcmp(x->symbol, y->symbol) != 0)
            complain(path, "%s: relocation %zu is type %u of %s%+lld at %#llx, expected type %u of "
                     "%s%+lld at %#llx", a->name, i, y->type, y->symbol, (long long)y->addend,
                     (unsigned long long)y->offset, x->type, x->symbol, (long long)x->addend,
                     (unsigned long long)x->offset);
    }
}

static const struct machine_object *find_member(const struct machine_file *file, const char *name)
{
    for (size_t i = 0; i < file->object_count; i++)
        if (strcmp(file->objects[i].name, name) == 0)
            return &file->objects[i];
    return NULL;
}

/* Whether `sources` has a .S of the member's name. Helpers are many from one .S. */
static bool was_assembled(const struct machine_object *object, const char *sources)
{
    char source[512];

    snprintf(source, sizeof source, "%s/%.*s.S", sources, (int)strcspn(object->name, "."),
             object->name);
    if (access(source, F_OK) == 0)
        return true;
    for (size_t i = 0; i < object->symbol_count; i++)
        if (object->symbols[i].function && object->symbols[i].section &&
            strncmp(object->symbols[i].name, "__aarch64_", strlen("__aarch64_")) == 0)
            return true;
    return false;
}

void check_same(const char *sources, int count, char **paths)
{
    char message[256];
    struct machine_file *first = machine_open(paths[0], message, sizeof message);
    size_t files = 0;

    if (!first)
        give_up("%s", message);
    for (size_t i = 0; i < first->object_count; i++)
        files += was_assembled(&first->objects[i], sources);
    for (int n = 1; n < count; n++) {
        struct machine_file *other = machine_open(paths[n], message, sizeof message);

        if (!other)
            give_up("%s", message);
        for (size_t i = 0; i < first->object_count; i++) {
            const struct machine_object *object = &first->objects[i];
            const struct machine_object *same = find_member(other, object->name);

            if (!was_assembled(object, sources))
                continue;
            if (same)
                compare_text(paths[n], object, same);
            else
                complain(paths[n], "%s: not in this library", object->name);
        }
        machine_close(other);
    }
    machine_close(first);
    printf("%zu files byte-identical\n", files);
}
