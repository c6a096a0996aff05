/* call_aarch64.S: void test_call(void (*function)(void), struct call *call); see call.h.
 *
 * The frame around the call is found again through two words of memory, for no register can be
 * trusted afterwards. Offsets are those of struct call: */
#define ARGUMENTS       0
#define RESULT          48
#define JUNK            64
#define BEFORE          72
#define AFTER           264
#define VECTORS         96              /* within BEFORE and AFTER: d8 to d15 */
#define STACK           160             /* two words of the caller's stack */
#define SP              176
#define FPCR            184

        .arch   armv8-a
        .bss
        .balign 8
current_call:
        .zero   8
current_frame:
        .zero   8

        .text
        .globl  test_call
        .type   test_call, %function
test_call:
        .cfi_startproc
        stp     x29, x30, [sp, #-192]!
        .cfi_def_cfa_offset 192
        .cfi_offset x29, -192
        .cfi_offset x30, -184
        stp     x19, x20, [sp, #32]     // at sp + 16: two words for the callee to leave alone
        stp     x21, x22, [sp, #48]
        stp     x23, x24, [sp, #64]
        stp     x25, x26, [sp, #80]
        stp     x27, x28, [sp, #96]
        stp     d8, d9, [sp, #112]
        stp     d10, d11, [sp, #128]
        stp     d12, d13, [sp, #144]
        stp     d14, d15, [sp, #160]
        mov     x16, x0
        mov     x17, x1
        adrp    x2, current_call
        str     x1, [x2, #:lo12:current_call]
        mov     x3, sp
        adrp    x2, current_frame
        str     x3, [x2, #:lo12:current_frame]

        // Junk in every register; what follows puts patterns and arguments over some of it.
        ldr     x8, [x17, #JUNK]
        msr     nzcv, x8
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        dup     v\i\().2d, x8
        .endr
        .irp    i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        dup     v\i\().2d, x8
        .endr
        .irp    i, 6, 7, 9, 10, 11, 12, 13, 14, 15
        mov     x\i, x8
        .endr

        // What must be kept. Of v8 to v15 it is the low halves; the high ones keep their junk.
        ldp     x0, x1, [x17, #BEFORE + STACK]
        stp     x0, x1, [sp, #16]
        str     x3, [x17, #BEFORE + SP]
        mrs     x0, fpcr
        str     x0, [x17, #BEFORE + FPCR]
        .irp    i, 8, 9, 10, 11, 12, 13, 14, 15
        ldr     x0, [x17, #BEFORE + VECTORS + 8 * (\i - 8)]
        mov     v\i\().d[0], x0
        .endr
        .irp    i, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        ldr     x\i, [x17, #BEFORE + 8 * (\i - 18)]
        .endr

        ldp     x0, x1, [x17, #ARGUMENTS]
        ldp     x2, x3, [x17, #ARGUMENTS + 16]
        ldp     x4, x5, [x17, #ARGUMENTS + 32]
        mov     x17, x8
        blr     x16

        adrp    x16, current_call
        ldr     x16, [x16, #:lo12:current_call]
        mov     x17, sp
        str     x17, [x16, #AFTER + SP]
        adrp    x17, current_frame
        ldr     x17, [x17, #:lo12:current_frame]
        mov     sp, x17
        stp     x0, x1, [x16, #RESULT]
        .irp    i, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        str     x\i, [x16, #AFTER + 8 * (\i - 18)]
        .endr
        .irp    i, 8, 9, 10, 11, 12, 13, 14, 15
        str     d\i, [x16, #AFTER + VECTORS + 8 * (\i - 8)]
        .endr
        ldp     x0, x1, [sp, #16]
        stp     x0, x1, [x16, #AFTER + STACK]
        mrs     x0, fpcr
        str     x0, [x16, #AFTER + FPCR]

        ldp     x19, x20, [sp, #32]
        ldp     x21, x22, [sp, #48]
        ldp     x23, x24, [sp, #64]
        ldp     x25, x26, [sp, #80]
        ldp     x27, x28, [sp, #96]
        ldp     d8, d9, [sp, #112]
        ldp     d10, d11, [sp, #128]
        ldp     d12, d13, [sp, #144]
        ldp     d14, d15, [sp, #160]
        ldp     x29, x30, [sp], #192
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size   test_call, . - test_call
        .section .note.GNU-stack, "", %progbits
