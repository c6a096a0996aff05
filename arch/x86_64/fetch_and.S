// fetch_and.S: atomic bitwise and. No instruction returns the old value: fetch_and is a loop.
//
//   T ordo_fetch_and_<T>_<order>(volatile T *object, T value);
//   void ordo_and_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      fetch_and: rax the value before, zero-extended; and: nothing
// clobbers: fetch_and: rax, rcx, flags; and: flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_and_u8_relaxed
        movzx   eax, byte ptr [rdi]
.Lfetch_and_u8_retry:
        mov     ecx, eax
        and     ecx, esi
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_and_u8_retry
        ret
ENDFUNC ordo_fetch_and_u8_relaxed
ALIASES ordo_fetch_and_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_and_u16_relaxed
        movzx   eax, word ptr [rdi]
.Lfetch_and_u16_retry:
        mov     ecx, eax
        and     ecx, esi
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_and_u16_retry
        ret
ENDFUNC ordo_fetch_and_u16_relaxed
ALIASES ordo_fetch_and_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_and_u32_relaxed
        mov     eax, [rdi]
.Lfetch_and_u32_retry:
        mov     ecx, eax
        and     ecx, esi
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_and_u32_retry
        ret
ENDFUNC ordo_fetch_and_u32_relaxed
ALIASES ordo_fetch_and_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_and_u64_relaxed
        mov     rax, [rdi]
.Lfetch_and_u64_retry:
        mov     rcx, rax
        and     rcx, rsi
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_and_u64_retry
        ret
ENDFUNC ordo_fetch_and_u64_relaxed
ALIASES ordo_fetch_and_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_and_u8_relaxed
        lock
        and     [rdi], sil
        ret
ENDFUNC ordo_and_u8_relaxed
ALIASES ordo_and_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_and_u16_relaxed
        lock
        and     [rdi], si
        ret
ENDFUNC ordo_and_u16_relaxed
ALIASES ordo_and_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_and_u32_relaxed
        lock
        and     [rdi], esi
        ret
ENDFUNC ordo_and_u32_relaxed
ALIASES ordo_and_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_and_u64_relaxed
        lock
        and     [rdi], rsi
        ret
ENDFUNC ordo_and_u64_relaxed
ALIASES ordo_and_u64, relaxed, acquire, release, acq_rel, seq_cst, full
