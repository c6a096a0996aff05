/* faults.c: a library that is wrong in one way, chosen by ORDO_FAULT, to see whether differential.c
 * notices. Few functions stand here, right as long as no fault is chosen; all others are those of
 * GCC's library, which this one is linked with. Nothing is atomic: the test has one thread. The
 * fault not_atomic is for programs.sh, whose programs have more: others run in the midst of an
 * operation.
 *
 * With ORDO_FAULT=list it prints each fault with its symbol, and ends the program. */
#include <fenv.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef unsigned __int128 value;

/* The fault, the symbol that has it, and what it is. */
#define FAULTS(each)                                                                               \
    each(none, load_1)                          /* nothing: everything is as it should be */       \
    each(expected_kept_on_failure, compare_exchange_4)                                             \
    each(expected_written_on_success, compare_exchange_4)                                          \
    each(compare_stores_expected, compare_exchange_4)                                              \
    each(result_inverted, compare_exchange_4)                                                      \
    each(strong_failure_refused, compare_exchange_4) /* a failure ordering above success */        \
    each(compare_counts_junk, compare_exchange_2)   /* a bit above the desired value matters */    \
    each(compares_low_half, compare_exchange_16)                                                   \
    each(halves_swapped, compare_exchange_16)                                                      \
    each(not_zero_extended, load_1)                                                                \
    each(sign_extended, load_1)                                                                    \
    each(neighbour_written, store_1)                                                               \
    each(neighbour_below_written, store_1)                                                         \
    each(new_value_returned, fetch_add_2)                                                          \
    each(upper_half_of_order_used, fetch_add_2)                                                    \
    each(consume_not_known, fetch_add_2)        /* does nothing */                                 \
    each(no_carry, fetch_add_16)                /* between the halves */                           \
    each(bool_is_not_one, test_and_set_1)                                                          \
    each(set_to_all_ones, test_and_set_1)                                                          \
    each(word_set, test_and_set_4)              /* all of its bytes */                             \
    each(last_byte_lost, exchange)              /* of 24 bytes and more */                         \
    each(in_place_exchange_lost, exchange)      /* the result goes where the value is */           \
    each(odd_size_rounded, store)               /* 3 bytes to 4 */                                 \
    each(misaligned_goes_aligned, store)                                                           \
    each(size_0_is_1, store)                                                                       \
    each(does_not_return, store)                /* as with a lock that was left taken */           \
    each(writes_what_it_loads, load)            /* so that constants fault */                      \
    each(reads_beyond_the_end, load)                                                               \
    each(lock_free_lie, is_lock_free)           /* of 24 bytes */                                  \
    each(exception_not_raised, feraiseexcept)                                                      \
    each(exception_too_many, feraiseexcept)                                                        \
    each(kept_register_lost, is_lock_free)

#define NUMBER(name, symbol) name,
#define NAME(name, symbol) #name,
#define SYMBOL(name, symbol) "__atomic_" #symbol,
enum fault { FAULTS(NUMBER) fault_count, not_atomic = fault_count };
static const char *const names[] = {FAULTS(NAME)}, *const symbols[] = {FAULTS(SYMBOL)};
static enum fault fault = none;

/* Junk that no test can expect. */
static volatile unsigned char junk = 0xa5;

__attribute__((constructor)) static void choose(void)
{
    const char *chosen = getenv("ORDO_FAULT");
    if (chosen == NULL)
        return;
    if (strcmp(chosen, "list") == 0) {
        for (enum fault i = none; i < fault_count; i++)
            printf("%s %s\n", names[i], symbols[i]);
        exit(0);
    }
    while (fault < fault_count && strcmp(chosen, names[fault]) != 0)
        fault++;
    if (fault == not_atomic && strcmp(chosen, "not_atomic") != 0) {
        fprintf(stderr, "faults.c: no fault %s\n", chosen);
        exit(2);
    }
}

static void let_others_run(void)
{
    if (fault == not_atomic)
        sched_yield();
}

/* The compiler knows these names, with other prototypes. */
#define EXPORT(name) __asm__(name) __attribute__((visibility("default"), used))

bool compare_4(uint32_t *object, uint32_t *expected, uint32_t desired, int success, int failure)
    EXPORT("__atomic_compare_exchange_4");
bool compare_4(uint32_t *object, uint32_t *expected, uint32_t desired, int success, int failure)
{
    if (fault == strong_failure_refused && failure > success)
        return false;
    if (*object == *expected) {
        *object = fault == compare_stores_expected ? *expected : desired;
        if (fault == expected_written_on_success)
            *expected ^= junk;
        return fault != result_inverted;
    }
    if (fault != expected_kept_on_failure)
        *expected = *object;
    return fault == result_inverted;
}

bool compare_2(uint16_t *object, uint16_t *expected, uint64_t desired, int success, int failure)
    EXPORT("__atomic_compare_exchange_2");
bool compare_2(uint16_t *object, uint16_t *expected, uint64_t desired, int success, int failure)
{
    (void)success;
    (void)failure;
    bool equal = *object == *expected;
    if (fault == compare_counts_junk)
        equal = equal && (desired >> 16 & 1) == 0;
    if (equal)
        *object = (uint16_t)desired;
    else
        *expected = *object;
    return equal;
}

bool compare_16(value *object, value *expected, value desired, int success, int failure)
    EXPORT("__atomic_compare_exchange_16");
bool compare_16(value *object, value *expected, value desired, int success, int failure)
{
    (void)success;
    (void)failure;
    bool equal = fault == compares_low_half ? (uint64_t)*object == (uint64_t)*expected
                                                       : *object == *expected;
    let_others_run();
    if (equal)
        *object = fault == halves_swapped ? desired << 64 | desired >> 64 : desired;
    else
        *expected = *object;
    return equal;
}

