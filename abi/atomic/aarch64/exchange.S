// exchange.S: libatomic's exchanges: the routine for the order.
//
//   T __atomic_exchange_<N>(volatile void *object, T value, int order);
//
// in:       x0 object; w1/x1 value, w2 order; of 16 bytes x2 x3 value, w4 order
// out:      w0/x0 the previous value, zero-extended; x0 x1 of 16 bytes
// clobbers: flags, and as the routine
// order:    order.h
// assumes:  as the routine

#include "order.h"

        .macro  EXCHANGE size, type, order
        FUNC    __atomic_exchange_\size
        BY_ORDER \order, ordo_exchange_\type
        ENDFUNC __atomic_exchange_\size
        NAME    exchange_\size
        .endm

        EXCHANGE 1, u8, w2
        EXCHANGE 2, u16, w2
        EXCHANGE 4, u32, w2
        EXCHANGE 8, u64, w2
        EXCHANGE 16, u128, w4
