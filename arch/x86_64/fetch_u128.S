// fetch_u128.S: atomic arithmetic and logic on 16 bytes: loops.
// The first guess is two plain moves, so its halves may be of two values. Harmless: cmpxchg16b
// compares all 16 bytes at once, and if they differ loads the true value for the next round.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_sub_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_and_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_nand_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_or_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_xor_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rdx:rsi value
// out:      rdx:rax the value before
// clobbers: rax, rcx, rdx, r8 (rbx is kept in r8), r9, flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "asm.h"

FUNC    ordo_fetch_add_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_add_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        add     rbx, rsi
        adc     rcx, r9
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_add_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_add_u128_relaxed
ALIASES ordo_fetch_add_u128, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_sub_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_sub_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        sub     rbx, rsi
        sbb     rcx, r9
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_sub_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_sub_u128_relaxed
ALIASES ordo_fetch_sub_u128, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_and_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_and_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        and     rbx, rsi
        and     rcx, r9
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_and_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_and_u128_relaxed
ALIASES ordo_fetch_and_u128, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_nand_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_nand_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        and     rbx, rsi
        and     rcx, r9
        not     rbx
        not     rcx
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_nand_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_nand_u128_relaxed
ALIASES ordo_fetch_nand_u128, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_or_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_or_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        or      rbx, rsi
        or      rcx, r9
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_or_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_or_u128_relaxed
ALIASES ordo_fetch_or_u128, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_xor_u128_relaxed
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     r9, rdx                 // value to r9:rsi
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lfetch_xor_u128_retry:
        mov     rbx, rax
        mov     rcx, rdx
        xor     rbx, rsi
        xor     rcx, r9
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lfetch_xor_u128_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_fetch_xor_u128_relaxed
ALIASES ordo_fetch_xor_u128, relaxed, acquire, release, acq_rel, seq_cst, full
