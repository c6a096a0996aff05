// exchange.S: atomic exchange.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       rdi object, rsi value (bits above its width are undefined)
// out:      rax the value before, zero-extended
// clobbers: rax
// order:    every one: `xchg` with memory is locked without the prefix, hence a full barrier,
//           so the six orderings are names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_exchange_u8_relaxed
        movzx   eax, sil                // the result is zero above the width
        xchg    [rdi], al
        ret
ENDFUNC ordo_exchange_u8_relaxed
ALIASES ordo_exchange_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_exchange_u16_relaxed
        movzx   eax, si                 // the result is zero above the width
        xchg    [rdi], ax
        ret
ENDFUNC ordo_exchange_u16_relaxed
ALIASES ordo_exchange_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_exchange_u32_relaxed
        mov     eax, esi
        xchg    [rdi], eax
        ret
ENDFUNC ordo_exchange_u32_relaxed
ALIASES ordo_exchange_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_exchange_u64_relaxed
        mov     rax, rsi
        xchg    [rdi], rax
        ret
ENDFUNC ordo_exchange_u64_relaxed
ALIASES ordo_exchange_u64, relaxed, acquire, release, acq_rel, seq_cst, full
