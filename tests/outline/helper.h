/* helper.h: the helpers of outline atomics as the tests see them: the list of them, what each must
 * do, and two ways to call one. */
#ifndef ORDO_TEST_OUTLINE_HELPER_H
#define ORDO_TEST_OUTLINE_HELPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 value;

struct helper {
    const char *name; /* "ldadd4_acq" */
    void (*function)(void);
    enum operation { op_cas, op_swp, op_ldadd, op_ldclr, op_ldeor, op_ldset } operation;
    unsigned int size; /* in bytes */
};

/* All of abi/outline/ops.tbl. */
enum { helper_count = 125 };
extern struct helper helpers[helper_count];

/* The low bits of a value that belong to the helper's width. */
value of_width(const struct helper *helper, value bits);
/* What the object holds afterwards. */
value model(const struct helper *helper, value object, value expected, value operand);
/* Calls it as a compiler does; returns the old value. `expected` is cas's. */
value call_helper(const struct helper *helper, void *object, value expected, value operand);

/* Every register of the CPU, for call_aarch64.S. */
struct registers {
    uint64_t x[31];
    uint64_t sp;
    value v[32];
};
_Static_assert(offsetof(struct registers, v) == 256, "call_aarch64.S has this offset");

/* Calls with the registers `before`, but for x17, x30 and sp, and stores what they are afterwards;
 * x30 and sp as the difference from what they must be. One thread at a time. */
void outline_call(void (*helper)(void), const struct registers *before, struct registers *after);

/* To be the .init of each suite: skips its tests if this CPU cannot run the library under test. */
void library_or_skip(void);
/* The forms of the library, to be selected by number from 0: false if there are no more that this
 * CPU can run. In a library that has both, form 0 is exclusives and form 1 is LSE. */
bool select_form(unsigned int number);
/* Whether the library has both forms, and this CPU runs both. */
bool runs_both_forms(void);
/* "exclusives" or "LSE" */
const char *form_name(unsigned int number);

#endif
