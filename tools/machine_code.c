/* machine_code.c: reads ELF files with libelf and disassembles functions with LLVM's C interface.
 *
 * See machine_code.h. An archive is a row of ELF handles that stay open: names and bytes point into
 * libelf's own buffers. What LLVM prints is kept but for three things: the `lock` prefix, which it
 * decodes as an instruction of its own, is joined to the instruction it belongs to; a branch target
 * is turned into an offset; white space becomes single blanks.
 */
#include "machine_code.h"

#include <elf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <llvm-c/Disassembler.h>
#include <llvm-c/Target.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *or_exit(void *memory)
{
    if (!memory) {
        fputs("ordo: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static void *allocate(size_t count, size_t size)
{
    return or_exit(calloc(count ? count : 1, size));
}

static const char *string(Elf *elf, size_t table, size_t offset)
{
    const char *text = elf_strptr(elf, table, offset);

    return text ? text : "";
}

static size_t entries(const Elf_Data *data, const GElf_Shdr *header)
{
    return data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;
}

static const char *section_name(Elf *elf, const GElf_Shdr *header)
{
    size_t strings;

    return elf_getshdrstrndx(elf, &strings) == 0 ? string(elf, strings, header->sh_name) : "";
}

/* Returns false if the file ends before a section does. */
static bool read_sections(struct machine_object *object)
{
    size_t count = 0;

    elf_getshdrnum(object->elf, &count);
    object->sections = allocate(count, sizeof *object->sections);
    object->section_count = count;
    for (size_t i = 0; i < count; i++) {
        Elf_Scn *scn = elf_getscn(object->elf, i);
        Elf_Data *data = elf_rawdata(scn, NULL);
        GElf_Shdr header;

        object->sections[i].name = "";
        if (!gelf_getshdr(scn, &header))
            continue;
        if (header.sh_type != SHT_NOBITS && header.sh_size &&
            (!data || data->d_size != header.sh_size))
            return false;
        object->sections[i] = (struct machine_section){
            .name = section_name(object->elf, &header),
            .type = header.sh_type,
            .flags = header.sh_flags,
            .address = header.sh_addr,
            .size = header.sh_size,
            .bytes = data && header.sh_type != SHT_NOBITS ? data->d_buf : NULL,
        };
    }
    return true;
}

/* A linked file gives addresses where an object gives offsets. */
static uint64_t section_offset(Elf *elf, size_t index, uint64_t value)
{
    GElf_Ehdr header;
    GElf_Shdr section;

    if (gelf_getehdr(elf, &header) && header.e_type != ET_REL &&
        gelf_getshdr(elf_getscn(elf, index), &section))
        return value - section.sh_addr;
    return value;
}

static void read_symbols(struct machine_object *object, Elf_Scn *scn, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = entries(data, header);

    if (object->symbols)
        return; /* a file has one table of each type */
    object->symbols = allocate(count, sizeof *object->symbols);
    object->symbol_count = count;
    for (size_t i = 0; i < count; i++) {
        struct machine_symbol *symbol = &object->symbols[i];
        GElf_Sym entry;

        symbol->object = object;
        symbol->name = "";
        if (!gelf_getsym(data, (int)i, &entry))
            continue;
        symbol->name = string(object->elf, header->sh_link, entry.st_name);
        symbol->size = entry.st_size;
        symbol->global = GELF_ST_BIND(entry.st_info) != STB_LOCAL;
        symbol->hidden = GELF_ST_VISIBILITY(entry.st_other) == STV_HIDDEN ||
                         GELF_ST_VISIBILITY(entry.st_other) == STV_INTERNAL;
        symbol->function =
            GELF_ST_TYPE(entry.st_info) == STT_FUNC || GELF_ST_TYPE(entry.st_info) == STT_GNU_IFUNC;
        if (entry.st_shndx != SHN_UNDEF && entry.st_shndx < object->section_count) {
            symbol->section = &object->sections[entry.st_shndx];
            symbol->offset = section_offset(object->elf, entry.st_shndx, entry.st_value);
            if (GELF_ST_TYPE(entry.st_info) == STT_SECTION)
                symbol->name = symbol->section->name;
        }
    }
}

/* An alias may have no size of its own, and NASM gives none at all: then take that of another name
 * of the same code, else all up to the next function or the end of the section. */
static void complete_sizes(struct machine_object *object)
{
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct machine_symbol *symbol = &object->symbols[i];
        uint64_t next;

        if (!symbol->section || !symbol->function || symbol->size)
            continue;
        next = symbol->section->size;
        for (size_t j = 0; j < object->symbol_count; j++) {
            const struct machine_symbol *other = &object->symbols[j];

            if (other->section != symbol->section || !other->function)
                continue;
            if (other->offset == symbol->offset && other->size) {
                next = symbol->offset + other->size;
                break;
            }
            if (other->offset > symbol->offset && other->offset < next)
                next = other->offset;
        }
        symbol->size = next - symbol->offset;
    }
}

static int by_offset(const void *left, const void *right)
{
    const struct machine_relocation *a = left, *b = right;

    return (a->offset > b->offset) - (a->offset < b->offset);
}

/* The relocations of a linked file are the dynamic linker's; they name symbols of another table. */
static void read_imports(struct machine_object *object, Elf_Data *data, size_t count, size_t table)
{
    Elf_Scn *scn = elf_getscn(object->elf, table);
    Elf_Data *symbols = scn ? elf_getdata(scn, NULL) : NULL;
    GElf_Shdr header;

    if (!symbols || !gelf_getshdr(scn, &header) || header.sh_type != SHT_DYNSYM)
        return;
    object->imports = or_exit(
        realloc(object->imports, (object->import_count + count + 1) * sizeof *object->imports));
    for (size_t i = 0; i < count; i++) {
        GElf_Rela entry;
        GElf_Sym symbol;

        if (gelf_getrela(data, (int)i, &entry) && GELF_R_SYM(entry.r_info) &&
            gelf_getsym(symbols, (int)GELF_R_SYM(entry.r_info), &symbol))
            object->imports[object->import_count++] = (struct machine_import){
                string(object->elf, header.sh_link, symbol.st_name), entry.r_offset};
    }
}

static void read_dynamic(struct machine_object *object, Elf_Scn *scn, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = entries(data, header);

    object->needed =
        or_exit(realloc(object->needed, (object->needed_count + count + 1) * sizeof(char *)));
    for (size_t i = 0; i < count; i++) {
        GElf_Dyn entry;
        const char *text;

        if (!gelf_getdyn(data, (int)i, &entry) || entry.d_tag == DT_NULL)
            break;
        text = string(object->elf, header->sh_link, entry.d_un.d_val);
        if (entry.d_tag == DT_NEEDED)
            object->needed[object->needed_count++] = text;
        else if (entry.d_tag == DT_RUNPATH || (entry.d_tag == DT_RPATH && !object->run_path))
            object->run_path = text;
    }
}

/* Where functions are, by .eh_frame: an entry has the beginning as a distance from itself, and the
 * size, in four bytes each, which is how compilers write it but for the largest code models. */
static void read_extents(struct machine_object *object)
{
    const unsigned char *kind = (const unsigned char *)elf_getident(object->elf, NULL);
    Elf_Scn *scn = NULL;
    GElf_Shdr header;

    while ((scn = elf_nextscn(object->elf, scn))) {
        Elf_Data *data;
        Dwarf_CFI_Entry entry;
        Dwarf_Off next;
        struct {
            int32_t distance;
            uint32_t size;
        } place;

        if (!gelf_getshdr(scn, &header) ||
            strcmp(section_name(object->elf, &header), ".eh_frame") != 0 ||
            !(data = elf_rawdata(scn, NULL)))
            continue;
        object->extents = allocate(data->d_size / sizeof place, sizeof *object->extents);
        for (Dwarf_Off at = 0; at < data->d_size; at = next) {
            const uint8_t *start;

            if (dwarf_next_cfi(kind, data, true, at, &next, &entry) != 0)
                break;
            start = entry.fde.start;
            if (dwarf_cfi_cie_p(&entry) ||
                (size_t)((const uint8_t *)data->d_buf + data->d_size - start) < sizeof place)
                continue;
            memcpy(&place, start, sizeof place);
            object->extents[object->extent_count++] = (struct machine_extent){
                header.sh_addr + (uint64_t)(start - (const uint8_t *)data->d_buf) +
                    (uint64_t)(int64_t)place.distance,
                place.size};
        }
        return;
    }
}

static void read_relocations(struct machine_object *object, Elf_Scn *scn, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    size_t count = entries(data, header);
    struct machine_section *section;

    if (object->linked) {
        read_imports(object, data, count, header->sh_link);
        return;
    }
    if (header->sh_info == 0 || header->sh_info >= object->section_count)
        return;
    section = &object->sections[header->sh_info];
    if (section->relocations)
        return;
    section->relocations = allocate(count, sizeof *section->relocations);
    section->relocation_count = count;
    for (size_t i = 0; i < count; i++) {
        GElf_Rela entry;
        size_t symbol;

        if (!gelf_getrela(data, (int)i, &entry))
            continue;
        symbol = GELF_R_SYM(entry.r_info);
        section->relocations[i] = (struct machine_relocation){
            .offset = entry.r_offset,
            .type = (unsigned int)GELF_R_TYPE(entry.r_info),
            .symbol = symbol < object->symbol_count ? object->symbols[symbol].name : "",
            .addend = entry.r_addend,
        };
    }
    qsort(section->relocations, count, sizeof *section->relocations, by_offset);
}

typedef void section_reader(struct machine_object *object, Elf_Scn *scn, const GElf_Shdr *header);

static void for_each_section(struct machine_object *object, unsigned int type, section_reader *read)
{
    Elf_Scn *scn = NULL;
    GElf_Shdr header;

    while ((scn = elf_nextscn(object->elf, scn)))
        if (gelf_getshdr(scn, &header) && header.sh_type == type)
            read(object, scn, &header);
}

static bool read_object(struct machine_object *object)
{
    GElf_Ehdr header;

    if (!gelf_getehdr(object->elf, &header) || !read_sections(object))
        return false;
    object->linked = header.e_type == ET_EXEC || header.e_type == ET_DYN;
    for_each_section(object, SHT_SYMTAB, read_symbols);
    if (!object->symbols) /* a stripped shared library has only these */
        for_each_section(object, SHT_DYNSYM, read_symbols);
    complete_sizes(object);
    for_each_section(object, SHT_RELA, read_relocations);
    if (object->linked) {
        for_each_section(object, SHT_DYNAMIC, read_dynamic);
        read_extents(object);
    }
    return true;
}

/* Adds one ELF handle as an object of the file. Returns false if it is for another machine than the
 * objects before it, or for none of ours. */
static bool add_object(struct machine_file *file, Elf *elf, const char *name)
{
    enum machine_architecture architecture;
    GElf_Ehdr header;

    if (!gelf_getehdr(elf, &header) || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB)
        return false;
    switch (header.e_machine) {
    case EM_X86_64: architecture = machine_x86_64; break;
    case EM_AARCH64: architecture = machine_aarch64; break;
    default: return false;
    }
    if (file->object_count && file->architecture != architecture)
        return false;
    file->architecture = architecture;
    file->objects =
        or_exit(realloc(file->objects, (file->object_count + 1) * sizeof *file->objects));
    /* libelf reuses the buffer of a member's name for the next member. */
    name = or_exit(strdup(name));
    file->objects[file->object_count++] = (struct machine_object){.name = name, .elf = elf};
    return true;
}

static bool add_members(struct machine_file *file)
{
    Elf_Cmd command = ELF_C_READ;
    Elf *elf;

    while ((elf = elf_begin(file->descriptor, command, file->archive))) {
        Elf_Arhdr *header = elf_getarhdr(elf);
        bool index = header && header->ar_name[0] == '/'; /* the archive's own symbol table */
        bool added = header && !index && add_object(file, elf, header->ar_name);

        command = elf_next(elf);
        if (!added)
            elf_end(elf);
        if (!added && !index)
            return false;
    }
    return file->object_count != 0;
}

static void *make_disassembler(enum machine_architecture architecture)
{
    static bool initialised;
    LLVMDisasmContextRef context;

    if (!initialised) {
        LLVMInitializeX86TargetInfo();
        LLVMInitializeX86TargetMC();
        LLVMInitializeX86Disassembler();
        LLVMInitializeAArch64TargetInfo();
        LLVMInitializeAArch64TargetMC();
        LLVMInitializeAArch64Disassembler();
        initialised = true;
    }
    /* The features are what lets LLVM name the instruction: +bti prints `bti c`, not `hint #34`. */
    if (architecture == machine_x86_64)
        context = LLVMCreateDisasmCPUFeatures("x86_64", "", "", NULL, 0, NULL, NULL);
    else
        context = LLVMCreateDisasmCPUFeatures("aarch64", "", "+lse,+rcpc,+v8.4a,+bti", NULL, 0,
                                              NULL, NULL);
    if (context)
        LLVMSetDisasmOptions(context, LLVMDisassembler_Option_AsmPrinterVariant);
    return context;
}

struct machine_file *machine_open(const char *path, char *message, size_t message_size)
{
    struct machine_file *file = allocate(1, sizeof *file);
    bool read = false;

    elf_version(EV_CURRENT);
    file->path = path;
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor < 0) {
        snprintf(message, message_size, "%s: %s", path, strerror(errno));
        machine_close(file);
        return NULL;
    }
    file->archive = elf_begin(file->descriptor, ELF_C_READ, NULL);
    switch (file->archive ? elf_kind(file->archive) : ELF_K_NONE) {
    case ELF_K_AR: read = add_members(file); break;
    case ELF_K_ELF: read = add_object(file, file->archive, path); break;
    default: break;
    }
    if (!read) {
        snprintf(message, message_size,
                 "%s: not an object, static library or linked file for x86-64 or ARM64", path);
        machine_close(file);
        return NULL;
    }
    for (size_t i = 0; i < file->object_count; i++)
        if (!read_object(&file->objects[i])) {
            snprintf(message, message_size, "%s: damaged: it ends before its sections do", path);
            machine_close(file);
            return NULL;
        }
    file->disassembler = make_disassembler(file->architecture);
    if (!file->disassembler) {
        snprintf(message, message_size, "%s: this LLVM has no disassembler for it", path);
        machine_close(file);
        return NULL;
    }
    return file;
}

void machine_close(struct machine_file *file)
{
    if (file->disassembler)
        LLVMDisasmDispose(file->disassembler);
    for (size_t i = 0; i < file->object_count; i++) {
        struct machine_object *object = &file->objects[i];

        for (size_t j = 0; j < object->section_count; j++)
            free(object->sections[j].relocations);
        free(object->sections);
        free(object->symbols);
        free(object->imports);
        free(object->needed);
        free(object->extents);
        free((char *)object->name);
        if (object->elf != file->archive)
            elf_end(object->elf);
    }
    free(file->objects);
    elf_end(file->archive);
    if (file->descriptor >= 0)
        close(file->descriptor);
    free(file);
}

const struct machine_symbol *machine_find(const struct machine_file *file, const char *name)
{
    for (size_t i = 0; i < file->object_count; i++)
        for (size_t j = 0; j < file->objects[i].symbol_count; j++) {
            const struct machine_symbol *symbol = &file->objects[i].symbols[j];

            if (symbol->section && strcmp(symbol->name, name) == 0)
                return symbol;
        }
    return NULL;
}

static const struct machine_relocation *relocation_in(const struct machine_section *section,
                                                      uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < section->relocation_count; i++)
        if (section->relocations[i].offset >= from && section->relocations[i].offset < to)
            return &section->relocations[i];
    return NULL;
}

