/* bare.h: what bare_x86_64.S and bare_aarch64.S give bare.c, which has no C library: three system
 * calls of Linux, in the place of a kernel's own console and CPUs. */
#ifndef BARE_H
#define BARE_H

#include <stddef.h>

/* Where the program starts, with the stack that the system gave it. */
void bare_start(const unsigned long *stack);

long bare_call(long number, long a, long b, long c, long d, long e);

/* Runs body() in a thread on `stack_end`. Returns its number, or less than 0. */
long bare_spawn(void *stack_end, void (*body)(void));

#endif
