/* audit_scan.c: what `ordo audit` reads out of a linked program.
 *
 * Every byte of every executable section belongs to a function: to the one whose symbol, or whose
 * entry in the unwinding tables, is the nearest before it. So all code is disassembled, also what
 * has no name, and nothing that is atomic goes unseen. Three things are looked for in it: direct
 * calls and branches to an atomic function; calls through the procedure linkage table or straight
 * through the slot that the dynamic linker fills; and instructions that are atomic operations or
 * barriers. What is inside ordo's own functions is not counted.
 *
 * An atomic load on x86-64, and a store that is not seq_cst, are plain moves, as relaxed ones are
 * on ARM64: those cannot be seen. Nor are calls through pointers.
 */
#include "audit.h"
#include "ordo.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool starts(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* `name` is one of the words of `list`, which are separated by blanks. */
static bool among(const char *name, const char *list)
{
    size_t length = name_length(name);

    while (*list) {
        size_t word = strcspn(list, " ");

        if (word == length && strncmp(list, name, word) == 0)
            return true;
        list += word;
        list += *list == ' ';
    }
    return false;
}

/* The functions that compilers call for atomic operations. */
static bool is_abi_name(const char *name)
{
    static const char *const outline[] = {"cas", "swp", "ldadd", "ldclr", "ldeor", "ldset"};

    if (starts(name, "__atomic_") || starts(name, "__sync_"))
        return true;
    if (!starts(name, "__aarch64_"))
        return false;
    for (size_t i = 0; i < sizeof outline / sizeof *outline; i++)
        if (starts(name + strlen("__aarch64_"), outline[i]))
            return true;
    return false;
}

/* These, when they come from a library, are libatomic's. A program may have its own. */
static bool is_imported_abi_name(const char *name)
{
    return is_abi_name(name) ||
           among(name, "atomic_thread_fence atomic_signal_fence atomic_flag_test_and_set "
                       "atomic_flag_test_and_set_explicit atomic_flag_clear "
                       "atomic_flag_clear_explicit");
}

/* ---- atomic instructions --------------------------------------------------------------------- */

/* An ARM64 mnemonic may end in the letters of an order and of a width. */
static bool is_with_suffix(const char *mnemonic, const char *stem, const char *orders)
{
    size_t length = strlen(stem);

    if (strncmp(mnemonic, stem, length) != 0)
        return false;
    mnemonic += length;
    mnemonic += strspn(mnemonic, orders);
    mnemonic += *mnemonic == 'b' || *mnemonic == 'h';
    return *mnemonic == '\0';
}

static bool is_atomic_aarch64(const char *mnemonic)
{
    static const char *const plain[] = {"ldxr",  "ldaxr", "stxr", "stlxr", "ldxp",  "ldaxp", "stxp",
                                        "stlxp", "ldar",  "stlr", "ldapr", "ldlar", "stllr"};
    static const char *const with_order[] = {"cas",    "casp",   "swp",    "ldadd",  "ldclr",
                                             "ldeor",  "ldset",  "ldsmax", "ldsmin", "ldumax",
                                             "ldumin", "stadd",  "stclr",  "steor",  "stset",
                                             "stsmax", "stsmin", "stumax", "stumin"};

    if (among(mnemonic, "clrex dmb dsb isb") || starts(mnemonic, "ldapur") ||
        starts(mnemonic, "stlur"))
        return true;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (is_with_suffix(mnemonic, plain[i], ""))
            return true;
    for (size_t i = 0; i < sizeof with_order / sizeof *with_order; i++)
        if (is_with_suffix(mnemonic, with_order[i], "al"))
            return true;
    return false;
}

static bool is_atomic(enum machine_architecture architecture,
                      const struct machine_instruction *instruction)
{
    const char *mnemonic = instruction->mnemonic;

    if (architecture == machine_aarch64)
        return is_atomic_aarch64(mnemonic);
    return starts(mnemonic, "lock ") || strcmp(mnemonic, "mfence") == 0 ||
           (strcmp(mnemonic, "xchg") == 0 && strchr(instruction->operands, '['));
}

