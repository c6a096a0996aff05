// fetch_min.S: the smaller of object and value into the object; returns the previous value.
//
//   T ordo_fetch_min_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended (unsigned) or sign-extended (signed)
// clobbers: x2-x4, flags
// order:    acquire is in the load (ldaxr), release in the store (stlxr); full ends in dmb ish
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

// The compare extends \value itself, so garbage above its width never counts. The object is stored
// to even when it already is the smaller: without a store there would be nothing to release.
        .macro  FETCH_MIN name, load, store, extend, less, old, value, new, barrier
        FUNC    \name
        mov     x2, x0                  // the result takes the register of the address
1:      \load   \old, [x2]
        cmp     \old, \value, \extend
        csel    \new, \old, \value, \less
        \store  w4, \new, [x2]
        cbnz    w4, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// i8 and i16: an exclusive load zero-extends, so the old value needs its sign before the compare.
        .macro  FETCH_MIN_SIGNED_NARROW name, load, store, extend, barrier
        FUNC    \name
        mov     x2, x0
1:      \load   w0, [x2]
        \extend w0, w0
        cmp     w0, w1, \extend
        csel    w3, w0, w1, lt
        \store  w4, w3, [x2]
        cbnz    w4, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxr with stlxr is all that either asks for.
        FETCH_MIN ordo_fetch_min_u8_relaxed,  ldxrb,  stxrb,  uxtb, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u8_acquire,  ldaxrb, stxrb,  uxtb, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u8_release,  ldxrb,  stlxrb, uxtb, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u8_seq_cst,  ldaxrb, stlxrb, uxtb, lo, w0, w1, w3
        ALIAS     ordo_fetch_min_u8_acq_rel,  ordo_fetch_min_u8_seq_cst
        FETCH_MIN ordo_fetch_min_u8_full,     ldxrb,  stlxrb, uxtb, lo, w0, w1, w3, "dmb ish"

        FETCH_MIN ordo_fetch_min_u16_relaxed, ldxrh,  stxrh,  uxth, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u16_acquire, ldaxrh, stxrh,  uxth, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u16_release, ldxrh,  stlxrh, uxth, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u16_seq_cst, ldaxrh, stlxrh, uxth, lo, w0, w1, w3
        ALIAS     ordo_fetch_min_u16_acq_rel, ordo_fetch_min_u16_seq_cst
        FETCH_MIN ordo_fetch_min_u16_full,    ldxrh,  stlxrh, uxth, lo, w0, w1, w3, "dmb ish"

        FETCH_MIN ordo_fetch_min_u32_relaxed, ldxr,   stxr,   uxtw, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u32_acquire, ldaxr,  stxr,   uxtw, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u32_release, ldxr,   stlxr,  uxtw, lo, w0, w1, w3
        FETCH_MIN ordo_fetch_min_u32_seq_cst, ldaxr,  stlxr,  uxtw, lo, w0, w1, w3
        ALIAS     ordo_fetch_min_u32_acq_rel, ordo_fetch_min_u32_seq_cst
        FETCH_MIN ordo_fetch_min_u32_full,    ldxr,   stlxr,  uxtw, lo, w0, w1, w3, "dmb ish"

        FETCH_MIN ordo_fetch_min_u64_relaxed, ldxr,   stxr,   uxtx, lo, x0, x1, x3
        FETCH_MIN ordo_fetch_min_u64_acquire, ldaxr,  stxr,   uxtx, lo, x0, x1, x3
        FETCH_MIN ordo_fetch_min_u64_release, ldxr,   stlxr,  uxtx, lo, x0, x1, x3
        FETCH_MIN ordo_fetch_min_u64_seq_cst, ldaxr,  stlxr,  uxtx, lo, x0, x1, x3
        ALIAS     ordo_fetch_min_u64_acq_rel, ordo_fetch_min_u64_seq_cst
        FETCH_MIN ordo_fetch_min_u64_full,    ldxr,   stlxr,  uxtx, lo, x0, x1, x3, "dmb ish"

        FETCH_MIN ordo_fetch_min_i32_relaxed, ldxr,   stxr,   sxtw, lt, w0, w1, w3
        FETCH_MIN ordo_fetch_min_i32_acquire, ldaxr,  stxr,   sxtw, lt, w0, w1, w3
        FETCH_MIN ordo_fetch_min_i32_release, ldxr,   stlxr,  sxtw, lt, w0, w1, w3
        FETCH_MIN ordo_fetch_min_i32_seq_cst, ldaxr,  stlxr,  sxtw, lt, w0, w1, w3
        ALIAS     ordo_fetch_min_i32_acq_rel, ordo_fetch_min_i32_seq_cst
        FETCH_MIN ordo_fetch_min_i32_full,    ldxr,   stlxr,  sxtw, lt, w0, w1, w3, "dmb ish"

        FETCH_MIN ordo_fetch_min_i64_relaxed, ldxr,   stxr,   sxtx, lt, x0, x1, x3
        FETCH_MIN ordo_fetch_min_i64_acquire, ldaxr,  stxr,   sxtx, lt, x0, x1, x3
        FETCH_MIN ordo_fetch_min_i64_release, ldxr,   stlxr,  sxtx, lt, x0, x1, x3
        FETCH_MIN ordo_fetch_min_i64_seq_cst, ldaxr,  stlxr,  sxtx, lt, x0, x1, x3
        ALIAS     ordo_fetch_min_i64_acq_rel, ordo_fetch_min_i64_seq_cst
        FETCH_MIN ordo_fetch_min_i64_full,    ldxr,   stlxr,  sxtx, lt, x0, x1, x3, "dmb ish"

        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i8_relaxed,  ldxrb,  stxrb,  sxtb
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i8_acquire,  ldaxrb, stxrb,  sxtb
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i8_release,  ldxrb,  stlxrb, sxtb
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i8_seq_cst,  ldaxrb, stlxrb, sxtb
        ALIAS                   ordo_fetch_min_i8_acq_rel,  ordo_fetch_min_i8_seq_cst
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i8_full,     ldxrb,  stlxrb, sxtb, "dmb ish"

        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i16_relaxed, ldxrh,  stxrh,  sxth
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i16_acquire, ldaxrh, stxrh,  sxth
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i16_release, ldxrh,  stlxrh, sxth
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i16_seq_cst, ldaxrh, stlxrh, sxth
        ALIAS                   ordo_fetch_min_i16_acq_rel, ordo_fetch_min_i16_seq_cst
        FETCH_MIN_SIGNED_NARROW ordo_fetch_min_i16_full,    ldxrh,  stlxrh, sxth, "dmb ish"
