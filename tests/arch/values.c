/* values.c: every symbol of the library under test, in one thread, against the generic back end:
 * the same result in its register, the same object and *expected afterwards, nothing else changed.
 * The generic back end itself is judged by plain arithmetic. */
#include <criterion/criterion.h>

#include "back_end.h"
#include "model.h"
#include "rounds.h"

TestSuite(values, .init = back_end_or_skip, .timeout = 30);

enum { random_share = 1000 };

#define HALVES(bits) (unsigned long long)((bits) >> 64), (unsigned long long)(bits)

static bool same(const struct outcome *a, const struct outcome *b)
{
    return a->result == b->result && a->object == b->object && a->expected == b->expected;
}

static void report(const char *name, const char *variant, const struct operands *operands,
                   const struct outcome *got, const struct outcome *wanted)
{
    cr_expect(false,
              "%s (%s) of object %llx:%016llx, operand %llx:%016llx, expected %llx:%016llx, "
              "orderings %d %d:\n"
              "    result %llx:%016llx, object %llx:%016llx, expected %llx:%016llx\n"
              " not %llx:%016llx, object %llx:%016llx, expected %llx:%016llx",
              name, variant, HALVES(operands->object), HALVES(operands->operand),
              HALVES(operands->expected), operands->success, operands->failure,
              HALVES(got->result), HALVES(got->object), HALVES(got->expected),
              HALVES(wanted->result), HALVES(wanted->object), HALVES(wanted->expected));
}

/* Stops at the first difference: one message for each symbol that is wrong. */
static void check_symbol(const struct symbol *symbol, const char *variant)
{
    struct operand_source source = {.random = 2};
    unsigned rounds = symbol->width == 0 ? 1 : edge_operands + test_rounds(random_share);
    for (unsigned i = 0; i < rounds; i++) {
        struct operands operands = next_operands(symbol, &source);
        struct outcome got, wanted;
        const char *trespass = perform(symbol, symbol->function, back_end_strictness(),
                                       &operands, &got);
        if (trespass != NULL) {
            cr_expect(false, "%s (%s) %s", symbol->name, variant, trespass);
            return;
        }
        perform(symbol, symbol->oracle, as_compiled, &operands, &wanted);
        if (!same(&got, &wanted)) {
            report(symbol->name, variant, &operands, &got, &wanted);
            return;
        }
    }
}

static void check_kind(enum kind kind)
{
    size_t checked = 0;
    for (unsigned variant = 0; variant < variant_count; variant++)
        if (select_variant(variant, for_one_thread))
            for (size_t i = 0; i < symbol_count; i++)
                if (symbols[i].kind == kind && symbols[i].function != NULL) {
                    check_symbol(&symbols[i], variant_name(variant));
                    checked++;
                }
    if (checked == 0)
        cr_skip_test("this back end has no symbol of this kind");
}

#define VALUES_TEST(kind) Test(values, kind) { check_kind(kind_##kind); }
ORDO_TEST_KINDS(VALUES_TEST)

Test(values, oracle)
{
    for (size_t i = 0; i < symbol_count; i++) {
        const struct symbol *symbol = &symbols[i];
        struct operand_source source = {.random = 3};
        for (unsigned j = 0; j < edge_operands; j++) {
            struct operands operands = next_operands(symbol, &source);
            struct outcome wanted = model(symbol, &operands), got;
            perform(symbol, symbol->oracle, as_compiled, &operands, &got);
            if (!same(&got, &wanted)) {
                report(symbol->name, "oracle", &operands, &got, &wanted);
                break;
            }
        }
    }
}