/* ---- functions ------------------------------------------------------------------------------- */

static bool is_code(const struct machine_section *section)
{
    return section->flags & SHF_EXECINSTR && section->bytes;
}

/* The stubs through which a program calls a shared library. */
static bool is_linkage(const struct machine_section *section)
{
    return starts(section->name, ".plt") || strcmp(section->name, ".iplt") == 0;
}

struct start {
    const struct machine_section *section;
    uint64_t offset;
    const struct machine_symbol *symbol; /* NULL: an entry of the unwinding tables, or an end */
};

/* Marks of the assembler, with which it tells code from data. */
static bool is_mark(const char *name, char kind)
{
    return name[0] == '$' && name[1] == kind && (name[2] == '\0' || name[2] == '.');
}

static int preference(const struct start *start)
{
    if (!start->symbol)
        return 0;
    if (is_abi_name(start->symbol->name))
        return 4;
    if (starts(start->symbol->name, "ordo_"))
        return 3;
    return start->symbol->function ? 2 : 1;
}

static int by_place(const void *left, const void *right)
{
    const struct start *a = left, *b = right;
    int order;

    if (a->section != b->section)
        return a->section > b->section ? 1 : -1;
    if (a->offset != b->offset)
        return a->offset > b->offset ? 1 : -1;
    order = preference(b) - preference(a);
    if (order || !a->symbol)
        return order;
    return strcmp(a->symbol->name, b->symbol->name);
}

struct starts {
    struct start *list;
    size_t count;
};

static void add_start(struct starts *starts, const struct machine_section *section, uint64_t offset,
                      const struct machine_symbol *symbol)
{
    if (!section || !is_code(section) || offset >= section->size)
        return;
    starts->list = grow(starts->list, starts->count, sizeof *starts->list);
    starts->list[starts->count++] = (struct start){section, offset, symbol};
}

static const struct machine_section *section_at(const struct machine_object *object,
                                                uint64_t address)
{
    for (size_t i = 0; i < object->section_count; i++) {
        const struct machine_section *section = &object->sections[i];

        if (is_code(section) && address >= section->address &&
            address - section->address < section->size)
            return section;
    }
    return NULL;
}

static struct starts find_starts(const struct machine_object *object)
{
    struct starts starts = {0};

    for (size_t i = 0; i < object->section_count; i++)
        add_start(&starts, &object->sections[i], 0, NULL);
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct machine_symbol *symbol = &object->symbols[i];

        if (symbol->function) {
            add_start(&starts, symbol->section, symbol->offset, symbol);
            add_start(&starts, symbol->section, symbol->offset + symbol->size, NULL);
        } else if (is_mark(symbol->name, 'd') || is_mark(symbol->name, 'x')) {
            add_start(&starts, symbol->section, symbol->offset, symbol);
        }
    }
    for (size_t i = 0; i < object->extent_count; i++) {
        const struct machine_extent *extent = &object->extents[i];
        const struct machine_section *section = section_at(object, extent->address);

        if (!section)
            continue;
        add_start(&starts, section, extent->address - section->address, NULL);
        add_start(&starts, section, extent->address - section->address + extent->size, NULL);
    }
    if (starts.count)
        qsort(starts.list, starts.count, sizeof *starts.list, by_place);
    return starts;
}

/* Are all atomic functions that the file defines by name ordo's? */
static bool is_ordo_throughout(const struct audit *audit, const struct machine_object *object)
{
    bool any = false;

    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct machine_symbol *symbol = &object->symbols[i];

        if (!symbol->function || !symbol->section || !is_code(symbol->section) ||
            symbol->offset >= symbol->section->size || !is_abi_name(symbol->name))
            continue;
        if (!known_find(audit->ordo, symbol->name, symbol->section->bytes + symbol->offset,
                        symbol->section->size - symbol->offset, 0))
            return false;
        any = true;
    }
    return any;
}

