// compare_exchange_u128.S: atomic compare and exchange of 16 bytes.
// Nothing fails spuriously here, so weak is another name for strong.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       rdi object, rsi expected, rcx:rdx desired
// out:      eax 1 if *object was *expected and is now desired; else 0, and *expected is what was
//           there
// clobbers: rax, rdx, r8 (rbx is kept in r8), r9, r10, flags
// order:    every one, on success and on failure: a locked instruction is a full barrier even if
//           it stores back what it read, so the six orderings are names of one body
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "asm.h"

FUNC    ordo_compare_exchange_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, [rsi]               // expected to r10:r9, and to rdx:rax
        mov     r10, [rsi+8]
        mov     rbx, rdx                // desired to rcx:rbx
        mov     rax, r9
        mov     rdx, r10
        lock
        cmpxchg16b [rdi]                // rdx:rax is what was there
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        xor     r9, rax                 // equal? AMD knows it a cycle earlier than the zero flag
        xor     r10, rdx
        or      r9, r10
        jne     .Lcompare_exchange_u128_differs
        mov     eax, 1
        ret
.Lcompare_exchange_u128_differs:
        mov     [rsi], rax              // what is there instead
        mov     [rsi+8], rdx
        xor     eax, eax
        ret
ENDFUNC ordo_compare_exchange_u128_relaxed
ALIAS   ordo_compare_exchange_weak_u128_relaxed, ordo_compare_exchange_u128_relaxed
ALIASES ordo_compare_exchange_u128, relaxed, acquire, release, acq_rel, seq_cst, full
ALIASES ordo_compare_exchange_weak_u128, relaxed, acquire, release, acq_rel, seq_cst, full
