// fetch_max.S: keep the larger of object and value, return what was there; signed and unsigned.
//
//   T ordo_fetch_max_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended (unsigned) or sign-extended (signed)
// clobbers: nothing
// order:    relaxed is ldumax, acquire ldumaxa, release ldumaxl, the others ldumaxal; signed ldsmax
//           likewise
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// The instruction compares at its own width, so garbage above it never counts. It zero-extends what
// it read: the signed 8- and 16-bit forms have the sign put back by \extend.
        .macro  FETCH_MAX name, ldmax, old, value, extend
        FUNC    \name
        \ldmax  \value, \old, [x0]
        .ifnb   \extend
        \extend \old, \old
        .endif
        ret
        ENDFUNC \name
        .endm

        FETCH_MAX ordo_fetch_max_u8_relaxed,  ldumaxb,   w0, w1
        FETCH_MAX ordo_fetch_max_u8_acquire,  ldumaxab,  w0, w1
        FETCH_MAX ordo_fetch_max_u8_release,  ldumaxlb,  w0, w1
        FETCH_MAX ordo_fetch_max_u8_seq_cst,  ldumaxalb, w0, w1

        FETCH_MAX ordo_fetch_max_u16_relaxed, ldumaxh,   w0, w1
        FETCH_MAX ordo_fetch_max_u16_acquire, ldumaxah,  w0, w1
        FETCH_MAX ordo_fetch_max_u16_release, ldumaxlh,  w0, w1
        FETCH_MAX ordo_fetch_max_u16_seq_cst, ldumaxalh, w0, w1

        FETCH_MAX ordo_fetch_max_u32_relaxed, ldumax,    w0, w1
        FETCH_MAX ordo_fetch_max_u32_acquire, ldumaxa,   w0, w1
        FETCH_MAX ordo_fetch_max_u32_release, ldumaxl,   w0, w1
        FETCH_MAX ordo_fetch_max_u32_seq_cst, ldumaxal,  w0, w1

        FETCH_MAX ordo_fetch_max_u64_relaxed, ldumax,    x0, x1
        FETCH_MAX ordo_fetch_max_u64_acquire, ldumaxa,   x0, x1
        FETCH_MAX ordo_fetch_max_u64_release, ldumaxl,   x0, x1
        FETCH_MAX ordo_fetch_max_u64_seq_cst, ldumaxal,  x0, x1

        FETCH_MAX ordo_fetch_max_i8_relaxed,  ldsmaxb,   w0, w1, sxtb
        FETCH_MAX ordo_fetch_max_i8_acquire,  ldsmaxab,  w0, w1, sxtb
        FETCH_MAX ordo_fetch_max_i8_release,  ldsmaxlb,  w0, w1, sxtb
        FETCH_MAX ordo_fetch_max_i8_seq_cst,  ldsmaxalb, w0, w1, sxtb

        FETCH_MAX ordo_fetch_max_i16_relaxed, ldsmaxh,   w0, w1, sxth
        FETCH_MAX ordo_fetch_max_i16_acquire, ldsmaxah,  w0, w1, sxth
        FETCH_MAX ordo_fetch_max_i16_release, ldsmaxlh,  w0, w1, sxth
        FETCH_MAX ordo_fetch_max_i16_seq_cst, ldsmaxalh, w0, w1, sxth

        FETCH_MAX ordo_fetch_max_i32_relaxed, ldsmax,    w0, w1
        FETCH_MAX ordo_fetch_max_i32_acquire, ldsmaxa,   w0, w1
        FETCH_MAX ordo_fetch_max_i32_release, ldsmaxl,   w0, w1
        FETCH_MAX ordo_fetch_max_i32_seq_cst, ldsmaxal,  w0, w1

        FETCH_MAX ordo_fetch_max_i64_relaxed, ldsmax,    x0, x1
        FETCH_MAX ordo_fetch_max_i64_acquire, ldsmaxa,   x0, x1
        FETCH_MAX ordo_fetch_max_i64_release, ldsmaxl,   x0, x1
        FETCH_MAX ordo_fetch_max_i64_seq_cst, ldsmaxal,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64, i8, i16, i32, i64
        ALIAS   ordo_fetch_max_\type\()_acq_rel, ordo_fetch_max_\type\()_seq_cst
        ALIAS   ordo_fetch_max_\type\()_full, ordo_fetch_max_\type\()_seq_cst
        .endr
