/* program.c: litmus programs from text and to text. See program.h for the notation. */
#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char location_names[] = "xyzw";

static const struct {
    enum ordo_order order;
    const char *name;
} order_names[] = {
    {ordo_relaxed, "rlx"}, {ordo_acquire, "acq"}, {ordo_release, "rel"},
    {ordo_acq_rel, "ar"},  {ordo_seq_cst, "sc"},  {ordo_full, "full"},
};
enum { order_count = sizeof order_names / sizeof *order_names };

void fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("enumerate: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(2);
}

bool kind_compares(enum kind kind)
{
    return kind == kind_compare || kind == kind_compare_weak;
}

bool kind_reads(enum kind kind)
{
    return kind != kind_store && kind != kind_fence;
}

void append(struct program *program, int thread, struct instruction instruction)
{
    struct thread *to = &program->threads[thread];

    if (to->count == max_instructions_per_thread)
        fail("a thread has more than %d instructions", max_instructions_per_thread);
    instruction.result = -1;
    if (kind_reads(instruction.kind)) {
        if (program->register_count == max_registers)
            fail("more than %d reads", max_registers);
        instruction.result = program->register_count++;
        program->names[instruction.result] = (char)('a' + instruction.result);
    }
    if (instruction.kind != kind_fence && instruction.location >= program->location_count)
        program->location_count = instruction.location + 1;
    to->code[to->count++] = instruction;
    if (thread >= program->thread_count)
        program->thread_count = thread + 1;
}

/* ---- From text ------------------------------------------------------------------------------- */

static bool skip(const char **at, const char *word)
{
    size_t length = strlen(word);

    *at += strspn(*at, " ");
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static int parse_value(const char **at)
{
    char *end;
    long value = strtol(*at, &end, 10);

    if (end == *at || value < 0 || value > max_value)
        fail("a value from 0 to %d expected at \"%s\"", max_value, *at);
    *at = end;
    return (int)value;
}

static int parse_location(const char **at)
{
    const char *name = **at ? strchr(location_names, **at) : NULL;

    if (!name)
        fail("a location, one of %s, expected at \"%s\"", location_names, *at);
    ++*at;
    return (int)(name - location_names);
}

/* ".acq", or nothing, which is relaxed. */
static enum ordo_order parse_order(const char **at, const char *mark)
{
    if (!skip(at, mark))
        return ordo_relaxed;
    for (int i = 0; i < order_count; i++)
        if (skip(at, order_names[i].name))
            return order_names[i].order;
    fail("an ordering expected at \"%s\"", *at);
}

static struct instruction parse_read(const char **at)
{
    struct instruction code = {.kind = kind_load, .location = parse_location(at)};

    if (skip(at, ".add"))
        code.kind = kind_fetch_add;
    else if (skip(at, ".swap"))
        code.kind = kind_exchange;
    else if (skip(at, ".cas"))
        code.kind = kind_compare;
    else if (skip(at, ".weak"))
        code.kind = kind_compare_weak;
    if (kind_compares(code.kind)) {
        code.expected = parse_value(at);
        skip(at, ":");
    }
    if (code.kind != kind_load)
        code.value = parse_value(at);
    code.order = parse_order(at, ".");
    if (kind_compares(code.kind))
        code.failure = parse_order(at, ":");
    return code;
}

struct program parse_program(const char *text)
{
    struct program program = {0};
    const char *at = text;
    int thread = 0;

    do {
        if (skip(&at, "fence")) {
            append(&program, thread,
                   (struct instruction){.kind = kind_fence, .order = parse_order(&at, ".")});
        } else {
            at += strspn(at, " ");
            char name = *at;

            if (name && strchr(location_names, name)) {
                struct instruction code = {.kind = kind_store, .location = parse_location(&at)};

                skip(&at, "=");
                code.value = parse_value(&at);
                code.order = parse_order(&at, ".");
                append(&program, thread, code);
            } else {
                at += name != '\0';
                if (!skip(&at, "="))
                    fail("`register=` expected at \"%s\"", at);
                append(&program, thread, parse_read(&at));
                program.names[program.register_count - 1] = name;
            }
        }
        if (skip(&at, "||") && ++thread == max_threads)
            fail("more than %d threads: %s", max_threads, text);
        skip(&at, ";");
        at += strspn(at, " ");
    } while (*at);
    return program;
}

bool outcome_satisfies(const struct program *program, outcome final, const char *condition)
{
    const char *at = condition;

    while (*(at += strspn(at, " "))) {
        char name = *at++;
        const char *location = strchr(location_names, name);
        outcome is, mask;

        skip(&at, "=");
        int value = parse_value(&at);

        if (location) {
            mask = outcome_memory((int)(location - location_names), max_value);
            is = outcome_memory((int)(location - location_names), value);
        } else {
            const char *reg = memchr(program->names, name, (size_t)program->register_count);

            if (!reg)
                fail("no register %c in the program of \"%s\"", name, condition);
            mask = outcome_register((int)(reg - program->names), max_value, false);
            is = outcome_register((int)(reg - program->names), value, false);
        }
        if ((final & mask) != is)
            return false;
    }
    return true;
}

/* ---- To text --------------------------------------------------------------------------------- */

static void add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t size, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text + length, size - length, format, arguments);
    va_end(arguments);
}

static const char *name_of(enum ordo_order order)
{
    for (int i = 0; i < order_count; i++)
        if (order_names[i].order == order)
            return order_names[i].name;
    return "?";
}

static void format_instruction(const struct program *program, const struct instruction *code,
                               char text[program_text_size])
{
    static const char *const operations[kind_count] = {
        [kind_load] = "",        [kind_exchange] = ".swap",     [kind_fetch_add] = ".add",
        [kind_compare] = ".cas", [kind_compare_weak] = ".weak",
    };
    const size_t size = program_text_size;

    if (code->kind == kind_fence) {
        add(text, size, "fence.%s", name_of(code->order));
        return;
    }
    if (code->kind == kind_store) {
        add(text, size, "%c=%d", location_names[code->location], code->value);
    } else {
        add(text, size, "%c=%c%s", program->names[code->result], location_names[code->location],
            operations[code->kind]);
        if (kind_compares(code->kind))
            add(text, size, "%d:", code->expected);
        if (code->kind != kind_load)
            add(text, size, "%d", code->value);
    }
    if (code->order != ordo_relaxed || kind_compares(code->kind))
        add(text, size, ".%s", name_of(code->order));
    if (kind_compares(code->kind))
        add(text, size, ":%s", name_of(code->failure));
}

void format_program(const struct program *program, char text[program_text_size])
{
    text[0] = '\0';
    for (int t = 0; t < program->thread_count; t++) {
        const struct thread *thread = &program->threads[t];

        for (int i = 0; i < thread->count; i++) {
            add(text, program_text_size, "%s", i ? "; " : t ? " || " : "");
            format_instruction(program, &thread->code[i], text);
        }
    }
}

void format_outcome(const struct program *program, outcome final, char text[program_text_size])
{
    text[0] = '\0';
    for (int i = 0; i < program->register_count; i++) {
        int bits = (int)(final >> 5 * i & 31);

        add(text, program_text_size, "%c=%d%s ", program->names[i], bits & max_value,
            bits > max_value ? "!" : "");
    }
    for (int i = 0; i < program->location_count; i++)
        add(text, program_text_size, "%c=%d ", location_names[i],
            (int)(final >> (5 * max_registers + 4 * i)) & max_value);
}
