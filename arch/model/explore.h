/* explore.h: what a driver calls to explore one test: main.c, and the comparison with the
 * enumerator in tests/model. Test code itself includes model.h only.
 */
#ifndef ORDO_MODEL_EXPLORE_H
#define ORDO_MODEL_EXPLORE_H

#include <stdint.h>

#include "model.h"

struct model_result {
    enum model_verdict found;    /* the expected failure, or the first; else what was reached */
    bool as_expected;            /* found is options.expect, and complete where that needs it */
    bool complete;               /* every execution was explored; false: a bound was met */
    unsigned long executions;    /* complete consistent executions, each of them once */
    unsigned long blocked;       /* given up: a thread waits for a store it had not read yet */
    unsigned long runs;          /* times that the test was started */
    unsigned long failed_run;    /* the one that failed; 0: none */
    double seconds;
};

/* Explores `test`, to its end or its first failure. A test may be built at run time; its body then
 * usually reads what to do from static data. `full` operations are explored as the seq_cst
 * operation between two seq_cst fences, a failed compare too. */
struct model_result model_run(const struct model_test *test);

/* If not NULL, called after each complete execution, outside the threads of the test: memory has
 * what plain stores left, atomic objects must be read with model_final. */
extern void (*model_on_execution)(void);

/* The last value, in modification order, of the atomic object of 1 to 8 bytes at `address`. */
uint64_t model_final(const volatile void *address);

/* Settings for all tests; main.c sets them from its options. */
struct model_settings {
    unsigned long executions; /* bound that replaces each test's own; 0: none */
    unsigned long times;      /* how many times a test's own bound, without that */
    unsigned long replay;     /* explore up to this run and stop after it; 0: all */
    bool reverse;             /* the last thread that can step does, not the first */
    bool verbose;
    bool progress;            /* a line on a terminal while exploring */
    const char *dot;          /* the Graphviz file of a failure; NULL: none */
};
extern struct model_settings model_settings;

/* The words of a verdict, as in `data race`. */
const char *model_verdict_name(enum model_verdict verdict);

/* The tests of this program, in the order of their registration. */
extern struct model_test *model_tests;

#endif
