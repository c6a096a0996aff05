/* litmus.c: litmus tests whose verdict under RC11 is known from the literature, against rc11.c.
 *
 * "No" is an outcome that no execution may have; "yes" one that some execution must have. The same
 * tests as C functions, for the model checker, are in tests/model/. Then whole families: one shape
 * with every combination of orderings, and the rule that tells which combinations forbid it.
 */
#include "enumerate.h"

#include <stdio.h>
#include <string.h>

enum verdict { no, yes };

static const struct {
    const char *name, *program, *outcome;
    enum verdict verdict;
} tests[] = {
    /* Store buffering. */
    {"SB", "x=1; a=y || y=1; b=x", "a=0 b=0", yes},
    {"SB+rel+acq", "x=1.rel; a=y.acq || y=1.rel; b=x.acq", "a=0 b=0", yes},
    {"SB+sc", "x=1.sc; a=y.sc || y=1.sc; b=x.sc", "a=0 b=0", no},
    {"SB+sc+rlx-load", "x=1.sc; a=y || y=1.sc; b=x.sc", "a=0 b=0", yes},
    {"SB+sc+rel-store", "x=1.rel; a=y.sc || y=1.sc; b=x.sc", "a=0 b=0", yes},
    {"SB+fence+fence", "x=1; fence.sc; a=y || y=1; fence.sc; b=x", "a=0 b=0", no},
    {"SB+fence", "x=1; fence.sc; a=y || y=1; b=x", "a=0 b=0", yes},
    {"SB+fence+sc", "x=1; fence.sc; a=y || y=1.sc; b=x.sc", "a=0 b=0", no},
    {"SB+ar-fences", "x=1; fence.ar; a=y || y=1; fence.ar; b=x", "a=0 b=0", yes},
    {"SB+full-between", "x=1; c=z.add1.full; a=y || y=1; d=w.add1.full; b=x", "a=0 b=0", no},
    {"SB+sc-rmw-between", "x=1; c=z.add1.sc; a=y || y=1; d=w.add1.sc; b=x", "a=0 b=0", yes},
    {"SB+failed-full-between", "x=1; c=z.cas7:1.full:full; a=y || y=1; d=w.cas7:1.full:full; b=x",
     "a=0 b=0", no},
    {"SB+failed-sc-between", "x=1; c=z.cas7:1.sc:sc; a=y || y=1; d=w.cas7:1.sc:sc; b=x",
     "a=0 b=0", yes},
    {"SB+failed-full-last", "x=1; a=y.cas7:1.full:full || y=1; b=x.cas7:1.full:full", "a=0 b=0",
     no},
    {"SB+full-rmws", "x=1; a=y.add0.full || y=1; b=x.add0.full", "a=0 b=0", no},
    {"SB+rlx-rmws-same", "a=x.swap1; b=y || c=y.swap1; d=x", "b=0 d=0", yes},

    /* Message passing. */
    {"MP", "x=1; y=1 || a=y; b=x", "a=1 b=0", yes},
    {"MP+rel+acq", "x=1; y=1.rel || a=y.acq; b=x", "a=1 b=0", no},
    {"MP+sc", "x=1; y=1.sc || a=y.sc; b=x", "a=1 b=0", no},
    {"MP+rel", "x=1; y=1.rel || a=y; b=x", "a=1 b=0", yes},
    {"MP+acq", "x=1; y=1 || a=y.acq; b=x", "a=1 b=0", yes},
    {"MP+fences", "x=1; fence.rel; y=1 || a=y; fence.acq; b=x", "a=1 b=0", no},
    {"MP+rel-fence", "x=1; fence.rel; y=1 || a=y; b=x", "a=1 b=0", yes},
    {"MP+acq-fence", "x=1; y=1 || a=y; fence.acq; b=x", "a=1 b=0", yes},
    {"MP+rel-fence+acq", "x=1; fence.rel; y=1 || a=y.acq; b=x", "a=1 b=0", no},
    {"MP+rel+acq-fence", "x=1; y=1.rel || a=y; fence.acq; b=x", "a=1 b=0", no},
    {"MP+wrong-fences", "x=1; fence.acq; y=1 || a=y; fence.rel; b=x", "a=1 b=0", yes},
    {"MP+sc-fences", "x=1; fence.sc; y=1 || a=y; fence.sc; b=x", "a=1 b=0", no},
    {"MP+ar-fences", "x=1; fence.ar; y=1 || a=y; fence.ar; b=x", "a=1 b=0", no},
    {"MP+ar-rmw", "x=1; c=y.add1.ar || a=y.add0.ar; b=x", "a=1 b=0", no},
    {"MP+rel-rmw+acq-rmw", "x=1; c=y.add1.rel || a=y.swap0.acq; b=x", "a=1 b=0", no},
    {"MP+wrong-rmws", "x=1; c=y.add1.acq || a=y.swap0.rel; b=x", "a=1 b=0", yes},
    {"MP+release-sequence", "x=1; y=1.rel || c=y.add1 || a=y.acq; b=x", "a=2 b=0", no},
    {"MP+release-sequence-2", "x=1; y=1.rel || c=y.add1 || d=y.add1 || a=y.acq; b=x", "a=3 b=0",
     no},
    {"MP+fence+release-sequence", "x=1; fence.rel; y=1 || c=y.add1 || a=y.acq; b=x", "a=2 b=0",
     no},
    {"MP+sequence-broken", "x=1; y=1.rel || y=2 || a=y.acq; b=x", "y=2 a=2 b=0", yes},
    {"MP+sequence-broken-then-rmw", "x=1; y=1.rel || y=2 || c=y.add1 || a=y.acq; b=x",
     "c=2 a=3 b=0", yes},
    /* C11's own release sequence, and the paper's, went on through it; that of C++20 does not. */
    {"MP+sequence-same-thread", "x=1; y=1.rel; y=2 || a=y.acq; b=x", "a=2 b=0", yes},
    {"MP+sequence-same-thread-rmw", "x=1; y=1.rel; c=y.add1 || a=y.acq; b=x", "a=2 b=0", no},

    /* A failed compare-exchange orders by its failure ordering only. */
    {"MP+failed-acq", "x=1; y=1.rel || a=y.cas7:0.rlx:acq; b=x", "a=1 b=0", no},
    {"MP+failed-rlx", "x=1; y=1.rel || a=y.cas7:0.ar:rlx; b=x", "a=1 b=0", yes},
    {"MP+failed-sc-rlx", "x=1; y=1.rel || a=y.cas7:0.sc:rlx; b=x", "a=1 b=0", yes},
    {"MP+stored-acq", "x=1; y=1.rel || a=y.cas1:2.acq:rlx; b=x", "a=1 b=0", no},
    {"MP+stored-rlx", "x=1; y=1.rel || a=y.cas1:2.rlx:acq; b=x", "a=1 b=0", yes},
    {"MP+weak-failed-acq", "x=1; y=1.rel || a=y.weak1:2.rlx:acq; b=x", "y=2 a=1 b=0", yes},
    {"MP+weak-failed-both", "x=1; y=1.rel || a=y.weak1:2.acq:acq; b=x", "a=1 b=0", no},
    {"MP+stored-rel", "x=1; a=y.cas0:1.rel:rlx || b=y.acq; c=x", "b=1 c=0", no},
    {"MP+failed-no-write", "x=1; a=y.cas7:1.sc:sc || b=y.acq; c=x", "b=1", no},

    /* Load buffering: C11 and Armv8 allow it, RC11 does not (its no-thin-air axiom). */
    {"LB", "a=x; y=1 || b=y; x=1", "a=1 b=1", no},
    {"LB+rel+acq", "a=x.acq; y=1.rel || b=y.acq; x=1.rel", "a=1 b=1", no},

    /* One location. */
    {"CoRR", "x=1 || a=x; b=x", "a=1 b=0", no},
    {"CoRR2", "x=1 || x=2 || a=x; b=x || c=x; d=x", "a=1 b=2 c=2 d=1", no},
    {"CoWW", "x=1; x=2", "x=1", no},
    {"CoRW", "a=x; x=1", "a=1", no},
    {"CoRW2", "a=x; x=1 || x=2", "a=2 x=2", no},
    {"CoWR", "x=1; a=x || x=2", "a=2 x=1", no},
    {"CoWR-initial", "x=1; a=x", "a=0", no},
    {"CoRR+fr", "x=1 || x=2; a=x; b=x", "a=1 b=2", no},

    /* Read-modify-writes. */
    {"RMW+RMW", "a=x.add1 || b=x.add1", "a=0 b=0", no},
    {"RMW+RMW+sum", "a=x.add1 || b=x.add1", "x=1", no},
    {"RMW+swap", "a=x.swap1 || b=x.swap2", "a=0 b=0", no},
    {"RMW+cas", "a=x.cas0:1.rlx:rlx || b=x.cas0:2.rlx:rlx", "a=0 b=0", no},
    {"RMW+weak", "a=x.weak0:1.rlx:rlx || b=x.weak0:2.rlx:rlx", "a=0 b=0", yes},
    {"RMW+store", "a=x.add1 || x=5", "a=0 x=1", no},
    {"RMW+store-after", "a=x.add1 || x=5", "a=5 x=6", yes},
    {"RMW+store-between", "a=x.add1 || x=5; b=x", "a=0 b=1", no},

    /* Two stores by each of two threads. */
    {"2+2W", "x=1; y=2 || y=1; x=2", "x=1 y=1", yes},
    {"2+2W+rel", "x=1.rel; y=2.rel || y=1.rel; x=2.rel", "x=1 y=1", yes},
    {"2+2W+sc", "x=1.sc; y=2.sc || y=1.sc; x=2.sc", "x=1 y=1", no},
    {"2+2W+sc-fences", "x=1; fence.sc; y=2 || y=1; fence.sc; x=2", "x=1 y=1", no},
    {"2+2W+one-fence", "x=1; fence.sc; y=2 || y=1; x=2", "x=1 y=1", yes},

    /* Independent reads of independent writes. */
    {"IRIW", "x=1 || y=1 || a=x; b=y || c=y; d=x", "a=1 b=0 c=1 d=0", yes},
    {"IRIW+acq", "x=1.rel || y=1.rel || a=x.acq; b=y.acq || c=y.acq; d=x.acq", "a=1 b=0 c=1 d=0",
     yes},
    {"IRIW+sc", "x=1.sc || y=1.sc || a=x.sc; b=y.sc || c=y.sc; d=x.sc", "a=1 b=0 c=1 d=0", no},
    {"IRIW+sc-fences", "x=1 || y=1 || a=x; fence.sc; b=y || c=y; fence.sc; d=x",
     "a=1 b=0 c=1 d=0", no},
    {"IRIW+ar-fences", "x=1 || y=1 || a=x; fence.ar; b=y || c=y; fence.ar; d=x",
     "a=1 b=0 c=1 d=0", yes},
    {"IRIW+acq-sc", "x=1.sc || y=1.sc || a=x.acq; b=y.sc || c=y.acq; d=x.sc", "a=1 b=0 c=1 d=0",
     yes},

    /* Three threads. */
    {"WRC", "x=1 || a=x; y=1 || b=y; c=x", "a=1 b=1 c=0", yes},
    {"WRC+rel+acq", "x=1 || a=x; y=1.rel || b=y.acq; c=x", "a=1 b=1 c=0", no},
    {"WRC+rel", "x=1 || a=x; y=1.rel || b=y; c=x", "a=1 b=1 c=0", yes},
    {"WRC+fences", "x=1 || a=x; fence.rel; y=1 || b=y; fence.acq; c=x", "a=1 b=1 c=0", no},
    {"ISA2", "x=1; y=1 || a=y; z=1 || b=z; c=x", "a=1 b=1 c=0", yes},
    {"ISA2+rel+acq", "x=1; y=1.rel || a=y.acq; z=1.rel || b=z.acq; c=x", "a=1 b=1 c=0", no},
    {"ISA2+one-rlx", "x=1; y=1.rel || a=y; z=1.rel || b=z.acq; c=x", "a=1 b=1 c=0", yes},
    {"RWC", "x=1 || a=x; b=y || y=1; c=x", "a=1 b=0 c=0", yes},
    {"RWC+sc-fences", "x=1 || a=x; fence.sc; b=y || y=1; fence.sc; c=x", "a=1 b=0 c=0", no},
    {"RWC+one-fence", "x=1 || a=x; fence.sc; b=y || y=1; c=x", "a=1 b=0 c=0", yes},
    {"RWC+acq", "x=1.rel || a=x.acq; b=y.acq || y=1.rel; c=x.acq", "a=1 b=0 c=0", yes},
    {"RWC+sc", "x=1.sc || a=x.sc; b=y.sc || y=1.sc; c=x.sc", "a=1 b=0 c=0", no},
    {"W+RWC+fence", "x=1; y=1.rel || a=y.acq; fence.sc; b=z || z=1; fence.sc; c=x",
     "a=1 b=0 c=0", no},
    {"Z6", "x=1; y=1 || y=2; z=1 || a=z; b=x", "y=2 a=1 b=0", yes},
    {"Z6.U", "x=1.sc; y=1.rel || a=y.add1.sc; b=y || y=3.sc; c=x.sc", "a=1 b=3 c=0", yes},
    {"Z6.U+rel-sc", "x=1.sc; y=1.sc || a=y.add1.sc; b=y || y=3.sc; c=x.sc", "a=1 b=3 c=0", no},

    /* A store against a store. */
    {"S", "x=2; y=1 || a=y; x=1", "a=1 x=2", yes},
    {"S+rel+acq", "x=2; y=1.rel || a=y.acq; x=1", "a=1 x=2", no},
    {"S+rel", "x=2; y=1.rel || a=y; x=1", "a=1 x=2", yes},
    {"S+acq", "x=2; y=1 || a=y.acq; x=1", "a=1 x=2", yes},
    {"S+fences", "x=2; fence.rel; y=1 || a=y; fence.acq; x=1", "a=1 x=2", no},
    {"R", "x=1; y=1 || y=2; a=x", "y=2 a=0", yes},
    {"R+rel+acq", "x=1.rel; y=1.rel || y=2.rel; a=x.acq", "y=2 a=0", yes},
    {"R+sc", "x=1.sc; y=1.sc || y=2.sc; a=x.sc", "y=2 a=0", no},
    {"R+sc-fences", "x=1; fence.sc; y=1 || y=2; fence.sc; a=x", "y=2 a=0", no},
    {"R+one-fence", "x=1; y=1 || y=2; fence.sc; a=x", "y=2 a=0", yes},
};
enum { test_count = sizeof tests / sizeof *tests };

