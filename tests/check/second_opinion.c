/* second_opinion.c: objdump and LLVM must read the same instructions.
 *
 * Every other check trusts LLVM's disassembler. Here objdump lists the whole library, and each
 * routine's mnemonics, at the same offsets, must be the ones that LLVM gives.
 */
#include "check.h"

#include <errno.h>

#include <string.h>

enum { max_lines = 8192 };

struct line { /* one instruction of an objdump listing */
    uint64_t offset;
    char mnemonic[24];
};

/* "  1c:\tlock or DWORD PTR [rsp-0x8],0x0": offset, tab, mnemonic with its prefix. */
static bool parse_line(const char *text, struct line *line)
{
    unsigned long long offset;
    char first[12], second[12] = "";

    if (sscanf(text, " %llx:\t%11s %11s", &offset, first, second) < 2)
        return false;
    line->offset = offset;
    snprintf(line->mnemonic, sizeof line->mnemonic, "%s%s%s", first,
             strcmp(first, "lock") == 0 ? " " : "", strcmp(first, "lock") == 0 ? second : "");
    return true;
}

static void compare_routine(const struct library *library, const struct machine_symbol *symbol,
                            const struct line *lines, size_t count)
{
    struct machine_instruction code[max_instructions];
    size_t instructions = machine_disassemble(library->file, symbol, code, max_instructions);
    size_t at = 0;

    while (at < count && lines[at].offset < symbol->offset)
        at++;
    for (size_t i = 0; i < instructions; i++, at++)
        if (at == count || lines[at].offset != code[i].offset ||
            strcmp(lines[at].mnemonic, code[i].mnemonic) != 0) {
            complain(library->name, "%s: LLVM reads \"%s\" at +%u, objdump \"%s\"", symbol->name,
                     code[i].mnemonic, (unsigned int)(code[i].offset - symbol->offset),
                     at == count ? "nothing" : lines[at].mnemonic);
            return;
        }
}

static void compare_object(const struct library *library, const struct machine_object *object,
                           const struct line *lines, size_t count)
{
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct machine_symbol *symbol = &object->symbols[i];

        if (symbol->section && symbol->global && symbol->function &&
            strcmp(symbol->section->name, ".text") == 0 && !is_extra_symbol(symbol->name))
            compare_routine(library, symbol, lines, count);
    }
}

static const struct machine_object *find_object(const struct library *library, const char *name)
{
    for (size_t i = 0; i < library->file->object_count; i++)
        if (strcmp(library->file->objects[i].name, name) == 0)
            return &library->file->objects[i];
    return NULL;
}

void check_second_opinion(const struct library *library, const char *objdump)
{
    static struct line lines[max_lines];
    const struct machine_object *object = NULL;
    size_t count = 0, objects = 0;
    char command[1024], text[512];
    bool intel = library->file->architecture == machine_x86_64;
    FILE *listing;

    snprintf(command, sizeof command, "%s -d -j .text --no-show-raw-insn %s '%s'", objdump,
             intel ? "-M intel" : "", library->file->path);
    listing = popen(command, "r");
    if (!listing)
        give_up("%s: %s", command, strerror(errno));
    while (fgets(text, sizeof text, listing)) {
        char *format = strstr(text, ":     file format ");

        if (format) { /* the next member of the archive */
            if (object)
                compare_object(library, object, lines, count);
            *format = '\0';
            object = find_object(library, text);
            objects += object != NULL;
            count = 0;
        } else if (count < max_lines && parse_line(text, &lines[count])) {
            count++;
        }
    }
    if (object)
        compare_object(library, object, lines, count);
    if (pclose(listing) != 0)
        give_up("%s: failed", command);
    if (objects != library->file->object_count)
        complain(library->name, "objdump lists %zu objects of %zu", objects,
                 library->file->object_count);
}
