// op_fetch.S: libatomic's operations that return the new value, on 1 to 8 bytes.
//
//   T __atomic_<op>_fetch_<N>(volatile void *object, T value, int order);
//
// in:       rdi object, rsi value (bits above its width are undefined); the order is not looked at
// out:      rax the value after, zero-extended
// clobbers: rax, rcx, rsi, flags
// order:    every one: a locked instruction is a full barrier
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "../../../arch/x86_64/asm.h"

// `xadd` gives the old value, from which the new one is made again. \old is as wide as the object;
// \negate makes the addition a subtraction.
        .macro  XADD_FETCH name, negate, old, sum, value, result
        .text
        .balign 32, 0xcc                // in one cache line: a cycle
        FUNC    \name
        .ifnb   \negate
        \negate \value
        .endif
        mov     \sum, \value
        lock
        xadd    [rdi], \old
        add     \sum, \value
        \result                         // zero above the width
        ret
        ENDFUNC \name
        .endm

        .macro  XADD_FETCHES operation, negate
        XADD_FETCH __atomic_\operation\()_fetch_1, \negate, al,  eax, esi, "movzx eax, al"
        XADD_FETCH __atomic_\operation\()_fetch_2, \negate, ax,  eax, esi, "movzx eax, ax"
        XADD_FETCH __atomic_\operation\()_fetch_4, \negate, eax, eax, esi
        XADD_FETCH __atomic_\operation\()_fetch_8, \negate, rax, rax, rsi
        .endm

// No instruction returns the new value of the others: a loop. The old value and the operand are zero
// above the width, and so is the new one. \stored is as wide as the object.
        .macro  LOOP_FETCH name, instruction, invert, load, extend, old, new, stored, value
        FUNC    \name
        \load
        \extend
1:      mov     \new, \old
        \instruction \new, \value
        \invert
        lock
        cmpxchg [rdi], \stored          // failed: the old value is what is there
        jne     1b
        mov     \old, \new
        ret
        ENDFUNC \name
        .endm

        .macro  LOOP_FETCHES operation, instruction, invert1, invert2, invert4, invert8
        LOOP_FETCH __atomic_\operation\()_fetch_1, \instruction, "\invert1", \
                "movzx eax, byte ptr [rdi]", "movzx esi, sil", eax, ecx, cl, esi
        LOOP_FETCH __atomic_\operation\()_fetch_2, \instruction, "\invert2", \
                "movzx eax, word ptr [rdi]", "movzx esi, si", eax, ecx, cx, esi
        LOOP_FETCH __atomic_\operation\()_fetch_4, \instruction, "\invert4", \
                "mov eax, [rdi]", , eax, ecx, ecx, esi
        LOOP_FETCH __atomic_\operation\()_fetch_8, \instruction, "\invert8", \
                "mov rax, [rdi]", , rax, rcx, rcx, rsi
        .endm

        XADD_FETCHES add
        XADD_FETCHES sub, neg
        LOOP_FETCHES and, and
        LOOP_FETCHES or, or
        LOOP_FETCHES xor, xor
        LOOP_FETCHES nand, and, "xor ecx, 0xff", "xor ecx, 0xffff", "not ecx", "not rcx"
