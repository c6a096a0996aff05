/* audit.h: the parts of `ordo audit`.
 *
 *   audit.c         options; which archives are ordo's and the compiler's
 *   audit_scan.c    the program's functions, whose they are, what they call, what is left in them
 *   audit_lines.c   from an address to file and line
 *   audit_libraries.c  the shared libraries that the program needs
 *   audit_print.c   the report: text or JSON
 */
#ifndef ORDO_AUDIT_H
#define ORDO_AUDIT_H

#include "known.h"
#include "machine_code.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose a function of the program is. The C library, the compiler's libraries and its start files
 * are the run-time library. */
enum owner { owner_unknown, owner_ordo, owner_runtime, owner_program };

struct function {
    const struct machine_section *section;
    uint64_t from, to;  /* offsets in the section */
    const char *name;   /* NULL: it has none */
    enum owner owner;   /* unknown: nobody has asked yet */
    const char *object; /* of the run-time library: "libc.a(malloc.o)" */
    bool data;          /* no code, though between code */
};

/* An atomic function that is called, or that is just there. */
struct callee {
    const char *name;
    bool ordo;
    const char *place;                   /* if not ordo's: where it is */
    size_t program_calls, runtime_calls; /* call sites */
};

/* An instruction: a call of an atomic function, or an atomic operation that stands there. */
struct site {
    uint64_t address;
    const struct function *function;
    const char *file; /* NULL: not known */
    int line;
    size_t callee;  /* of a call */
    char text[112]; /* of an instruction that is left: "lock xadd dword ptr [rdi], eax" */
};

struct audit {
    const char *path;
    const struct machine_file *file;
    const struct known *ordo;
    const struct known *(*runtime)(const struct machine_file *program); /* read when first needed */
    struct libraries *libraries;
    struct lines *lines;

    struct function *functions;
    size_t function_count;
    struct callee *callees;
    size_t callee_count;
    struct site *calls;
    size_t call_count;
    struct site *left; /* in the program's own code */
    size_t left_count;
    struct site *runtime_left;
    size_t runtime_left_count;
    const char **inline_units; /* sources, not ordo's, that were compiled with atomics inline */
    size_t inline_unit_count;
};

void audit_scan(struct audit *audit);

/* Is there something that ordo does not serve? */
bool audit_escapes(const struct audit *audit);

enum audit_form { audit_short, audit_long, audit_json };
void audit_print(struct audit *audit, enum audit_form form);

struct lines *lines_open(const char *path);
void lines_close(struct lines *lines);

/* The source line of an address; false if there is no debug information about it. */
bool lines_find(const struct lines *lines, uint64_t address, const char **file, int *line);

/* A source file that was compiled with its atomics inline. */
struct inline_unit {
    const char *name;
    uint64_t address; /* of some of its code */
};

/* The `index`-th of them, or NULL. */
const struct inline_unit *lines_inline_unit(const struct lines *lines, size_t index);

/* The shared libraries that `program` needs, looked for as the dynamic linker looks, but first in
 * `folders`, whose end is NULL. */
struct libraries *libraries_open(const struct machine_file *program, char *const *folders);
void libraries_close(struct libraries *libraries);

/* The first library's definition of `name`, and the library's path; or NULL. */
const struct machine_symbol *libraries_find(struct libraries *libraries, const char *name,
                                            const char **path);

#endif
