/* perform.c: see perform.h. The object and *expected lie in cells of random bytes, at any offset
 * that their alignment allows. */
#include "perform.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "ordo/order.h"

#include "random.h"

enum { cell_size = 48, weak_attempts = 1000 };

struct cell {
    alignas(16) unsigned char bytes[cell_size];
    unsigned char before[cell_size];
    size_t offset;
    size_t size;
};

static void fill_cell(struct cell *cell, const struct symbol *symbol, value content,
                      uint64_t *random)
{
    for (size_t i = 0; i < cell_size; i += sizeof(uint64_t)) {
        uint64_t word = random_next(random);
        memcpy(cell->bytes + i, &word, sizeof word);
    }
    cell->size = symbol->width / 8;
    cell->offset = 16;
    if (cell->size != 0)
        cell->offset += random_next(random) % (16 / cell->size) * cell->size;
    memcpy(cell->bytes + cell->offset, &content, cell->size);
    memcpy(cell->before, cell->bytes, cell_size);
}

static value cell_content(const struct cell *cell)
{
    value content = 0;
    memcpy(&content, cell->bytes + cell->offset, cell->size);
    return content;
}

static bool neighbours_kept(const struct cell *cell)
{
    size_t end = cell->offset + cell->size;
    return memcmp(cell->bytes, cell->before, cell->offset) == 0 &&
           memcmp(cell->bytes + end, cell->before + end, cell_size - end) == 0;
}

struct argument_list {
    struct call *call;
    unsigned count;
};

static void add_word(struct argument_list *list, uint64_t word)
{
    list->call->arguments[list->count++] = word;
}

static void add_pointer(struct argument_list *list, void *pointer)
{
    add_word(list, (uintptr_t)pointer);
}

/* A 32-bit argument: the upper half of its register means nothing. */
static void add_int(struct argument_list *list, unsigned number)
{
    add_word(list, number | list->call->junk << 32);
}

static void add_value(struct argument_list *list, const struct symbol *symbol, value bits,
                      enum strictness strictness)
{
    if (symbol->width == 128) {
        list->count = (list->count + pair_alignment - 1) / pair_alignment * pair_alignment;
        add_word(list, (uint64_t)bits);
        add_word(list, (uint64_t)(bits >> 64));
    } else if (symbol->width < 64 && strictness == as_hand_written) {
        add_word(list, (uint64_t)bits | list->call->junk << symbol->width);
    } else {
        add_word(list, argument_of(symbol, bits));
    }
}

static void add_arguments(struct call *call, const struct symbol *symbol, struct cell *object,
                          struct cell *expected, const struct operands *operands,
                          enum strictness strictness)
{
    struct argument_list list = {call, 0};
    if (symbol->kind == kind_fence || symbol->kind == kind_hint)
        return;
    add_pointer(&list, object->bytes + object->offset);
    switch (symbol->kind) {
    case kind_load:
    case kind_fence:
    case kind_hint:
        break;
    case kind_store:
    case kind_fetch:
    case kind_update:
        add_value(&list, symbol, operands->operand, strictness);
        break;
    case kind_compare:
        add_pointer(&list, expected->bytes + expected->offset);
        add_value(&list, symbol, operands->operand, strictness);
        break;
    case kind_pair:
        add_pointer(&list, expected->bytes + expected->offset);
        add_value(&list, symbol, operands->operand, strictness);
        add_int(&list, (unsigned)operands->success);
        add_int(&list, (unsigned)operands->failure);
        break;
    case kind_bit:
        add_int(&list, (unsigned)operands->operand);
        break;
    case kind_wait:
        add_value(&list, symbol, operands->operand, strictness);
        add_word(&list, 0);
        break;
    }
}

/* The result as a register of the width that the ABI gives it; compiled code is forgiven what it
 * leaves above a narrow value. */
static value result_of(const struct symbol *symbol, const struct call *call,
                       enum strictness strictness)
{
    uint64_t word = call->result[0];
    switch (symbol->kind) {
    case kind_store:
    case kind_update:
    case kind_fence:
    case kind_hint:
        return 0;
    case kind_compare:
    case kind_pair:
    case kind_bit:
    case kind_wait:
        return strictness == as_hand_written ? (uint32_t)word : (uint8_t)word;
    case kind_load:
    case kind_fetch:
        break;
    }
    if (symbol->width == 128)
        return (value)call->result[1] << 64 | word;
    if (symbol->width == 64)
        return word;
    if (strictness == as_hand_written)
        return (uint32_t)word;
    return (uint32_t)argument_of(symbol, truncate_value(symbol, word));
}

