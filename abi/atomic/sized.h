/* sized.h: the functions that this library's files call of one another, under hidden names of ours:
 * so neither a program's own functions, nor what a compiler makes of a call of `__atomic_load_8`,
 * which it takes for its builtin, come between.
 */
#ifndef ORDO_ABI_ATOMIC_SIZED_H
#define ORDO_ABI_ATOMIC_SIZED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HIDDEN(name) __asm__("__ordo_atomic_" #name) __attribute__((visibility("hidden")))

/* Libatomic's of one size, for an object that is aligned to it. */
#define SIZED(size, T)                                                                             \
    T load_##size(const void *object, int order) HIDDEN(load_##size);                              \
    void store_##size(void *object, T value, int order) HIDDEN(store_##size);                      \
    T exchange_##size(void *object, T value, int order) HIDDEN(exchange_##size);                   \
    bool compare_exchange_##size(void *object, void *expected, T desired, int success,             \
                                 int failure) HIDDEN(compare_exchange_##size)

__extension__ typedef unsigned __int128 uint128;
SIZED(1, uint8_t);
SIZED(2, uint16_t);
SIZED(4, uint32_t);
SIZED(8, uint64_t);
SIZED(16, uint128);

/* any.c: for every other object. */
void load_any(size_t size, const void *object, void *result, int order) HIDDEN(load_any);
void store_any(size_t size, void *object, const void *value, int order) HIDDEN(store_any);
void exchange_any(size_t size, void *object, const void *value, void *result, int order)
    HIDDEN(exchange_any);
bool compare_exchange_any(size_t size, void *object, void *expected, const void *desired,
                          int success, int failure) HIDDEN(compare_exchange_any);

#endif