/* ---- Families -------------------------------------------------------------------------------- */

/* In the program, @s @l @f are the orderings of a store, a load, a fence. The outcome is forbidden
 * if and only if each of them is at least what the rule says: R release, A acquire, S seq_cst, or
 * anything (-). */
static const struct {
    const char *name, *program, *outcome, *rule;
} families[] = {
    {"SB", "x=1.@s; a=y.@l || y=1.@s; b=x.@l", "a=0 b=0", "SSSS"},
    {"MP", "x=1.@s; y=1.@s || a=y.@l; b=x.@l", "a=1 b=0", "-RA-"},
    {"LB", "a=x.@l; y=1.@s || b=y.@l; x=1.@s", "a=1 b=1", "----"},
    {"S", "x=2.@s; y=1.@s || a=y.@l; x=1.@s", "a=1 x=2", "-RA-"},
    {"R", "x=1.@s; y=1.@s || y=2.@s; a=x.@l", "y=2 a=0", "SSSS"},
    {"2+2W", "x=1.@s; y=2.@s || y=1.@s; x=2.@s", "x=1 y=1", "SSSS"},
    {"WRC", "x=1.@s || a=x.@l; y=1.@s || b=y.@l; c=x.@l", "a=1 b=1 c=0", "--RA-"},
    {"ISA2", "x=1.@s; y=1.@s || a=y.@l; z=1.@s || b=z.@l; c=x.@l", "a=1 b=1 c=0", "-RARA-"},
    {"RWC", "x=1.@s || a=x.@l; b=y.@l || y=1.@s; c=x.@l", "a=1 b=0 c=0", "SSSSS"},
    {"IRIW", "x=1.@s || y=1.@s || a=x.@l; b=y.@l || c=y.@l; d=x.@l", "a=1 b=0 c=1 d=0", "SSSSSS"},
    {"CoRR", "x=1.@s || a=x.@l; b=x.@l", "a=1 b=0", "---"},
    {"SB+fences", "x=1; fence.@f; a=y || y=1; fence.@f; b=x", "a=0 b=0", "SS"},
    {"MP+fences", "x=1; fence.@f; y=1 || a=y; fence.@f; b=x", "a=1 b=0", "RA"},
    {"S+fences", "x=2; fence.@f; y=1 || a=y; fence.@f; x=1", "a=1 x=2", "RA"},
    {"R+fences", "x=1; fence.@f; y=1 || y=2; fence.@f; a=x", "y=2 a=0", "SS"},
    {"2+2W+fences", "x=1; fence.@f; y=2 || y=1; fence.@f; x=2", "x=1 y=1", "SS"},
    {"MP+fence+load", "x=1; fence.@f; y=1 || a=y.@l; b=x", "a=1 b=0", "RA"},
    {"MP+store+fence", "x=1; y=1.@s || a=y; fence.@f; b=x", "a=1 b=0", "RA"},
    {"SB+fence+accesses", "x=1; fence.@f; a=y || y=1.@s; b=x.@l", "a=0 b=0", "SSS"},
    {"RWC+fences", "x=1 || a=x; fence.@f; b=y || y=1; fence.@f; c=x", "a=1 b=0 c=0", "SS"},
    {"IRIW+fences", "x=1 || y=1 || a=x; fence.@f; b=y || c=y; fence.@f; d=x", "a=1 b=0 c=1 d=0",
     "SS"},
    {"MP+release-sequence", "x=1; y=1.@s || c=y.add1 || a=y.@l; b=x", "a=2 b=0", "RA"},
    {"MP+failed-compare", "x=1; y=1.@s || a=y.cas7:0.rlx:@l; b=x", "a=1 b=0", "RA"},
};
enum { family_count = sizeof families / sizeof *families };

