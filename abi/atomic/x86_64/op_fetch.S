// op_fetch.S: libatomic's operations that return the new value, on 1 to 8 bytes.
//
//   T __atomic_<op>_fetch_<N>(volatile void *object, T value, int order);
//
// in:       rdi object, rsi value (bits above its width are undefined); the order is not looked at
// out:      rax the value after, zero-extended
// clobbers: rax, rcx, flags
// order:    every one: a locked instruction is a full barrier
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "../../../arch/x86_64/asm.h"

// `xadd` gives the old value, from which the new one is made again. \old is as wide as the object;
// \negate makes the addition a subtraction.
        .macro  XADD_FETCH name, negate, old, sum, change, value, result
        FUNC    \name
        mov     \change, \value
        .ifnb   \negate
        \negate \change
        .endif
        mov     \sum, \change
        lock
        xadd    [rdi], \old
        add     \sum, \change
        \result                         // zero above the width
        ret
        ENDFUNC \name
        .endm

        .macro  XADD_FETCHES operation, negate
        XADD_FETCH __atomic_\operation\()_fetch_1, \negate, al,  eax, ecx, esi, "movzx eax, al"
        XADD_FETCH __atomic_\operation\()_fetch_2, \negate, ax,  eax, ecx, esi, "movzx eax, ax"
        XADD_FETCH __atomic_\operation\()_fetch_4, \negate, eax, eax, ecx, esi
        XADD_FETCH __atomic_\operation\()_fetch_8, \negate, rax, rax, rcx, rsi
        .endm

// No instruction returns the new value of the others: a loop. \stored is as wide as the object.
        .macro  LOOP_FETCH name, instruction, invert, load, old, new, stored, value, result
        FUNC    \name
        \load
1:      mov     \new, \old
        \instruction \new, \value
        .ifnb   \invert
        \invert \new
        .endif
        lock
        cmpxchg [rdi], \stored          // failed: the old value is what is there
        jne     1b
        \result                         // zero above the width
        ret
        ENDFUNC \name
        .endm

        .macro  LOOP_FETCHES operation, instruction, invert
        LOOP_FETCH __atomic_\operation\()_fetch_1, \instruction, \invert, \
                "movzx eax, byte ptr [rdi]", eax, ecx, cl, esi, "movzx eax, cl"
        LOOP_FETCH __atomic_\operation\()_fetch_2, \instruction, \invert, \
                "movzx eax, word ptr [rdi]", eax, ecx, cx, esi, "movzx eax, cx"
        LOOP_FETCH __atomic_\operation\()_fetch_4, \instruction, \invert, \
                "mov eax, [rdi]", eax, ecx, ecx, esi, "mov eax, ecx"
        LOOP_FETCH __atomic_\operation\()_fetch_8, \instruction, \invert, \
                "mov rax, [rdi]", rax, rcx, rcx, rsi, "mov rax, rcx"
        .endm

        XADD_FETCHES add
        XADD_FETCHES sub, neg
        LOOP_FETCHES and, and
        LOOP_FETCHES or, or
        LOOP_FETCHES xor, xor
        LOOP_FETCHES nand, and, not
