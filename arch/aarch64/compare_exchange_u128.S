// compare_exchange_u128.S: store desired if 128 bits equal *expected, else report what they are.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       x0 object; x1 expected; x2 x3 desired, low half first
// out:      w0 1 if desired was stored, else 0; *expected is written on a mismatch and only then
// clobbers: x4-x8, flags
// order:    acquire is in the load (ldaxp), release in the store (stlxp); full ends in dmb ish
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU;
//           the object is writable even if the compare fails

#include "asm.h"

// A loaded pair may be torn: only a store-exclusive that succeeds proves that both halves were
// there at once. So a mismatch stores back what it read, and is none if that store fails. The
// store-back also makes a failed `full` a barrier: all that is earlier comes before its stlxp, and
// nobody writes between the load and the stlxp.
        .macro  CAS name, load, store, barrier
        FUNC    \name
        ldp     x4, x5, [x1]
1:      \load   x6, x7, [x0]
        cmp     x6, x4
        ccmp    x7, x5, #0, eq
        b.ne    2f
        \store  w8, x2, x3, [x0]
        cbnz    w8, 1b
        \barrier
        mov     w0, #1
        ret
2:      \store  w8, x6, x7, [x0]
        cbnz    w8, 1b
        \barrier
        stp     x6, x7, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// Weak: one attempt to store desired. The status is 0 for stored; a store that fails leaves
// *expected alone. Full is the strong routine: a spurious failure, whose load nothing holds below
// earlier stores, would need a fence of its own.
        .macro  CAS_WEAK name, load, store
        FUNC    \name
        ldp     x4, x5, [x1]
1:      \load   x6, x7, [x0]
        cmp     x6, x4
        ccmp    x7, x5, #0, eq
        b.ne    2f
        \store  w8, x2, x3, [x0]
        eor     w0, w8, #1
        ret
2:      \store  w8, x6, x7, [x0]
        cbnz    w8, 1b
        stp     x6, x7, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxp with stlxp is all that either asks for.
        CAS   ordo_compare_exchange_u128_relaxed, ldxp,  stxp
        CAS   ordo_compare_exchange_u128_acquire, ldaxp, stxp
        CAS   ordo_compare_exchange_u128_release, ldxp,  stlxp
        CAS   ordo_compare_exchange_u128_seq_cst, ldaxp, stlxp
        ALIAS ordo_compare_exchange_u128_acq_rel, ordo_compare_exchange_u128_seq_cst
        CAS   ordo_compare_exchange_u128_full,    ldxp,  stlxp, "dmb ish"

        CAS_WEAK ordo_compare_exchange_weak_u128_relaxed, ldxp,  stxp
        CAS_WEAK ordo_compare_exchange_weak_u128_acquire, ldaxp, stxp
        CAS_WEAK ordo_compare_exchange_weak_u128_release, ldxp,  stlxp
        CAS_WEAK ordo_compare_exchange_weak_u128_seq_cst, ldaxp, stlxp
        ALIAS    ordo_compare_exchange_weak_u128_acq_rel, ordo_compare_exchange_weak_u128_seq_cst
        ALIAS    ordo_compare_exchange_weak_u128_full,    ordo_compare_exchange_u128_full
