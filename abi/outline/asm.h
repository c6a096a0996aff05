/* asm.h: what the helpers of outline atomics have in common; the frame is arch/aarch64/asm.h.
 *
 * Compilers call the helpers in place of an inline instruction, with a contract that is narrower
 * than the C calling convention, so that a caller may keep its values where they are:
 *
 *   arguments  x0 value (cas: expected), x1 object (cas: x1 desired, x2 object; 16 bytes: x0 x1
 *              expected, x2 x3 desired, x4 object). Bits above the width are undefined.
 *   result     the old value in x0 (16 bytes: x0 x1), zero-extended to the register
 *   written    nothing but x0 (16 bytes: x0 x1), x15, x16, x17 and the flags: no stack, no other
 *              register, no vector register
 *   order      relax, acq, rel: as in C. acq_rel: also what compilers call for seq_cst. sync: a
 *              full barrier, for GCC's __sync_* builtins; each file says how.
 *
 * The routines of arch/ would not do: they have scratch registers from x2 on, and take the object
 * first. So there are bodies here, which use x15, x16 and x17 only.
 *
 * One source has both bodies of a helper, for three archives:
 *
 *   ORDO_LLSC              load- and store-exclusive, for every CPU (target aarch64-*)
 *   ORDO_LSE               the atomic instructions of ARMv8.1 (target armv8.1-*)
 *   both                   chosen by the byte __aarch64_have_lse_atomics (target aarch64-fat-*)
 *
 * HELPER is the helper that this member of the archive has; the macros leave the others out. One
 * helper in a member is as in libgcc: a program gets only those that it calls, without
 * --gc-sections, and where it, or another archive, defines one of them itself, the others can
 * still come from here and no name is defined twice.
 *
 * Not for big-endian systems, whose 16-byte values have their halves the other way round, nor for
 * ILP32, whose pointers have undefined upper halves.
 */
#define ORDO_SUFFIX /* hidden names, and these as they stand */
#include "../../arch/aarch64/asm.h"

#ifdef ORDO_LSE
        .arch_extension lse
#endif

/* Goes to `without` on a CPU that has no LSE; else on. The byte is 0 until somebody sets it, and 0
 * is right on every CPU; the two bodies may also meet on one object (arch/aarch64/dispatch.S says
 * why). It is read plainly and orders nothing; by x17, where libgcc has x16, so that `ordo audit`
 * can tell the two apart. */
        .macro  UNLESS_LSE without
#if defined ORDO_LSE && defined ORDO_LLSC
        .hidden __aarch64_have_lse_atomics
        adrp    x17, __aarch64_have_lse_atomics
        ldrb    w17, [x17, :lo12:__aarch64_have_lse_atomics]
        cbz     w17, \without
#endif
        .endm