uint64_t load_1(unsigned char *object, int order) EXPORT("__atomic_load_1");
uint64_t load_1(unsigned char *object, int order)
{
    (void)order;
    if (fault == sign_extended)
        return (uint64_t)(signed char)*object;
    return fault == not_zero_extended ? *object | (uint64_t)junk << 8 : *object;
}

void store_1(unsigned char *object, unsigned char operand, int order) EXPORT("__atomic_store_1");
void store_1(unsigned char *object, unsigned char operand, int order)
{
    (void)order;
    *object = operand;
    if (fault == neighbour_written && ((uintptr_t)object & 1) == 0)
        object[1] = junk;
    if (fault == neighbour_below_written && ((uintptr_t)object & 1) != 0)
        object[-1] = junk;
}

uint64_t fetch_add_2(uint16_t *object, uint16_t operand, uint64_t order)
    EXPORT("__atomic_fetch_add_2");
uint64_t fetch_add_2(uint16_t *object, uint16_t operand, uint64_t order)
{
    uint16_t old = *object;
    if ((fault == upper_half_of_order_used && order > UINT32_MAX) ||
        (fault == consume_not_known && (uint32_t)order == 1))
        return old;
    *object = (uint16_t)(old + operand);
    return fault == new_value_returned ? *object : old;
}

value fetch_add_16(value *object, value operand, int order) EXPORT("__atomic_fetch_add_16");
value fetch_add_16(value *object, value operand, int order)
{
    (void)order;
    value old = *object;
    *object = old + operand;
    if (fault == no_carry)
        *object = ((old >> 64) + (operand >> 64)) << 64 | (uint64_t)(old + operand);
    return old;
}

/* Exchanges value and object in place, so that the result may be where the value is. */
static void swap(unsigned char *object, const unsigned char *operand, unsigned char *result,
                 size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char old = object[i], new = operand[i];
        let_others_run();
        if (fault == in_place_exchange_lost)
            result[i] = old;
        object[i] = fault == in_place_exchange_lost ? operand[i] : new;
        result[i] = old;
    }
}

void exchange(size_t size, void *object, void *operand, void *result, int order)
    EXPORT("__atomic_exchange");
void exchange(size_t size, void *object, void *operand, void *result, int order)
{
    (void)order;
    if (fault == last_byte_lost && size >= 24)
        size--;
    swap(object, operand, result, size);
}

void store(size_t size, void *object, void *operand, int order) EXPORT("__atomic_store");
void store(size_t size, void *object, void *operand, int order)
{
    (void)order;
    uintptr_t address = (uintptr_t)object;
    if (fault == misaligned_goes_aligned && size == 8)
        address &= ~(uintptr_t)7;
    if (fault == odd_size_rounded && size == 3)
        size = 4;
    if (fault == size_0_is_1 && size == 0)
        size = 1;
    if (fault == does_not_return && size > 16)
        for (;;)
            junk = junk; /* a side effect: the loop may not be removed */
    memcpy((void *)address, operand, size);
}

void load(size_t size, void *object, void *result, int order) EXPORT("__atomic_load");
void load(size_t size, void *object, void *result, int order)
{
    (void)order;
    if (fault == reads_beyond_the_end && size == 24)
        junk = ((volatile unsigned char *)object)[31];
    if (fault == writes_what_it_loads && size == 4)
        __atomic_fetch_or((uint32_t *)object, 0, __ATOMIC_RELAXED);
    memcpy(result, object, size);
}

bool is_lock_free(size_t size, uintptr_t address) EXPORT("__atomic_is_lock_free");
bool is_lock_free(size_t size, uintptr_t address)
{
    if (fault == kept_register_lost) {
#if defined __x86_64__
        __asm__ volatile("notl %r12d"); /* not named as changed, so it is not saved */
#elif defined __aarch64__
        __asm__ volatile("mvn x20, x20");
#endif
    }
    bool power = size != 0 && (size & (size - 1)) == 0;
    return (power && size <= 16 && address % size == 0) || (fault == lock_free_lie && size == 24);
}

unsigned test_and_set_1(unsigned char *object, int order) EXPORT("__atomic_test_and_set_1");
unsigned test_and_set_1(unsigned char *object, int order)
{
    (void)order;
    unsigned old = *object != 0;
    *object = fault == set_to_all_ones ? 0xff : 1;
    return fault == bool_is_not_one ? old << 1 : old;
}

bool test_and_set_4(unsigned char *object, int order) EXPORT("__atomic_test_and_set_4");
bool test_and_set_4(unsigned char *object, int order)
{
    (void)order;
    bool old = *object != 0;
    memset(object, 1, fault == word_set ? 4 : 1);
    return old;
}

void raise_exceptions(int exceptions) EXPORT("__atomic_feraiseexcept");
void raise_exceptions(int exceptions)
{
    volatile float zero = 0.0f, result;
#ifdef __x86_64__
    if ((exceptions & 2) != 0) { /* the denormal one, which glibc does not raise */
        unsigned control;
        __asm__ volatile("stmxcsr %0" : "=m"(control));
        control |= 2;
        __asm__ volatile("ldmxcsr %0" : : "m"(control));
    }
#endif
    if ((exceptions & FE_INVALID) != 0 && fault != exception_not_raised)
        result = zero / zero;
    if ((exceptions & FE_DIVBYZERO) != 0)
        result = 1.0f / zero;
    if (fault == exception_too_many)
        result = 1.0f / zero;
    (void)result;
    feraiseexcept(exceptions & (FE_OVERFLOW | FE_UNDERFLOW | FE_INEXACT));
}