/* Can there be something of ordo's in the file? Its names say so, if they were not stripped. */
static bool may_have_ordo(const struct machine_object *object)
{
    for (size_t i = 0; i < object->symbol_count; i++)
        if (starts(object->symbols[i].name, "ordo_"))
            return true;
    for (size_t i = 0; i < object->section_count; i++)
        if (object->sections[i].type == SHT_SYMTAB)
            return false;
    return true;
}

/* Some functions have so little to do that the compiler's library has the same code for them. Most
 * of ours have another name too, which begins with "ordo"; else the company that the function is in
 * decides. */
static bool is_ours_not_theirs(const struct audit *audit, const struct machine_symbol *symbol,
                               const struct start *first, const struct start *last)
{
    const struct machine_section *section = symbol->section;

    if (!is_abi_name(symbol->name))
        return true;
    for (const struct start *start = first; start < last; start++)
        if (start->symbol && starts(start->symbol->name, "ordo"))
            return true;
    if (!known_find(audit->runtime(audit->file), symbol->name, section->bytes + symbol->offset,
                    section->size - symbol->offset, 0))
        return true;
    return may_have_ordo(audit->file->objects) && is_ordo_throughout(audit, audit->file->objects);
}

/* Is it as short as a function that loads something, and nothing more? Any program has such. */
static bool is_common(const struct audit *audit, const struct function *function)
{
    enum { longest = 16 };
    struct machine_symbol part = {.section = function->section,
                                  .offset = function->from,
                                  .size = function->to - function->from};
    struct machine_instruction code[longest];
    size_t count;

    if (part.size > longest)
        return false;
    count = machine_disassemble(audit->file, &part, code, longest);
    for (size_t i = 0; i < count; i++)
        if (is_atomic(audit->file->architecture, &code[i]))
            return false;
    return true;
}

/* Names a function by the symbols that begin there, and tells if it is ordo's: the names stand at
 * `first` to `last` in the list. */
static void identify(const struct audit *audit, struct function *function,
                     const struct start *first, const struct start *last)
{
    enum { least = 8 }; /* of what has no name: a shorter one could be anybody's */
    const uint8_t *code = function->section->bytes + function->from;
    const struct known_function *known = NULL;

    for (const struct start *start = first; start < last && !known; start++) {
        if (!start->symbol || !start->symbol->function)
            continue;
        if (!function->name)
            function->name = start->symbol->name;
        known = known_find(audit->ordo, start->symbol->name, code,
                           function->section->size - function->from, 0);
        if (known && !is_ours_not_theirs(audit, start->symbol, first, last))
            return;
    }
    if (!function->name && !is_common(audit, function))
        known = known_find(audit->ordo, NULL, code, function->to - function->from, least);
    if (known) {
        function->owner = owner_ordo;
        if (!function->name)
            function->name = known->symbol->name;
    }
}

static void find_functions(struct audit *audit)
{
    struct starts starts = find_starts(audit->file->objects);
    const struct machine_section *inside_section = NULL;
    struct function inside = {0}; /* the function of the last symbol that has a size */
    uint64_t inside_end = 0;

    for (size_t i = 0, next; i < starts.count; i = next) {
        const struct start *start = &starts.list[i];
        struct function function = {.section = start->section, .from = start->offset};
        bool named = false;

        for (next = i; next < starts.count && starts.list[next].section == start->section &&
                       starts.list[next].offset == start->offset;
             next++) {
            const struct machine_symbol *symbol = starts.list[next].symbol;

            named |= symbol && symbol->function;
            function.data |= symbol && is_mark(symbol->name, 'd');
        }
        function.to = next < starts.count && starts.list[next].section == start->section
                          ? starts.list[next].offset
                          : start->section->size;
        if (is_linkage(start->section))
            continue;
        if (!named && inside_section == start->section && start->offset < inside_end) {
            function.name = inside.name;
            function.owner = inside.owner;
        } else if (!function.data) {
            identify(audit, &function, start, &starts.list[next]);
        }
        if (named) {
            inside = function;
            inside_section = start->section;
            inside_end = start->offset + start->symbol->size;
        }
        audit->functions = grow(audit->functions, audit->function_count, sizeof *audit->functions);
        audit->functions[audit->function_count++] = function;
    }
    free(starts.list);
}

