// store.S: libatomic's stores: the routine for the order.
//
//   void __atomic_store_<N>(volatile void *object, T value, int order);
//
// in:       x0 object; w1/x1 value, w2 order; of 16 bytes x2 x3 value, w4 order
// out:      nothing
// clobbers: flags, and as the routine
// order:    relaxed, release; every other number: seq_cst
// assumes:  as the routine

#include "order.h"

        .macro  STORE size, type, order
        FUNC    __atomic_store_\size
        cbz     \order, 1f
        cmp     \order, #3
        b.eq    2f
        b       ordo_store_\type\()_seq_cst
1:      b       ordo_store_\type\()_relaxed
2:      b       ordo_store_\type\()_release
        ENDFUNC __atomic_store_\size
        NAME    store_\size
        .endm

        STORE   1, u8, w2
        STORE   2, u16, w2
        STORE   4, u32, w2
        STORE   8, u64, w2
        STORE   16, u128, w4
