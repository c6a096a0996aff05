/* context_aarch64.S: the switch between the threads of a test, which are contexts on one system
 * thread. A context is a stack pointer; on its stack are the registers that a call preserves.
 *
 *     void *model_prepare(void *stack_end, void (*entry)(void))
 *     void model_switch(void **save, void *load)
 */
    .text

/* Returns a context that starts at `entry`, which never returns. */
    .globl model_prepare
    .type model_prepare, @function
model_prepare:
    hint    #34                         // bti c
    and     x0, x0, #-16
    sub     x0, x0, #160
    stp     xzr, x1, [x0, #80]          // x29: the end of the chain of frames; x30: entry
    ret
    .size model_prepare, . - model_prepare

    .globl model_switch
    .type model_switch, @function
model_switch:
    hint    #34                         // bti c
    sub     sp, sp, #160
    stp     x19, x20, [sp]
    stp     x21, x22, [sp, #16]
    stp     x23, x24, [sp, #32]
    stp     x25, x26, [sp, #48]
    stp     x27, x28, [sp, #64]
    stp     x29, x30, [sp, #80]
    stp     d8, d9, [sp, #96]
    stp     d10, d11, [sp, #112]
    stp     d12, d13, [sp, #128]
    stp     d14, d15, [sp, #144]
    mov     x2, sp
    str     x2, [x0]
    mov     sp, x1
    ldp     x19, x20, [sp]
    ldp     x21, x22, [sp, #16]
    ldp     x23, x24, [sp, #32]
    ldp     x25, x26, [sp, #48]
    ldp     x27, x28, [sp, #64]
    ldp     x29, x30, [sp, #80]
    ldp     d8, d9, [sp, #96]
    ldp     d10, d11, [sp, #112]
    ldp     d12, d13, [sp, #128]
    ldp     d14, d15, [sp, #144]
    add     sp, sp, #160
    ret
    .size model_switch, . - model_switch

    .section .note.GNU-stack, "", @progbits
