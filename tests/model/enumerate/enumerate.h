/* enumerate.h: what the programs share: `enumerate` (main.c) and `agreement` (agreement.c). */
#ifndef ORDO_ENUMERATE_H
#define ORDO_ENUMERATE_H

#include "candidates.h"

static const unsigned long no_limit = (unsigned long)-1;

/* RC11 with one axiom left out each time: whatever claims to test a model must notice. */
enum { broken_axiom_count = 5 };
extern const struct broken_axiom {
    const char *name;
    struct rc11 axioms;
} broken_axioms[broken_axiom_count];

/* --programs N, how many to generate, and --seed S, which. */
struct options {
    unsigned long programs;
    uint64_t seed;
};
struct options parse_options(int count, char **arguments, int first);

/* tally.c: what generated programs are worth. */
struct tally {
    unsigned long programs, executions, with[kind_count];
    unsigned long forbidden;   /* some final state is forbidden by RC11 */
    unsigned long by_ordering; /* and would not be, were all orderings relaxed */
    unsigned long noticed[broken_axiom_count], tried[broken_axiom_count]; /* without an axiom */
};
/* `results` are those of RC11. */
void count_program(struct tally *tally, const struct program *program,
                   const struct results *results);
/* False if the programs are too weak to show much. */
bool print_tally(const struct tally *tally, uint64_t seed);

/* The litmus tests by number, from 0; NULL after the last. */
const char *litmus_program(int index);

/* Commands of `enumerate`; each returns the exit status. */
int run_litmus(void);
int run_table(const char *path, struct options options);

#endif
