/* instructions.c: compares each routine, instruction by instruction, with its row of ordering.tbl.
 *
 * Each instruction that is more than register arithmetic is written down the way the table writes
 * it, `stlxr [object]`, and must equal the row's, in order; then its width must be that of the
 * type, and its branches must land between the right two instructions of the row. In the fat
 * library a public name is compared with the row of [dispatch], its two targets with [aarch64] and
 * [armv8.1]; a routine that serves both must have the same row in both.
 */
#include "check.h"

#include <elf.h>
#include <string.h>

/* What a row shows of one instruction. */
struct shown {
    char mnemonic[24];
    char operands[48];
};

/* "lse2" of "ordo_cpu_has_lse2"; NULL if the relocation is of something else. */
static const char *feature_of(const struct machine_relocation *relocation)
{
    static const char *const prefixes[] = {"ordo_cpu_has_", "__aarch64_have_"};

    for (size_t i = 0; relocation && i < sizeof prefixes / sizeof *prefixes; i++)
        if (strncmp(relocation->symbol, prefixes[i], strlen(prefixes[i])) == 0)
            return relocation->symbol + strlen(prefixes[i]);
    return NULL;
}

/* adrp x16, byte; ldrb w16, [x16, :lo12:byte]; cbz or cbnz w16. Said of the ldrb. */
static bool is_arm_feature_test(const struct routine *routine, size_t i)
{
    const struct machine_relocation *low = routine->code[i].text.relocation, *page;
    const struct operand *operands = routine->code[i].operands;

    if (i == 0 || i + 1 == routine->count ||
        strcmp(routine->code[i].text.mnemonic, "ldrb") != 0 ||
        low->type != R_AARCH64_LDST8_ABS_LO12_NC || low->addend != 0)
        return false;
    page = routine->code[i - 1].text.relocation;
    return strcmp(routine->code[i - 1].text.mnemonic, "adrp") == 0 && page &&
           page->type == R_AARCH64_ADR_PREL_PG_HI21 && page->addend == 0 &&
           strcmp(page->symbol, low->symbol) == 0 &&
           routine->code[i - 1].operands[0].reg == operands[1].reg &&
           strncmp(routine->code[i + 1].text.mnemonic, "cb", 2) == 0 &&
           routine->code[i + 1].operands[0].reg == operands[0].reg;
}

/* cmp byte ptr [rip + byte], 0; je or jne. Said of the cmp. */
static bool is_x86_feature_test(const struct routine *routine, size_t i)
{
    const struct machine_relocation *relocation = routine->code[i].text.relocation;
    const struct operand *operands = routine->code[i].operands;

    return i + 1 < routine->count && strcmp(routine->code[i].text.mnemonic, "cmp") == 0 &&
           operands[0].kind == operand_memory && operands[0].reg == x86_rip &&
           operands[0].size == 1 && operands[1].kind == operand_number &&
           operands[1].number == 0 && relocation->type == R_X86_64_PC32 &&
           relocation->addend == -5 && is_conditional_branch(routine, i + 1);
}

/* The name of the memory operand: by what its base register holds at that moment. */
static void show_memory(const struct routine *routine, size_t i, const struct operand *operand,
                        char *text, size_t size)
{
    unsigned char held = routine->code[i].before.holds[operand->reg];
    const char *base = held == holds_object                     ? "object"
                       : held == holds_expected                 ? "expected"
                       : routine->architecture == machine_x86_64 &&
                               held == holds_callers + x86_rsp  ? "stack"
                                                                : "unknown";

    if (operand->number)
        snprintf(text, size, "[%s%+lld]", base, operand->number);
    else
        snprintf(text, size, "[%s]", base);
}

