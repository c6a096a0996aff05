// exchange.S: replace an object; returns the previous value. A load/store-exclusive loop.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended
// clobbers: x2 x3
// order:    acquire is in the load (ldaxr), release in the store (stlxr); full ends in dmb ish
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

        .macro  EXCHANGE name, load, store, old, value, barrier
        FUNC    \name
        mov     x2, x0                  // the result takes the register of the address
1:      \load   \old, [x2]
        \store  w3, \value, [x2]
        cbnz    w3, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxr with stlxr is all that either asks for.
        EXCHANGE ordo_exchange_u8_relaxed,  ldxrb,  stxrb,  w0, w1
        EXCHANGE ordo_exchange_u8_acquire,  ldaxrb, stxrb,  w0, w1
        EXCHANGE ordo_exchange_u8_release,  ldxrb,  stlxrb, w0, w1
        EXCHANGE ordo_exchange_u8_seq_cst,  ldaxrb, stlxrb, w0, w1
        ALIAS    ordo_exchange_u8_acq_rel,  ordo_exchange_u8_seq_cst
        EXCHANGE ordo_exchange_u8_full,     ldxrb,  stlxrb, w0, w1, "dmb ish"

        EXCHANGE ordo_exchange_u16_relaxed, ldxrh,  stxrh,  w0, w1
        EXCHANGE ordo_exchange_u16_acquire, ldaxrh, stxrh,  w0, w1
        EXCHANGE ordo_exchange_u16_release, ldxrh,  stlxrh, w0, w1
        EXCHANGE ordo_exchange_u16_seq_cst, ldaxrh, stlxrh, w0, w1
        ALIAS    ordo_exchange_u16_acq_rel, ordo_exchange_u16_seq_cst
        EXCHANGE ordo_exchange_u16_full,    ldxrh,  stlxrh, w0, w1, "dmb ish"

        EXCHANGE ordo_exchange_u32_relaxed, ldxr,   stxr,   w0, w1
        EXCHANGE ordo_exchange_u32_acquire, ldaxr,  stxr,   w0, w1
        EXCHANGE ordo_exchange_u32_release, ldxr,   stlxr,  w0, w1
        EXCHANGE ordo_exchange_u32_seq_cst, ldaxr,  stlxr,  w0, w1
        ALIAS    ordo_exchange_u32_acq_rel, ordo_exchange_u32_seq_cst
        EXCHANGE ordo_exchange_u32_full,    ldxr,   stlxr,  w0, w1, "dmb ish"

        EXCHANGE ordo_exchange_u64_relaxed, ldxr,   stxr,   x0, x1
        EXCHANGE ordo_exchange_u64_acquire, ldaxr,  stxr,   x0, x1
        EXCHANGE ordo_exchange_u64_release, ldxr,   stlxr,  x0, x1
        EXCHANGE ordo_exchange_u64_seq_cst, ldaxr,  stlxr,  x0, x1
        ALIAS    ordo_exchange_u64_acq_rel, ordo_exchange_u64_seq_cst
        EXCHANGE ordo_exchange_u64_full,    ldxr,   stlxr,  x0, x1, "dmb ish"
