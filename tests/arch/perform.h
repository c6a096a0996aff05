/* perform.h: one call of one symbol on a fresh object, and all that can be seen of it after. */
#ifndef ORDO_TEST_PERFORM_H
#define ORDO_TEST_PERFORM_H

#include "call.h"

struct operands {
    value object;       /* what the object holds before */
    value operand;      /* value or desired; a bit operation's index; what a wait takes for old */
    value expected;     /* of a compare-exchange */
    int success;        /* the two orderings of kind `pair` */
    int failure;
};

struct outcome {
    value result;       /* as the register holds it: extended to 32 bits; 0 if there is none */
    value object;
    value expected;
};

/* How much of the ABI the callee is held to. A compiler extends a narrow argument before it calls,
 * and Clang relies on it; it does not extend a narrow result. Hand-written routines take any bits
 * above the width and leave none of their own. */
enum strictness { as_compiled, as_hand_written };

/* Calls `function`, an implementation of `symbol`. Returns null, or what the call did that no call
 * may do: a register not kept, a neighbouring byte changed, a weak compare-exchange that failed
 * every time. The description is valid until the next call. */
const char *perform(const struct symbol *symbol, void (*function)(void),
                    enum strictness strictness, const struct operands *operands,
                    struct outcome *outcome);

/* Operands for one symbol: pairs of edge values first, random ones for ever after. */
struct operand_source {
    uint64_t random;
    unsigned count;
};
struct operands next_operands(const struct symbol *symbol, struct operand_source *source);

/* So many pairs of edge values there are. */
extern const unsigned edge_operands;

#endif
