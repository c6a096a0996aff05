// load.S: atomic load.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       rdi object
// out:      rax the value, zero-extended
// clobbers: rax
// order:    relaxed, acquire, seq_cst: x86-64 keeps loads in order, and the seq_cst store is the
//           one that waits (store.S), so one `mov` is all three
// assumes:  object is aligned to its width, which makes the move atomic
#include "asm.h"

FUNC    ordo_load_u8_relaxed
        movzx   eax, byte ptr [rdi]
        ret
ENDFUNC ordo_load_u8_relaxed
ALIASES ordo_load_u8, relaxed, acquire, seq_cst

FUNC    ordo_load_u16_relaxed
        movzx   eax, word ptr [rdi]
        ret
ENDFUNC ordo_load_u16_relaxed
ALIASES ordo_load_u16, relaxed, acquire, seq_cst

FUNC    ordo_load_u32_relaxed
        mov     eax, [rdi]
        ret
ENDFUNC ordo_load_u32_relaxed
ALIASES ordo_load_u32, relaxed, acquire, seq_cst

FUNC    ordo_load_u64_relaxed
        mov     rax, [rdi]
        ret
ENDFUNC ordo_load_u64_relaxed
ALIASES ordo_load_u64, relaxed, acquire, seq_cst
