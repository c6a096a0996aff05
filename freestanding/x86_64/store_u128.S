// store_u128.S: atomic store of 16 bytes, for code that may not touch a vector register: the form
// of arch/x86_64/store_u128.S for CPUs without AVX. The first guess is two plain moves, so its
// halves may be of two values. Harmless: cmpxchg16b compares all 16 bytes at once, and if they
// differ loads the true value for the next round.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rdx:rsi value
// out:      nothing
// clobbers: rax, rcx, rdx, r8 (rbx is kept in r8), flags
// order:    relaxed, release, seq_cst: one body, which is locked
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "../../arch/x86_64/asm.h"

FUNC    ordo_store_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     rbx, rsi                // value to rcx:rbx
        mov     rcx, rdx
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lstore_u128_relaxed_retry:
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lstore_u128_relaxed_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_store_u128_relaxed
ALIASES ordo_store_u128, relaxed, release, seq_cst
