/* routine.c: one routine, understood: the operands of its instructions, where it branches to, and
 * what each register holds before each instruction.
 *
 * The last is a small data-flow analysis. A register may hold an argument (the address of the
 * object, of the expected value) or what the caller left in some register; a `mov` of the whole
 * register copies that knowledge, any other write destroys it, and where paths meet only what all
 * of them agree on is kept. So `[x2]` is known to be the object if x2 is a copy of x0, and rbx to
 * be preserved if every exit finds the caller's rbx in it.
 */
#include "check.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void complain_of(const struct routine *routine, size_t index, const char *format, ...)
{
    char message[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    complain(routine->library, "%s: %s (at +%u, \"%s %s\")", routine->symbol->name, message,
             (unsigned int)(routine->code[index].text.offset - routine->symbol->offset),
             routine->code[index].text.mnemonic, routine->code[index].text.operands);
}

/* Operands ------------------------------------------------------------------------------------ */

static bool parse_x86_register(const char *text, struct operand *operand)
{
    static const char *const names[16][4] = {
        {"al", "ax", "eax", "rax"},      {"cl", "cx", "ecx", "rcx"},
        {"dl", "dx", "edx", "rdx"},      {"bl", "bx", "ebx", "rbx"},
        {"spl", "sp", "esp", "rsp"},     {"bpl", "bp", "ebp", "rbp"},
        {"sil", "si", "esi", "rsi"},     {"dil", "di", "edi", "rdi"},
        {"r8b", "r8w", "r8d", "r8"},     {"r9b", "r9w", "r9d", "r9"},
        {"r10b", "r10w", "r10d", "r10"}, {"r11b", "r11w", "r11d", "r11"},
        {"r12b", "r12w", "r12d", "r12"}, {"r13b", "r13w", "r13d", "r13"},
        {"r14b", "r14w", "r14d", "r14"}, {"r15b", "r15w", "r15d", "r15"},
    };

    operand->kind = operand_register;
    for (int reg = 0; reg < 16; reg++)
        for (unsigned int width = 0; width < 4; width++)
            if (strcmp(text, names[reg][width]) == 0) {
                operand->reg = reg;
                operand->size = 1u << width;
                return true;
            }
    if (strcmp(text, "rip") == 0) {
        operand->reg = x86_rip;
        operand->size = 8;
        return true;
    }
    return false;
}

static bool parse_arm_register(const char *text, struct operand *operand)
{
    char *end;

    operand->kind = operand_register;
    operand->size = text[0] == 'w' ? 4 : 8;
    if (strcmp(text, "sp") == 0 || strcmp(text, "wsp") == 0)
        operand->reg = arm_sp;
    else if (strcmp(text, "xzr") == 0 || strcmp(text, "wzr") == 0)
        operand->reg = arm_zero;
    else if ((text[0] == 'x' || text[0] == 'w') && isdigit((unsigned char)text[1]))
        operand->reg = (int)strtol(text + 1, &end, 10);
    else
        return false;
    return true;
}

static bool parse_register(enum machine_architecture architecture, const char *text,
                           struct operand *operand)
{
    return architecture == machine_x86_64 ? parse_x86_register(text, operand)
                                          : parse_arm_register(text, operand);
}

static bool is_vector(enum machine_architecture architecture, const char *text)
{
    if (architecture == machine_x86_64)
        return text[1] == 'm' && text[2] == 'm'; /* xmm, ymm, zmm, and old mm */
    return strchr("bhsdqv", text[0]) && isdigit((unsigned char)text[1]);
}

/* "[x0]", "[x1, #8]", "dword ptr [rsp - 8]": base and offset. Anything richer stays
 * operand_other, which no row of ordering.tbl matches. */
static void parse_memory(enum machine_architecture architecture, const char *text,
                         struct operand *operand)
{
    static const struct { const char *name; unsigned int size; } sizes[] = {
        {"byte", 1}, {"word", 2}, {"dword", 4}, {"qword", 8}, {"xmmword", 16},
    };
    struct operand base = {0};
    char word[12] = "", name[8], sign = '+', closing = ']';
    long long offset = 0;
    const char *inside = strchr(text, '[') + 1;
    int fields;

    if (architecture == machine_x86_64)
        fields = sscanf(inside, "%7[a-z0-9] %c %lld%c", name, &sign, &offset, &closing);
    else
        fields = sscanf(inside, "%7[a-z0-9], #%lld%c", name, &offset, &closing);
    if (fields < 1 || closing != ']' || !strchr("+-]", sign) ||
        !parse_register(architecture, name, &base))
        return;
    operand->kind = operand_memory;
    operand->reg = base.reg;
    operand->number = sign == '-' ? -offset : offset;
    if (inside != text + 1)
        sscanf(text, "%11s", word);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(word, sizes[i].name) == 0)
            operand->size = sizes[i].size;
}

