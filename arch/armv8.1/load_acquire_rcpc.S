// load_acquire_rcpc.S: an acquire load that may pass an earlier release store to another object.
//
//   T ordo_load_<T>_acquire_rcpc(const volatile T *object);
//
// in:       x0 object
// out:      w0/x0 the value, zero-extended
// clobbers: x16
// order:    ldapr where the CPU has it (ARMv8.3), else ldar, which may not pass
// assumes:  object is naturally aligned

#include "asm.h"
        .arch_extension rcpc
        .hidden ordo_cpu_has_rcpc       // of features.c; 0 until it has asked

        .macro  LOAD_ACQUIRE_RCPC name, ldapr, ldar, result
        FUNC    \name
        adrp    x16, ordo_cpu_has_rcpc
        ldrb    w16, [x16, :lo12:ordo_cpu_has_rcpc]
        cbz     w16, 1f
        \ldapr  \result, [x0]
        ret
1:      \ldar   \result, [x0]
        ret
        ENDFUNC \name
        .endm

        LOAD_ACQUIRE_RCPC ordo_load_u8_acquire_rcpc,  ldaprb, ldarb, w0
        LOAD_ACQUIRE_RCPC ordo_load_u16_acquire_rcpc, ldaprh, ldarh, w0
        LOAD_ACQUIRE_RCPC ordo_load_u32_acquire_rcpc, ldapr,  ldar,  w0
        LOAD_ACQUIRE_RCPC ordo_load_u64_acquire_rcpc, ldapr,  ldar,  x0
