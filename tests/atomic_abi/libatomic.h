/* libatomic.h: the symbols of libatomic.so.1 as a table, and two libraries that have them, by path.
 *
 * differential.c and bench/calls.c compare GCC's library with ours through it. A library is opened
 * with RTLD_LOCAL and each symbol is asked for with its version node, so that both stand in one
 * process without serving each other's calls, and a symbol under a wrong node counts as missing. */
#ifndef ORDO_TEST_LIBATOMIC_H
#define ORDO_TEST_LIBATOMIC_H

#include <stdbool.h>
#include <stddef.h>

/* What a symbol's parameters are; N is the size in its name, `generic` has it as first argument. */
enum abi_kind {
    abi_load,                   /* T (T *object, int order) */
    abi_store,                  /* void (T *object, T value, int order) */
    abi_fetch,                  /* T (T *object, T value, int order): exchange and arithmetic */
    abi_compare,                /* bool (T *object, T *expected, T desired, int, int) */
    abi_test_and_set,           /* bool (T *object, int order) */
    abi_generic_load,           /* void (size_t, void *object, void *result, int order) */
    abi_generic_store,          /* void (size_t, void *object, void *value, int order) */
    abi_generic_exchange,       /* void (size_t, void *object, void *value, void *result, int) */
    abi_generic_compare,        /* bool (size_t, void *, void *expected, void *desired, int, int) */
    abi_is_lock_free,           /* bool (size_t, const void *object) */
    abi_raise,                  /* void (int floating-point exceptions) */
    abi_flag_set,               /* bool (flag *object) */
    abi_flag_set_explicit,      /* bool (flag *object, int order) */
    abi_flag_clear,             /* void (flag *object) */
    abi_flag_clear_explicit,    /* void (flag *object, int order) */
    abi_fence,                  /* void (int order) */
};

struct abi_symbol {
    const char *name;
    const char *version;        /* its node */
    enum abi_kind kind;
    size_t size;                /* of the object; 0 if the caller says, or there is none */
};

enum { abi_symbol_count = 97 };
extern const struct abi_symbol abi_symbols[abi_symbol_count];

/* The functions of a library in the order of abi_symbols; null where it has none. */
struct abi_library {
    const char *path;
    void (*functions[abi_symbol_count])(void);
};

/* Opens the library. If there is none, says so and ends the program with status 2. */
void abi_open(struct abi_library *library, const char *path);

/* The index of a symbol, or abi_symbol_count. */
size_t abi_find(const char *name);

/* Whether the library has every symbol; tells which it has not. */
bool abi_is_whole(const struct abi_library *library);

#endif
