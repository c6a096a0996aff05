/* tally.c: what a run of generated programs is worth: what is in them, how many have a final state
 * that RC11 forbids, and how many would show that one of its axioms is broken. */
#include "enumerate.h"
#include "generate.h"

#include <stdio.h>

enum { enough = 5 }; /* programs that notice that an axiom is broken */

static bool has_kind(const struct program *program, enum kind kind)
{
    for (int t = 0; t < program->thread_count; t++)
        for (int i = 0; i < program->threads[t].count; i++)
            if (program->threads[t].code[i].kind == kind)
                return true;
    return false;
}

void count_program(struct tally *tally, const struct program *program,
                   const struct results *results)
{
    const struct rc11 axioms = {0};
    const struct model rc11 = rc11_model(&axioms);
    struct program relaxed = relaxed_program(program);
    struct results weakest = enumerate(&relaxed, &rc11, no_limit);

    for (enum kind kind = kind_load; kind < kind_count; kind++)
        tally->with[kind] += has_kind(program, kind);
    tally->executions += results->executions;
    tally->forbidden += results->allowed.count < results->candidates.count;
    tally->by_ordering += results->allowed.count < weakest.allowed.count;
    release_results(&weakest);
    tally->programs++;

    for (int i = 0; i < broken_axiom_count; i++)
        if (tally->noticed[i] < enough) {
            const struct model broken = rc11_model(&broken_axioms[i].axioms);
            struct results wrong = enumerate(program, &broken, no_limit);

            tally->noticed[i] += wrong.executions != results->executions ||
                                 !same_outcomes(&wrong.allowed, &results->allowed);
            tally->tried[i]++;
            release_results(&wrong);
        }
}

bool print_tally(const struct tally *tally, uint64_t seed)
{
    bool telling = true;

    printf("seed %llu: %lu programs; fetch_add in %lu, exchange in %lu, fence in %lu, compare in "
           "%lu, weak compare in %lu\n",
           (unsigned long long)seed, tally->programs, tally->with[kind_fetch_add],
           tally->with[kind_exchange], tally->with[kind_fence], tally->with[kind_compare],
           tally->with[kind_compare_weak]);
    printf("%lu have a final state that RC11 forbids, %lu would lose it with relaxed orderings; "
           "%lu executions\n", tally->forbidden, tally->by_ordering, tally->executions);
    for (int i = 0; i < broken_axiom_count; i++) {
        printf("without %-17s %lu of the first %lu programs differ\n", broken_axioms[i].name,
               tally->noticed[i], tally->tried[i]);
        telling &= tally->noticed[i] > 0;
    }
    /* A tenth of them, which is far below what the generator gives. */
    return telling && tally->by_ordering >= tally->programs / 10;
}
