/* by_size.c: libatomic's functions of any size: what has 1, 2, 4, 8 or 16 bytes and is aligned to
 * that goes on to the function of that size, with the orders; the rest is any.c's.
 */
#include <string.h>

#include "../sized.h"

/* The C names are the compiler's builtins. */
void generic_load(size_t size, const void *object, void *result, int order)
    __asm__("__atomic_load");
void generic_store(size_t size, void *object, const void *value, int order)
    __asm__("__atomic_store");
void generic_exchange(size_t size, void *object, const void *value, void *result, int order)
    __asm__("__atomic_exchange");
bool generic_compare_exchange(size_t size, void *object, void *expected, const void *desired,
                              int success, int failure) __asm__("__atomic_compare_exchange");

#define FOR_EACH_SIZE(_) _(1, uint8_t) _(2, uint16_t) _(4, uint32_t) _(8, uint64_t) _(16, uint128)

/* In a switch on the size. */
#define IF_ALIGNED(size, ...)                                                                      \
    case size:                                                                                     \
        if ((uintptr_t)object % (size) == 0) {                                                     \
            __VA_ARGS__                                                                            \
        }                                                                                          \
        break;

void generic_load(size_t size, const void *object, void *result, int order)
{
#define LOAD(size, T)                                                                              \
    IF_ALIGNED(size, const T value = load_##size(object, order); memcpy(result, &value, size);     \
               return;)
    switch (size) {
        FOR_EACH_SIZE(LOAD)
    default: break;
    }
    load_any(size, object, result, order);
}

void generic_store(size_t size, void *object, const void *value, int order)
{
#define STORE(size, T)                                                                             \
    IF_ALIGNED(size, T copy; memcpy(&copy, value, size); store_##size(object, copy, order); return;)
    switch (size) {
        FOR_EACH_SIZE(STORE)
    default: break;
    }
    store_any(size, object, value, order);
}

void generic_exchange(size_t size, void *object, const void *value, void *result, int order)
{
#define EXCHANGE(size, T)                                                                          \
    IF_ALIGNED(size, T copy; memcpy(&copy, value, size);                                           \
               copy = exchange_##size(object, copy, order); memcpy(result, &copy, size); return;)
    switch (size) {
        FOR_EACH_SIZE(EXCHANGE)
    default: break;
    }
    exchange_any(size, object, value, result, order);
}

bool generic_compare_exchange(size_t size, void *object, void *expected, const void *desired,
                              int success, int failure)
{
#define COMPARE_EXCHANGE(size, T)                                                                  \
    IF_ALIGNED(size, T copy; memcpy(&copy, desired, size);                                         \
               return compare_exchange_##size(object, expected, copy, success, failure);)
    switch (size) {
        FOR_EACH_SIZE(COMPARE_EXCHANGE)
    default: break;
    }
    return compare_exchange_any(size, object, expected, desired, success, failure);
}
