// load_u128.S: read an object of 128 bits: one ldp where the CPU has LSE2, else a casp.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       x0 object
// out:      x0 x1 the value, low half first
// clobbers: x2 x3 x16
// order:    relaxed is casp, acquire and seq_cst caspa; with LSE2 a dmb ishld after the ldp, and
//           for seq_cst an ldar before it, which may not pass an earlier stlr
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian;
//           CPU with LSE; without LSE2 the load may write, so it faults on read-only memory

#include "asm.h"
        .hidden ordo_cpu_has_lse2       // of features.c; 0 until it has asked

// Swapping 0 for 0 reads the pair in one piece and changes nothing. One pair of registers is
// enough: what to compare with and what to store are both 0.
        .macro  LOAD name, casp, before, after
        FUNC    \name
        adrp    x16, ordo_cpu_has_lse2
        ldrb    w16, [x16, :lo12:ordo_cpu_has_lse2]
        cbnz    w16, 1f
        mov     x2, #0
        mov     x3, #0
        \casp   x2, x3, x2, x3, [x0]
        mov     x0, x2
        mov     x1, x3
        ret
1:      \before
        ldp     x0, x1, [x0]
        \after
        ret
        ENDFUNC \name
        .endm

        LOAD    ordo_load_u128_relaxed, casp
        LOAD    ordo_load_u128_acquire, caspa, after="dmb ishld"
        LOAD    ordo_load_u128_seq_cst, caspa, before="ldar x2, [x0]", after="dmb ishld"
