/* call_aarch64.S: void outline_call(void (*helper)(void), const struct registers *before,
 *                                   struct registers *after); see call.h.
 *
 * tests/arch/call_aarch64.S judges by the C calling convention; a helper may change far less. Here
 * every register has a value before the call and is stored after it. Only x16 and x17 are free
 * then, which any helper may change, so the way back is found through memory. Offsets are those of
 * struct registers: */
#define X               0               /* x0 to x30 */
#define SP              248
#define V               256             /* v0 to v31 */

        .arch   armv8-a
        .bss
        .balign 8
state:  .zero   16                      // the frame, `after`

        .text
        .globl  outline_call
        .type   outline_call, %function
outline_call:
        .cfi_startproc
        stp     x29, x30, [sp, #-176]!
        .cfi_def_cfa_offset 176
        .cfi_offset x29, -176
        .cfi_offset x30, -168
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        stp     d8, d9, [sp, #96]
        stp     d10, d11, [sp, #112]
        stp     d12, d13, [sp, #128]
        stp     d14, d15, [sp, #144]
        adrp    x3, state
        add     x3, x3, #:lo12:state
        mov     x4, sp
        stp     x4, x2, [x3]
        mov     x17, x0
        mov     x16, x1

        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ldr     q\i, [x16, #V + 16 * \i]
        .endr
        .irp    i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\i, [x16, #V + 16 * \i]
        .endr
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ldr     x\i, [x16, #X + 8 * \i]
        .endr
        .irp    i, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        ldr     x\i, [x16, #X + 8 * \i]
        .endr
        ldr     x16, [x16, #X + 8 * 16]
        blr     x17

1:      adrp    x16, state
        add     x16, x16, #:lo12:state
        ldr     x16, [x16, #8]
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        str     x\i, [x16, #X + 8 * \i]
        .endr
        .irp    i, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
        str     x\i, [x16, #X + 8 * \i]
        .endr
        adr     x17, 1b                 // x30 and sp as distances from what they were: 0
        sub     x17, x30, x17
        str     x17, [x16, #X + 8 * 30]
        adrp    x17, state
        ldr     x17, [x17, #:lo12:state]
        mov     x0, sp
        sub     x0, x0, x17
        str     x0, [x16, #SP]
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        str     q\i, [x16, #V + 16 * \i]
        .endr
        .irp    i, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\i, [x16, #V + 16 * \i]
        .endr

        mov     sp, x17
        ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     d8, d9, [sp, #96]
        ldp     d10, d11, [sp, #112]
        ldp     d12, d13, [sp, #128]
        ldp     d14, d15, [sp, #144]
        ldp     x29, x30, [sp], #176
        .cfi_def_cfa_offset 0
        ret
        .cfi_endproc
        .size   outline_call, . - outline_call
        .section .note.GNU-stack, "", %progbits
