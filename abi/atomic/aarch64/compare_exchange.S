// compare_exchange.S: libatomic's compare-exchanges: the routine for both orders.
//
//   bool __atomic_compare_exchange_<N>(volatile void *object, void *expected, T desired,
//                                      int success, int failure);
//
// in:       x0 object; x1 expected; w2/x2 desired, w3 success, w4 failure; of 16 bytes x2 x3
//           desired, w4 success, w5 failure
// out:      w0 1 if desired was stored, else 0; *expected is written on a mismatch and only then
// clobbers: flags, and as the routine
// order:    the two are joined, so that a failure that acquires does so whatever the success is:
//           (release, acquire) is acq_rel. A failure order that a failure cannot have is seq_cst
// assumes:  as the routine

#include "order.h"

        .macro  COMPARE_EXCHANGE size, type, success, failure
        FUNC    __atomic_compare_exchange_\size
        cbz     \failure, 2f            // relaxed: the success decides
        cmp     \failure, #2
        b.hi    1f
        cmp     \success, #2            // acquire: with a success that does not release either?
        b.ls    8f
1:      b       ordo_compare_exchange_\type\()_seq_cst
2:      BY_ORDER \success, ordo_compare_exchange_\type
        ENDFUNC __atomic_compare_exchange_\size
        NAME    compare_exchange_\size
        .endm

        COMPARE_EXCHANGE 1, u8, w3, w4
        COMPARE_EXCHANGE 2, u16, w3, w4
        COMPARE_EXCHANGE 4, u32, w3, w4
        COMPARE_EXCHANGE 8, u64, w3, w4
        COMPARE_EXCHANGE 16, u128, w4, w5
