/* compile.h: litmus programs compiled by ordering.tbl, for the axioms of the architectures. */
#ifndef ORDO_COMPILE_H
#define ORDO_COMPILE_H

#include "candidates.h"
#include "check.h"

enum { order_limit = ordo_full + 1, max_variants = 4 };

/* The rows of one section by kind of instruction and ordering. Operations that have the same events
 * share a variant: fetch_and and fetch_xor are the same to a memory model. */
struct target {
    const char *section;
    bool x86;
    struct variants {
        int count;
        const struct row *rows[max_variants];
    } variants[kind_count][order_limit];
    int variant;       /* which to use; where there are fewer, the last */
    int variant_count; /* of the kind and ordering that has most */
    int rows;
};

/* The rows for values of up to 64 bits. */
void read_target(struct target *target, const char *section, const struct table *table);
struct model target_model(const struct target *target);
/* hardware.c: the litmus tests of the architecture; returns how many go wrong. */
int check_hardware(const struct target *target);
/* The ways to run `row` as this instruction. */
void row_paths(const struct target *target, const struct row *row,
               const struct instruction *instruction, struct paths *paths);

/* Whether a list of a row, of operations, types or orderings, has the word. */
bool in_list(const char *list, const char *word);

/* Whether the symbols of the kind have the ordering. */
bool is_legal_order(enum kind kind, enum ordo_order order);

/* Whether the program has an instruction with so many variants as the one that is set. */
bool variant_matters(const struct target *target, const struct program *program);

/* What a row is used for: none for 128 bits and for what has no like in a program. */
enum { max_uses = 12 };
struct use {
    enum kind kind;
    enum ordo_order order;
};
int row_uses(const struct row *row, struct use uses[max_uses]);

#endif