static uint64_t address_of(const struct function *function)
{
    return function->section->address + function->from;
}

/* The function that `address` is in, or NULL. Functions of one section are together, and in order
 * of their addresses. */
static struct function *function_around(const struct audit *audit, uint64_t address)
{
    const struct machine_section *section = section_at(audit->file->objects, address);
    size_t low = 0, high = audit->function_count;

    if (!section)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct function *function = &audit->functions[middle];

        if (function->section < section ||
            (function->section == section && address_of(function) <= address))
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || audit->functions[low - 1].section != section)
        return NULL;
    return &audit->functions[low - 1];
}

static struct function *function_at(const struct audit *audit, uint64_t address)
{
    struct function *function = function_around(audit, address);

    return function && address_of(function) == address ? function : NULL;
}

/* "libgcc.a(ldadd_4_4.o)" */
static const char *object_name(const struct known_function *known)
{
    const char *path = known->file->path, *base = strrchr(path, '/');
    char *name;

    base = base ? base + 1 : path;
    if (strcmp(path, known->symbol->object->name) == 0)
        return base;
    if (asprintf(&name, "%s(%s)", base, known->symbol->object->name) < 0)
        give_up("out of memory");
    return name;
}

/* What has debug information is the program's own, for the run-time library has none. */
static enum owner owner_of(const struct audit *audit, struct function *function)
{
    enum { least = 32 }; /* of a function without a name: so many bytes are no coincidence */
    const struct known_function *known;
    const char *file;
    int line;

    if (function->owner != owner_unknown)
        return function->owner;
    function->owner = owner_program;
    if (lines_find(audit->lines, address_of(function), &file, &line))
        return function->owner;
    known = known_find(
        audit->runtime(audit->file), function->name, function->section->bytes + function->from,
        function->name ? function->section->size - function->from : function->to - function->from,
        least);
    if (known) {
        function->owner = owner_runtime;
        function->object = object_name(known);
        if (!function->name)
            function->name = known->symbol->name;
    }
    return function->owner;
}

/* ---- callees --------------------------------------------------------------------------------- */

static size_t add_callee(struct audit *audit, const char *name)
{
    size_t length = name_length(name);
    char *copy;

    for (size_t i = 0; i < audit->callee_count; i++)
        if (strlen(audit->callees[i].name) == length &&
            strncmp(audit->callees[i].name, name, length) == 0)
            return i;
    copy = strndup(name, length);
    if (!copy)
        give_up("out of memory");
    audit->callees = grow(audit->callees, audit->callee_count, sizeof *audit->callees);
    audit->callees[audit->callee_count] = (struct callee){.name = copy};
    return audit->callee_count++;
}

static const size_t no_callee = SIZE_MAX;

/* A function of the program itself: no_callee if it is none that we count. */
static size_t callee_inside(struct audit *audit, struct function *function)
{
    struct callee *callee;
    size_t index;
    int line;

    if (!function->name || !(is_abi_name(function->name) ||
                             (function->owner == owner_ordo && starts(function->name, "ordo_"))))
        return no_callee;
    index = add_callee(audit, function->name);
    callee = &audit->callees[index];
    if (callee->ordo || callee->place)
        return index;
    if (function->owner == owner_ordo) {
        callee->ordo = true;
    } else if (owner_of(audit, function) == owner_runtime) {
        callee->place = function->object;
    } else if (!lines_find(audit->lines, address_of(function), &callee->place, &line)) {
        callee->place = "the program";
    }
    return index;
}

/* What the dynamic linker binds to `name`: a function of the program itself, if it has one, else of
 * the first library that has. */
