/* context_x86_64.S: the switch between the threads of a test, which are contexts on one system
 * thread. A context is a stack pointer; on its stack are the registers that a call preserves.
 *
 *     void *model_prepare(void *stack_end, void (*entry)(void))
 *     void model_switch(void **save, void *load)
 */
    .intel_syntax noprefix
    .text

/* Returns a context that starts at `entry`, which never returns. The stack is as after a call. */
    .globl model_prepare
    .type model_prepare, @function
model_prepare:
    endbr64
    and     rdi, -16
    mov     qword ptr [rdi - 8], 0
    mov     qword ptr [rdi - 16], rsi
    lea     rax, [rdi - 64]
    ret
    .size model_prepare, . - model_prepare

    .globl model_switch
    .type model_switch, @function
model_switch:
    endbr64
    push    rbp
    push    rbx
    push    r12
    push    r13
    push    r14
    push    r15
    mov     [rdi], rsp
    mov     rsp, rsi
    pop     r15
    pop     r14
    pop     r13
    pop     r12
    pop     rbx
    pop     rbp
    ret
    .size model_switch, . - model_switch

    .section .note.GNU-stack, "", @progbits
