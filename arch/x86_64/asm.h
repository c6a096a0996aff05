/* asm.h: the frame around every x86-64 routine: entry, exit, aliases, and an object's notes.
 * Each .S file is one source for three assemblers, GNU as, Clang's, and NASM (-DORDO_NASM), which
 * must give the same bytes: each macro is written twice, natively, and the bodies keep to what all
 * three read alike.
 *
 *   FUNC name ... ENDFUNC name     one routine with the C calling convention, entered by endbr64
 *   ALIAS new, old                 a second name for a routine of the same file
 *   ALIASES stem, first, rest ...  each <stem>_<rest> is an alias of <stem>_<first>: the orderings
 *                                  that are the same machine code
 *   FEATURE(name)                  operand: the byte ordo_cpu_has_<name> of features.c
 *   CFI(directive)                 unwind information; NASM has none: releases use the other two
 */
#ifndef ORDO_NASM
#define FEATURE(name) byte ptr [rip + ordo_cpu_has_##name]
#define CFI(...) __VA_ARGS__

        .intel_syntax noprefix

        .macro  FUNC name
        .text
        .balign 32, 0xcc                // int3
        .globl  \name
        .type   \name, @function
\name:
        .cfi_startproc
        endbr64
        .endm

        .macro  ENDFUNC name
        .cfi_endproc
        .size   \name, . - \name
        .endm

        .macro  ALIAS new, old
        .globl  \new
        .type   \new, @function
        .set    \new, \old
        .endm

        .macro  ALIASES stem, first, rest:vararg
        .irp    order, \rest
        ALIAS   \stem\()_\order, \stem\()_\first
        .endr
        .endm

        /* Without this note the linker gives the whole program an executable stack. */
        .section .note.GNU-stack, "", @progbits

        /* GNU_PROPERTY_X86_FEATURE_1_AND, IBT | SHSTK: one object without it switches both
         * off for the whole program. Two sizes, NT_GNU_PROPERTY_TYPE_0, the name, the property. */
        .section .note.gnu.property, "a", @note
        .balign 8
        .long   4, 16, 5
        .asciz  "GNU"
        .long   0xc0000002, 4, 3, 0

#else /* ORDO_NASM: the same again */
#define FEATURE(name) byte ptr [rel ordo_cpu_has_##name]
#define CFI(...)

        %use    masm                    // reads `dword ptr [rdi]`
        default rel
        extern  ordo_cpu_has_avx        // NASM emits no symbol where it is not used
        extern  ordo_cpu_has_waitpkg

        %macro  FUNC 1
        section .text
        align   32, int3
        global  %1:function (%1.end - %1)
%1:
        endbr64
        %endmacro

        %macro  ENDFUNC 1
%1.end:
        %endmacro

        %macro  ALIAS 2
        global  %1:function (%2.end - %2)
%1      equ     %2
%1.end  equ     %2.end
        %endmacro

        %macro  ALIASES 3-*
        %xdefine stem %1
        %xdefine first %1_%2
        %rotate 1
        %rep    %0 - 2
        %rotate 1
        ALIAS   %[stem]_%1, first
        %endrep
        %endmacro

        section .note.GNU-stack noalloc noexec nowrite progbits
        section .note.gnu.property note alloc noexec nowrite align=8
        dd      4, 16, 5
        db      "GNU", 0
        dd      0xc0000002, 4, 3, 0
#endif
