// fetch_add.S: atomic addition.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   void ordo_add_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      fetch_add: rax the value before, zero-extended; add: nothing
// clobbers: fetch_add: rax, flags; add: flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_fetch_add_u8_relaxed
        movzx   eax, sil                // the result is zero above the width
        lock
        xadd    [rdi], al
        ret
ENDFUNC ordo_fetch_add_u8_relaxed
ALIASES ordo_fetch_add_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_add_u16_relaxed
        movzx   eax, si                 // the result is zero above the width
        lock
        xadd    [rdi], ax
        ret
ENDFUNC ordo_fetch_add_u16_relaxed
ALIASES ordo_fetch_add_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_add_u32_relaxed
        mov     eax, esi
        lock
        xadd    [rdi], eax
        ret
ENDFUNC ordo_fetch_add_u32_relaxed
ALIASES ordo_fetch_add_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_fetch_add_u64_relaxed
        mov     rax, rsi
        lock
        xadd    [rdi], rax
        ret
ENDFUNC ordo_fetch_add_u64_relaxed
ALIASES ordo_fetch_add_u64, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_add_u8_relaxed
        lock
        add     [rdi], sil
        ret
ENDFUNC ordo_add_u8_relaxed
ALIASES ordo_add_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_add_u16_relaxed
        lock
        add     [rdi], si
        ret
ENDFUNC ordo_add_u16_relaxed
ALIASES ordo_add_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_add_u32_relaxed
        lock
        add     [rdi], esi
        ret
ENDFUNC ordo_add_u32_relaxed
ALIASES ordo_add_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_add_u64_relaxed
        lock
        add     [rdi], rsi
        ret
ENDFUNC ordo_add_u64_relaxed
ALIASES ordo_add_u64, relaxed, acquire, release, acq_rel, seq_cst, full
