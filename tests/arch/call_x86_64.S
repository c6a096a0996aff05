/* call_x86_64.S: void test_call(void (*function)(void), struct call *call); see call.h.
 *
 * The frame around the call is found again through two words of memory, for no register can be
 * trusted afterwards. Offsets are those of struct call: */
#define ARGUMENTS       0
#define RESULT          48
#define JUNK            64
#define BEFORE          72
#define AFTER           168
#define STACK           48              /* within BEFORE and AFTER: two words of the stack */
#define RSP             64
#define DIRECTION       72              /* by how much a string instruction moves */
#define MXCSR           80
#define X87             88
#define MXCSR_CONTROL   0xffc0          /* the rest are sticky exception flags, which may change */

        .intel_syntax noprefix
        .bss
        .balign 8
current_call:
        .zero   8
current_frame:
        .zero   8

        .text
        .globl  test_call
        .type   test_call, @function
test_call:
        .cfi_startproc
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        .cfi_adjust_cfa_offset 48
        sub     rsp, 24                 // two words for the callee to leave alone, one to align
        .cfi_adjust_cfa_offset 24
        mov     r10, rdi
        mov     r11, rsi
        mov     [rip + current_call], rsi
        mov     [rip + current_frame], rsp

        // What must be kept: the stack, then the control registers as they are.
        mov     rax, [r11 + BEFORE + STACK]
        mov     [rsp], rax
        mov     rax, [r11 + BEFORE + STACK + 8]
        mov     [rsp + 8], rax
        mov     [r11 + BEFORE + RSP], rsp
        mov     qword ptr [r11 + BEFORE + DIRECTION], 1
        stmxcsr [rsp + 16]
        mov     eax, [rsp + 16]
        and     eax, MXCSR_CONTROL
        mov     [r11 + BEFORE + MXCSR], rax
        mov     qword ptr [r11 + BEFORE + X87], 0
        fnstcw  word ptr [r11 + BEFORE + X87]
        mov     rbx, [r11 + BEFORE]
        mov     rbp, [r11 + BEFORE + 8]
        mov     r12, [r11 + BEFORE + 16]
        mov     r13, [r11 + BEFORE + 24]
        mov     r14, [r11 + BEFORE + 32]
        mov     r15, [r11 + BEFORE + 40]

        // Junk in what may be changed, the arithmetic flags too; r10 is junk enough.
        mov     rax, [r11 + JUNK]
        .irp    i, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        movq    xmm\i, rax
        punpcklqdq xmm\i, xmm\i
        .endr
        mov     rdi, [r11 + ARGUMENTS]
        mov     rsi, [r11 + ARGUMENTS + 8]
        mov     rdx, [r11 + ARGUMENTS + 16]
        mov     rcx, [r11 + ARGUMENTS + 24]
        mov     r8, [r11 + ARGUMENTS + 32]
        mov     r9, [r11 + ARGUMENTS + 40]
        mov     r11, rax
        sahf
        call    r10

        // First back to the frame, whatever the callee made of rsp.
        mov     r11, [rip + current_call]
        mov     [r11 + AFTER + RSP], rsp
        mov     rsp, [rip + current_frame]
        mov     [r11 + RESULT], rax
        mov     [r11 + RESULT + 8], rdx
        mov     [r11 + AFTER], rbx
        mov     [r11 + AFTER + 8], rbp
        mov     [r11 + AFTER + 16], r12
        mov     [r11 + AFTER + 24], r13
        mov     [r11 + AFTER + 32], r14
        mov     [r11 + AFTER + 40], r15
        mov     rax, [rsp]
        mov     [r11 + AFTER + STACK], rax
        mov     rax, [rsp + 8]
        mov     [r11 + AFTER + STACK + 8], rax
        mov     rsi, rsp                // the direction flag is the way that lodsb goes: after a
        lodsb                           // cmpxchg16b QEMU 7.2 pushes flags with wrong bits in them
        sub     rsi, rsp
        mov     [r11 + AFTER + DIRECTION], rsi
        cld
        stmxcsr [rsp + 16]
        mov     eax, [rsp + 16]
        and     eax, MXCSR_CONTROL
        mov     [r11 + AFTER + MXCSR], rax
        mov     qword ptr [r11 + AFTER + X87], 0
        fnstcw  word ptr [r11 + AFTER + X87]

        add     rsp, 24
        .cfi_adjust_cfa_offset -24
        pop     r15
        pop     r14
        pop     r13
        pop     r12
        pop     rbp
        pop     rbx
        .cfi_adjust_cfa_offset -48
        ret
        .cfi_endproc
        .size   test_call, . - test_call
        .section .note.GNU-stack, "", @progbits
