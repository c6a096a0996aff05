// load.S: libatomic's loads: the routine for the order.
//
//   T __atomic_load_<N>(const volatile void *object, int order);
//
// in:       x0 object, w1 order
// out:      w0/x0 the value, zero-extended; x0 x1 of 16 bytes, low half first
// clobbers: flags, and as the routine
// order:    relaxed; consume and acquire: acquire; every other number: seq_cst
// assumes:  as the routine

#include "order.h"

        .macro  LOAD size, type
        FUNC    __atomic_load_\size
        cbz     w1, 1f
        cmp     w1, #2
        b.ls    2f
        b       ordo_load_\type\()_seq_cst
1:      b       ordo_load_\type\()_relaxed
2:      b       ordo_load_\type\()_acquire
        ENDFUNC __atomic_load_\size
        NAME    load_\size
        .endm

        LOAD    1, u8
        LOAD    2, u16
        LOAD    4, u32
        LOAD    8, u64
        LOAD    16, u128