static size_t callee_outside(struct audit *audit, const char *name)
{
    const struct machine_object *program = audit->file->objects;
    const struct machine_symbol *symbol;
    struct callee *callee;
    const char *path;
    size_t index;

    for (size_t i = 0; i < program->symbol_count; i++)
        if (program->symbols[i].function && program->symbols[i].section &&
            program->symbols[i].global && compare_names(program->symbols[i].name, name) == 0) {
            struct function *function = function_at(audit, program->symbols[i].section->address +
                                                               program->symbols[i].offset);

            return function ? callee_inside(audit, function) : no_callee;
        }
    if (!is_imported_abi_name(name) && !starts(name, "ordo_"))
        return no_callee;
    index = add_callee(audit, name);
    callee = &audit->callees[index];
    if (callee->ordo || callee->place)
        return index;
    symbol = libraries_find(audit->libraries, name, &path);
    if (!symbol)
        callee->place = "no library that was found";
    else if (known_find(audit->ordo, name, symbol->section->bytes + symbol->offset,
                        symbol->section->size - symbol->offset, 0) &&
             (!is_abi_name(name) || is_ordo_throughout(audit, symbol->object)))
        callee->ordo = true;
    else
        callee->place = path;
    return index;
}

static const char *import_at(const struct audit *audit, uint64_t slot)
{
    const struct machine_object *program = audit->file->objects;

    for (size_t i = 0; i < program->import_count; i++)
        if (program->imports[i].slot == slot)
            return program->imports[i].name;
    return NULL;
}

/* ---- instructions ---------------------------------------------------------------------------- */

/* The place in memory through which an x86-64 instruction calls or jumps: "qword ptr [rip + 8]". */
static bool find_slot(const struct machine_section *section,
                      const struct machine_instruction *instruction, uint64_t *slot)
{
    const char *place = strstr(instruction->operands, "[rip ");
    long long distance;
    char sign, closing;

    if ((!strstr(instruction->mnemonic, "call") && !strstr(instruction->mnemonic, "jmp") &&
         !starts(instruction->operands, "jmp")) ||
        !place || sscanf(place, "[rip %c %lld%c", &sign, &distance, &closing) != 3)
        return false;
    *slot = section->address + instruction->offset + instruction->size +
            (uint64_t)(sign == '-' ? -distance : distance);
    return true;
}

/* "adrp x16, #65536" and "ldr x17, [x16, #4000]", of ARM64's linkage stubs. */
static bool find_slot_aarch64(const struct machine_section *section,
                              const struct machine_instruction *page,
                              const struct machine_instruction *load, uint64_t *slot)
{
    long long pages, offset = 0;
    uint64_t address = section->address + page->offset;

    if (strcmp(page->mnemonic, "adrp") != 0 || strcmp(load->mnemonic, "ldr") != 0 ||
        sscanf(page->operands, "x16, #%lld", &pages) != 1 ||
        (sscanf(load->operands, "x17, [x16, #%lld]", &offset) != 1 &&
         strcmp(load->operands, "x17, [x16]") != 0))
        return false;
    *slot = (address & ~(uint64_t)4095) + (uint64_t)pages + (uint64_t)offset;
    return true;
}

/* The name of what the stub at `address` jumps to, or NULL. */
static const char *import_of_stub(const struct audit *audit, uint64_t address)
{
    enum { longest = 6 };
    const struct machine_section *section = section_at(audit->file->objects, address);
    struct machine_instruction code[longest];
    struct machine_symbol stub = {.section = section};
    uint64_t slot;
    size_t count;

    if (!section || !is_linkage(section))
        return NULL;
    stub.offset = address - section->address;
    stub.size = section->size - stub.offset;
    count = machine_disassemble(audit->file, &stub, code, longest);
    for (size_t i = 0; i < count; i++)
        if (audit->file->architecture == machine_x86_64
                ? find_slot(section, &code[i], &slot)
                : i + 1 < count && find_slot_aarch64(section, &code[i], &code[i + 1], &slot))
            return import_at(audit, slot);
    return NULL;
}

static struct site make_site(const struct audit *audit, const struct function *function,
                             const struct machine_instruction *instruction)
{
    struct site site = {.address = function->section->address + instruction->offset,
                        .function = function};

    lines_find(audit->lines, site.address, &site.file, &site.line);
    snprintf(site.text, sizeof site.text, "%s%s%s", instruction->mnemonic,
             instruction->operands[0] ? " " : "", instruction->operands);
    return site;
}

