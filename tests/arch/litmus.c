/* litmus.c: message passing and store buffering with every pair of symbols that must forbid their
 * weak outcome, in two threads. A smoke test: what this CPU, or QEMU, does not reorder it cannot
 * show (on x86-64 that leaves store buffering). The table of instructions proves the orderings. */
#include <criterion/criterion.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "back_end.h"
#include "rounds.h"
#include "threads.h"

TestSuite(litmus, .init = back_end_or_skip, .timeout = 300);

enum { share = 50, slot_count = 200 };

/* One side of a test: an access, and a fence before or after it if the access is relaxed. */
struct side {
    const struct symbol *access;
    const struct symbol *fence;
};

static const struct symbol *fence(enum order order)
{
    return find_symbol(operation_fence, order, 0, false);
}

static void pass_fence(const struct side *side)
{
    if (side->fence != NULL)
        call_fence(side->fence);
}

/* Message passing: the flag follows the data; who sees flag i must see data i or newer. */
struct message {
    _Alignas(64) value flag;
    _Alignas(64) uint64_t data;
    struct side sender, receiver;
    unsigned rounds;
    bool failed;
};

static void message_body(unsigned self, void *shared)
{
    struct message *message = shared;
    if (self == 0) {
        for (unsigned i = 1; i <= message->rounds; i++) {
            __atomic_store_n(&message->data, i, __ATOMIC_RELAXED);
            pass_fence(&message->sender);
            if (message->sender.access->kind == kind_store)
                call_store(message->sender.access, &message->flag, i);
            else
                call_fetch(message->sender.access, &message->flag, i);
        }
        return;
    }
    for (value flag = 0; flag < message->rounds;) {
        if (message->receiver.access->kind == kind_load)
            flag = call_load(message->receiver.access, &message->flag);
        else
            flag = call_fetch(message->receiver.access, &message->flag, 0);
        pass_fence(&message->receiver);
        if (__atomic_load_n(&message->data, __ATOMIC_RELAXED) < flag)
            message->failed = true;
        sched_yield();
    }
}

static void check_message(struct side sender, struct side receiver)
{
    struct message message = {.sender = sender, .receiver = receiver,
                              .rounds = test_rounds(share)};
    run_threads(2, message_body, &message);
    if (message.failed)
        cr_expect(false, "message passing fails from %s to %s", sender.access->name,
                  receiver.access->name);
}

static bool releases(enum order order)
{
    return order >= order_release;
}

static bool acquires(enum order order)
{
    return order >= order_acquire && order != order_release;
}

static const unsigned message_widths[] = {32, 64, 128};

static void check_messages(unsigned width)
{
    const struct symbol *load = find_symbol(operation_load, order_relaxed, width, false);
    const struct symbol *store = find_symbol(operation_store, order_relaxed, width, false);
    struct side fenced_load = {load, fence(order_acquire)};
    struct side fenced_store = {store, fence(order_release)};
    for (size_t i = 0; i < symbol_count; i++) {
        const struct symbol *symbol = &symbols[i];
        struct side side = {symbol, NULL};
        if (symbol->kind == kind_fence) {
            if (releases(symbol->order))
                check_message((struct side){store, symbol}, fenced_load);
            if (acquires(symbol->order))
                check_message(fenced_store, (struct side){load, symbol});
        }
        if (symbol->width != width)
            continue;
        if ((symbol->kind == kind_store || symbol->operation == operation_exchange) &&
            releases(symbol->order))
            check_message(side, fenced_load);
        if ((symbol->kind == kind_load || symbol->operation == operation_fetch_or) &&
            acquires(symbol->order))
            check_message(fenced_store, side);
    }
}

Test(litmus, message_passing)
{
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < sizeof message_widths / sizeof message_widths[0]; i++)
                check_messages(message_widths[i]);
}

/* Store buffering (Dekker): each thread writes its own object, then reads the other's. At least one
 * of them must see the other's write. The threads meet before every access, on fresh objects: only
 * accesses a few nanoseconds apart can both miss the other. */
