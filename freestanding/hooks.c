/* hooks.c: what a program without a C library may have in its own way: see freestanding.h. Weak, so
 * that the program's own function takes the place of ours, in whatever order they are linked.
 */
#include "ordo/freestanding.h"

#define WEAK __attribute__((weak))

WEAK void ordo_panic(const char *what)
{
    (void)what; /* for a debugger: it is in the first argument's register */
    __builtin_trap();
}

WEAK void ordo_thread_yield(void)
{
    ordo_spin_hint();
}

WEAK uint64_t ordo_clock_now(void)
{
    ordo_misuse("freestanding: a deadline needs a clock: define ordo_clock_now");
}
