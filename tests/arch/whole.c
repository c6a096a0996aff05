/* whole.c: values are seen whole. Two writers store by turns values all of whose bytes are equal; a
 * third thread reads with the symbol under test and may see nothing else. It matters for 128 bits,
 * where a load, a failed compare-exchange or the first guess of a loop may be torn, and where some
 * variants write with vector moves while others read with locked ones. */
#include <criterion/criterion.h>
#include <string.h>

#include "back_end.h"
#include "rounds.h"
#include "threads.h"

TestSuite(whole, .init = back_end_or_skip, .timeout = 300);

enum { share = 50, share_of_128_bits = 2 };
enum { reader = 2, thread_count = 3, never_there = 0x33 };

/* For each writer the two bytes it stores. Complements, so that nand keeps to the set. */
static const unsigned char written[2][2] = {{0x11, 0xee}, {0xdd, 0x22}};

struct scene {
    _Alignas(64) value object;
    const struct symbol *store;
    const struct symbol *read;
    unsigned rounds;
    bool stop;
    value last;         /* what the reader saw last: if it failed, the torn value */
    bool failed;
};

static value repeat_byte(const struct symbol *symbol, unsigned char byte)
{
    value bits;
    memset(&bits, byte, sizeof bits);
    return truncate_value(symbol, bits);
}

static bool was_written(const struct symbol *symbol, value bits)
{
    for (int i = 0; i < 4; i++)
        if (bits == repeat_byte(symbol, written[i / 2][i % 2]))
            return true;
    return false;
}

/* An operand with which a fetch operation stores what it read, or the complement of it. */
static value harmless_operand(const struct symbol *symbol)
{
    switch (symbol->operation) {
    case operation_exchange: return repeat_byte(symbol, written[0][0]);
    case operation_fetch_and:
    case operation_fetch_nand: return repeat_byte(symbol, 0xff);
    default: return 0;
    }
}

/* Reads by a load, by a compare with a value that is never there, or by a harmless fetch. */
static value read_object(struct scene *scene)
{
    const struct symbol *symbol = scene->read;
    if (symbol->kind == kind_load)
        return call_load(symbol, &scene->object);
    if (symbol->kind == kind_fetch)
        return call_fetch(symbol, &scene->object, harmless_operand(symbol));

    value never = repeat_byte(symbol, never_there), seen;
    do {        /* a weak one may fail without having seen anything */
        seen = never;
        if (call_compare(symbol, &scene->object, &seen, never))
            break;
    } while (seen == never && symbol->operation == operation_compare_exchange_weak);
    return seen;
}

static void body(unsigned self, void *shared)
{
    struct scene *scene = shared;
    if (self != reader) {
        for (unsigned i = 0; !__atomic_load_n(&scene->stop, __ATOMIC_RELAXED); i++)
            call_store(scene->store, &scene->object,
                       repeat_byte(scene->store, written[self][i % 2]));
        return;
    }
    value seen = 0;
    unsigned contended = 0;
    for (unsigned i = 0; test_goes_on(i, scene->rounds, contended) && !scene->failed; i++) {
        value last = seen;
        seen = read_object(scene);
        contended += seen != last;
        scene->failed = !was_written(scene->read, seen);
    }
    scene->last = seen;
    __atomic_store_n(&scene->stop, true, __ATOMIC_RELAXED);
}

static void check(const struct symbol *store, const struct symbol *read)
{
    struct scene scene = {
        .store = store,
        .read = read,
        .rounds = test_rounds(read->width == 128 ? share_of_128_bits : share),
        .object = repeat_byte(store, written[0][0]),
    };
    run_threads(thread_count, body, &scene);
    if (scene.failed)
        cr_expect(false, "%s saw %llx:%016llx, which %s never wrote", read->name,
                  (unsigned long long)(scene.last >> 64), (unsigned long long)scene.last,
                  store->name);
}

static void check_readers(enum kind kind, unsigned least_width)
{
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < symbol_count; i++)
                if (symbols[i].kind == kind && symbols[i].width >= least_width)
                    check(find_symbol(operation_store, order_relaxed, symbols[i].width, false),
                          &symbols[i]);
}

Test(whole, load) { check_readers(kind_load, 8); }
Test(whole, compare) { check_readers(kind_compare, 8); }
Test(whole, fetch) { check_readers(kind_fetch, 128); }

Test(whole, store)
{
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < symbol_count; i++)
                if (symbols[i].kind == kind_store)
                    check(&symbols[i], find_symbol(operation_load, order_relaxed,
                                                   symbols[i].width, false));
}
