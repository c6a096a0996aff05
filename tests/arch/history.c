/* history.c: read-modify-write operations in several threads, each proved atomic by its history.
 *
 * Every operation turns an old value into a new one. If they happened one after the other, each new
 * value is the next operation's old one, so the sum over all of fingerprint(new) - fingerprint(old)
 * is that of the last value less the first. A lost update, a torn 128-bit value, an operand applied
 * twice by a retry, or a false success of a compare-exchange breaks the sum: one check serves all
 * operations. */
#include <criterion/criterion.h>

#include "back_end.h"
#include "model.h"
#include "random.h"
#include "rounds.h"
#include "threads.h"

/* With LONG=1 a suite takes ten times as long, on a busy machine more. */
TestSuite(history, .init = back_end_or_skip, .timeout = 300);

/* Races are rarest in the compares of 128 bits. */
enum { share = 8, share_of_128_bits = 2 };

struct history {
    _Alignas(64) value object;
    const struct symbol *symbol;
    const struct symbol *partner;       /* undoes what `symbol` does, or stirs the object */
    unsigned rounds;
    unsigned threads;
    uint64_t sums[max_test_threads];
    bool failed[max_test_threads];      /* a thread saw something impossible */
};

static uint64_t fingerprint(value bits)
{
    return random_mix((uint64_t)bits ^ random_mix((uint64_t)(bits >> 64)));
}

static value random_value(const struct symbol *symbol, uint64_t *random)
{
    value high = random_next(random);
    return truncate_value(symbol, high << 64 | random_next(random));
}

/* Most operations soon leave all bits set, or all clear, and then change nothing: every fourth one
 * is an exchange with a random value, which is part of the history. */
static void fetch_body(unsigned self, void *shared)
{
    struct history *history = shared;
    uint64_t random = self, sum = 0;
    unsigned contended = 0;
    value new = 0;
    for (unsigned i = 0; test_goes_on(i, history->rounds, contended); i++) {
        const struct symbol *symbol = i % 4 == 3 ? history->partner : history->symbol;
        value operand = random_value(symbol, &random);
        value old = call_fetch(symbol, &history->object, operand);
        contended += old != new;
        new = model_store(symbol, old, operand);
        sum += fingerprint(new) - fingerprint(old);
    }
    history->sums[self] = sum;
}

/* Success is luck here: while two CPUs take strict turns, the one that lost last goes on losing. */
static void compare_body(unsigned self, void *shared)
{
    struct history *history = shared;
    uint64_t random = self, sum = 0;
    unsigned contended = 0;
    value expected = 0;
    for (unsigned i = 0; test_goes_on(i, history->rounds, contended); i++) {
        value desired = random_value(history->symbol, &random), old = expected;
        if (call_compare(history->symbol, &history->object, &expected, desired)) {
            sum += fingerprint(desired) - fingerprint(expected);
            expected = desired;
        } else {
            contended += expected != old;
        }
    }
    history->sums[self] = sum;
}

/* Each bit has a history of its own; the sum weighs them by fingerprints of their indices. */
static void bit_body(unsigned self, void *shared)
{
    struct history *history = shared;
    uint64_t random = self, sum = 0;
    for (unsigned i = 0; i < history->rounds; i++) {
        const struct symbol *symbol = i % 2 == 1 ? history->partner : history->symbol;
        unsigned index = (unsigned)random_next(&random);
        unsigned bit = index % symbol->width;
        bool old = call_bit(symbol, &history->object, index);
        bool new = (model_store(symbol, (value)old << bit, bit) >> bit & 1) != 0;
        if (new != old)
            sum += new ? fingerprint(bit) : -fingerprint(bit);
    }
    history->sums[self] = sum;
}

static uint64_t fingerprint_of_bits(value bits, unsigned width)
{
    uint64_t sum = 0;
    for (unsigned bit = 0; bit < width; bit++)
        if ((bits >> bit & 1) != 0)
            sum += fingerprint(bit);
    return sum;
}

/* Operations without result have no history to tell. Instead each thread has one bit of the object,
 * which it sets and clears by turns: no other thread's operation may undo that. */
static void update_body(unsigned self, void *shared)
{
    struct history *history = shared;
    const struct symbol *symbol = history->symbol;
    const struct symbol *load = find_symbol(operation_load, order_relaxed, symbol->width, false);
    value bit = (value)1 << self * (symbol->width / history->threads);
    bool clears = symbol->operation == operation_and || symbol->operation == operation_sub;
    const struct symbol *set = clears ? history->partner : symbol;
    const struct symbol *clear = clears ? symbol : history->partner;
    value clear_operand = clear->operation == operation_and ? truncate_value(symbol, ~bit) : bit;

    for (unsigned i = 0; i < history->rounds / 2; i++) {
        call_store(set, &history->object, bit);
        if ((call_load(load, &history->object) & bit) == 0)
            history->failed[self] = true;
        call_store(clear, &history->object, clear_operand);
        if ((call_load(load, &history->object) & bit) != 0)
            history->failed[self] = true;
    }
}

static enum operation partner_of(enum operation operation)
{
    switch (operation) {
    case operation_add: return operation_sub;
    case operation_sub: return operation_add;
    case operation_and: return operation_or;
    case operation_or: return operation_and;
    case operation_xor: return operation_xor;
    case operation_bit_test_and_set: return operation_bit_test_and_reset;
    case operation_bit_test_and_reset: return operation_bit_test_and_set;
    case operation_bit_test_and_complement: return operation_bit_test_and_complement;
    default: return operation_exchange;
    }
}

static void check_symbol(const struct symbol *symbol, void (*body)(unsigned, void *))
{
    struct history history = {
        .symbol = symbol,
        .partner = find_symbol(partner_of(symbol->operation), order_relaxed, symbol->width, false),
        .rounds = test_rounds(symbol->width == 128 ? share_of_128_bits : share),
        .threads = symbol->order == order_relaxed ? 4 : 2,
    };
    run_threads(history.threads, body, &history);

    uint64_t sum = 0;
    bool failed = false;
    for (unsigned i = 0; i < history.threads; i++) {
        sum += history.sums[i];
        failed = failed || history.failed[i];
    }
    uint64_t wanted = fingerprint(history.object) - fingerprint(0);
    if (symbol->kind == kind_bit)
        wanted = fingerprint_of_bits(history.object, symbol->width);
    else if (symbol->kind == kind_update)
        wanted = (uint64_t)history.object;      /* every bit was cleared at last */
    if (failed || sum != wanted)
        cr_expect(false, "%s is not atomic in %u threads", symbol->name, history.threads);
}

static void check_kind(enum kind kind, void (*body)(unsigned, void *))
{
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < symbol_count; i++)
                if (symbols[i].kind == kind)
                    check_symbol(&symbols[i], body);
}

Test(history, fetch) { check_kind(kind_fetch, fetch_body); }
Test(history, compare) { check_kind(kind_compare, compare_body); }
Test(history, bit) { check_kind(kind_bit, bit_body); }
Test(history, update) { check_kind(kind_update, update_body); }