static void show_x86_operands(const struct routine *routine, size_t i, struct shown *shown)
{
    for (size_t n = 0; n < routine->code[i].operand_count; n++) {
        const struct operand *operand = &routine->code[i].operands[n];
        char one[32];
        size_t used = strlen(shown->operands);

        switch (operand->kind) {
        case operand_register: strcpy(one, "r"); break;
        case operand_vector: strcpy(one, "x"); break;
        case operand_memory: show_memory(routine, i, operand, one, sizeof one); break;
        case operand_number: snprintf(one, sizeof one, "%lld", operand->number); break;
        default: strcpy(one, "?"); break;
        }
        snprintf(shown->operands + used, sizeof shown->operands - used, "%s%s", n ? "," : "", one);
    }
}

static void show_arm_operands(const struct routine *routine, size_t i, struct shown *shown)
{
    const struct operand *memory = memory_operand(routine, i);

    if (memory)
        show_memory(routine, i, memory, shown->operands, sizeof shown->operands);
    else if (routine->code[i].how->class == class_barrier)
        snprintf(shown->operands, sizeof shown->operands, "%.47s", routine->code[i].text.operands);
    else if (routine->code[i].how->class == class_access)
        strcpy(shown->operands, "[?]");
}

/* Leaves the suffix of the symbol branched to: "_lse" of ordo_..._lse. */
static void show_tail(const struct routine *routine, size_t i, struct shown *shown)
{
    const struct machine_relocation *relocation = routine->code[i].text.relocation;
    size_t length = strlen(routine->symbol->name);

    strcpy(shown->mnemonic, "tail");
    if (strncmp(relocation->symbol, routine->symbol->name, length) == 0 &&
        relocation->addend == 0 && relocation->type == R_AARCH64_JUMP26)
        snprintf(shown->operands, sizeof shown->operands, "%.47s", relocation->symbol + length);
    else
        snprintf(shown->operands, sizeof shown->operands, "to %.40s", relocation->symbol);
}

static struct shown show(const struct routine *routine, size_t i)
{
    const struct machine_instruction *text = &routine->code[i].text;
    struct shown shown = {0};

    if (feature_of(text->relocation)) {
        bool test = routine->architecture == machine_x86_64 ? is_x86_feature_test(routine, i)
                                                            : is_arm_feature_test(routine, i);

        strcpy(shown.mnemonic, test ? "feature" : "feature?");
        snprintf(shown.operands, sizeof shown.operands, "%.47s",
                 feature_of(text->relocation));
    } else if (is_exit(routine, i) && text->relocation) {
        show_tail(routine, i, &shown);
    } else {
        strcpy(shown.mnemonic, text->mnemonic);
        if (routine->code[i].text.branch)
            ; /* its target is compared, not shown */
        else if (routine->architecture == machine_x86_64)
            show_x86_operands(routine, i, &shown);
        else
            show_arm_operands(routine, i, &shown);
    }
    return shown;
}

/* Whether rows leave this instruction out. The adrp of a feature test is part of it. */
static bool is_left_out(const struct routine *routine, size_t i)
{
    const struct mnemonic *how = routine->code[i].how;

    return how && how->class == class_arithmetic && !memory_operand(routine, i) &&
           (!routine->code[i].text.relocation || strcmp(how->name, "adrp") == 0);
}

/* The b or h of a narrow ARM64 access. */
static const char *suffix(const struct routine *routine, const struct operation *operation,
                          const struct step *step)
{
    const struct mnemonic *how = find_mnemonic(routine->mnemonics, routine->section,
                                               step->mnemonic);

    if (routine->architecture == machine_x86_64 || !how || how->class != class_access)
        return "";
    return operation->size == 1 ? "b" : operation->size == 2 ? "h" : "";
}