/* Splits LLVM's "\tldaxr\tw8, [x0]" into mnemonic and operands. A prefix that LLVM prints on the
 * same line ("\tlock\t\tbts\t...") belongs to the mnemonic. */
static void split(const char *text, struct machine_instruction *instruction)
{
    char mnemonic[24] = "", rest[80] = "";
    size_t used = strlen(instruction->mnemonic);

    sscanf(text, " %23s %79[^\n]", mnemonic, rest);
    snprintf(instruction->mnemonic + used, sizeof instruction->mnemonic - used, "%s%s",
             used ? " " : "", mnemonic);
    if (strcmp(mnemonic, "lock") == 0 && rest[0])
        split(rest, instruction);
    else
        snprintf(instruction->operands, sizeof instruction->operands, "%s", rest);
}

/* LLVM prints a branch's distance as its last operand: ARM64 from the start of the instruction,
 * x86-64 from its end. An indirect branch ends in a register and is none of ours. */
static void find_target(enum machine_architecture architecture,
                        struct machine_instruction *instruction)
{
    const char *m = instruction->mnemonic;
    char *last = strrchr(instruction->operands, ' ');
    char *end;
    long long distance;

    if (architecture == machine_x86_64 ? m[0] != 'j' && strcmp(m, "call") != 0
                                       : strncmp(m, "b.", 2) != 0 && strcmp(m, "b") != 0 &&
                                             strcmp(m, "bl") != 0 && strncmp(m, "cb", 2) != 0 &&
                                             strncmp(m, "tb", 2) != 0)
        return;
    last = last ? last + 1 : instruction->operands;
    distance = strtoll(*last == '#' ? last + 1 : last, &end, 0);
    if (end == last || *end)
        return;
    if (architecture == machine_x86_64)
        distance += instruction->size;
    instruction->branch = true;
    instruction->target = instruction->offset + (uint64_t)distance;
    snprintf(last, sizeof instruction->operands - (size_t)(last - instruction->operands), ".%+lld",
             distance);
}

size_t machine_disassemble(const struct machine_file *file, const struct machine_symbol *symbol,
                           struct machine_instruction *instructions, size_t capacity)
{
    const struct machine_section *section = symbol->section;
    uint64_t end = symbol->offset + symbol->size;
    uint64_t at = symbol->offset;
    size_t count = 0;

    if (!section || !section->bytes || end > section->size)
        return 0;
    for (; at < end && count < capacity; count++) {
        struct machine_instruction *instruction = &instructions[count];
        char text[160];
        size_t size;

        *instruction = (struct machine_instruction){.offset = at};
        do {
            size = LLVMDisasmInstruction(file->disassembler, (uint8_t *)section->bytes + at,
                                         end - at, at, text, sizeof text);
            if (!size) {
                strcpy(instruction->mnemonic, "(unknown)");
                size = file->architecture == machine_aarch64 && end - at >= 4 ? 4 : 1;
            } else {
                split(text, instruction);
            }
            instruction->size += (unsigned int)size;
            at += size;
        } while (strcmp(instruction->mnemonic, "lock") == 0 && at < end);
        instruction->relocation = relocation_in(section, instruction->offset, at);
        find_target(file->architecture, instruction);
    }
    return count;
}
