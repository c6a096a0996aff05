// exchange_u128.S: atomic exchange of 16 bytes: a loop.
// The first guess is two plain moves, so its halves may be of two values. Harmless: cmpxchg16b
// compares all 16 bytes at once, and if they differ loads the true value for the next round.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rdx:rsi value
// out:      rdx:rax the value before
// clobbers: rax, rcx, rdx, r8 (rbx is kept in r8), flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "asm.h"

FUNC    ordo_exchange_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     rbx, rsi                // value to rcx:rbx
        mov     rcx, rdx
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lexchange_u128_retry:
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lexchange_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_exchange_u128_relaxed
ALIASES ordo_exchange_u128, relaxed, acquire, release, acq_rel, seq_cst, full
