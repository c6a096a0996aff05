// exchange_u128.S: replace 128 bits; returns the previous value. A loop of exclusive pairs.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      x0 x1 the previous value
// clobbers: x4 x5
// order:    acquire is in the load (ldaxp), release in the store (stlxp); full ends in dmb ish
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU

#include "asm.h"

        .macro  EXCHANGE name, load, store, barrier
        FUNC    \name
        mov     x4, x0                  // the result takes the register of the address
1:      \load   x0, x1, [x4]
        \store  w5, x2, x3, [x4]
        cbnz    w5, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxp with stlxp is all that either asks for.
        EXCHANGE ordo_exchange_u128_relaxed, ldxp,  stxp
        EXCHANGE ordo_exchange_u128_acquire, ldaxp, stxp
        EXCHANGE ordo_exchange_u128_release, ldxp,  stlxp
        EXCHANGE ordo_exchange_u128_seq_cst, ldaxp, stlxp
        ALIAS    ordo_exchange_u128_acq_rel, ordo_exchange_u128_seq_cst
        EXCHANGE ordo_exchange_u128_full,    ldxp,  stlxp, "dmb ish"
