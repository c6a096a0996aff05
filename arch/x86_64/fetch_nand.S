// fetch_nand.S: atomic not-and, ~(old & value). No instruction does it: a loop.
//
//   T ordo_fetch_nand_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      rax the value before, zero-extended
// clobbers: rax, rcx, flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_nand_u8_relaxed
        movzx   eax, byte ptr [rdi]
.Lfetch_nand_u8_retry:
        mov     ecx, eax
        and     ecx, esi
        not     ecx
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lfetch_nand_u8_retry
        ret
ENDFUNC ordo_fetch_nand_u8_relaxed
ALIASES ordo_fetch_nand_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_nand_u16_relaxed
        movzx   eax, word ptr [rdi]
.Lfetch_nand_u16_retry:
        mov     ecx, eax
        and     ecx, esi
        not     ecx
        lock
        cmpxchg [rdi], cx               // failed: ax is what is there
        jne     .Lfetch_nand_u16_retry
        ret
ENDFUNC ordo_fetch_nand_u16_relaxed
ALIASES ordo_fetch_nand_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_nand_u32_relaxed
        mov     eax, [rdi]
.Lfetch_nand_u32_retry:
        mov     ecx, eax
        and     ecx, esi
        not     ecx
        lock
        cmpxchg [rdi], ecx              // failed: eax is what is there
        jne     .Lfetch_nand_u32_retry
        ret
ENDFUNC ordo_fetch_nand_u32_relaxed
ALIASES ordo_fetch_nand_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_nand_u64_relaxed
        mov     rax, [rdi]
.Lfetch_nand_u64_retry:
        mov     rcx, rax
        and     rcx, rsi
        not     rcx
        lock
        cmpxchg [rdi], rcx              // failed: rax is what is there
        jne     .Lfetch_nand_u64_retry
        ret
ENDFUNC ordo_fetch_nand_u64_relaxed
ALIASES ordo_fetch_nand_u64, relaxed, acquire, release, acq_rel, seq_cst, full
