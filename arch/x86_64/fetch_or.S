// fetch_or.S: atomic bitwise or. No instruction returns the old value: fetch_or is a loop.
//
//   T ordo_fetch_or_<T>_<order>(volatile T *object, T value);
//   void ordo_or_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      fetch_or: rax the value before, zero-extended; or: nothing
// clobbers: fetch_or: rax, rcx, flags; or: flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_or_u8_relaxed
        movzx   eax, byte ptr [rdi]
.Lfetch_or_u8_retry:
        mov     ecx, eax
        or      ecx, esi
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_or_u8_retry
        ret
ENDFUNC ordo_fetch_or_u8_relaxed
ALIASES ordo_fetch_or_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_or_u16_relaxed
        movzx   eax, word ptr [rdi]
.Lfetch_or_u16_retry:
        mov     ecx, eax
        or      ecx, esi
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_or_u16_retry
        ret
ENDFUNC ordo_fetch_or_u16_relaxed
ALIASES ordo_fetch_or_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_or_u32_relaxed
        mov     eax, [rdi]
.Lfetch_or_u32_retry:
        mov     ecx, eax
        or      ecx, esi
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_or_u32_retry
        ret
ENDFUNC ordo_fetch_or_u32_relaxed
ALIASES ordo_fetch_or_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_or_u64_relaxed
        mov     rax, [rdi]
.Lfetch_or_u64_retry:
        mov     rcx, rax
        or      rcx, rsi
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_or_u64_retry
        ret
ENDFUNC ordo_fetch_or_u64_relaxed
ALIASES ordo_fetch_or_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_or_u8_relaxed
        lock
        or      [rdi], sil
        ret
ENDFUNC ordo_or_u8_relaxed
ALIASES ordo_or_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_or_u16_relaxed
        lock
        or      [rdi], si
        ret
ENDFUNC ordo_or_u16_relaxed
ALIASES ordo_or_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_or_u32_relaxed
        lock
        or      [rdi], esi
        ret
ENDFUNC ordo_or_u32_relaxed
ALIASES ordo_or_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_or_u64_relaxed
        lock
        or      [rdi], rsi
        ret
ENDFUNC ordo_or_u64_relaxed
ALIASES ordo_or_u64, relaxed, acquire, release, acq_rel, seq_cst, full
