// compare_exchange_u128.S: compare-exchange of 128 bits, by casp.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       x0 object; x1 expected; x2 x3 desired, low half first
// out:      w0 1 if desired was stored, else 0; *expected is written on a mismatch, and only then
// clobbers: x4-x7, flags
// order:    relaxed is casp, acquire caspa, release caspl, acq_rel and seq_cst caspal; a caspa or
//           caspal that finds a mismatch still is a load-acquire; full is told below
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian;
//           CPU with LSE; the object is writable even where the compare will fail

#include "asm.h"

// casp reads the pair in one piece also when it finds a mismatch, so *expected is never torn. It
// takes pairs of registers that begin with an even one, and leaves what it found in x6 x7.
        .macro  COMPARE_EXCHANGE name, casp
        FUNC    \name
        ldp     x4, x5, [x1]
        mov     x6, x4
        mov     x7, x5
        \casp   x6, x7, x2, x3, [x0]
        cmp     x6, x4
        ccmp    x7, x5, #0, eq
        b.ne    1f
        mov     w0, #1
        ret
1:      stp     x6, x7, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

        COMPARE_EXCHANGE ordo_compare_exchange_u128_relaxed, casp
        COMPARE_EXCHANGE ordo_compare_exchange_u128_acquire, caspa
        COMPARE_EXCHANGE ordo_compare_exchange_u128_release, caspl
        COMPARE_EXCHANGE ordo_compare_exchange_u128_seq_cst, caspal

// Full: as in compare_exchange.S, a mismatch fences and tries once more, and the second try is the
// answer: it writes after all, or it is the load between two fences.
        FUNC    ordo_compare_exchange_u128_full
        ldp     x4, x5, [x1]
        mov     x6, x4
        mov     x7, x5
        caspal  x6, x7, x2, x3, [x0]
        cmp     x6, x4
        ccmp    x7, x5, #0, eq
        b.ne    2f
1:      mov     w0, #1
        ret
2:      dmb     ish
        mov     x6, x4
        mov     x7, x5
        caspal  x6, x7, x2, x3, [x0]
        cmp     x6, x4
        ccmp    x7, x5, #0, eq
        b.eq    1b
        dmb     ish
        stp     x6, x7, [x1]
        mov     w0, #0
        ret
        ENDFUNC ordo_compare_exchange_u128_full

// acq_rel is seq_cst: caspal is the only casp that both acquires and releases.
        ALIAS   ordo_compare_exchange_u128_acq_rel, ordo_compare_exchange_u128_seq_cst

// Weak is strong: a casp never fails without a mismatch.
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_compare_exchange_weak_u128_\order, ordo_compare_exchange_u128_\order
        .endr