/* What an instruction calls or jumps to, if it is an atomic function. */
static size_t called(struct audit *audit, const struct function *function,
                     const struct machine_instruction *instruction)
{
    const char *import = NULL;
    uint64_t slot;

    if (instruction->branch) {
        uint64_t target = function->section->address + instruction->target;
        struct function *callee;

        if (instruction->target >= function->from && instruction->target < function->to)
            return no_callee;
        callee = function_at(audit, target);
        if (callee)
            return callee_inside(audit, callee);
        import = import_of_stub(audit, target);
    } else if (audit->file->architecture == machine_x86_64 &&
               find_slot(function->section, instruction, &slot)) {
        import = import_at(audit, slot);
    }
    return import ? callee_outside(audit, import) : no_callee;
}

static void look_at(struct audit *audit, struct function *function,
                    const struct machine_instruction *instruction)
{
    size_t callee = called(audit, function, instruction);

    if (callee != no_callee) {
        struct site site = make_site(audit, function, instruction);

        site.callee = callee;
        audit->calls = grow(audit->calls, audit->call_count, sizeof site);
        audit->calls[audit->call_count++] = site;
        if (owner_of(audit, function) == owner_runtime)
            audit->callees[callee].runtime_calls++;
        else
            audit->callees[callee].program_calls++;
    }
    if (is_atomic(audit->file->architecture, instruction)) {
        struct site site = make_site(audit, function, instruction);

        if (owner_of(audit, function) == owner_runtime) {
            audit->runtime_left = grow(audit->runtime_left, audit->runtime_left_count, sizeof site);
            audit->runtime_left[audit->runtime_left_count++] = site;
        } else {
            audit->left = grow(audit->left, audit->left_count, sizeof site);
            audit->left[audit->left_count++] = site;
        }
    }
}

static void scan_function(struct audit *audit, struct function *function)
{
    enum { at_a_time = 512 };
    static struct machine_instruction code[at_a_time];
    uint64_t at = function->from;

    while (at < function->to) {
        struct machine_symbol part = {
            .section = function->section, .offset = at, .size = function->to - at};
        size_t count = machine_disassemble(audit->file, &part, code, at_a_time);

        for (size_t i = 0; i < count; i++)
            look_at(audit, function, &code[i]);
        if (!count)
            break;
        at = code[count - 1].offset + code[count - 1].size;
    }
}

/* Atomic functions that are there, or that the program asks for, though no call was found. */
static void add_uncalled(struct audit *audit)
{
    const struct machine_object *program = audit->file->objects;

    for (size_t i = 0; i < audit->function_count; i++)
        if (audit->functions[i].owner != owner_ordo)
            callee_inside(audit, &audit->functions[i]);
    for (size_t i = 0; i < program->import_count; i++)
        if (is_imported_abi_name(program->imports[i].name))
            callee_outside(audit, program->imports[i].name);
}

/* Of ordo's own sources, and of what the linker left out, nothing is said. */
static void add_inline_units(struct audit *audit)
{
    const struct inline_unit *unit;

    for (size_t i = 0; (unit = lines_inline_unit(audit->lines, i)); i++) {
        const struct function *function = function_around(audit, unit->address);

        if (!function || function->owner == owner_ordo)
            continue;
        audit->inline_units =
            grow(audit->inline_units, audit->inline_unit_count, sizeof *audit->inline_units);
        audit->inline_units[audit->inline_unit_count++] = unit->name;
    }
}

void audit_scan(struct audit *audit)
{
    find_functions(audit);
    for (size_t i = 0; i < audit->function_count; i++)
        if (audit->functions[i].owner != owner_ordo && !audit->functions[i].data)
            scan_function(audit, &audit->functions[i]);
    add_uncalled(audit);
    add_inline_units(audit);
}

bool audit_escapes(const struct audit *audit)
{
    for (size_t i = 0; i < audit->callee_count; i++)
        if (!audit->callees[i].ordo)
            return true;
    return audit->left_count != 0;
}
