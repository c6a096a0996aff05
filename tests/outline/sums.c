/* sums.c: every helper in two threads at once, by accounts that close only if each operation is
 * atomic; and, where the CPU runs both forms, while the byte that chooses is turned over and over,
 * so that exclusives and LSE meet on one object. A failed 16-byte compare returns a whole pair. */
#include <criterion/criterion.h>
#include <stdalign.h>

#include "ordo/outline.h"

#include "helper.h"
#include "rounds.h"
#include "threads.h"

TestSuite(sums, .init = library_or_skip, .timeout = 120);

enum { share = 20, thread_count = 2, turner = thread_count };

struct account {
    alignas(16) value object;
    const struct helper *helper;
    unsigned int rounds, at_work;
    struct side { /* of one thread */
        value put, got, left; /* left: the object as its last operation left it */
        unsigned int met;     /* how often it was another since then */
        unsigned int wrong;
    } sides[thread_count];
};

/* The operation under test; returns the old value. */
static value operate(struct account *account, struct side *side, value expected, value operand)
{
    value old = call_helper(account->helper, &account->object, expected, operand);

    side->met += old != side->left;
    side->left = model(account->helper, old, expected, operand);
    return old;
}

/* Each thread adds its number; all of them must arrive. */
static void add(struct account *account, struct side *side, value number)
{
    operate(account, side, 0, number);
    side->put += number;
}

static void compare_and_add(struct account *account, struct side *side, value number)
{
    value seen = side->left, found;

    while ((found = operate(account, side, seen, of_width(account->helper, seen + number))) != seen)
        seen = found;
    side->put += number;
}

/* What is put in comes out again once, in either thread, or is left at the end. */
static void swap(struct account *account, struct side *side, value mine)
{
    side->put += mine;
    side->got += operate(account, side, 0, mine);
}

/* The helper that clears what this one sets, or the other way round: same size, same order. */
static const struct helper *opposite(const struct helper *helper)
{
    enum { apart = (op_ldset - op_ldclr) * 20 };

    return helper->operation == op_ldset ? helper - apart : helper + apart;
}

/* Each thread has a bit of its own, which it alone turns: by `ldeor`, or by this helper and its
 * opposite. It must find the bit as it left it. */
static void turn_bit(struct account *account, struct side *side, value bit, bool on)
{
    const struct helper *helper = account->helper;

    if (helper->operation != op_ldeor)
        on = helper->operation == op_ldclr;
    if (helper->operation == op_ldclr)
        call_helper(opposite(helper), &account->object, 0, bit);
    side->wrong += ((operate(account, side, 0, bit) & bit) != 0) != on;
    if (helper->operation == op_ldset)
        call_helper(opposite(helper), &account->object, 0, bit);
}

static void turn_byte(struct account *account)
{
    while (__atomic_load_n(&account->at_work, __ATOMIC_RELAXED) != 0)
        __atomic_store_n(&__aarch64_have_lse_atomics,
                         !__atomic_load_n(&__aarch64_have_lse_atomics, __ATOMIC_RELAXED),
                         __ATOMIC_RELAXED);
}

static void work(unsigned int self, void *shared)
{
    struct account *account = shared;
    struct side *side = &account->sides[self];

    if (self == turner) {
        turn_byte(account);
        return;
    }
    /* Even: each bit is off at the end. */
    for (unsigned int i = 0; test_goes_on(i, account->rounds, side->met) || i % 2 != 0; i++)
        switch (account->helper->operation) {
        case op_cas: compare_and_add(account, side, self + 1); break;
        case op_swp: swap(account, side, of_width(account->helper, i * thread_count + self)); break;
        case op_ldadd: add(account, side, self + 1); break;
        default: turn_bit(account, side, (value)1 << self, i % 2 != 0); break;
        }
    __atomic_fetch_sub(&account->at_work, 1, __ATOMIC_RELAXED);
}

static void check_account(const struct helper *helper, const char *form, bool turning)
{
    struct account account = {
        .helper = helper, .rounds = test_rounds(share), .at_work = thread_count};
    const struct side *one = &account.sides[0], *other = &account.sides[1];

    run_threads(thread_count + turning, work, &account);
    cr_expect(of_width(helper, account.object + one->got + other->got) ==
                  of_width(helper, one->put + other->put),
              "%s (%s): what was stored and what was found differ", helper->name, form);
    cr_expect(one->wrong + other->wrong == 0, "%s (%s): a bit of one thread was changed by the "
              "other %u times", helper->name, form, one->wrong + other->wrong);
}

Test(sums, two_threads)
{
    for (unsigned int form = 0; select_form(form); form++)
        for (size_t i = 0; i < helper_count; i++)
            check_account(&helpers[i], form_name(form), false);
}

Test(sums, both_forms_at_once)
{
    if (!runs_both_forms())
        cr_skip_test("this library, or this CPU, has one form");
    for (size_t i = 0; i < helper_count; i++)
        check_account(&helpers[i], "both", true);
}

/* ---- pairs ----------------------------------------------------------------------------------- */

struct scene {
    alignas(16) value object;
    const struct helper *helper;
    unsigned int rounds, torn, stop;
};

/* Two writers store pairs of equal halves by turns; a third compares with what is never there. */
static void watch(unsigned int self, void *shared)
{
    struct scene *scene = shared;
    value half = self + 1, mine = half << 64 | half, seen = 0, found;

    if (self == thread_count) {
        for (unsigned int i = 0; i < scene->rounds; i++) {
            found = call_helper(scene->helper, &scene->object, 9, 9);
            scene->torn += (uint64_t)(found >> 64) != (uint64_t)found;
        }
        __atomic_store_n(&scene->stop, 1, __ATOMIC_RELAXED);
        return;
    }
    while (!__atomic_load_n(&scene->stop, __ATOMIC_RELAXED)) {
        found = call_helper(scene->helper, &scene->object, seen, mine);
        seen = found;
    }
}

Test(sums, pairs_are_whole)
{
    for (unsigned int form = 0; select_form(form); form++)
        for (size_t i = 0; i < helper_count; i++) {
            struct scene scene = {.helper = &helpers[i], .rounds = test_rounds(2)};

            if (helpers[i].size != 16)
                continue;
            run_threads(thread_count + 1, watch, &scene);
            cr_expect(scene.torn == 0, "%s (%s): %u of %u failed compares return halves of two "
                      "values", helpers[i].name, form_name(form), scene.torn, scene.rounds);
        }
}
