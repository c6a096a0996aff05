/* abi.h: libatomic's functions under names that a C compiler does not take for its builtins, and
 * what the plain test programs here share: CHECK, which ends the program.
 */
#ifndef ORDO_TEST_ATOMIC_ABI_H
#define ORDO_TEST_ATOMIC_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { relaxed, consume, acquire, release, acq_rel, seq_cst };

__extension__ typedef unsigned __int128 uint128;

void abi_load(size_t size, const void *object, void *result, int order) __asm__("__atomic_load");
void abi_store(size_t size, void *object, const void *value, int order) __asm__("__atomic_store");
void abi_exchange(size_t size, void *object, const void *value, void *result, int order)
    __asm__("__atomic_exchange");
bool abi_compare_exchange(size_t size, void *object, void *expected, const void *desired,
                          int success, int failure) __asm__("__atomic_compare_exchange");
bool abi_is_lock_free(size_t size, const void *object) __asm__("__atomic_is_lock_free");

#define ABI_SIZED(size, T)                                                                         \
    T abi_load_##size(const void *object, int order) __asm__("__atomic_load_" #size);              \
    void abi_store_##size(void *object, T value, int order) __asm__("__atomic_store_" #size);      \
    T abi_exchange_##size(void *object, T value, int order) __asm__("__atomic_exchange_" #size);   \
    bool abi_compare_exchange_##size(void *object, void *expected, T desired, int success,         \
                                     int failure) __asm__("__atomic_compare_exchange_" #size);     \
    T abi_fetch_add_##size(void *object, T value, int order) __asm__("__atomic_fetch_add_" #size)

ABI_SIZED(1, uint8_t);
ABI_SIZED(2, uint16_t);
ABI_SIZED(4, uint32_t);
ABI_SIZED(8, uint64_t);
ABI_SIZED(16, uint128);

#define CHECK(condition, ...)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);                        \
            fprintf(stderr, __VA_ARGS__);                                                          \
            fputc('\n', stderr);                                                                   \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

#endif
