// store_u128.S: write an object of 128 bits: one stp where the CPU has LSE2, else a loop of casp.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      nothing
// clobbers: x4-x7 x16, flags
// order:    relaxed is casp, release caspl, seq_cst caspal; with LSE2 a dmb ish before the stp, and
//           for seq_cst another after it
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian;
//           CPU with LSE

#include "asm.h"
        .hidden ordo_cpu_has_lse2       // of features.c; 0 until it has asked

// The first ldp is a guess, which may be torn: casp compares the whole pair at once. casp takes
// pairs of registers that begin with an even one, and leaves what it found in x4 x5.
        .macro  STORE name, casp, before, after
        FUNC    \name
        adrp    x16, ordo_cpu_has_lse2
        ldrb    w16, [x16, :lo12:ordo_cpu_has_lse2]
        cbnz    w16, 2f
        ldp     x4, x5, [x0]
1:      mov     x6, x4
        mov     x7, x5
        \casp   x4, x5, x2, x3, [x0]
        cmp     x4, x6
        ccmp    x5, x7, #0, eq
        b.ne    1b
        ret
2:      \before
        stp     x2, x3, [x0]
        \after
        ret
        ENDFUNC \name
        .endm

        STORE   ordo_store_u128_relaxed, casp
        STORE   ordo_store_u128_release, caspl,  before="dmb ish"
        STORE   ordo_store_u128_seq_cst, caspal, before="dmb ish", after="dmb ish"
