/* unique_table.h: a table of 256 places of 64 bytes, found by the hash of an address, of which a
 * process has one, even if several of its shared objects each have a copy of the file that has it.
 *
 * Its symbol is unique: the dynamic linker lets all shared objects of the process use one table,
 * even if each was linked with an own copy and opened with RTLD_LOCAL. C has no word for that, so
 * the assembler lays it out. Of an executable the dynamic linker sees only what that exports, which
 * is not this unless it is told to: wait.h and parking_lot.h say how.
 */
#ifndef ORDO_CORE_UNIQUE_TABLE_H
#define ORDO_CORE_UNIQUE_TABLE_H

#include <stddef.h>
#include <stdint.h>

enum { unique_table_places = 256 };

/* Lays out what was declared `extern type name[unique_table_places]`; all zero. */
#define UNIQUE_TABLE(name)                                                                         \
    _Static_assert(sizeof name == 16384, "as below");                                              \
    __asm__(".pushsection .bss\n"                                                                  \
            ".balign 64\n"                                                                         \
            ".globl " #name "\n"                                                                   \
            ".type " #name ", %gnu_unique_object\n"                                                \
            ".size " #name ", 16384\n" #name ": .zero 16384\n"                                     \
            ".popsection\n")

/* The index of an address's place. Fibonacci hashing: 2^64 by the golden ratio; the upper 8 bits
 * depend on all. */
static inline size_t unique_table_index(const void *address)
{
    return (uintptr_t)address * 0x9e3779b97f4a7c15 >> 56;
}

#endif
