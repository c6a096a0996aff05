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

enum { share = 50, thread_count = 2, turner = thread_count };

struct account {
    alignas(16) value object;
    const struct helper *helper;
    unsigned int rounds;
    value put[thread_count], got[thread_count];
    unsigned int wrong[thread_count];
    unsigned int at_work;
};

/* Each thread adds its number; all of them must arrive. */
static void add(struct account *account, unsigned int self)
{
    call_helper(account->helper, &account->object, 0, self + 1);
    account->put[self] += self + 1;
}

static void compare_and_add(struct account *account, unsigned int self)
{
    value seen = 0, found;

    for (;;) {
        found = call_helper(account->helper, &account->object, seen,
                            of_width(account->helper, seen + self + 1));
        if (found == seen)
            break;
        seen = found;
    }
    account->put[self] += self + 1;
}

/* What is put in comes out again once, from either thread, or is left at the end. */
static void swap(struct account *account, unsigned int self, unsigned int round)
{
    value mine = of_width(account->helper, round * thread_count + self);

    account->put[self] += mine;
    account->got[self] += call_helper(account->helper, &account->object, 0, mine);
}

/* The helper that clears what this one sets, or the other way round: same size, same order. */
static const struct helper *opposite(const struct helper *helper)
{
    enum { apart = (op_ldset - op_ldclr) * 20 };

    return helper->operation == op_ldset ? helper - apart : helper + apart;
}

/* Each thread has a bit of its own, which it alone turns: by `ldeor`, or by this helper and its
 * opposite. It must find the bit as it left it. */
static void turn_bit(struct account *account, unsigned int self, unsigned int round)
{
    value bit = (value)1 << self, old;
    bool on = round % 2 != 0;

    switch (account->helper->operation) {
    case op_ldset:
        old = call_helper(account->helper, &account->object, 0, bit);
        on = false;
        call_helper(opposite(account->helper), &account->object, 0, bit);
        break;
    case op_ldclr:
        call_helper(opposite(account->helper), &account->object, 0, bit);
        on = true;
        old = call_helper(account->helper, &account->object, 0, bit);
        break;
    default: old = call_helper(account->helper, &account->object, 0, bit); break;
    }
    account->wrong[self] += ((old & bit) != 0) != on;
}

static void work(unsigned int self, void *shared)
{
    struct account *account = shared;

    if (self == turner) {
        while (__atomic_load_n(&account->at_work, __ATOMIC_RELAXED) != 0)
            __atomic_store_n(&__aarch64_have_lse_atomics,
                             !__atomic_load_n(&__aarch64_have_lse_atomics, __ATOMIC_RELAXED),
                             __ATOMIC_RELAXED);
        return;
    }
    for (unsigned int round = 0; round < account->rounds; round++)
        switch (account->helper->operation) {
        case op_cas: compare_and_add(account, self); break;
        case op_swp: swap(account, self, round); break;
        case op_ldadd: add(account, self); break;
        default: turn_bit(account, self, round); break;
        }
    __atomic_fetch_sub(&account->at_work, 1, __ATOMIC_RELAXED);
}

static void check_account(const struct helper *helper, const char *form, bool turning)
{
    struct account account = {
        .helper = helper,
        .rounds = test_rounds(share) & ~1u, /* even: each bit is off at the end */
        .at_work = thread_count,
    };
    value left;

    run_threads(thread_count + turning, work, &account);
    left = of_width(helper, account.object + account.got[0] + account.got[1]);
    cr_expect(left == of_width(helper, account.put[0] + account.put[1]),
              "%s (%s): what was stored and what was found differ", helper->name, form);
    cr_expect(account.wrong[0] + account.wrong[1] == 0, "%s (%s): a bit of one thread was changed "
              "by another %u times", helper->name, form, account.wrong[0] + account.wrong[1]);
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
