// swp.S: exchange: stores a value and returns the old one.
//
//   T __aarch64_swp<N>_<order>(T value, T *object);
//
// in:       w0/x0 value (bits above the width undefined), x1 object
// out:      w0/x0 the old value, zero-extended
// clobbers: x16, x17, flags
// order:    acquire is in the load (ldaxr, swpa), release in the store (stlxr, swpl); sync is a
//           full barrier: swpal is, and stlxr with dmb ish (cas.S says why). libgcc's is less, for
//           GCC promises no more than acquire of __sync_lock_test_and_set
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

        .macro  EXCHANGE name, swp, load, store, old, value, barrier
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 1f
#ifdef ORDO_LSE
        \swp    \old, \old, [x1]
        ret
#endif
#ifdef ORDO_LLSC
1:      mov     \value, \old
2:      \load   \old, [x1]
        \store  w17, \value, [x1]
        cbnz    w17, 2b
        \barrier
        ret
#endif
        ENDFUNC \name
        .endif
        .endm

        EXCHANGE __aarch64_swp1_relax,   swpb,     ldxrb,  stxrb,  w0, w16
        EXCHANGE __aarch64_swp1_acq,     swpab,    ldaxrb, stxrb,  w0, w16
        EXCHANGE __aarch64_swp1_rel,     swplb,    ldxrb,  stlxrb, w0, w16
        EXCHANGE __aarch64_swp1_acq_rel, swpalb,   ldaxrb, stlxrb, w0, w16
        EXCHANGE __aarch64_swp1_sync,    swpalb,   ldxrb,  stlxrb, w0, w16, "dmb ish"

        EXCHANGE __aarch64_swp2_relax,   swph,     ldxrh,  stxrh,  w0, w16
        EXCHANGE __aarch64_swp2_acq,     swpah,    ldaxrh, stxrh,  w0, w16
        EXCHANGE __aarch64_swp2_rel,     swplh,    ldxrh,  stlxrh, w0, w16
        EXCHANGE __aarch64_swp2_acq_rel, swpalh,   ldaxrh, stlxrh, w0, w16
        EXCHANGE __aarch64_swp2_sync,    swpalh,   ldxrh,  stlxrh, w0, w16, "dmb ish"

        EXCHANGE __aarch64_swp4_relax,   swp,      ldxr,   stxr,   w0, w16
        EXCHANGE __aarch64_swp4_acq,     swpa,     ldaxr,  stxr,   w0, w16
        EXCHANGE __aarch64_swp4_rel,     swpl,     ldxr,   stlxr,  w0, w16
        EXCHANGE __aarch64_swp4_acq_rel, swpal,    ldaxr,  stlxr,  w0, w16
        EXCHANGE __aarch64_swp4_sync,    swpal,    ldxr,   stlxr,  w0, w16, "dmb ish"

        EXCHANGE __aarch64_swp8_relax,   swp,      ldxr,   stxr,   x0, x16
        EXCHANGE __aarch64_swp8_acq,     swpa,     ldaxr,  stxr,   x0, x16
        EXCHANGE __aarch64_swp8_rel,     swpl,     ldxr,   stlxr,  x0, x16
        EXCHANGE __aarch64_swp8_acq_rel, swpal,    ldaxr,  stlxr,  x0, x16
        EXCHANGE __aarch64_swp8_sync,    swpal,    ldxr,   stlxr,  x0, x16, "dmb ish"
