// load_acquire_rcpc.S: an acquire load that may pass an earlier release store to another object.
//
//   T ordo_load_<T>_acquire_rcpc(const volatile T *object);
//
// in:       x0 object
// out:      w0/x0 the value, zero-extended
// clobbers: nothing
// order:    ldar, which may not pass it: the weaker ldapr is ARMv8.3, see armv8.1/
// assumes:  object is naturally aligned

#include "asm.h"

        .macro  LOAD_ACQUIRE_RCPC name, load, result
        FUNC    \name
        \load   \result, [x0]
        ret
        ENDFUNC \name
        .endm

        LOAD_ACQUIRE_RCPC ordo_load_u8_acquire_rcpc,  ldarb, w0
        LOAD_ACQUIRE_RCPC ordo_load_u16_acquire_rcpc, ldarh, w0
        LOAD_ACQUIRE_RCPC ordo_load_u32_acquire_rcpc, ldar,  w0
        LOAD_ACQUIRE_RCPC ordo_load_u64_acquire_rcpc, ldar,  x0