static void check_arm_width(const struct routine *routine, const struct operation *operation,
                            size_t i)
{
    const char *mnemonic = routine->code[i].text.mnemonic;
    bool status = strncmp(mnemonic, "stx", 3) == 0 || strncmp(mnemonic, "stlx", 4) == 0;
    unsigned int wanted = operation->size >= 8 ? 8 : 4;

    for (size_t n = status ? 1 : 0; n < routine->code[i].operand_count; n++) {
        const struct operand *operand = &routine->code[i].operands[n];

        if (operand->kind == operand_register && operand->size != wanted)
            complain_of(routine, i, "has a register of %u bits for a type of %u",
                        operand->size * 8, operation->size * 8);
    }
}

/* 16 bytes are moved as two integers, but are one operand of cmpxchg16b and of vmovdqa. */
static void check_x86_width(const struct routine *routine, const struct operation *operation,
                            size_t i)
{
    const struct operand *memory = memory_operand(routine, i);
    const char *mnemonic = routine->code[i].text.mnemonic;
    bool extends = strcmp(mnemonic, "movzx") == 0 || strcmp(mnemonic, "movsx") == 0;
    unsigned int wanted = operation->size;

    if (wanted == 16 && strcmp(mnemonic, "mov") == 0)
        wanted = 8;
    if (memory->reg == x86_rsp || memory->size == 0)
        return; /* the fence's own word; umonitor, which has no width */
    if (memory->size != wanted)
        complain_of(routine, i, "has a memory operand of %u bits for a type of %u",
                    memory->size * 8, operation->size * 8);
    for (size_t n = 0; n < routine->code[i].operand_count; n++) {
        const struct operand *operand = &routine->code[i].operands[n];

        if (operand->kind == operand_register && operand->size != (extends ? 4 : wanted))
            complain_of(routine, i, "has a register of %u bits for a type of %u",
                        operand->size * 8, operation->size * 8);
    }
}

/* A label of the row stands between two of its instructions; the branch must land after the first
 * and not after the second. `places` has the index of each of the row's instructions. */
static void check_target(const struct routine *routine, const struct row *row, const int *places,
                         size_t step)
{
    size_t branch = (size_t)places[step];
    size_t target = routine->code[branch].target;

    for (size_t label = 0; label < row->count; label++)
        if (row->steps[label].label == row->steps[step].target) {
            bool after = label == 0 || target > (size_t)places[label - 1];

            if (!after || target > (size_t)places[label])
                complain_of(routine, branch, "does not land at %c: of ordering.tbl:%d",
                            row->steps[step].target, row->line);
            return;
        }
    complain_of(routine, branch, "ordering.tbl:%d has no label %c:", row->line,
                row->steps[step].target);
}

static void compare(const struct routine *routine, const struct operation *operation,
                    const struct row *row)
{
    int places[max_steps];
    size_t step = 0;

    for (size_t i = 0; i < routine->count; i++) {
        const struct step *wanted = &row->steps[step];
        struct shown shown;
        char mnemonic[28];

        if (i == 0 || is_left_out(routine, i)) /* the first is the landing pad: check_lints */
            continue;
        if (!routine->code[i].how)
            return; /* complained of */
        shown = show(routine, i);
        if (step == row->count) {
            complain_of(routine, i, "is more than the row ordering.tbl:%d has", row->line);
            return;
        }
        snprintf(mnemonic, sizeof mnemonic, "%s%s", wanted->mnemonic,
                 suffix(routine, operation, wanted));
        if (strcmp(mnemonic, shown.mnemonic) != 0 ||
            strcmp(wanted->operands, shown.operands) != 0) {
            complain_of(routine, i, "expected \"%s %s\" (ordering.tbl:%d), found \"%s %s\"",
                        mnemonic, wanted->operands, row->line, shown.mnemonic, shown.operands);
            return;
        }
        if (memory_operand(routine, i) && strcmp(shown.mnemonic, "feature") != 0) {
            if (routine->architecture == machine_x86_64)
                check_x86_width(routine, operation, i);
            else
                check_arm_width(routine, operation, i);
        }
        places[step++] = (int)i;
    }
    if (step < row->count) {
        complain(routine->library, "%s: expected \"%s %s\" (ordering.tbl:%d), found the end",
                 routine->symbol->name, row->steps[step].mnemonic, row->steps[step].operands,
                 row->line);
        return;
    }
    for (step = 0; step < row->count; step++)
        if (row->steps[step].target)
            check_target(routine, row, places, step);
}

