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

/* All that takes a value and an order, and returns a value: the operation and its names. */
#define ABI_FETCHES(_, size, T)                                                                    \
    _(exchange, size, T) _(fetch_add, size, T) _(fetch_sub, size, T) _(fetch_and, size, T)         \
    _(fetch_nand, size, T) _(fetch_or, size, T) _(fetch_xor, size, T) _(add_fetch, size, T)        \
    _(sub_fetch, size, T) _(and_fetch, size, T) _(nand_fetch, size, T) _(or_fetch, size, T)        \
    _(xor_fetch, size, T)
#define ABI_SIZES(_) _(1, uint8_t) _(2, uint16_t) _(4, uint32_t) _(8, uint64_t) _(16, uint128)

#define ABI_FETCH(operation, size, T)                                                              \
    T abi_##operation##_##size(void *object, T value, int order) __asm__("__atomic_" #operation    \
                                                                         "_" #size);
#define ABI_SIZED(size, T)                                                                         \
    T abi_load_##size(const void *object, int order) __asm__("__atomic_load_" #size);              \
    void abi_store_##size(void *object, T value, int order) __asm__("__atomic_store_" #size);      \
    bool abi_compare_exchange_##size(void *object, void *expected, T desired, int success,         \
                                     int failure) __asm__("__atomic_compare_exchange_" #size);     \
    bool abi_test_and_set_##size(void *object, int order) __asm__("__atomic_test_and_set_" #size); \
    ABI_FETCHES(ABI_FETCH, size, T)
ABI_SIZES(ABI_SIZED)

bool flag_test_and_set(volatile void *object) __asm__("atomic_flag_test_and_set");
bool flag_test_and_set_explicit(volatile void *object, int order)
    __asm__("atomic_flag_test_and_set_explicit");
void flag_clear(volatile void *object) __asm__("atomic_flag_clear");
void flag_clear_explicit(volatile void *object, int order) __asm__("atomic_flag_clear_explicit");
void thread_fence(int order) __asm__("atomic_thread_fence");
void signal_fence(int order) __asm__("atomic_signal_fence");
void abi_feraiseexcept(int exceptions) __asm__("__atomic_feraiseexcept");

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
