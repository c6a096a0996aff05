// op_fetch_u128.S: libatomic's operations that return the new value, on 16 bytes: loops.
// The first guess is two plain moves, so its halves may be of two values. Harmless: cmpxchg16b
// compares all 16 bytes at once, and if they differ loads the true value for the next round.
//
//   unsigned __int128 __atomic_<op>_fetch_16(volatile unsigned __int128 *object,
//                                            unsigned __int128 value, int order);
//
// in:       rdi object, rdx:rsi value; the order is not looked at
// out:      rdx:rax the value after
// clobbers: rax, rcx, rdx, r8 (rbx is kept in r8), r9, flags
// order:    every one: a locked instruction is a full barrier
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "../../../arch/x86_64/asm.h"

// \low works on the low halves; \high on the high ones, with the carry that \low may leave.
        .macro  LOOP_FETCH operation, low, high, invert
        FUNC    __atomic_\operation\()_fetch_16
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
1:      mov     rbx, rax
        mov     rcx, rdx
        \low    rbx, rsi
        \high   rcx, r9
        .ifnb   \invert
        \invert rbx
        \invert rcx
        .endif
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     1b
        mov     rax, rbx                // the new value, from rcx:rbx
        mov     rdx, rcx
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
        ENDFUNC __atomic_\operation\()_fetch_16
        .endm

        LOOP_FETCH add, add, adc
        LOOP_FETCH sub, sub, sbb
        LOOP_FETCH and, and, and
        LOOP_FETCH or, or, or
        LOOP_FETCH xor, xor, xor
        LOOP_FETCH nand, and, and, not
