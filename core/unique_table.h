/* unique_table.h: a table of 256 places of 64 bytes, found by the hash of an address, of which a
 * process has one (unique.h).
 */
#ifndef ORDO_CORE_UNIQUE_TABLE_H
#define ORDO_CORE_UNIQUE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "unique.h"

enum { unique_table_places = 256 };

/* Lays out what was declared `extern type name[unique_table_places]`; all zero. */
#define UNIQUE_TABLE(name)                                                                         \
    _Static_assert(sizeof name == 16384, "as below");                                              \
    UNIQUE(name, ".bss", "64", "16384")

/* The index of an address's place. Fibonacci hashing: 2^64 by the golden ratio; the upper 8 bits
 * depend on all. */
static inline size_t unique_table_index(const void *address)
{
    return (uintptr_t)address * 0x9e3779b97f4a7c15 >> 56;
}

#endif
