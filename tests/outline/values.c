/* values.c: every helper in one thread, against plain C: the old value, zero-extended; the new one;
 * and nothing else: the bytes beside the object, and every register that the contract does not
 * give away. What narrow arguments have above their width is junk, as is every other register. */
#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#include "helper.h"
#include "random.h"
#include "rounds.h"

TestSuite(values, .init = library_or_skip, .timeout = 120);

enum { random_share = 50, cell_size = 48 };

#define HALVES(bits) (unsigned long long)((bits) >> 64), (unsigned long long)(bits)

static value random_value(uint64_t *random)
{
    value high = random_next(random);
    return high << 64 | random_next(random);
}

/* The edges of a width: zero, one, all ones, sign bit, and the largest below it. */
static value edge(const struct helper *helper, unsigned int number)
{
    value sign = (value)1 << (helper->size * 8 - 1);
    const value edges[] = {0, 1, ~(value)0, sign, sign - 1, sign | 1, (value)1 << 64, UINT64_MAX};

    return of_width(helper, edges[number]);
}
enum { edge_count = 8 };

static void fill(void *memory, size_t size, uint64_t *random)
{
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
        uint64_t word = random_next(random);
        memcpy((char *)memory + i, &word, sizeof word);
    }
}

/* The argument's bits with junk above its width. */
static uint64_t argument(const struct helper *helper, value bits, uint64_t junk)
{
    return helper->size >= 8 ? (uint64_t)bits : (uint64_t)bits | junk << helper->size * 8;
}

static void set_arguments(const struct helper *helper, struct registers *before, void *object,
                          value expected, value operand, uint64_t *random)
{
    fill(before, sizeof *before, random);
    before->x[30] = 0;
    before->sp = 0;
    if (helper->size == 16) {
        before->x[0] = (uint64_t)expected;
        before->x[1] = (uint64_t)(expected >> 64);
        before->x[2] = (uint64_t)operand;
        before->x[3] = (uint64_t)(operand >> 64);
        before->x[4] = (uintptr_t)object;
    } else if (helper->operation == op_cas) {
        before->x[0] = argument(helper, expected, random_next(random));
        before->x[1] = argument(helper, operand, random_next(random));
        before->x[2] = (uintptr_t)object;
    } else {
        before->x[0] = argument(helper, operand, random_next(random));
        before->x[1] = (uintptr_t)object;
    }
}

/* The first register that changed and must not; NULL if there is none. */
static const char *changed(const struct helper *helper, const struct registers *before,
                           const struct registers *after)
{
    static char text[16];

    for (unsigned int i = helper->size == 16 ? 2 : 1; i < 31; i++)
        if ((i < 15 || i > 17) && before->x[i] != after->x[i]) {
            snprintf(text, sizeof text, "x%u", i);
            return text;
        }
    for (unsigned int i = 0; i < 32; i++)
        if (before->v[i] != after->v[i]) {
            snprintf(text, sizeof text, "v%u", i);
            return text;
        }
    return before->sp != after->sp ? "sp" : NULL;
}

/* Returns whether all was right. */
static bool check(const struct helper *helper, const char *form, value content, value expected,
                  value operand, uint64_t *random)
{
    alignas(16) unsigned char cell[cell_size];
    unsigned char wanted[cell_size];
    struct registers before, after;
    size_t offset = 16 + random_next(random) % (16 / helper->size) * helper->size;
    value stored = model(helper, content, expected, operand), old;

    fill(cell, sizeof cell, random);
    memcpy(cell + offset, &content, helper->size);
    memcpy(wanted, cell, sizeof wanted);
    memcpy(wanted + offset, &stored, helper->size);
    set_arguments(helper, &before, cell + offset, expected, operand, random);

    outline_call(helper->function, &before, &after);

    old = helper->size == 16 ? (value)after.x[1] << 64 | after.x[0] : after.x[0];
    if (old == content && memcmp(cell, wanted, sizeof cell) == 0 &&
        !changed(helper, &before, &after))
        return true;
    cr_expect(false, "%s (%s) of object %llx:%016llx, expected %llx:%016llx, operand %llx:%016llx: "
              "returns %llx:%016llx; %s; changes %s", helper->name, form, HALVES(content),
              HALVES(expected), HALVES(operand), HALVES(old),
              memcmp(cell + offset, wanted + offset, helper->size) ? "stores another value"
              : memcmp(cell, wanted, sizeof cell)                  ? "writes outside the object"
                                                                   : "stores the right value",
              changed(helper, &before, &after) ? changed(helper, &before, &after) : "no register");
    return false;
}

static void check_helper(const struct helper *helper, const char *form)
{
    uint64_t random = 1;
    unsigned int rounds = test_rounds(random_share);

    for (unsigned int i = 0; i < edge_count * edge_count; i++) {
        value content = edge(helper, i / edge_count), operand = edge(helper, i % edge_count);

        for (unsigned int e = 0; e < (helper->operation == op_cas ? edge_count : 1); e++)
            if (!check(helper, form, content, edge(helper, e), operand, &random))
                return;
    }
    for (unsigned int i = 0; i < rounds; i++) {
        value content = of_width(helper, random_value(&random));
        value operand = of_width(helper, random_value(&random));
        uint64_t choice = random_next(&random);
        value expected = content;

        /* Half of the compares find what they expect; half of the others miss by one bit. */
        if (choice % 4 == 0)
            expected = of_width(helper, random_value(&random));
        else if (choice % 4 == 1)
            expected ^= (value)1 << choice / 4 % (helper->size * 8);
        if (!check(helper, form, content, expected, operand, &random))
            return;
    }
}

/* One test for each operation. */
static void check_operation(enum operation operation)
{
    for (unsigned int form = 0; select_form(form); form++)
        for (size_t i = 0; i < helper_count; i++)
            if (helpers[i].operation == operation)
                check_helper(&helpers[i], form_name(form));
}

Test(values, cas) { check_operation(op_cas); }
Test(values, swp) { check_operation(op_swp); }
Test(values, ldadd) { check_operation(op_ldadd); }
Test(values, ldclr) { check_operation(op_ldclr); }
Test(values, ldeor) { check_operation(op_ldeor); }
Test(values, ldset) { check_operation(op_ldset); }
