// fetch_min.S: atomic minimum, unsigned (u8 to u64) and signed (i8 to i64). A loop that
// stores even when the object keeps its value: every ordering promises a read-modify-write.
//
//   T ordo_fetch_min_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      rax the value before, zero-extended (unsigned) or sign-extended (signed)
// clobbers: rax, rcx, rsi, flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_min_u8_relaxed
        movzx   eax, byte ptr [rdi]
        movzx   esi, sil                // its upper bits are undefined
.Lfetch_min_u8_retry:
        mov     ecx, esi
        cmp     eax, esi
        cmovb   ecx, eax
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_min_u8_retry
        ret
ENDFUNC ordo_fetch_min_u8_relaxed
ALIASES ordo_fetch_min_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_u16_relaxed
        movzx   eax, word ptr [rdi]
        movzx   esi, si                 // its upper bits are undefined
.Lfetch_min_u16_retry:
        mov     ecx, esi
        cmp     eax, esi
        cmovb   ecx, eax
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_min_u16_retry
        ret
ENDFUNC ordo_fetch_min_u16_relaxed
ALIASES ordo_fetch_min_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_u32_relaxed
        mov     eax, [rdi]
.Lfetch_min_u32_retry:
        mov     ecx, esi
        cmp     eax, esi
        cmovb   ecx, eax
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_min_u32_retry
        ret
ENDFUNC ordo_fetch_min_u32_relaxed
ALIASES ordo_fetch_min_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_u64_relaxed
        mov     rax, [rdi]
.Lfetch_min_u64_retry:
        mov     rcx, rsi
        cmp     rax, rsi
        cmovb   rcx, rax
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_min_u64_retry
        ret
ENDFUNC ordo_fetch_min_u64_relaxed
ALIASES ordo_fetch_min_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_i8_relaxed
        movzx   eax, byte ptr [rdi]
        movsx   esi, sil                // its upper bits are undefined
.Lfetch_min_i8_retry:
        movsx   eax, al                 // again after a failure: that writes al only
        mov     ecx, esi
        cmp     eax, esi
        cmovl   ecx, eax
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_min_i8_retry
        ret
ENDFUNC ordo_fetch_min_i8_relaxed
ALIASES ordo_fetch_min_i8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_i16_relaxed
        movzx   eax, word ptr [rdi]
        movsx   esi, si                 // its upper bits are undefined
.Lfetch_min_i16_retry:
        movsx   eax, ax                 // again after a failure: that writes ax only
        mov     ecx, esi
        cmp     eax, esi
        cmovl   ecx, eax
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_min_i16_retry
        ret
ENDFUNC ordo_fetch_min_i16_relaxed
ALIASES ordo_fetch_min_i16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_i32_relaxed
        mov     eax, [rdi]
.Lfetch_min_i32_retry:
        mov     ecx, esi
        cmp     eax, esi
        cmovl   ecx, eax
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_min_i32_retry
        ret
ENDFUNC ordo_fetch_min_i32_relaxed
ALIASES ordo_fetch_min_i32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_min_i64_relaxed
        mov     rax, [rdi]
.Lfetch_min_i64_retry:
        mov     rcx, rsi
        cmp     rax, rsi
        cmovl   rcx, rax
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_min_i64_retry
        ret
ENDFUNC ordo_fetch_min_i64_relaxed
ALIASES ordo_fetch_min_i64, relaxed, acquire, release, acq_rel, seq_cst, full
