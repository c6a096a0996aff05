/* architectures.c: ordering.tbl against the memory models of the architectures.
 *
 * Every program, compiled by the table, may only end as RC11 without its no-thin-air axiom (which
 * hardware does not keep) allows. Then the table's rows are weakened, one step at a time, and that
 * must show: a row that can be weaker is not the row we want, unless its reason is listed here.
 */
#include "compile.h"
#include "enumerate.h"
#include "generate.h"
#include "weaken.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct rc11 hardware_axioms = {.without_thin_air = true};
static const unsigned long candidate_limit = 20000;

static const char *const sections[] = {"x86_64", "aarch64", "armv8.1"};
enum { section_count = sizeof sections / sizeof *sections };

struct comparison {
    struct target *target;
    unsigned long programs, skipped, executions;
    unsigned long exact; /* programs that can end in all ways that C allows */
    int complaints; /* how many programs to print yet */
};

/* Whether the target lets the program end as C forbids. */
static bool is_wrong(const struct program *program, const struct outcomes *c_allows,
                     struct comparison *comparison)
{
    struct model model = target_model(comparison->target);
    struct results results = enumerate(program, &model, candidate_limit);
    char text[program_text_size];
    bool wrong = false;

    for (size_t i = 0; i < results.allowed.count && !wrong; i++)
        if (!has_outcome(c_allows, results.allowed.list[i])) {
            wrong = true;
            if (comparison->complaints-- > 0) {
                format_program(program, text);
                printf("%s: %s\n", model.name, text);
                format_outcome(program, results.allowed.list[i], text);
                printf("    ends in %s, which C forbids\n", text);
            }
        }
    if (results.tried > candidate_limit)
        comparison->skipped++;
    else
        comparison->programs++;
    comparison->executions += results.executions;
    comparison->exact += results.allowed.count == c_allows->count;
    release_results(&results);
    return wrong;
}

/* ---- The table as it is ---------------------------------------------------------------------- */

struct totals {
    struct target targets[section_count];
    struct comparison comparisons[section_count];
    unsigned long programs, restrictive, wrong;
    unsigned long full, full_matters; /* with a full operation; and others would not do */
};

static struct results c_results(const struct program *program)
{
    const struct model c = rc11_model(&hardware_axioms);

    return enumerate(program, &c, no_limit);
}

/* Counts programs that rest on an operation being a fence on both sides: with seq_cst in place of
 * full they have more final states. */
static void count_full(struct totals *totals, const struct program *program,
                       const struct results *c)
{
    struct program weaker = *program;
    bool changed = false;

    for (int t = 0; t < weaker.thread_count; t++)
        for (int i = 0; i < weaker.threads[t].count; i++) {
            struct instruction *code = &weaker.threads[t].code[i];

            if (code->order == ordo_full && code->kind != kind_fence) {
                code->order = ordo_seq_cst;
                code->failure = kind_compares(code->kind) ? ordo_seq_cst : code->failure;
                changed = true;
            }
        }
    if (!changed)
        return;

    struct results results = c_results(&weaker);
    totals->full++;
    totals->full_matters += results.allowed.count > c->allowed.count;
    release_results(&results);
}

static void compare_program(struct totals *totals, const struct program *program,
                            const struct results *c)
{
    totals->programs++;
    totals->restrictive += c->allowed.count < c->candidates.count;
    count_full(totals, program, c);
    for (int i = 0; i < section_count; i++) {
        struct comparison *comparison = &totals->comparisons[i];

        for (int v = 0; v < comparison->target->variant_count; v++) {
            comparison->target->variant = v;
            if (variant_matters(comparison->target, program))
                totals->wrong += is_wrong(program, &c->allowed, comparison);
        }
    }
}

static bool check_directed(const struct program *program, void *totals)
{
    struct results c = c_results(program);

    compare_program(totals, program, &c);
    release_results(&c);
    return true;
}

/* The symbols promise what the two orderings of a compare are joined to, so the program asks for
 * all of that. Returns whether that is more. */
static bool joins_orders(struct program *program)
{
    bool more = false;

    for (int t = 0; t < program->thread_count; t++)
        for (int i = 0; i < program->threads[t].count; i++) {
            struct instruction *code = &program->threads[t].code[i];
            const struct instruction before = *code;

            if (kind_compares(code->kind)) {
                code->order = ordo_join_orders("compile", code->order, code->failure);
                code->failure = failure_promise(code->order);
                more |= code->order != before.order || code->failure != before.failure;
            }
        }
    return more;
}

static void check_table(struct totals *totals, struct options options)
{
    for (enum kind kind = kind_load; kind < kind_count; kind++)
        for (enum ordo_order order = ordo_relaxed; order <= ordo_full; order++)
            if (kind != kind_exchange && is_legal_order(kind, order))
                each_directed_program(kind, order, check_directed, totals);
    for (int i = 0; litmus_program(i); i++) {
        struct program program = parse_program(litmus_program(i));

        joins_orders(&program);
        check_directed(&program, totals);
    }
    unsigned long index = 0;
    for (unsigned long i = 0; i < options.programs; i++) {
        const struct model c = rc11_model(&hardware_axioms);
        struct program program;
        struct results results = next_program(options.seed, &index, &c, &program);

        if (joins_orders(&program)) {
            release_results(&results);
            results = c_results(&program);
        }
        compare_program(totals, &program, &results);
        release_results(&results);
    }
}

/* ---- The table, weakened --------------------------------------------------------------------- */

