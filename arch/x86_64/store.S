// store.S: atomic store.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value
// out:      nothing
// clobbers: seq_cst: rsi
// order:    relaxed, release: `mov`; x86-64 keeps it behind every earlier load and store
//           seq_cst: `xchg`, whose lock is implied, so that no later load passes it
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_store_u8_relaxed
        mov     [rdi], sil
        ret
ENDFUNC ordo_store_u8_relaxed
ALIASES ordo_store_u8, relaxed, release

FUNC    ordo_store_u8_seq_cst
        xchg    [rdi], sil
        ret
ENDFUNC ordo_store_u8_seq_cst

FUNC    ordo_store_u16_relaxed
        mov     [rdi], si
        ret
ENDFUNC ordo_store_u16_relaxed
ALIASES ordo_store_u16, relaxed, release

FUNC    ordo_store_u16_seq_cst
        xchg    [rdi], si
        ret
ENDFUNC ordo_store_u16_seq_cst

FUNC    ordo_store_u32_relaxed
        mov     [rdi], esi
        ret
ENDFUNC ordo_store_u32_relaxed
ALIASES ordo_store_u32, relaxed, release

FUNC    ordo_store_u32_seq_cst
        xchg    [rdi], esi
        ret
ENDFUNC ordo_store_u32_seq_cst

FUNC    ordo_store_u64_relaxed
        mov     [rdi], rsi
        ret
ENDFUNC ordo_store_u64_relaxed
ALIASES ordo_store_u64, relaxed, release

FUNC    ordo_store_u64_seq_cst
        xchg    [rdi], rsi
        ret
ENDFUNC ordo_store_u64_seq_cst
