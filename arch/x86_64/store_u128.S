// store_u128.S: atomic store of 16 bytes: an aligned vector move with AVX, else a loop.
// The first guess is two plain moves, so its halves may be of two values. Harmless: cmpxchg16b
// compares all 16 bytes at once, and if they differ loads the true value for the next round.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rdx:rsi value
// out:      nothing
// clobbers: xmm0, rax, rcx, rdx, r8 (rbx is kept in r8), flags
// order:    relaxed, release: the vector move is ordered as `mov` (store.S)
//           seq_cst: and then a locked instruction, so that no later load passes the store;
//           the loop is locked anyway
// assumes:  object is aligned to 16 bytes: cmpxchg16b and vmovdqa fault otherwise
#include "asm.h"

FUNC    ordo_store_u128_relaxed
        cmp     FEATURE(avx), 0
        je      .Lstore_u128_relaxed_no_avx
        vmovq   xmm0, rsi
        vpinsrq xmm0, xmm0, rdx, 1
        vmovdqa [rdi], xmm0
        ret

.Lstore_u128_relaxed_no_avx:
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
ALIASES ordo_store_u128, relaxed, release

FUNC    ordo_store_u128_seq_cst
        cmp     FEATURE(avx), 0
        je      .Lstore_u128_seq_cst_no_avx
        vmovq   xmm0, rsi
        vpinsrq xmm0, xmm0, rdx, 1
        vmovdqa [rdi], xmm0
        lock
        or      dword ptr [rsp-8], 0    // the seq_cst fence: see fence.S
        ret

.Lstore_u128_seq_cst_no_avx:
        mov     r8, rbx
        CFI(.cfi_register rbx, r8)
        mov     rbx, rsi                // value to rcx:rbx
        mov     rcx, rdx
        mov     rax, [rdi]              // first guess; may be torn
        mov     rdx, [rdi+8]
.Lstore_u128_seq_cst_retry:
        lock
        cmpxchg16b [rdi]                // failed: rdx:rax is what is there
        jne     .Lstore_u128_seq_cst_retry
        mov     rbx, r8
        CFI(.cfi_restore rbx)
        ret
ENDFUNC ordo_store_u128_seq_cst
