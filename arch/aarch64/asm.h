/* asm.h: the frame around every ARM64 routine, for aarch64/ and armv8.1/ alike: entry, exit, alias,
 * and the notes an object carries. Nothing here touches memory or registers.
 *
 *   FUNC name ... ENDFUNC name    one routine with the C calling convention, entered by `bti c`
 *   ALIAS new, old                a second name for a routine of the same file
 *   ORDO_SUFFIX                   `_llsc` or `_lse` in the fat build, where dispatch.S has the public
 *                                 names and both sets are hidden; else empty
 */
#ifndef ORDO_SUFFIX
#define ORDO_SUFFIX
#define ORDO_VISIBILITY .globl
#else
#define ORDO_VISIBILITY .hidden
#endif

        .arch   armv8-a                 // so that nothing newer assembles by accident

        .macro  FUNC name
        .text
        .balign 16
        .globl  \name\()ORDO_SUFFIX
        ORDO_VISIBILITY \name\()ORDO_SUFFIX
        .type   \name\()ORDO_SUFFIX, %function
\name\()ORDO_SUFFIX:
        .cfi_startproc
        hint    #34                     // bti c; a no-op before ARMv8.5
        .endm

        .macro  ENDFUNC name
        .cfi_endproc
        .size   \name\()ORDO_SUFFIX, . - \name\()ORDO_SUFFIX
        .endm

        .macro  ALIAS new, old
        .globl  \new\()ORDO_SUFFIX
        ORDO_VISIBILITY \new\()ORDO_SUFFIX
        .type   \new\()ORDO_SUFFIX, %function
        .set    \new\()ORDO_SUFFIX, \old\()ORDO_SUFFIX
        .endm

        /* Without this note the linker gives the whole program an executable stack. */
        .section .note.GNU-stack, "", %progbits

        /* GNU_PROPERTY_AARCH64_FEATURE_1_AND: BTI and PAC. One object without it switches branch
         * protection off for the whole program. */
        .section .note.gnu.property, "a", %note
        .balign 8
        .word   4                       // size of the name
        .word   16                      // size of the description
        .word   5                       // NT_GNU_PROPERTY_TYPE_0
        .asciz  "GNU"
        .word   0xc0000000              // GNU_PROPERTY_AARCH64_FEATURE_1_AND
        .word   4
        .word   3                       // BTI | PAC
        .word   0
        .text
