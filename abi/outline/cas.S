// cas.S: compare-and-swap of 1, 2, 4 or 8 bytes: stores desired if the object equals expected.
//
//   T __aarch64_cas<N>_<order>(T expected, T desired, T *object);
//
// in:       w0/x0 expected, w1/x1 desired (bits above the width undefined), x2 object
// out:      w0/x0 what the object held, zero-extended: expected exactly if desired was stored
// clobbers: x16, x17, flags
// order:    acquire is in the load (ldaxr, casa), release in the store (stlxr, casl); a mismatch
//           promises what its load does; sync is explained at its macro
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory
#include "asm.h"

// The loads zero-extend, so expected is extended before it is compared; a cas instruction looks at
// the width only. (Named for its operation because assemblers ignore case: a macro CAS would take
// the place of the instruction.)
        .macro  COMPARE_SWAP name, cas, load, store, extend, old, desired, expected
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 1f
#ifdef ORDO_LSE
        \cas    \old, \desired, [x2]
        ret
#endif
#ifdef ORDO_LLSC
1:      \extend \expected, \old
2:      \load   \old, [x2]
        cmp     \old, \expected
        b.ne    3f
        \store  w17, \desired, [x2]
        cbnz    w17, 2b
3:      ret
#endif
        ENDFUNC \name
        .endif
        .endm

// sync is a full barrier whether it stores or not: GCC documents __sync_*_compare_and_swap as one
// and makes no exception.
//
// A success. An LSE instruction that acquires, releases and writes is itself a barrier between all
// before it and all after it. A pair of exclusives is not: all before it precedes the stlxr, but
// what comes after may pass it, so a dmb ish follows. The load needs no barrier in front: nobody
// wrote between it and the store, so it found what it would have found there.
//
// A mismatch stores nothing, and so is a load, which may be satisfied before an earlier store is
// seen. (libgcc leaves it so: its one barrier follows the load, and with LSE there is none.) Hence
// a barrier, a second look, whose answer counts, and a barrier. Exclusives that find expected after
// all go back to store; an LSE instruction stores by itself then, between two barriers as well.
        .macro  COMPARE_SWAP_SYNC name, cas, second_cas, load, store, second_load, extend, \
                old, desired, expected
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 2f
#ifdef ORDO_LSE
        \extend \expected, \old
        \cas    \old, \desired, [x2]
        cmp     \old, \expected
        b.ne    1f
        ret
1:      dmb     ish
        mov     \old, \expected
        \second_cas \old, \desired, [x2]
        dmb     ish
        ret
#endif
#ifdef ORDO_LLSC
2:      \extend \expected, \old
3:      \load   \old, [x2]
        cmp     \old, \expected
        b.ne    4f
        \store  w17, \desired, [x2]
        cbnz    w17, 3b
        dmb     ish
        ret
4:      dmb     ish
        \second_load \old, [x2]
        cmp     \old, \expected
        b.eq    3b
        dmb     ish
        ret
#endif
        ENDFUNC \name
        .endif
        .endm

        COMPARE_SWAP __aarch64_cas1_relax,   casb,   ldxrb,  stxrb,  uxtb, w0, w1, w16
        COMPARE_SWAP __aarch64_cas1_acq,     casab,  ldaxrb, stxrb,  uxtb, w0, w1, w16
        COMPARE_SWAP __aarch64_cas1_rel,     caslb,  ldxrb,  stlxrb, uxtb, w0, w1, w16
        COMPARE_SWAP __aarch64_cas1_acq_rel, casalb, ldaxrb, stlxrb, uxtb, w0, w1, w16

        COMPARE_SWAP __aarch64_cas2_relax,   cash,   ldxrh,  stxrh,  uxth, w0, w1, w16
        COMPARE_SWAP __aarch64_cas2_acq,     casah,  ldaxrh, stxrh,  uxth, w0, w1, w16
        COMPARE_SWAP __aarch64_cas2_rel,     caslh,  ldxrh,  stlxrh, uxth, w0, w1, w16
        COMPARE_SWAP __aarch64_cas2_acq_rel, casalh, ldaxrh, stlxrh, uxth, w0, w1, w16

        COMPARE_SWAP __aarch64_cas4_relax,   cas,    ldxr,   stxr,   mov,  w0, w1, w16
        COMPARE_SWAP __aarch64_cas4_acq,     casa,   ldaxr,  stxr,   mov,  w0, w1, w16
        COMPARE_SWAP __aarch64_cas4_rel,     casl,   ldxr,   stlxr,  mov,  w0, w1, w16
        COMPARE_SWAP __aarch64_cas4_acq_rel, casal,  ldaxr,  stlxr,  mov,  w0, w1, w16

        COMPARE_SWAP __aarch64_cas8_relax,   cas,    ldxr,   stxr,   mov,  x0, x1, x16
        COMPARE_SWAP __aarch64_cas8_acq,     casa,   ldaxr,  stxr,   mov,  x0, x1, x16
        COMPARE_SWAP __aarch64_cas8_rel,     casl,   ldxr,   stlxr,  mov,  x0, x1, x16
        COMPARE_SWAP __aarch64_cas8_acq_rel, casal,  ldaxr,  stlxr,  mov,  x0, x1, x16

        COMPARE_SWAP_SYNC __aarch64_cas1_sync, casalb, casb, ldxrb, stlxrb, ldrb, uxtb, w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas2_sync, casalh, cash, ldxrh, stlxrh, ldrh, uxth, w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas4_sync, casal,  cas,  ldxr,  stlxr,  ldr,  mov,  w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas8_sync, casal,  cas,  ldxr,  stlxr,  ldr,  mov,  x0, x1, x16
