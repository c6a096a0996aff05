// bit_test_and_reset.S: clear one bit of an object; returns what it was.
//
//   bool ordo_bit_test_and_reset_<T>_<order>(volatile T *object, unsigned int index);
//
// in:       x0 object; w1 index, taken modulo the width
// out:      w0 the previous bit, 0 or 1
// clobbers: x1-x5
// order:    acquire is in the load (ldaxr), release in the store (stlxr); full ends in dmb ish
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

// \last is the highest bit number, width - 1. \old and \new name x0 and x4 in the width of the
// access; between the two the arithmetic is the same for every width.
        .macro  RESET name, load, store, last, old, new, barrier
        FUNC    \name
        mov     x2, x0                  // the result takes the register of the address
        and     w1, w1, #\last
        mov     x3, #1
        lsl     x3, x3, x1
1:      \load   \old, [x2]
        bic     x4, x0, x3
        \store  w5, \new, [x2]
        cbnz    w5, 1b
        \barrier
        lsr     x0, x0, x1
        and     w0, w0, #1
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxr with stlxr is all that either asks for.
        RESET ordo_bit_test_and_reset_u8_relaxed,  ldxrb,  stxrb,  7,  w0, w4
        RESET ordo_bit_test_and_reset_u8_acquire,  ldaxrb, stxrb,  7,  w0, w4
        RESET ordo_bit_test_and_reset_u8_release,  ldxrb,  stlxrb, 7,  w0, w4
        RESET ordo_bit_test_and_reset_u8_seq_cst,  ldaxrb, stlxrb, 7,  w0, w4
        ALIAS ordo_bit_test_and_reset_u8_acq_rel,  ordo_bit_test_and_reset_u8_seq_cst
        RESET ordo_bit_test_and_reset_u8_full,     ldxrb,  stlxrb, 7,  w0, w4, "dmb ish"

        RESET ordo_bit_test_and_reset_u16_relaxed, ldxrh,  stxrh,  15, w0, w4
        RESET ordo_bit_test_and_reset_u16_acquire, ldaxrh, stxrh,  15, w0, w4
        RESET ordo_bit_test_and_reset_u16_release, ldxrh,  stlxrh, 15, w0, w4
        RESET ordo_bit_test_and_reset_u16_seq_cst, ldaxrh, stlxrh, 15, w0, w4
        ALIAS ordo_bit_test_and_reset_u16_acq_rel, ordo_bit_test_and_reset_u16_seq_cst
        RESET ordo_bit_test_and_reset_u16_full,    ldxrh,  stlxrh, 15, w0, w4, "dmb ish"

        RESET ordo_bit_test_and_reset_u32_relaxed, ldxr,   stxr,   31, w0, w4
        RESET ordo_bit_test_and_reset_u32_acquire, ldaxr,  stxr,   31, w0, w4
        RESET ordo_bit_test_and_reset_u32_release, ldxr,   stlxr,  31, w0, w4
        RESET ordo_bit_test_and_reset_u32_seq_cst, ldaxr,  stlxr,  31, w0, w4
        ALIAS ordo_bit_test_and_reset_u32_acq_rel, ordo_bit_test_and_reset_u32_seq_cst
        RESET ordo_bit_test_and_reset_u32_full,    ldxr,   stlxr,  31, w0, w4, "dmb ish"

        RESET ordo_bit_test_and_reset_u64_relaxed, ldxr,   stxr,   63, x0, x4
        RESET ordo_bit_test_and_reset_u64_acquire, ldaxr,  stxr,   63, x0, x4
        RESET ordo_bit_test_and_reset_u64_release, ldxr,   stlxr,  63, x0, x4
        RESET ordo_bit_test_and_reset_u64_seq_cst, ldaxr,  stlxr,  63, x0, x4
        ALIAS ordo_bit_test_and_reset_u64_acq_rel, ordo_bit_test_and_reset_u64_seq_cst
        RESET ordo_bit_test_and_reset_u64_full,    ldxr,   stlxr,  63, x0, x4, "dmb ish"
