/* libatomic.c: see libatomic.h. differential.sh compares the table with what nm says of GCC's. */
#include "libatomic.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first[] = "LIBATOMIC_1.0", second[] = "LIBATOMIC_1.1", third[] = "LIBATOMIC_1.2";

#define SIZED(operation, kind)                                                                     \
    {"__atomic_" #operation "_1", first, kind, 1}, {"__atomic_" #operation "_2", first, kind, 2},  \
    {"__atomic_" #operation "_4", first, kind, 4}, {"__atomic_" #operation "_8", first, kind, 8},  \
    {"__atomic_" #operation "_16", first, kind, 16}

const struct abi_symbol abi_symbols[] = {
    SIZED(load, abi_load),
    SIZED(store, abi_store),
    SIZED(exchange, abi_fetch),
    SIZED(compare_exchange, abi_compare),
    SIZED(fetch_add, abi_fetch),
    SIZED(fetch_sub, abi_fetch),
    SIZED(fetch_and, abi_fetch),
    SIZED(fetch_or, abi_fetch),
    SIZED(fetch_xor, abi_fetch),
    SIZED(fetch_nand, abi_fetch),
    SIZED(add_fetch, abi_fetch),
    SIZED(sub_fetch, abi_fetch),
    SIZED(and_fetch, abi_fetch),
    SIZED(or_fetch, abi_fetch),
    SIZED(xor_fetch, abi_fetch),
    SIZED(nand_fetch, abi_fetch),
    SIZED(test_and_set, abi_test_and_set),
    {"__atomic_load", first, abi_generic_load, 0},
    {"__atomic_store", first, abi_generic_store, 0},
    {"__atomic_exchange", first, abi_generic_exchange, 0},
    {"__atomic_compare_exchange", first, abi_generic_compare, 0},
    {"__atomic_is_lock_free", first, abi_is_lock_free, 0},
    {"__atomic_feraiseexcept", second, abi_raise, 0},
    {"atomic_flag_test_and_set", third, abi_flag_set, 1},
    {"atomic_flag_test_and_set_explicit", third, abi_flag_set_explicit, 1},
    {"atomic_flag_clear", third, abi_flag_clear, 1},
    {"atomic_flag_clear_explicit", third, abi_flag_clear_explicit, 1},
    {"atomic_thread_fence", third, abi_fence, 0},
    {"atomic_signal_fence", third, abi_fence, 0},
};
_Static_assert(sizeof abi_symbols / sizeof abi_symbols[0] == abi_symbol_count, "rows");

size_t abi_find(const char *name)
{
    size_t i = 0;
    while (i < abi_symbol_count && strcmp(abi_symbols[i].name, name) != 0)
        i++;
    return i;
}

void abi_open(struct abi_library *library, const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL) {
        fprintf(stderr, "%s: cannot open the library: %s\n", path, dlerror());
        exit(2);
    }
    library->path = path;
    for (size_t i = 0; i < abi_symbol_count; i++) {
        void *address = dlvsym(handle, abi_symbols[i].name, abi_symbols[i].version);
        memcpy(&library->functions[i], &address, sizeof address);
    }
}

bool abi_is_whole(const struct abi_library *library)
{
    bool whole = true;
    for (size_t i = 0; i < abi_symbol_count; i++)
        if (library->functions[i] == NULL) {
            printf("%s: no %s@%s\n", library->path, abi_symbols[i].name, abi_symbols[i].version);
            whole = false;
        }
    return whole;
}
