// fetch_min.S: keep the smaller of object and value, return what was there; signed and unsigned.
//
//   T ordo_fetch_min_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended (unsigned) or sign-extended (signed)
// clobbers: nothing
// order:    relaxed is ldumin, acquire ldumina, release lduminl, the others lduminal; signed ldsmin
//           likewise
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// The instruction compares at its own width, so garbage above it never counts. It zero-extends what
// it read: the signed 8- and 16-bit forms have the sign put back by \extend.
        .macro  FETCH_MIN name, ldmin, old, value, extend
        FUNC    \name
        \ldmin  \value, \old, [x0]
        .ifnb   \extend
        \extend \old, \old
        .endif
        ret
        ENDFUNC \name
        .endm

        FETCH_MIN ordo_fetch_min_u8_relaxed,  lduminb,   w0, w1
        FETCH_MIN ordo_fetch_min_u8_acquire,  lduminab,  w0, w1
        FETCH_MIN ordo_fetch_min_u8_release,  lduminlb,  w0, w1
        FETCH_MIN ordo_fetch_min_u8_seq_cst,  lduminalb, w0, w1

        FETCH_MIN ordo_fetch_min_u16_relaxed, lduminh,   w0, w1
        FETCH_MIN ordo_fetch_min_u16_acquire, lduminah,  w0, w1
        FETCH_MIN ordo_fetch_min_u16_release, lduminlh,  w0, w1
        FETCH_MIN ordo_fetch_min_u16_seq_cst, lduminalh, w0, w1

        FETCH_MIN ordo_fetch_min_u32_relaxed, ldumin,    w0, w1
        FETCH_MIN ordo_fetch_min_u32_acquire, ldumina,   w0, w1
        FETCH_MIN ordo_fetch_min_u32_release, lduminl,   w0, w1
        FETCH_MIN ordo_fetch_min_u32_seq_cst, lduminal,  w0, w1

        FETCH_MIN ordo_fetch_min_u64_relaxed, ldumin,    x0, x1
        FETCH_MIN ordo_fetch_min_u64_acquire, ldumina,   x0, x1
        FETCH_MIN ordo_fetch_min_u64_release, lduminl,   x0, x1
        FETCH_MIN ordo_fetch_min_u64_seq_cst, lduminal,  x0, x1

        FETCH_MIN ordo_fetch_min_i8_relaxed,  ldsminb,   w0, w1, sxtb
        FETCH_MIN ordo_fetch_min_i8_acquire,  ldsminab,  w0, w1, sxtb
        FETCH_MIN ordo_fetch_min_i8_release,  ldsminlb,  w0, w1, sxtb
        FETCH_MIN ordo_fetch_min_i8_seq_cst,  ldsminalb, w0, w1, sxtb

        FETCH_MIN ordo_fetch_min_i16_relaxed, ldsminh,   w0, w1, sxth
        FETCH_MIN ordo_fetch_min_i16_acquire, ldsminah,  w0, w1, sxth
        FETCH_MIN ordo_fetch_min_i16_release, ldsminlh,  w0, w1, sxth
        FETCH_MIN ordo_fetch_min_i16_seq_cst, ldsminalh, w0, w1, sxth

        FETCH_MIN ordo_fetch_min_i32_relaxed, ldsmin,    w0, w1
        FETCH_MIN ordo_fetch_min_i32_acquire, ldsmina,   w0, w1
        FETCH_MIN ordo_fetch_min_i32_release, ldsminl,   w0, w1
        FETCH_MIN ordo_fetch_min_i32_seq_cst, ldsminal,  w0, w1

        FETCH_MIN ordo_fetch_min_i64_relaxed, ldsmin,    x0, x1
        FETCH_MIN ordo_fetch_min_i64_acquire, ldsmina,   x0, x1
        FETCH_MIN ordo_fetch_min_i64_release, ldsminl,   x0, x1
        FETCH_MIN ordo_fetch_min_i64_seq_cst, ldsminal,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64, i8, i16, i32, i64
        ALIAS   ordo_fetch_min_\type\()_acq_rel, ordo_fetch_min_\type\()_seq_cst
        ALIAS   ordo_fetch_min_\type\()_full, ordo_fetch_min_\type\()_seq_cst
        .endr
