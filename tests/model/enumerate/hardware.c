/* hardware.c: litmus tests whose verdict on the architectures is known, compiled by ordering.tbl:
 * whether armv8.c and x86_tso.c are the models that they say they are, neither weaker nor stronger.
 */
#include "compile.h"
#include "enumerate.h"

#include <stdio.h>
#include <string.h>

enum verdict { no, yes };

static const struct {
    const char *name, *program, *outcome;
    enum verdict x86_64, aarch64, armv8_1;
} tests[] = {
    {"SB", "x=1; a=y || y=1; b=x", "a=0 b=0", yes, yes, yes},
    {"MP", "x=1; y=1 || a=y; b=x", "a=1 b=0", no, yes, yes},
    {"LB", "a=x; y=1 || b=y; x=1", "a=1 b=1", no, yes, yes},
    {"S", "x=2; y=1 || a=y; x=1", "a=1 x=2", no, yes, yes},
    {"R", "x=1; y=1 || y=2; a=x", "y=2 a=0", yes, yes, yes},
    {"2+2W", "x=1; y=2 || y=1; x=2", "x=1 y=1", no, yes, yes},
    {"CoRR", "x=1 || a=x; b=x", "a=1 b=0", no, no, no},
    {"RMW+RMW", "a=x.add1 || b=x.add1", "a=0 b=0", no, no, no},
    {"WRC", "x=1 || a=x; y=1 || b=y.acq; c=x", "a=1 b=1 c=0", no, yes, yes},
    {"IRIW", "x=1 || y=1 || a=x; b=y || c=y; d=x", "a=1 b=0 c=1 d=0", no, yes, yes},
    /* All threads see a write at the same time, which C does not ask for. */
    {"IRIW+acq", "x=1 || y=1 || a=x.acq; b=y || c=y.acq; d=x", "a=1 b=0 c=1 d=0", no, no, no},
    {"MP+rel+acq", "x=1; y=1.rel || a=y.acq; b=x", "a=1 b=0", no, no, no},
    {"MP+fences", "x=1; fence.rel; y=1 || a=y; fence.acq; b=x", "a=1 b=0", no, no, no},
    /* ldar waits for an earlier stlr, which C asks of seq_cst only. */
    {"SB+rel+acq", "x=1.rel; a=y.acq || y=1.rel; b=x.acq", "a=0 b=0", yes, no, no},
    {"SB+fences", "x=1; fence.sc; a=y || y=1; fence.sc; b=x", "a=0 b=0", no, no, no},
    {"SB+ar-fences", "x=1; fence.ar; a=y || y=1; fence.ar; b=x", "a=0 b=0", yes, no, no},
    /* An exclusive pair is no barrier, a locked instruction is one, and so is an al of LSE. */
    {"SB+sc-rmws", "x=1; c=z.add1.sc; a=y || y=1; d=w.add1.sc; b=x", "a=0 b=0", no, yes, no},
    {"MP+rmws", "x=1; c=z.add1.sc; y=1 || a=y; d=w.add1.sc; b=x", "a=1 b=0", no, yes, no},
    {"SB+acq-rmws", "x=1; c=z.add1.acq; a=y || y=1; d=w.add1.acq; b=x", "a=0 b=0", no, yes, yes},
    /* But not a casal that failed. */
    {"SB+failed-sc", "x=1; c=z.cas7:1.sc:sc; a=y || y=1; d=w.cas7:1.sc:sc; b=x", "a=0 b=0", no, yes,
     yes},
    {"SB+failed-full", "x=1; c=z.cas7:1.full:full; a=y || y=1; d=w.cas7:1.full:full; b=x",
     "a=0 b=0", no, no, no},
};
enum { test_count = sizeof tests / sizeof *tests };

int check_hardware(const struct target *target)
{
    const struct model model = target_model(target);
    int wrong = 0;

    for (int i = 0; i < test_count; i++) {
        struct program program = parse_program(tests[i].program);
        struct results results = enumerate(&program, &model, no_limit);
        const enum verdict expected = target->x86 ? tests[i].x86_64
                                      : strcmp(target->section, "aarch64") == 0
                                          ? tests[i].aarch64 : tests[i].armv8_1;
        bool reached = false;

        for (size_t j = 0; j < results.allowed.count; j++)
            reached |= outcome_satisfies(&program, results.allowed.list[j], tests[i].outcome);
        if (reached != (expected == yes)) {
            printf("%s: %s is %s: %s\n", target->section, tests[i].name,
                   reached ? "allowed" : "not found", tests[i].program);
            wrong++;
        }
        release_results(&results);
    }
    printf("%-8s %d litmus tests with known verdicts, %d wrong\n", target->section, test_count,
           wrong);
    return wrong;
}