static const char *changed_register(const struct call *call)
{
    static char text[64];
    for (unsigned i = 0; i < kept_registers; i++)
        if (call->before[i] != call->after[i]) {
            snprintf(text, sizeof text, "changes %s", kept_names[i]);
            return text;
        }
    return NULL;
}

static bool is_weak(const struct symbol *symbol)
{
    return symbol->operation == operation_compare_exchange_weak ||
           symbol->operation == operation_compare_exchange_weak_pair;
}

const char *perform(const struct symbol *symbol, void (*function)(void),
                    enum strictness strictness, const struct operands *operands,
                    struct outcome *outcome)
{
    static uint64_t random = 1;
    for (int attempt = 0; attempt < weak_attempts; attempt++) {
        struct cell object, expected;
        struct call call;
        fill_cell(&object, symbol, operands->object, &random);
        fill_cell(&expected, symbol, operands->expected, &random);
        call.junk = random_next(&random);
        for (unsigned i = 0; i < kept_registers; i++)
            call.before[i] = random_next(&random);
        for (unsigned i = 0; i < 6; i++)
            call.arguments[i] = random_next(&random);
        add_arguments(&call, symbol, &object, &expected, operands, strictness);

        test_call(function, &call);

        *outcome = (struct outcome){result_of(symbol, &call, strictness),
                                    cell_content(&object), cell_content(&expected)};
        if (!neighbours_kept(&object))
            return "writes outside the object";
        if (!neighbours_kept(&expected))
            return "writes outside *expected";
        const char *changed = strictness == as_hand_written ? changed_register(&call) : NULL;
        if (changed != NULL)
            return changed;

        /* A spurious failure shows as a failure that found what was expected. */
        bool spurious = is_weak(symbol) && outcome->result == 0 &&
                        operands->object == operands->expected &&
                        outcome->object == operands->object &&
                        outcome->expected == operands->expected;
        if (!spurious)
            return NULL;
    }
    return "fails a thousand times though the object holds the expected value";
}

/* Edges as 128-bit patterns; narrower types take the low bits or, by `top`, the high ones. */
struct edge {
    value bits;
    bool top;
};
#define HIGH(bits) ((value)(bits) << 64)
static const struct edge edges[] = {
    {0, false},
    {1, false},
    {2, false},
    {~(value)0, false},                                     /* all ones: -1 or the maximum */
    {HIGH(0x8000000000000000), true},                       /* the sign bit: the minimum */
    {~HIGH(0x8000000000000000), true},                      /* the signed maximum */
    {HIGH(0xc000000000000000), true},
    {0x5555555555555555 | HIGH(0x5555555555555555), false},
    {0xffffffffffffffff, false},                            /* 128 bits: a carry between halves */
    {HIGH(1), false},
};
enum { edge_count = sizeof edges / sizeof edges[0] };
const unsigned edge_operands = edge_count * edge_count;

static value edge_value(const struct symbol *symbol, unsigned i)
{
    if (symbol->width == 0)
        return 0;
    return truncate_value(symbol,
                          edges[i].top ? edges[i].bits >> (128 - symbol->width) : edges[i].bits);
}

static value random_value(const struct symbol *symbol, uint64_t *random)
{
    value high = random_next(random);
    return symbol->width == 0 ? 0 : truncate_value(symbol, high << 64 | random_next(random));
}

struct operands next_operands(const struct symbol *symbol, struct operand_source *source)
{
    unsigned i = source->count++;
    struct operands operands;
    bool edge = i < edge_operands;
    operands.object = edge ? edge_value(symbol, i / edge_count)
                           : random_value(symbol, &source->random);
    operands.operand = edge ? edge_value(symbol, i % edge_count)
                            : random_value(symbol, &source->random);

    /* Three compares in four fail, half of those by a single bit. */
    uint64_t choice = random_next(&source->random);
    operands.expected = operands.object;
    if (choice % 4 == 1)
        operands.expected = random_value(symbol, &source->random);
    else if (choice % 4 > 1 && symbol->width != 0)
        operands.expected ^= (value)1 << choice / 4 % symbol->width;

    /* A wait may find its value; an index may be the width, one more, or far beyond it. */
    if (symbol->kind == kind_wait && choice % 2 == 0)
        operands.operand = operands.object;
    if (symbol->kind == kind_bit)
        operands.operand = choice % 4 < 2 ? choice / 4 % (3 * symbol->width)
                                          : (uint32_t)random_next(&source->random);

    static const int success_orders[] = {ordo_relaxed, ordo_acquire, ordo_release, ordo_acq_rel,
                                         ordo_seq_cst, ordo_full};
    static const int failure_orders[] = {ordo_relaxed, ordo_acquire, ordo_seq_cst, ordo_full};
    operands.success = success_orders[choice / 8 % 6];
    operands.failure = failure_orders[choice / 64 % 4];
    return operands;
}
