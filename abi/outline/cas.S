// cas.S: compare-and-swap of 1, 2, 4 or 8 bytes: stores desired if the object equals expected.
//
//   T __aarch64_cas<N>_<order>(T expected, T desired, T *object);
//
// in:       w0/x0 expected, w1/x1 desired (bits above the width undefined), x2 object
// out:      w0/x0 what the object held, zero-extended; it equals expected exactly if desired was stored
// clobbers: x16, x17, flags
// order:    acquire is in the load (ldaxr, casa), release in the store (stlxr, casl); a mismatch
//           promises what its load does; sync is explained at its macro
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory
#include "asm.h"

// The loads zero-extend, so expected is extended before it is compared. A cas instruction looks at
// the width only, but compares without telling: the caller does that, with what is returned.
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
// and makes no exception. What stored has its release before it and, with LSE, its acquire after it:
// an instruction that does both, and writes, is ordered with all before and all after. Of a pair of
// exclusives the store alone is ordered behind what is earlier, so a dmb ish has to hold back what
// is later; the load is no earlier than the store, since nobody wrote between the two.
// A mismatch has no store. Its load could be satisfied before an earlier store is seen (libgcc's
// can: its only barrier comes after the load). So a mismatch fences, looks again and fences; what
// the second look finds is the answer. With exclusives it may find expected: then all is tried
// again. The second casal may store after all, and has then one barrier more than it needs.
        .macro  COMPARE_SWAP_SYNC name, cas, load, store, plain_load, extend, old, desired, expected
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
        \cas    \old, \desired, [x2]
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
        \plain_load \old, [x2]
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

        COMPARE_SWAP_SYNC __aarch64_cas1_sync, casalb, ldxrb, stlxrb, ldrb, uxtb, w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas2_sync, casalh, ldxrh, stlxrh, ldrh, uxth, w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas4_sync, casal,  ldxr,  stlxr,  ldr,  mov,  w0, w1, w16
        COMPARE_SWAP_SYNC __aarch64_cas8_sync, casal,  ldxr,  stlxr,  ldr,  mov,  x0, x1, x16