/* What may be weaker by these models, and why the table keeps it. */
static const struct {
    const char *section, *operation, *ordering, *what, *reason;
} equivalents[] = {
    {"aarch64", "compare_exchange", "full", "step 11, dmb ish: dmb ishld instead",
     "the second look comes after all that is before the first barrier, so a barrier that orders "
     "that look is enough"},
    {"aarch64", "compare_exchange_weak", "full", "step 11, dmb ish: dmb ishld instead",
     "as in compare_exchange"},
    {"armv8.1", "compare_exchange", "full", "step 8, dmb ish: dmb ishld instead",
     "as on aarch64"},
    {"armv8.1", "compare_exchange", "full", "step 8, dmb ish: no barrier",
     "the second casal acquires, also when it fails, and comes after the first barrier"},
    {"armv8.1", "load", "acquire_rcpc", "step 5, ldar [object]: ldapr instead",
     "acquire_rcpc asks for no more"},
};
enum { equivalent_count = sizeof equivalents / sizeof *equivalents };

struct mutant {
    struct comparison comparison;
    bool noticed;
};

static bool look_for_difference(const struct program *program, void *context)
{
    struct mutant *mutant = context;
    struct results c = c_results(program);

    mutant->noticed = is_wrong(program, &c.allowed, &mutant->comparison);
    release_results(&c);
    return !mutant->noticed;
}

static bool is_noticed(const struct target *target, const struct row *weak)
{
    struct target changed = *target;
    struct mutant mutant = {.comparison = {.target = &changed}};
    struct use uses[max_uses];
    int count = row_uses(weak, uses);

    for (int i = 0; i < count; i++)
        changed.variants[uses[i].kind][uses[i].order] = (struct variants){1, {weak}};
    for (int i = 0; i < count && !mutant.noticed; i++)
        each_directed_program(uses[i].kind, uses[i].order, look_for_difference, &mutant);
    return mutant.noticed;
}

/* The entry of `equivalents` for this, or equivalent_count. */
static int find_equivalent(const struct row *row, const char *what)
{
    int i = 0;

    while (i < equivalent_count && (strcmp(equivalents[i].section, row->section) != 0 ||
                                    !in_list(row->operations, equivalents[i].operation) ||
                                    !in_list(row->orderings, equivalents[i].ordering) ||
                                    strcmp(equivalents[i].what, what) != 0))
        i++;
    return i;
}

static const struct target *target_of(const struct totals *totals, const struct row *row)
{
    for (int i = 0; i < section_count; i++)
        if (strcmp(sections[i], row->section) == 0)
            return &totals->targets[i];
    return NULL;
}

/* Returns the number of weakenings that are neither noticed nor listed, or both. */
static int check_weakenings(const struct table *table, const struct totals *totals)
{
    int noticed = 0, equivalent = 0, wrong = 0;
    bool used[equivalent_count] = {false};

    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        const struct target *target = target_of(totals, row);
        struct weakening weak;

        for (int n = 0; target && weaken(row, n, &weak); n++) {
            struct use uses[max_uses];
            const int known = find_equivalent(row, weak.what);
            const bool is_listed = known < equivalent_count;

            if (row_uses(row, uses) == 0)
                continue;
            const bool shows = is_noticed(target, &weak.row);
            noticed += shows && !is_listed;
            equivalent += !shows && is_listed;
            wrong += shows == is_listed;
            if (is_listed)
                used[known] = true;
            if (!shows || is_listed)
                printf("[%s]%s:%s: %s: %s\n", row->section, row->operations, row->orderings,
                       weak.what,
                       shows ? "LISTED AS EQUIVALENT, BUT NOTICED"
                       : is_listed ? equivalents[known].reason : "NOT NOTICED");
        }
    }
    for (int i = 0; i < equivalent_count; i++)
        if (!used[i]) {
            printf("LISTED AS EQUIVALENT, BUT IN NO ROW: [%s] %s %s: %s\n",
                   equivalents[i].section, equivalents[i].operation, equivalents[i].ordering,
                   equivalents[i].what);
            wrong++;
        }
    printf("rows made weaker: %d noticed, %d equivalent, %d wrong\n", noticed, equivalent, wrong);
    return wrong;
}

int run_table(const char *path, struct options options)
{
    struct table table = read_table(path);
    struct totals totals = {0};
    int known_wrong = 0;

    for (int i = 0; i < section_count; i++) {
        read_target(&totals.targets[i], sections[i], &table);
        totals.comparisons[i] =
            (struct comparison){.target = &totals.targets[i], .complaints = 3};
        known_wrong += check_hardware(&totals.targets[i]);
    }
    check_table(&totals, options);
    for (int i = 0; i < section_count; i++) {
        const struct comparison *c = &totals.comparisons[i];

        printf("%-8s %d rows; %lu programs compiled, %lu more too large; %lu executions; "
               "%lu programs end in every way that C allows\n",
               sections[i], c->target->rows, c->programs, c->skipped, c->executions, c->exact);
    }
    printf("%lu programs have a full operation; %lu of them need its fences\n", totals.full,
           totals.full_matters);
    const int wrong_rows = check_weakenings(&table, &totals);
    const bool failed = totals.wrong || wrong_rows || known_wrong || !totals.full_matters;
    printf("table: %lu programs, %lu of them with a final state that C forbids; %lu compiled to "
           "one%s\n",
           totals.programs, totals.restrictive, totals.wrong, failed ? ": FAILED" : "");
    return failed;
}
