/* wait.c: wait_for_change looks, waits no longer than it may, and sees another thread's store. How
 * long it really waits is the CPU's business: it may return false early. */
#include <criterion/criterion.h>
#include <sched.h>
#include <time.h>

#include "back_end.h"
#include "rounds.h"
#include "threads.h"

TestSuite(wait, .init = back_end_or_skip, .timeout = 20);

enum { share = 50, old_value = 0x77, millisecond = 1000000 };

static void for_each_wait(void (*check)(const struct symbol *symbol))
{
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < symbol_count; i++)
                if (symbols[i].kind == kind_wait)
                    check(&symbols[i]);
}

static const uint64_t timeouts[] = {0, 1, 1000, millisecond};

static void check_no_change(const struct symbol *symbol)
{
    value object = old_value;
    for (unsigned i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
        cr_expect_not(call_wait(symbol, &object, old_value, timeouts[i]), "%s saw a change",
                      symbol->name);
}

static void check_changed_before(const struct symbol *symbol)
{
    value object = old_value;
    for (unsigned bit = 0; bit < symbol->width; bit++) {
        value old = object ^ (value)1 << bit;
        for (unsigned i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++)
            cr_expect(call_wait(symbol, &object, old, timeouts[i]), "%s missed bit %u",
                      symbol->name, bit);
        cr_expect(call_wait(symbol, &object, old, UINT64_MAX), "%s missed bit %u",
                  symbol->name, bit);
    }
}

/* Each wait ends without a store; one that does not is the time-out's to find. */
static void check_end_of_time(const struct symbol *symbol)
{
    value object = old_value;
    for (int i = 0; i < 20; i++)
        call_wait(symbol, &object, old_value, millisecond);
}

Test(wait, no_change) { for_each_wait(check_no_change); }
Test(wait, changed_before) { for_each_wait(check_changed_before); }
Test(wait, end_of_time) { for_each_wait(check_end_of_time); }

/* Two threads hand a number to and fro: each waits for the other's store, then adds one. What they
 * pass along with it is plain memory, which the wait's acquire ordering makes safe to read. */
struct relay {
    _Alignas(64) value object;
    _Alignas(64) uint64_t luggage;
    const struct symbol *wait;
    const struct symbol *load;
    const struct symbol *store;
    unsigned rounds;
    bool failed[2];
};

static void relay_body(unsigned self, void *shared)
{
    struct relay *relay = shared;
    for (unsigned i = 0; i < relay->rounds; i++) {
        /* My turns are the numbers 2 i + self; the one before it is the other thread's. */
        value old = truncate_value(relay->wait, 2 * i + self - 1);
        if (i + self > 0)
            while (!call_wait(relay->wait, &relay->object, old, millisecond))
                sched_yield();
        value mine = truncate_value(relay->wait, 2 * i + self);
        if (call_load(relay->load, &relay->object) != mine || relay->luggage != 2 * i + self)
            relay->failed[self] = true;
        relay->luggage++;
        call_store(relay->store, &relay->object, truncate_value(relay->wait, mine + 1));
    }
}

static void check_relay(const struct symbol *symbol)
{
    struct relay relay = {
        .wait = symbol,
        .load = find_symbol(operation_load, order_relaxed, symbol->width, false),
        .store = find_symbol(operation_store, order_release, symbol->width, false),
        .rounds = test_rounds(share),
    };
    run_threads(2, relay_body, &relay);
    cr_expect(!relay.failed[0] && !relay.failed[1], "%s let a thread go before its turn",
              symbol->name);
}

Test(wait, relay) { for_each_wait(check_relay); }