static struct operand parse_operand(enum machine_architecture architecture, const char *text)
{
    struct operand operand = {.kind = operand_other};
    char *end;

    if (strchr(text, '[')) {
        parse_memory(architecture, text, &operand);
    } else if (is_vector(architecture, text)) {
        operand.kind = operand_vector;
    } else if (!parse_register(architecture, text, &operand)) {
        operand.number = strtoll(text + (*text == '#'), &end, 0);
        operand.kind = *end || end == text ? operand_other : operand_number;
    }
    return operand;
}

/* Splits at the commas outside brackets. */
static size_t parse_operands(enum machine_architecture architecture, const char *text,
                             struct operand *operands)
{
    size_t count = 0;

    while (*text && count < max_operands) {
        char one[48];
        size_t length = 0;
        int depth = 0;

        for (; text[length] && (depth || text[length] != ','); length++)
            depth += (text[length] == '[') - (text[length] == ']');
        snprintf(one, sizeof one, "%.*s", (int)length, text);
        operands[count++] = parse_operand(architecture, one);
        text += length;
        text += strspn(text, ", ");
    }
    return count;
}

/* What an instruction does -------------------------------------------------------------------- */

static uint64_t bit(int reg)
{
    return reg == arm_zero ? 0 : UINT64_C(1) << reg; /* x86_rip, same number, is never written */
}

uint64_t registers_written(const struct routine *routine, size_t index)
{
    const struct mnemonic *how = routine->code[index].how;
    uint64_t set = 0;

    if (!how)
        return 0;
    for (size_t i = 0; i < routine->code[index].operand_count; i++)
        if (how->written & 1u << i && routine->code[index].operands[i].kind == operand_register)
            set |= bit(routine->code[index].operands[i].reg);
    return set | how->implied;
}

uint64_t registers_read(const struct routine *routine, size_t index)
{
    const struct mnemonic *how = routine->code[index].how;
    uint64_t set = 0;

    if (!how)
        return 0;
    for (size_t i = 0; i < routine->code[index].operand_count; i++) {
        const struct operand *operand = &routine->code[index].operands[i];

        if (operand->kind == operand_memory || (operand->kind == operand_register &&
                                                (!(how->written & 1u << i) ||
                                                 how->read_written & 1u << i)))
            set |= bit(operand->reg);
    }
    return set | (how->implied_read ? how->implied : 0);
}

const struct operand *memory_operand(const struct routine *routine, size_t index)
{
    for (size_t i = 0; i < routine->code[index].operand_count; i++)
        if (routine->code[index].operands[i].kind == operand_memory)
            return &routine->code[index].operands[i];
    return NULL;
}

static bool is_return(const struct routine *routine, size_t index)
{
    return strcmp(routine->code[index].text.mnemonic, "ret") == 0;
}

bool is_jump(const struct routine *routine, size_t index)
{
    const char *mnemonic = routine->code[index].text.mnemonic;

    return strcmp(mnemonic, "jmp") == 0 || strcmp(mnemonic, "b") == 0;
}

bool is_conditional_branch(const struct routine *routine, size_t index)
{
    return routine->code[index].text.branch && !is_jump(routine, index);
}

bool is_exit(const struct routine *routine, size_t index)
{
    return is_return(routine, index) ||
           (is_jump(routine, index) && routine->code[index].text.relocation);
}

/* What the registers hold --------------------------------------------------------------------- */

