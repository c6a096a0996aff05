// fetch_xor.S: atomic exclusive or. No instruction returns the old value: fetch_xor is a
// loop.
//
//   T ordo_fetch_xor_<T>_<order>(volatile T *object, T value);
//   void ordo_xor_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      fetch_xor: rax the value before, zero-extended; xor: nothing
// clobbers: fetch_xor: rax, rcx, flags; xor: flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_xor_u8_relaxed
        movzx   eax, byte ptr [rdi]
.Lfetch_xor_u8_retry:
        mov     ecx, eax
        xor     ecx, esi
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_xor_u8_retry
        ret
ENDFUNC ordo_fetch_xor_u8_relaxed
ALIASES ordo_fetch_xor_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_xor_u16_relaxed
        movzx   eax, word ptr [rdi]
.Lfetch_xor_u16_retry:
        mov     ecx, eax
        xor     ecx, esi
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_xor_u16_retry
        ret
ENDFUNC ordo_fetch_xor_u16_relaxed
ALIASES ordo_fetch_xor_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_xor_u32_relaxed
        mov     eax, [rdi]
.Lfetch_xor_u32_retry:
        mov     ecx, eax
        xor     ecx, esi
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_xor_u32_retry
        ret
ENDFUNC ordo_fetch_xor_u32_relaxed
ALIASES ordo_fetch_xor_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_xor_u64_relaxed
        mov     rax, [rdi]
.Lfetch_xor_u64_retry:
        mov     rcx, rax
        xor     rcx, rsi
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_xor_u64_retry
        ret
ENDFUNC ordo_fetch_xor_u64_relaxed
ALIASES ordo_fetch_xor_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_xor_u8_relaxed
        lock
        xor     [rdi], sil
        ret
ENDFUNC ordo_xor_u8_relaxed
ALIASES ordo_xor_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_xor_u16_relaxed
        lock
        xor     [rdi], si
        ret
ENDFUNC ordo_xor_u16_relaxed
ALIASES ordo_xor_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_xor_u32_relaxed
        lock
        xor     [rdi], esi
        ret
ENDFUNC ordo_xor_u32_relaxed
ALIASES ordo_xor_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_xor_u64_relaxed
        lock
        xor     [rdi], rsi
        ret
ENDFUNC ordo_xor_u64_relaxed
ALIASES ordo_xor_u64, relaxed, acquire, release, acq_rel, seq_cst, full
