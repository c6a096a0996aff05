/* figure.c: prints the book's Figure 7-1, which instructions each operation and ordering becomes,
 * read from machine code: ordo's routine on three instruction sets and, where it differs, what GCC
 * and Clang make of the builtin. demo.sh runs it.
 *
 *   figure ORDO GCC CLANG  ORDO GCC CLANG  ORDO GCC CLANG      for x86-64, ARM64, ARMv8.1
 *
 * ORDO is a libordo.a; GCC and CLANG are objects made from builtins.c. A compiler with a file that
 * does not exist is left out. A cell lists what matters to other threads: accesses to the object,
 * barriers, calls, and the branches that decide which comes next; not what touches only
 * registers, the stack, *expected of a compare_exchange, or a CPU-feature byte.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine_code.h"

enum { max_instructions = 128, architectures = 3, compilers = 2 };

static const int width[architectures] = {29, 37, 30}; /* of a column, with a blank behind it */

static const char *const compiler[compilers] = {"gcc", "clang"};

#define RMW_ORDERINGS {"relaxed", "acquire", "release", "acq_rel", "seq_cst", "full"}

static const struct {
    const char *name, *title;
    const char *orderings[7];
} operation[] = {
    {"load_u32_", "load", {"relaxed", "acquire", "seq_cst"}},
    {"store_u32_", "store", {"relaxed", "release", "seq_cst"}},
    {"exchange_u32_", "exchange", RMW_ORDERINGS},
    {"fetch_add_u32_", "fetch_add", RMW_ORDERINGS},
    {"fetch_or_u32_", "fetch_or", RMW_ORDERINGS},
    {"compare_exchange_u32_", "compare_exchange", RMW_ORDERINGS},
    {"compare_exchange_weak_u32_", "compare_exchange_weak", RMW_ORDERINGS},
    {"fence_", "fence", {"acquire", "release", "acq_rel", "seq_cst", "full"}},
    {"load_u128_", "load, 128 bits", {"relaxed", "acquire", "seq_cst"}},
    {"store_u128_", "store, 128 bits", {"relaxed", "release", "seq_cst"}},
    {"fetch_add_u128_", "fetch_add, 128 bits", {"relaxed", "seq_cst"}},
    {"compare_exchange_u128_", "compare_exchange, 128 bits", {"relaxed", "seq_cst"}},
};

/* `text` is what a cell shows. `meaning` decides whether two cells are the same: what acts, and
 * from where it is repeated, but not the kind of branch, nor the forward branches. */
struct cell {
    char text[512], meaning[512];
};

struct code {
    struct machine_instruction at[max_instructions];
    size_t count;
    bool acts[max_instructions];     /* an access, a barrier or a call */
    bool jumps[max_instructions];    /* a branch or return that decides what acts next */
    size_t target[max_instructions]; /* of a jump: the next index that acts or jumps, or count */
    unsigned label[max_instructions];
};

/* ---- which instructions matter --------------------------------------------------------------- */

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool starts_with_any(const char *text, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (starts_with(text, *prefixes))
            return true;
    return false;
}

static bool is_return(const struct machine_instruction *i)
{
    return starts_with(i->mnemonic, "ret");
}

/* In an object the linker decides where a call goes, tail calls included. */
static bool is_call(const struct machine_instruction *i)
{
    return i->branch && i->relocation;
}

/* Memory that other threads see: not the stack, not *expected (the second argument), and not what
 * the linker places: a feature byte. */
static bool is_access(const struct machine_instruction *i)
{
    static const char *const private[] = {"[rsp", "[sp", "[rsi]", "[rsi ", "[x1]", "[x1,", NULL};
    static const char *const idle[] = {"nop", "cs nop", "lea", "prfm", NULL};
    const char *address = strchr(i->operands, '[');
    if (starts_with(i->mnemonic, "lock"))
        return true; /* of the stack too: a fence is made of it */
    return address && !i->relocation && !starts_with_any(address, private) &&
           !starts_with_any(i->mnemonic, idle);
}

static bool acts(const struct machine_instruction *i)
{
    static const char *const barriers[] = {"dmb", "dsb", "mfence", "lfence", "sfence", NULL};
    return is_access(i) || is_call(i) || starts_with_any(i->mnemonic, barriers);
}

static size_t index_of(const struct code *code, uint64_t offset)
{
    size_t i = 0;
    while (i < code->count && code->at[i].offset < offset)
        i++;
    return i;
}

/* What one meets first on the way from `i` down: something that acts or jumps, or the way out. */
static size_t next_event(const struct code *code, size_t i)
{
    for (; i < code->count && !is_return(&code->at[i]); i++)
        if (code->acts[i] || code->jumps[i])
            return i;
    return code->count;
}

/* A branch or return counts as a jump if it leads to another event than the instruction below it
 * does. That makes it an event itself, which may make jumps of others. */