enum { initial = 3 };

struct dekker {
    struct slot {
        struct {
            _Alignas(64) value object;
            bool missed;
        } sides[2];
        unsigned arrived;
    } slots[slot_count];
    struct side writer;
    const struct symbol *load;
};

/* Leaves something other than the initial value; a failed compare-exchange would leave it. */
static void write_object(const struct symbol *symbol, value *object)
{
    value expected = initial;
    bool clears = symbol->operation == operation_fetch_and || symbol->operation == operation_and ||
                  symbol->operation == operation_fetch_min;
    switch (symbol->kind) {
    case kind_compare:
        while (!call_compare(symbol, object, &expected, 4) && expected == initial)
            ;       /* a weak one may fail */
        break;
    case kind_bit:
        call_bit(symbol, object, symbol->operation == operation_bit_test_and_set ? 2 : 0);
        break;
    case kind_fetch:
        call_fetch(symbol, object, clears ? 1 : 4);
        break;
    default:
        call_store(symbol, object, clears ? 1 : 4);
        break;
    }
}

static void dekker_body(unsigned self, void *shared)
{
    struct dekker *dekker = shared;
    for (unsigned i = 0; i < slot_count; i++) {
        struct slot *slot = &dekker->slots[i];
        value *other = &slot->sides[1 - self].object;
        meet(&slot->arrived, 2);
        write_object(dekker->writer.access, &slot->sides[self].object);
        pass_fence(&dekker->writer);
        slot->sides[self].missed = call_load(dekker->load, other) == initial;
    }
}

static void check_dekker(struct side writer, enum order load_order)
{
    static struct dekker dekker;
    unsigned width = writer.access->width;
    dekker.writer = writer;
    dekker.load = find_symbol(operation_load, load_order, width, false);
    for (unsigned round = 0; round < test_rounds(share * slot_count); round++) {
        memset(dekker.slots, 0, sizeof dekker.slots);
        for (unsigned i = 0; i < slot_count; i++)
            dekker.slots[i].sides[0].object = dekker.slots[i].sides[1].object = initial;
        run_threads(2, dekker_body, &dekker);
        for (unsigned i = 0; i < slot_count; i++)
            if (dekker.slots[i].sides[0].missed && dekker.slots[i].sides[1].missed) {
                cr_expect(false, "store buffering: %s%s%s, then %s, in both threads",
                          writer.access->name, writer.fence != NULL ? ", " : "",
                          writer.fence != NULL ? writer.fence->name : "", dekker.load->name);
                return;
            }
    }
}

/* ARM64 orders stlr before a later ldar; QEMU 7.2 puts no barrier between them, and the weak
 * outcome does come up. */
static bool emulator_reorders(const struct symbol *writer)
{
    return writer->kind == kind_store && getenv("ORDO_QEMU") != NULL;
}

/* A seq_cst write needs a seq_cst load; a full one, or a fence, orders even a relaxed load. */
static void check_store_buffering(unsigned width)
{
    const struct symbol *store = find_symbol(operation_store, order_relaxed, width, false);
    check_dekker((struct side){store, fence(order_seq_cst)}, order_relaxed);
    check_dekker((struct side){store, fence(order_full)}, order_relaxed);
    for (size_t i = 0; i < symbol_count; i++) {
        const struct symbol *symbol = &symbols[i];
        bool writes = symbol->kind == kind_store || symbol->kind == kind_fetch ||
                      symbol->kind == kind_compare || symbol->kind == kind_update ||
                      symbol->kind == kind_bit;
        if (!writes || symbol->width != width || symbol->is_signed)
            continue;
        if (symbol->order == order_seq_cst && !emulator_reorders(symbol))
            check_dekker((struct side){symbol, NULL}, order_seq_cst);
        if (symbol->order == order_full)
            check_dekker((struct side){symbol, NULL}, order_relaxed);
    }
}

Test(litmus, store_buffering)
{
    static const unsigned widths[] = {8, 32, 64, 128};
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_threads))
            for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
                check_store_buffering(widths[i]);
}
