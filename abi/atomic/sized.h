/* sized.h: libatomic's functions of 1, 2, 4, 8 and 16 bytes as the C files here call them: under a
 * hidden name of ours. So neither a program's own functions of those names, nor what a compiler
 * makes of a call of `__atomic_load_8`, which it takes for its builtin, come between.
 */
#ifndef ORDO_ABI_ATOMIC_SIZED_H
#define ORDO_ABI_ATOMIC_SIZED_H

#include <stdbool.h>
#include <stdint.h>

#define SIZED(name) __asm__("__ordo_atomic_" #name)

#define SIZED_FUNCTIONS(size, T)                                                                   \
    T load_##size(const void *object, int order) SIZED(load_##size);                               \
    void store_##size(void *object, T value, int order) SIZED(store_##size);                       \
    T exchange_##size(void *object, T value, int order) SIZED(exchange_##size);                    \
    bool compare_exchange_##size(void *object, void *expected, T desired, int success,             \
                                 int failure) SIZED(compare_exchange_##size)

#pragma GCC visibility push(hidden)
SIZED_FUNCTIONS(1, uint8_t);
SIZED_FUNCTIONS(2, uint16_t);
SIZED_FUNCTIONS(4, uint32_t);
SIZED_FUNCTIONS(8, uint64_t);
__extension__ typedef unsigned __int128 uint128;
SIZED_FUNCTIONS(16, uint128);
#pragma GCC visibility pop

#endif
