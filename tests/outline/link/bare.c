/* bare.c: a program without a C library, which sets the byte itself from the CPU's own register, as
 * ordo/outline.h says, and calls helpers. (Linux lets programs read this register, by emulation.)
 * Its exit status is 40 plus the byte, or 1 if an operation went wrong. */
#include "ordo/outline.h"

static unsigned char bytes;
static unsigned int words = 40;

static int work(void)
{
    unsigned long features;
    unsigned int expected = 40;

    __asm__("mrs %0, id_aa64isar0_el1" : "=r"(features));
    __aarch64_have_lse_atomics = (features >> 20 & 15) >= 2;

    if (__atomic_fetch_or(&bytes, 3, __ATOMIC_ACQ_REL) != 0 ||
        !__atomic_compare_exchange_n(&words, &expected, 39, 0, __ATOMIC_SEQ_CST,
                                     __ATOMIC_RELAXED) ||
        __sync_fetch_and_add(&words, 1) != 39 || bytes != 3)
        return 1;
    return (int)words + __aarch64_have_lse_atomics;
}

void _start(void)
{
    register long status __asm__("x0") = work();
    register long call __asm__("x8") = 93; /* exit */

    __asm__ volatile("svc #0" : : "r"(status), "r"(call));
    __builtin_unreachable();
}