static void find_jumps(struct code *code)
{
    bool found;
    do {
        found = false;
        for (size_t i = 0; i < code->count; i++) {
            const struct machine_instruction *instruction = &code->at[i];
            size_t target = code->count;
            if (instruction->branch && !is_call(instruction))
                target = next_event(code, index_of(code, instruction->target));
            else if (!is_return(instruction))
                continue;
            code->target[i] = target;
            if (!code->jumps[i] && target != next_event(code, i + 1))
                found = code->jumps[i] = true;
        }
    } while (found);
}

/* Numbers the targets of jumps from the top. */
static void set_labels(struct code *code)
{
    unsigned labels = 0;
    for (size_t i = 0; i < code->count; i++)
        if (code->jumps[i] && code->target[i] < code->count)
            code->label[code->target[i]] = 1;
    for (size_t i = 0; i < code->count; i++)
        if (code->label[i])
            code->label[i] = ++labels;
}

/* ---- from instructions to a cell ------------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static void append(char text[static 512], const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, 512 - used, format, arguments);
    va_end(arguments);
}

static void append_action(const struct machine_instruction *i, char text[static 512])
{
    if (is_call(i))
        append(text, "call %s", i->relocation->symbol);
    else if (starts_with(i->mnemonic, "d"))
        append(text, "%s %s", i->mnemonic, i->operands); /* dmb ish, dmb ishld */
    else
        append(text, "%s", i->mnemonic);
}

static void append_jump(const struct code *code, size_t i, char text[static 512])
{
    size_t target = code->target[i];
    if (is_return(&code->at[i]))
        append(text, "ret");
    else if (target == code->count)
        append(text, "%s out", code->at[i].mnemonic);
    else
        append(text, "%s %u%c", code->at[i].mnemonic, code->label[target], target > i ? 'f' : 'b');
}

static unsigned actions_before(const struct code *code, size_t end)
{
    unsigned count = 0;
    for (size_t i = 0; i < end; i++)
        count += code->acts[i];
    return count;
}

static struct cell read_cell(const struct machine_file *file, const struct machine_symbol *symbol)
{
    struct code code = {0};
    struct cell cell = {0};

    code.count = machine_disassemble(file, symbol, code.at, max_instructions);
    for (size_t i = 0; i < code.count; i++)
        code.acts[i] = acts(&code.at[i]);
    find_jumps(&code);
    set_labels(&code);

    for (size_t i = 0; i < code.count; i++) {
        if (!code.acts[i] && !code.jumps[i])
            continue;
        append(cell.text, cell.text[0] ? "; " : "");
        if (code.label[i])
            append(cell.text, "%u: ", code.label[i]);
        if (code.acts[i]) {
            append_action(&code.at[i], cell.text);
            append_action(&code.at[i], cell.meaning);
            append(cell.meaning, ";");
        } else {
            append_jump(&code, i, cell.text);
            if (code.target[i] <= i)
                append(cell.meaning, "again from %u;", actions_before(&code, code.target[i]));
        }
    }
    if (!cell.text[0])
        append(cell.text, "no instruction");
    return cell;
}

/* ---- the table ------------------------------------------------------------------------------- */

/* How much of `text` fits into `limit` columns, with a blank behind it: cut after a ';', else after
 * any word. A word that is too long stands out. */
static int part_length(const char *text, int limit)
{
    int length = (int)strlen(text), after_word = 0, after_action = 0;
    if (length < limit)
        return length;
    for (int i = 1; i < limit; i++) {
        if (text[i] != ' ')
            continue;
        after_word = i;
        if (text[i - 1] == ';')
            after_action = i;
    }
    return after_action ? after_action : after_word ? after_word : length;
}

static void print_line(const char *ordering, const char *by,
                       const struct cell cells[architectures])
{
    const char *rest[architectures];
    bool more;
    for (int a = 0; a < architectures; a++)
        rest[a] = cells[a].text;
    do {
        char line[2048]; /* holds three whole cells */
        int used = snprintf(line, sizeof line, "  %-9s%-14s", ordering, by);
        more = false;
        for (int a = 0; a < architectures; a++) {
            int length = part_length(rest[a], width[a]);
            used += snprintf(line + used, sizeof line - (size_t)used, "%-*.*s", width[a], length,
                             rest[a]);
            rest[a] += length;
            rest[a] += strspn(rest[a], " ");
            more = more || rest[a][0];
        }
        while (used > 0 && line[used - 1] == ' ')
            used--;
        printf("%.*s\n", used, line);
        ordering = by = "";
    } while (more);
}

static struct machine_file *open_or_fail(const char *path)
{
    char message[256];
    struct machine_file *file = machine_open(path, message, sizeof message);
    if (!file) {
        fprintf(stderr, "figure: %s\n", message);
        exit(2);
    }
    return file;
}

struct files {
    struct machine_file *ordo, *compiled[compilers];
};

