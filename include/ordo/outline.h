/* ordo/outline.h: the outline atomics of ARM64, and the byte that chooses between their two forms.
 *
 * With -moutline-atomics, GCC's default on Linux and an option of Clang, a compiler calls a helper
 * for every atomic read-modify-write: __aarch64_<operation><bytes>_<order>, 125 of them. They are
 * in libgcc, which not every system has, and needs getauxval. libordo-outline.a has them all, and
 * needs nothing. Before libgcc on the command line it serves every call:
 *
 *     aarch64-linux-gnu-gcc program.c -lordo-outline -Wl,-u,ordo_outline_detect
 *
 * In a static program the C library, which comes later, calls helpers too. They are served as well
 * if all of the archive is linked (--gc-sections may drop again what nobody calls):
 *
 *     ... -static program.c -Wl,--whole-archive -lordo-outline -Wl,--no-whole-archive
 *
 *   operation  arguments                                    result: the old value, zero-extended
 *   cas        expected, desired, pointer                   1, 2, 4, 8, 16 bytes
 *   swp        value, pointer                               1, 2, 4, 8 bytes, and so the others
 *   ldadd      value, pointer                               object + value
 *   ldclr      mask of the bits to clear, pointer           object & ~mask
 *   ldeor      value, pointer                               object ^ value
 *   ldset      value, pointer                               object | value
 *
 *   order      relax acq rel acq_rel: as in C; seq_cst calls acq_rel. sync, for GCC's __sync_*
 *              builtins: a full barrier, also where cas finds another value.
 *
 * They change x0 (cas16: x0 and x1), x15, x16, x17 and the flags, and use no stack: a caller
 * written in assembly may keep all else in registers. Nothing is promised of an object that is not
 * naturally aligned. cas16 needs write permission also where it finds another value.
 *
 * No compiler calls a helper for loads, stores and fences, which are single instructions.
 */
#ifndef ORDO_OUTLINE_H
#define ORDO_OUTLINE_H

#ifdef __cplusplus
extern "C" {
#endif

/* 1 where the CPU has LSE, the atomic instructions of ARMv8.1: the helpers then use them, else
 * exclusives. Zero at the start, which is right on every CPU; it may be set at any time, also while
 * other threads are in helpers, for the two forms may meet on one object. Each program and shared
 * library has its own. In the archives that have one form only (targets aarch64-* and armv8.1-*) it
 * means nothing; that of armv8.1-* needs a CPU with LSE.
 *
 * Where there is no C library the program sets it. At EL1, before there are other threads:
 *
 *     unsigned long features;
 *     __asm__("mrs %0, id_aa64isar0_el1" : "=r"(features));
 *     __aarch64_have_lse_atomics = (features >> 20 & 15) >= 2;
 *
 * or defines it with a value, where it is known what it runs on. All cores must have LSE: where a
 * kernel claims it for cores that do not, leave out the detection, and the byte is 0. */
extern unsigned char __aarch64_have_lse_atomics __attribute__((visibility("hidden")));

/* Sets the byte from the kernel's AT_HWCAP, by getauxval. A program or shared library that calls
 * it, or is linked with -Wl,-u,ordo_outline_detect, also has it called at start-up, before its own
 * constructors; no other gets it. */
void ordo_outline_detect(void) __attribute__((visibility("hidden")));

#ifdef __cplusplus
}
#endif

#endif
