/* check.h: what the parts of the structural checker share.
 *
 * `check` reads a library that was built, and the tables of arch/, and reports every difference:
 *
 *   symbols.c         the set of symbols is that of ops.tbl
 *   instructions.c    each routine is its row of ordering.tbl, from mnemonics of mnemonics.tbl only
 *   lints.c           rules of the architecture that no single row can show
 *   unwinding.c       the unwinding tables know where the caller is
 *   second_opinion.c  objdump reads the same instructions as LLVM
 *   objects.c         property notes; size; the same bytes from different assemblers
 *
 * They stand on operations.c, table.c and mnemonics.c, which read the three tables, on routine.c,
 * which understands one disassembled routine, and on tools/machine_code.c.
 */
#ifndef ORDO_CHECK_H
#define ORDO_CHECK_H

#include "machine_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Prints one line, `where: message`, and counts it: the program then exits with 1. */
void complain(const char *where, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For what makes the rest pointless: a file that cannot be read, a table that cannot be parsed. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
void *allocate(size_t count, size_t size);
bool ends_in(const char *text, const char *ending);

/* operations.c: ops.tbl, one entry per symbol ----------------------------------------------- */

struct operation {
    char symbol[64]; /* ordo_fetch_add_u32_relaxed */
    char kind[16], operation[32], type[8], ordering[16];
    unsigned int size; /* of the type in bytes; 0 if it has none */
};

struct operations {
    struct operation *list;
    size_t count;
};

/* Expands the table; `pairs` says whether the back end has the rows of kind `pair`. */
struct operations read_operations(const char *path, bool pairs);
/* Whether it is one of the outline atomics, which compilers call with a contract of their own. */
bool is_helper(const struct operation *operation);
const struct operation *find_operation(const struct operations *operations, const char *symbol);

/* table.c: ordering.tbl ----------------------------------------------------------------------- */

enum { max_steps = 32 };

struct step { /* one instruction of a row */
    char label;  /* 'A' of "A:", or 0 */
    char target; /* 'A' of "cbnz A", or 0 */
    char mnemonic[24];
    char operands[32]; /* without blanks: "[object],r" */
};

struct row {
    int line;
    bool used;
    char section[16];
    char *operations, *types, *orderings; /* lists, each word between blanks; or " * " */
    struct step steps[max_steps];
    size_t count;
};

struct table {
    const char *path;
    struct row *rows;
    size_t count;
};

struct table read_table(const char *path);
/* The one row of the symbol in this section; NULL, and a complaint, if there is none or more. */
struct row *find_row(struct table *table, const char *section, const struct operation *operation);
bool rows_equal(const struct row *a, const struct row *b);
void complain_of_unused_rows(const struct table *table, const char *section);

/* mnemonics.c: mnemonics.tbl ------------------------------------------------------------------ */

struct mnemonic {
    char section[16];
    char name[24];
    enum mnemonic_class { class_arithmetic, class_access, class_barrier, class_branch } class;
    unsigned int written;      /* bit n: operand n, counted from 0, is written */
    unsigned int read_written; /* and those of them that are read too */
    uint32_t implied;          /* registers written, and read, without being named */
    bool implied_read;
    bool used;
};

struct mnemonics {
    struct mnemonic *list;
    size_t count;
};

struct mnemonics read_mnemonics(const char *path);
/* NULL if the section does not allow it. The b and h of a narrow ARM64 access are not in the table:
 * the entry without it is the answer. */
const struct mnemonic *find_mnemonic(const struct mnemonics *mnemonics, const char *section,
                                     const char *name);
void complain_of_unused_mnemonics(const struct mnemonics *mnemonics, const char *section);

/* routine.c: one routine, understood ---------------------------------------------------------- */

enum { max_instructions = 96, max_operands = 6, register_count = 33 };
/* Numbers of registers: x86-64 as encoded (rax 0 ... r15 15); ARM64 x0 to x30, and these. */
enum { x86_rax = 0, x86_rdx = 2, x86_rbx = 3, x86_rsp = 4, x86_rip = 32,
       arm_sp = 31, arm_zero = 32 };

struct operand {
    enum { operand_other, operand_register, operand_vector, operand_memory, operand_number } kind;
    int reg;           /* its number; of memory: the base's */
    unsigned int size; /* bytes: of a register as named, of x86-64 memory as written, else 0 */
    long long number;  /* the immediate; of memory: the offset */
};

/* What a register is known to hold: nothing, an argument, or what the caller left in a register. */
enum { holds_nothing, holds_object, holds_expected, holds_callers }; /* holds_callers + register */

struct moment { /* before an instruction, on every path that leads there */
    bool reached;
    unsigned char holds[register_count];
};

struct routine {
    const char *library; /* "aarch64-gcc" */
    const char *section; /* of the tables: "aarch64" */
    enum machine_architecture architecture;
    const struct machine_symbol *symbol;
    const struct operation *operation;
    const struct mnemonics *mnemonics;
    size_t count;
    struct {
        struct machine_instruction text;
        const struct mnemonic *how; /* NULL: not allowed, and complained of */
        struct operand operands[max_operands];
        size_t operand_count;
        size_t target; /* of a direct branch: the index there, or `count` */
        struct moment before;
    } code[max_instructions];
};

/* Disassembles `symbol` and finds out what each register holds at each instruction. Complains of an
 * instruction that is not allowed in `section`, of branches that lead nowhere and of code that
 * cannot be reached. */
void read_routine(struct routine *routine, const char *library, const char *section,
                  const struct machine_file *file, const struct machine_symbol *symbol,
                  const struct operation *operation, const struct mnemonics *mnemonics);
void complain_of(const struct routine *routine, size_t index, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sets of registers, one bit each, that an instruction writes and reads. */
uint64_t registers_written(const struct routine *routine, size_t index);
uint64_t registers_read(const struct routine *routine, size_t index);
const struct operand *memory_operand(const struct routine *routine, size_t index);
bool is_jump(const struct routine *routine, size_t index);
bool is_conditional_branch(const struct routine *routine, size_t index);
/* A return, or a jump to another symbol. */
bool is_exit(const struct routine *routine, size_t index);

/* The checks ---------------------------------------------------------------------------------- */

struct unwinding;

struct library {
    const char *name; /* "aarch64-gcc": the directory it lies in */
    const char *target;
    struct machine_file *file;
    struct operations operations;
    struct unwinding *unwinding; /* NULL for NASM, which has no tables, and without a libordo.so */
};

/* Whether the symbol is one of the few that features.c defines beside the operations. */
bool is_extra_symbol(const char *name);
void check_symbols(const struct library *library);
/* The members at the end of the library whose source is in the folder `sources`: their names are
 * ordo's. Returns how many they are, for the other checks to leave out. */
size_t check_core(const struct library *library, const char *sources);
/* Compares every routine with its row. */
void check_instructions(const struct library *library, struct table *table,
                        const struct mnemonics *mnemonics);
void check_lints(const struct routine *routine);
/* The tables of the libordo.so beside `archive`, in which routines lie as in the archive. */
struct unwinding *open_unwinding(const char *archive);
void check_unwinding(const struct unwinding *unwinding, const struct routine *routine);
void close_unwinding(struct unwinding *unwinding);
void check_coverage(const struct library *library);
void check_second_opinion(const struct library *library, const char *objdump);
void check_notes(const char *name, const struct machine_file *file);
void check_size(const struct library *library, uint64_t limit);
/* Compares the members of libraries made from the same assembly, the *.S of folder `sources`. */
void check_same(const char *sources, int count, char **paths);

#endif
