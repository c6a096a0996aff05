// cas16.S: compare-and-swap of 16 bytes: stores desired if the object equals expected.
//
//   T __aarch64_cas16_<order>(T expected, T desired, T *object);     T is unsigned __int128
//
// in:       x0 x1 expected, x2 x3 desired, low halves first; x4 object
// out:      x0 x1 what the object held: expected exactly if desired was stored
// clobbers: x15, x16, x17, flags
// order:    acquire is in the load (ldaxp, caspa), release in the store (stlxp, caspl); sync is
//           explained at its macro
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU;
//           the object is writable even if the compare fails

#include "asm.h"

// With exclusives. A loaded pair may be torn: only a store-exclusive that succeeds proves that both
// halves were there at once. So a mismatch stores back what it read, and is none if that store
// fails. (libgcc's does not: what it returns may be half of one value and half of another.)
        .macro  PAIR load, store, barrier
        mov     x16, x0
        mov     x17, x1
2:      \load   x0, x1, [x4]
        cmp     x0, x16
        ccmp    x1, x17, #0, eq
        b.ne    3f
        \store  w15, x2, x3, [x4]
        cbnz    w15, 2b
        \barrier
        ret
3:      \store  w15, x0, x1, [x4]
        cbnz    w15, 2b
        \barrier
        ret
        .endm

// casp is one access. It wants pairs of an even register and the next: the arguments are such.
        .macro  COMPARE_SWAP name, casp, load, store
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 1f
#ifdef ORDO_LSE
        \casp   x0, x1, x2, x3, [x4]
        ret
#endif
#ifdef ORDO_LLSC
1:      PAIR    \load, \store
#endif
        ENDFUNC \name
        .endif
        .endm

// sync is a full barrier whether it stores desired or not, as in cas.S. With exclusives both ways
// out have a stlxp, which all before precedes, and then a dmb ish. A caspal that finds a mismatch
// is no more than a load: a barrier, a second look, a barrier.
        .macro  COMPARE_SWAP_SYNC name, casp, second_casp, load, store
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 1f
#ifdef ORDO_LSE
        mov     x16, x0
        mov     x17, x1
        \casp   x0, x1, x2, x3, [x4]
        cmp     x0, x16
        ccmp    x1, x17, #0, eq
        b.ne    4f
        ret
4:      dmb     ish
        mov     x0, x16
        mov     x1, x17
        \second_casp x0, x1, x2, x3, [x4]
        dmb     ish
        ret
#endif
#ifdef ORDO_LLSC
1:      PAIR    \load, \store, "dmb ish"
#endif
        ENDFUNC \name
        .endif
        .endm

        COMPARE_SWAP      __aarch64_cas16_relax,   casp,   ldxp,  stxp
        COMPARE_SWAP      __aarch64_cas16_acq,     caspa,  ldaxp, stxp
        COMPARE_SWAP      __aarch64_cas16_rel,     caspl,  ldxp,  stlxp
        COMPARE_SWAP      __aarch64_cas16_acq_rel, caspal, ldaxp, stlxp
        COMPARE_SWAP_SYNC __aarch64_cas16_sync,    caspal, casp,  ldxp, stlxp
