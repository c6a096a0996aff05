// fetch_u128.S: arithmetic on 128 bits; returns the previous value. A loop of exclusive pairs.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_sub_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_and_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_nand_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_or_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_xor_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      x0 x1 the previous value
// clobbers: x4-x7, flags
// order:    acquire is in the load (ldaxp), release in the store (stlxp); full ends in dmb ish
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU

#include "asm.h"

// \low works on the low halves; \high on the high ones, with the carry that \low may leave.
        .macro  FETCH name, load, store, low, high, barrier
        FUNC    \name
        mov     x4, x0                  // the result takes the register of the address
1:      \load   x0, x1, [x4]
        \low    x6, x0, x2              // into their own: a retry needs the value intact
        \high   x7, x1, x3
        \store  w5, x6, x7, [x4]
        cbnz    w5, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

        .macro  FETCH_NAND name, load, store, barrier
        FUNC    \name
        mov     x4, x0
1:      \load   x0, x1, [x4]
        and     x6, x0, x2
        and     x7, x1, x3
        mvn     x6, x6
        mvn     x7, x7
        \store  w5, x6, x7, [x4]
        cbnz    w5, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxp with stlxp is all that either asks for.
        FETCH ordo_fetch_add_u128_relaxed, ldxp,  stxp,  adds, adc
        FETCH ordo_fetch_add_u128_acquire, ldaxp, stxp,  adds, adc
        FETCH ordo_fetch_add_u128_release, ldxp,  stlxp, adds, adc
        FETCH ordo_fetch_add_u128_seq_cst, ldaxp, stlxp, adds, adc
        ALIAS ordo_fetch_add_u128_acq_rel, ordo_fetch_add_u128_seq_cst
        FETCH ordo_fetch_add_u128_full,    ldxp,  stlxp, adds, adc, "dmb ish"

        FETCH ordo_fetch_sub_u128_relaxed, ldxp,  stxp,  subs, sbc
        FETCH ordo_fetch_sub_u128_acquire, ldaxp, stxp,  subs, sbc
        FETCH ordo_fetch_sub_u128_release, ldxp,  stlxp, subs, sbc
        FETCH ordo_fetch_sub_u128_seq_cst, ldaxp, stlxp, subs, sbc
        ALIAS ordo_fetch_sub_u128_acq_rel, ordo_fetch_sub_u128_seq_cst
        FETCH ordo_fetch_sub_u128_full,    ldxp,  stlxp, subs, sbc, "dmb ish"

        FETCH ordo_fetch_and_u128_relaxed, ldxp,  stxp,  and, and
        FETCH ordo_fetch_and_u128_acquire, ldaxp, stxp,  and, and
        FETCH ordo_fetch_and_u128_release, ldxp,  stlxp, and, and
        FETCH ordo_fetch_and_u128_seq_cst, ldaxp, stlxp, and, and
        ALIAS ordo_fetch_and_u128_acq_rel, ordo_fetch_and_u128_seq_cst
        FETCH ordo_fetch_and_u128_full,    ldxp,  stlxp, and, and, "dmb ish"

        FETCH ordo_fetch_or_u128_relaxed, ldxp,  stxp,  orr, orr
        FETCH ordo_fetch_or_u128_acquire, ldaxp, stxp,  orr, orr
        FETCH ordo_fetch_or_u128_release, ldxp,  stlxp, orr, orr
        FETCH ordo_fetch_or_u128_seq_cst, ldaxp, stlxp, orr, orr
        ALIAS ordo_fetch_or_u128_acq_rel, ordo_fetch_or_u128_seq_cst
        FETCH ordo_fetch_or_u128_full,    ldxp,  stlxp, orr, orr, "dmb ish"

        FETCH ordo_fetch_xor_u128_relaxed, ldxp,  stxp,  eor, eor
        FETCH ordo_fetch_xor_u128_acquire, ldaxp, stxp,  eor, eor
        FETCH ordo_fetch_xor_u128_release, ldxp,  stlxp, eor, eor
        FETCH ordo_fetch_xor_u128_seq_cst, ldaxp, stlxp, eor, eor
        ALIAS ordo_fetch_xor_u128_acq_rel, ordo_fetch_xor_u128_seq_cst
        FETCH ordo_fetch_xor_u128_full,    ldxp,  stlxp, eor, eor, "dmb ish"

        FETCH_NAND ordo_fetch_nand_u128_relaxed, ldxp,  stxp
        FETCH_NAND ordo_fetch_nand_u128_acquire, ldaxp, stxp
        FETCH_NAND ordo_fetch_nand_u128_release, ldxp,  stlxp
        FETCH_NAND ordo_fetch_nand_u128_seq_cst, ldaxp, stlxp
        ALIAS      ordo_fetch_nand_u128_acq_rel, ordo_fetch_nand_u128_seq_cst
        FETCH_NAND ordo_fetch_nand_u128_full,    ldxp,  stlxp, "dmb ish"