static const char *const orders_of[256][6] = {
    ['s'] = {"rlx", "rel", "sc"},
    ['l'] = {"rlx", "acq", "sc"},
    ['f'] = {"acq", "rel", "ar", "sc", "full"},
};

static bool is_at_least(const char *order, char needed)
{
    static const char *const enough[256] = {
        ['-'] = "rlx acq rel ar sc full", ['A'] = "acq ar sc full", ['R'] = "rel ar sc full",
        ['S'] = "sc full"};

    return strstr(enough[(unsigned char)needed], order) != NULL;
}

/* Member `number` of a family, which chooses its orderings; false if there are not so many. */
static bool make_member(int family, int number, char text[program_text_size], enum verdict *verdict)
{
    const char *rule = families[family].rule;
    size_t length = 0;

    *verdict = no;
    for (const char *at = families[family].program; *at; at++) {
        if (*at != '@') {
            text[length++] = *at;
            continue;
        }
        const char *const *orders = orders_of[(unsigned char)*++at];
        int count = 0;

        while (orders[count])
            count++;
        const char *order = orders[number % count];
        number /= count;
        if (!is_at_least(order, *rule++))
            *verdict = yes;
        memcpy(text + length, order, strlen(order));
        length += strlen(order);
    }
    text[length] = '\0';
    return number == 0;
}

