// fetch_sub.S: atomic subtraction. There is no exchange-and-subtract: fetch_sub adds -value.
//
//   T ordo_fetch_sub_<T>_<order>(volatile T *object, T value);
//   void ordo_sub_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      fetch_sub: rax the value before, zero-extended; sub: nothing
// clobbers: fetch_sub: rax, rsi, flags; sub: flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_sub_u8_relaxed
        neg     esi
        movzx   eax, sil                // the result is zero above the width
        lock
        xadd    [rdi], al
        ret
ENDFUNC ordo_fetch_sub_u8_relaxed
ALIASES ordo_fetch_sub_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_sub_u16_relaxed
        neg     esi
        movzx   eax, si                 // the result is zero above the width
        lock
        xadd    [rdi], ax
        ret
ENDFUNC ordo_fetch_sub_u16_relaxed
ALIASES ordo_fetch_sub_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_sub_u32_relaxed
        neg     esi
        mov     eax, esi
        lock
        xadd    [rdi], eax
        ret
ENDFUNC ordo_fetch_sub_u32_relaxed
ALIASES ordo_fetch_sub_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_sub_u64_relaxed
        neg     rsi
        mov     rax, rsi
        lock
        xadd    [rdi], rax
        ret
ENDFUNC ordo_fetch_sub_u64_relaxed
ALIASES ordo_fetch_sub_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_sub_u8_relaxed
        lock
        sub     [rdi], sil
        ret
ENDFUNC ordo_sub_u8_relaxed
ALIASES ordo_sub_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_sub_u16_relaxed
        lock
        sub     [rdi], si
        ret
ENDFUNC ordo_sub_u16_relaxed
ALIASES ordo_sub_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_sub_u32_relaxed
        lock
        sub     [rdi], esi
        ret
ENDFUNC ordo_sub_u32_relaxed
ALIASES ordo_sub_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_sub_u64_relaxed
        lock
        sub     [rdi], rsi
        ret
ENDFUNC ordo_sub_u64_relaxed
ALIASES ordo_sub_u64, relaxed, acquire, release, acq_rel, seq_cst, full
