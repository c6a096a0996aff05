// load_acquire_rcpc.S: the weaker acquire load of ARMv8.3, which may pass an earlier release
// store to another object. x86-64 has nothing weaker than `mov`: the bodies are those of load.S.
//
//   T ordo_load_<T>_acquire_rcpc(const volatile T *object);
//
// in:       rdi object
// out:      rax the value, zero-extended
// clobbers: rax
// order:    acquire (RCpc): `mov`, as every load
// assumes:  object is aligned to its width, which makes the move atomic
#include "asm.h"

FUNC    ordo_load_u8_acquire_rcpc
        movzx   eax, byte ptr [rdi]
        ret
ENDFUNC ordo_load_u8_acquire_rcpc

FUNC    ordo_load_u16_acquire_rcpc
        movzx   eax, word ptr [rdi]
        ret
ENDFUNC ordo_load_u16_acquire_rcpc

FUNC    ordo_load_u32_acquire_rcpc
        mov     eax, [rdi]
        ret
ENDFUNC ordo_load_u32_acquire_rcpc

FUNC    ordo_load_u64_acquire_rcpc
        mov     rax, [rdi]
        ret
ENDFUNC ordo_load_u64_acquire_rcpc