/* ---- The run --------------------------------------------------------------------------------- */

struct count {
    int tests, forbidden, wrong;
};

static void check(const char *name, const char *text, const char *condition, enum verdict verdict,
                  const struct rc11 *axioms, bool complain, struct count *count)
{
    struct program program = parse_program(text);
    struct model model = rc11_model(axioms);
    struct results results = enumerate(&program, &model, no_limit);
    bool reached = false;

    for (size_t i = 0; i < results.allowed.count; i++)
        reached |= outcome_satisfies(&program, results.allowed.list[i], condition);
    release_results(&results);
    count->tests++;
    count->forbidden += verdict == no;
    if (reached == (verdict == yes))
        return;
    count->wrong++;
    if (complain)
        printf("%s: %s is %s: %s\n", name, condition, reached ? "allowed" : "not found", text);
}

static struct count check_all(const struct rc11 *axioms, bool complain)
{
    struct count count = {0};
    char text[program_text_size];
    enum verdict verdict;

    for (int i = 0; i < test_count; i++)
        check(tests[i].name, tests[i].program, tests[i].outcome, tests[i].verdict, axioms,
              complain, &count);
    for (int i = 0; i < family_count; i++)
        for (int number = 0; make_member(i, number, text, &verdict); number++)
            check(families[i].name, text, families[i].outcome, verdict, axioms, complain, &count);
    return count;
}

const char *litmus_program(int index)
{
    return index < test_count ? tests[index].program : NULL;
}

int run_litmus(void)
{
    const struct rc11 all = {0};
    const struct count count = check_all(&all, true);
    bool failed = count.wrong > 0;

    for (int i = 0; i < broken_axiom_count; i++) {
        const int noticed = check_all(&broken_axioms[i].axioms, false).wrong;

        printf("without %-17s %4d verdicts wrong\n", broken_axioms[i].name, noticed);
        failed |= noticed == 0;
    }
    printf("litmus: %d tests, and %d members of %d families; %d forbidden, %d allowed; %s\n",
           test_count, count.tests - test_count, family_count, count.forbidden,
           count.tests - count.forbidden, failed ? "FAILED" : "all as known");
    return failed;
}
