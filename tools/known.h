/* known.h: whose code is a function of a linked program? It is told by the code itself.
 *
 * A static linker copies a function from an archive and changes nothing in it but the fields that
 * relocations name. So a function of a program did not come from an archive unless its bytes, those
 * fields left out, are the bytes of the archive's function of the same name. In a stripped program,
 * where functions have no names, the code alone decides.
 *
 * Used by `ordo audit`, for ordo's own archives and for those of the compiler and the C library.
 */
#ifndef ORDO_KNOWN_H
#define ORDO_KNOWN_H

#include "machine_code.h"

struct known;

struct known_function {
    const struct machine_file *file;
    const struct machine_symbol *symbol;
};

struct known *known_new(void);
void known_free(struct known *known);

/* Adds the functions of an archive, object or shared library. The file must outlive `known`. */
void known_add(struct known *known, const struct machine_file *file);

/* The function that has this name and this code, of which `size` bytes are there, or NULL. If
 * `name` is NULL: any function that has this code and size, and at least `least` bytes that no
 * relocation changes. */
const struct known_function *known_find(const struct known *known, const char *name,
                                        const uint8_t *code, uint64_t size, uint64_t least);

/* How long a name is without the version that a linker may have put after it ("@LIBATOMIC_1.0"). */
size_t name_length(const char *name);
int compare_names(const char *left, const char *right);

#endif