static struct moment at_entry(enum machine_architecture architecture,
                              const struct operation *operation)
{
    struct moment moment = {.reached = true};

    for (int reg = 0; reg < register_count; reg++)
        moment.holds[reg] = (unsigned char)(holds_callers + reg);
    if (is_helper(operation)) { /* expected is in registers, and the object comes last */
        bool cas = strcmp(operation->operation, "cas") == 0;

        moment.holds[!cas ? 1 : operation->size == 16 ? 4 : 2] = holds_object;
    } else if (architecture == machine_x86_64) {
        moment.holds[7] = holds_object;   /* rdi */
        moment.holds[6] = holds_expected; /* rsi */
    } else {
        moment.holds[0] = holds_object;
        moment.holds[1] = holds_expected;
    }
    return moment;
}

static struct moment after(const struct routine *routine, size_t index)
{
    const struct operand *operands = routine->code[index].operands;
    struct moment moment = routine->code[index].before;
    uint64_t written = registers_written(routine, index);
    unsigned char source = holds_nothing;

    if (strcmp(routine->code[index].text.mnemonic, "mov") == 0 &&
        operands[0].kind == operand_register && operands[0].size == 8 &&
        operands[1].kind == operand_register && operands[1].size == 8)
        source = moment.holds[operands[1].reg];
    for (int reg = 0; reg < register_count; reg++)
        if (written & UINT64_C(1) << reg)
            moment.holds[reg] = source;
    return moment;
}

/* Returns whether anything changed. */
static bool merge(struct moment *into, const struct moment *from)
{
    bool changed = !into->reached;

    if (!into->reached) {
        *into = *from;
        return true;
    }
    for (int reg = 0; reg < register_count; reg++)
        if (into->holds[reg] != from->holds[reg] && into->holds[reg] != holds_nothing) {
            into->holds[reg] = holds_nothing;
            changed = true;
        }
    return changed;
}

static void follow_registers(struct routine *routine)
{
    bool changed = routine->count != 0;

    routine->code[0].before = at_entry(routine->architecture, routine->operation);
    while (changed) {
        changed = false;
        for (size_t i = 0; i < routine->count; i++) {
            struct moment next;

            if (!routine->code[i].before.reached || is_exit(routine, i))
                continue;
            next = after(routine, i);
            if (routine->code[i].target < routine->count)
                changed |= merge(&routine->code[routine->code[i].target].before, &next);
            if (!is_jump(routine, i) && i + 1 < routine->count)
                changed |= merge(&routine->code[i + 1].before, &next);
        }
    }
}

static void find_target(struct routine *routine, size_t index)
{
    const struct machine_instruction *text = &routine->code[index].text;

    routine->code[index].target = routine->count;
    if (!text->branch || text->relocation)
        return;
    for (size_t i = 0; i < routine->count; i++)
        if (routine->code[i].text.offset == text->target)
            routine->code[index].target = i;
    if (routine->code[index].target == routine->count)
        complain_of(routine, index, "branches to what is no instruction of the routine");
}

void read_routine(struct routine *routine, const char *library, const char *section,
                  const struct machine_file *file, const struct machine_symbol *symbol,
                  const struct operation *operation, const struct mnemonics *mnemonics)
{
    struct machine_instruction text[max_instructions];

    *routine = (struct routine){
        .library = library,
        .section = section,
        .architecture = file->architecture,
        .symbol = symbol,
        .operation = operation,
        .mnemonics = mnemonics,
        .count = machine_disassemble(file, symbol, text, max_instructions),
    };
    if (routine->count == 0 || routine->count == max_instructions)
        complain(library, "%s: has %zu instructions", symbol->name, routine->count);
    for (size_t i = 0; i < routine->count; i++) {
        routine->code[i].text = text[i];
        routine->code[i].how = find_mnemonic(mnemonics, section, text[i].mnemonic);
        routine->code[i].operand_count =
            parse_operands(routine->architecture, text[i].operands, routine->code[i].operands);
        if (!routine->code[i].how)
            complain_of(routine, i, "mnemonics.tbl does not allow this in [%s]", section);
        /* umonitor watches the memory at its register: an access like any other. */
        if (strcmp(text[i].mnemonic, "umonitor") == 0)
            routine->code[i].operands[0] = (struct operand){
                .kind = operand_memory, .reg = routine->code[i].operands[0].reg};
    }
    for (size_t i = 0; i < routine->count; i++)
        find_target(routine, i);
    follow_registers(routine);
    for (size_t i = 0; i < routine->count; i++)
        if (!routine->code[i].before.reached)
            complain_of(routine, i, "no path leads here");
}
