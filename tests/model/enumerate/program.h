/* program.h: straight-line litmus programs of C atomics, as text and as data.
 *
 *     x=1; y=1.rel || a=y.acq; b=x
 *
 * Threads stand between `||`, instructions between `;`. Locations are x y z w, all 0 at first;
 * registers are other letters, one for each instruction that reads. An ordering is rlx (which may
 * be left out), acq, rel, ar (acq_rel), sc (seq_cst) or full.
 *
 *     x=1.rel              store
 *     a=x.acq              load
 *     a=x.add1.ar          fetch_add
 *     a=x.swap2.full       exchange
 *     a=x.cas0:1.rel:acq   compare-exchange of 0 by 1: ordering of success, and of failure
 *     a=x.weak0:1.rel:acq  the weak one
 *     fence.sc             fence
 */
#ifndef ORDO_PROGRAM_H
#define ORDO_PROGRAM_H

#include "ordo/order.h"

#include <stdbool.h>
#include <stdint.h>

enum { max_threads = 4, max_instructions_per_thread = 16, max_locations = 4, max_registers = 8,
       max_value = 15, program_text_size = 1024 };

enum kind {
    kind_load, kind_store, kind_exchange, kind_fetch_add, kind_compare, kind_compare_weak,
    kind_fence, kind_count
};

struct instruction {
    enum kind kind;
    int location;
    int value;    /* stored, added or desired */
    int expected; /* of a compare */
    enum ordo_order order, failure;
    int result; /* index of the register; -1: reads nothing */
};

struct thread {
    int count;
    struct instruction code[max_instructions_per_thread];
};

struct program {
    int thread_count, register_count, location_count;
    struct thread threads[max_threads];
    char names[max_registers]; /* of the registers */
};

/* A final state: for each register the value it got and, for a compare, whether it stored; for each
 * location its last value. */
typedef uint64_t outcome;

static inline outcome outcome_register(int index, int value, bool stored)
{
    return ((outcome)stored << 4 | (outcome)value) << 5 * index;
}

static inline outcome outcome_memory(int location, int value)
{
    return (outcome)value << (5 * max_registers + 4 * location);
}

/* Exits with a message if the text is not a program. */
struct program parse_program(const char *text);
void format_program(const struct program *program, char text[program_text_size]);
void format_outcome(const struct program *program, outcome final, char text[program_text_size]);

/* A condition is a list like "a=1 b=0 x=2", each a register or the last value of a location. */
bool outcome_satisfies(const struct program *program, outcome final, const char *condition);

bool kind_reads(enum kind kind);
bool kind_compares(enum kind kind);
/* Appends and gives it a register if it reads. */
void append(struct program *program, int thread, struct instruction instruction);

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