static bool installed[compilers] = {true, true};
static unsigned compared[compilers], same[compilers];

static struct cell ordo_cell(const struct machine_file *file, const char *name)
{
    const struct machine_symbol *symbol = machine_find(file, name);
    if (!symbol) {
        fprintf(stderr, "figure: %s has no %s\n", file->path, name);
        exit(2);
    }
    return read_cell(file, symbol);
}

/* The cell of compiler `c` beside `ordo`'s. */
static struct cell compiled_cell(const struct machine_file *file, const char *name, int c,
                                 const struct cell *ordo)
{
    const struct machine_symbol *symbol = machine_find(file, name);
    struct cell cell = {0};
    if (!symbol) {
        append(cell.text, "no such builtin");
        return cell;
    }
    struct cell compiled = read_cell(file, symbol);
    bool equal = strcmp(compiled.meaning, ordo->meaning) == 0;
    compared[c]++;
    same[c] += equal;
    if (equal)
        append(cell.text, "same");
    else
        append(cell.text, "differs: %s", compiled.text);
    return cell;
}

static bool same_texts(const struct cell left[architectures],
                       const struct cell right[architectures])
{
    for (int a = 0; a < architectures; a++)
        if (strcmp(left[a].text, right[a].text) != 0)
            return false;
    return true;
}

/* One line if all agree; else one for ordo and one per compiler, or for both if those agree. */
static void print_row(const struct files files[architectures], const char *name,
                      const char *ordering)
{
    static const struct cell all_same[architectures] = {{"same", ""}, {"same", ""}, {"same", ""}};
    struct cell ordo[architectures], compiled[compilers][architectures];
    bool agree = installed[0] || installed[1];
    char symbol[64];

    snprintf(symbol, sizeof symbol, "ordo_%s%s", name, ordering);
    for (int a = 0; a < architectures; a++)
        ordo[a] = ordo_cell(files[a].ordo, symbol);
    for (int c = 0; c < compilers; c++) {
        if (!installed[c])
            continue;
        for (int a = 0; a < architectures; a++)
            compiled[c][a] = compiled_cell(files[a].compiled[c], symbol, c, &ordo[a]);
        agree = agree && same_texts(compiled[c], all_same);
    }

    print_line(ordering, agree ? "all the same" : "ordo", ordo);
    if (agree)
        return;
    if (installed[0] && installed[1] && same_texts(compiled[0], compiled[1])) {
        print_line("", "gcc, clang", compiled[0]);
        return;
    }
    for (int c = 0; c < compilers; c++)
        if (installed[c])
            print_line("", compiler[c], compiled[c]);
}

int main(int argc, char **argv)
{
    enum { per_architecture = 1 + compilers };
    struct files files[architectures] = {0};
    if (argc != 1 + architectures * per_architecture) {
        fputs("usage: figure ORDO GCC CLANG  ORDO GCC CLANG  ORDO GCC CLANG\n"
              "       a library and two objects for each of x86-64, ARM64, ARMv8.1\n", stderr);
        return 2;
    }
    for (int i = 0; i < architectures * per_architecture; i++)
        if (i % per_architecture > 0 && access(argv[1 + i], F_OK) != 0)
            installed[i % per_architecture - 1] = false;
    for (int a = 0; a < architectures; a++) {
        char **path = argv + 1 + a * per_architecture;
        files[a].ordo = open_or_fail(path[0]);
        for (int c = 0; c < compilers; c++)
            files[a].compiled[c] = installed[c] ? open_or_fail(path[1 + c]) : NULL;
    }

    static const struct cell titles[architectures] = {
        {"x86-64", ""}, {"ARM64 (LL/SC)", ""}, {"ARMv8.1 (LSE)", ""}};
    puts("Figure 7-1: the instructions of each operation and ordering, 32 bits unless stated\n");
    print_line("", "", titles);
    for (size_t o = 0; o < sizeof operation / sizeof *operation; o++) {
        puts(operation[o].title);
        for (const char *const *ordering = operation[o].orderings; *ordering; ordering++)
            print_row(files, operation[o].name, *ordering);
    }

    puts("\n"
         "1b: back to 1; 2f: forward to 2; out: leaves the routine. Not listed: instructions that\n"
         "touch only registers, the stack, *expected or a CPU-feature byte. same: the accesses,\n"
         "barriers and loops of ordo; other branches may differ. The compilers' `full` is their\n"
         "__sync_ builtin.");
    for (int c = 0; c < compilers; c++) {
        if (installed[c])
            printf("%s: %u of %u the same as ordo\n", compiler[c], same[c], compared[c]);
        else
            printf("%s: left out, not installed for all three\n", compiler[c]);
    }

    for (int a = 0; a < architectures; a++) {
        machine_close(files[a].ordo);
        for (int c = 0; c < compilers; c++)
            if (files[a].compiled[c])
                machine_close(files[a].compiled[c]);
    }
    return 0;
}