/* Aliases share one body. It is linted once, under the first of its names in the symbol table. */
static bool is_first_name(const struct machine_symbol *symbol)
{
    for (size_t i = 0; i < symbol->object->symbol_count; i++) {
        const struct machine_symbol *other = &symbol->object->symbols[i];

        if (other->function && other->global && other->section == symbol->section &&
            other->offset == symbol->offset)
            return other == symbol;
    }
    return false;
}

/* Compares the symbol `name` with the row of `operation` in `section`. */
static const struct row *check_routine(const struct library *library, struct table *table,
                                       const struct mnemonics *mnemonics, const char *section,
                                       const struct operation *operation, const char *name,
                                       size_t *instructions)
{
    const struct machine_symbol *symbol = machine_find(library->file, name);
    struct row *row = find_row(table, section, operation);
    struct routine routine;

    if (!symbol || !row)
        return NULL; /* check_symbols or find_row has complained */
    read_routine(&routine, library->name, section, library->file, symbol, operation,
                 mnemonics);
    compare(&routine, operation, row);
    if (is_first_name(symbol)) {
        check_lints(&routine);
        if (library->unwinding)
            check_unwinding(library->unwinding, &routine);
    }
    *instructions += row->count;
    return row;
}

static void check_fat(const struct library *library, struct table *table,
                      const struct mnemonics *mnemonics, const struct operation *operation,
                      size_t *instructions)
{
    const struct row *llsc, *lse;
    char name[80];

    snprintf(name, sizeof name, "%s_llsc", operation->symbol);
    if (!machine_find(library->file, name)) {
        llsc = check_routine(library, table, mnemonics, "aarch64", operation, operation->symbol,
                             instructions);
        lse = find_row(table, "armv8.1", operation);
        if (llsc && lse && !rows_equal(llsc, lse))
            complain(library->name, "%s: is not dispatched, but its rows differ: ordering.tbl:%d "
                     "and %d", operation->symbol, llsc->line, lse->line);
        return;
    }
    check_routine(library, table, mnemonics, "aarch64", operation, name, instructions);
    snprintf(name, sizeof name, "%s_lse", operation->symbol);
    check_routine(library, table, mnemonics, "armv8.1", operation, name, instructions);
    check_routine(library, table, mnemonics, "dispatch", operation, operation->symbol,
                  instructions);
}

void check_instructions(const struct library *library, struct table *table,
                        const struct mnemonics *mnemonics)
{
    /* A helper has both forms in one body, and rows of its own for that. */
    bool fat = strcmp(library->target, "aarch64-fat") == 0 &&
               !is_helper(library->operations.list);
    size_t instructions = 0, rows = 0;

    for (size_t i = 0; i < library->operations.count; i++) {
        const struct operation *operation = &library->operations.list[i];

        if (fat)
            check_fat(library, table, mnemonics, operation, &instructions);
        else
            check_routine(library, table, mnemonics, library->target, operation,
                          operation->symbol, &instructions);
    }
    if (fat) { /* that all of [aarch64] and [armv8.1] is used, their own libraries show */
        complain_of_unused_rows(table, "dispatch");
        complain_of_unused_mnemonics(mnemonics, "dispatch");
    } else {
        complain_of_unused_rows(table, library->target);
        complain_of_unused_mnemonics(mnemonics, library->target);
    }
    for (size_t i = 0; i < table->count; i++)
        rows += table->rows[i].used;
    printf("%s: %zu symbols, %zu rows of ordering.tbl, %zu instructions compared\n", library->name,
           library->operations.count, rows, instructions);
}
