// store_u128.S: write 128 bits: stp where the CPU has LSE2, else a loop of exclusive pairs.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      nothing
// clobbers: x4-x6 x16
// order:    release and seq_cst are stlxp; with LSE2 a dmb ish before the stp, and for seq_cst
//           another after it
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU

#include "asm.h"
        .hidden ordo_cpu_has_lse2       // of features.c; 0 until it has asked

// What ldxp reads is not wanted: it opens the exclusive access that makes the store one whole.
        .macro  STORE name, load, store, before, after
        FUNC    \name
        adrp    x16, ordo_cpu_has_lse2
        ldrb    w16, [x16, :lo12:ordo_cpu_has_lse2]
        cbnz    w16, 2f
1:      \load   x4, x5, [x0]
        \store  w6, x2, x3, [x0]
        cbnz    w6, 1b
        ret
2:      \before
        stp     x2, x3, [x0]
        \after
        ret
        ENDFUNC \name
        .endm

        STORE   ordo_store_u128_relaxed, ldxp, stxp
        STORE   ordo_store_u128_release, ldxp, stlxp, before="dmb ish"
        STORE   ordo_store_u128_seq_cst, ldxp, stlxp, before="dmb ish", after="dmb ish"
