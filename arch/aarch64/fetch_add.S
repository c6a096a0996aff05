// fetch_add.S: add to an object; returns the previous value. A load/store-exclusive loop.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   void ordo_add_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended; nothing in the void forms
// clobbers: x2-x4
// order:    acquire is in the load (ldaxr), release in the store (stlxr); full ends in dmb ish
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

// Bits above the width: a sum carries only upwards, and the store drops them.
        .macro  FETCH_ADD name, load, store, old, value, new, barrier
        FUNC    \name
        mov     x2, x0                  // the result takes the register of the address
1:      \load   \old, [x2]
        add     \new, \old, \value      // a register of its own: a retry must find \value intact
        \store  w4, \new, [x2]
        cbnz    w4, 1b
        \barrier
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxr with stlxr is all that either asks for.
        FETCH_ADD ordo_fetch_add_u8_relaxed,  ldxrb,  stxrb,  w0, w1, w3
        FETCH_ADD ordo_fetch_add_u8_acquire,  ldaxrb, stxrb,  w0, w1, w3
        FETCH_ADD ordo_fetch_add_u8_release,  ldxrb,  stlxrb, w0, w1, w3
        FETCH_ADD ordo_fetch_add_u8_seq_cst,  ldaxrb, stlxrb, w0, w1, w3
        ALIAS     ordo_fetch_add_u8_acq_rel,  ordo_fetch_add_u8_seq_cst
        FETCH_ADD ordo_fetch_add_u8_full,     ldxrb,  stlxrb, w0, w1, w3, "dmb ish"

        FETCH_ADD ordo_fetch_add_u16_relaxed, ldxrh,  stxrh,  w0, w1, w3
        FETCH_ADD ordo_fetch_add_u16_acquire, ldaxrh, stxrh,  w0, w1, w3
        FETCH_ADD ordo_fetch_add_u16_release, ldxrh,  stlxrh, w0, w1, w3
        FETCH_ADD ordo_fetch_add_u16_seq_cst, ldaxrh, stlxrh, w0, w1, w3
        ALIAS     ordo_fetch_add_u16_acq_rel, ordo_fetch_add_u16_seq_cst
        FETCH_ADD ordo_fetch_add_u16_full,    ldxrh,  stlxrh, w0, w1, w3, "dmb ish"

        FETCH_ADD ordo_fetch_add_u32_relaxed, ldxr,   stxr,   w0, w1, w3
        FETCH_ADD ordo_fetch_add_u32_acquire, ldaxr,  stxr,   w0, w1, w3
        FETCH_ADD ordo_fetch_add_u32_release, ldxr,   stlxr,  w0, w1, w3
        FETCH_ADD ordo_fetch_add_u32_seq_cst, ldaxr,  stlxr,  w0, w1, w3
        ALIAS     ordo_fetch_add_u32_acq_rel, ordo_fetch_add_u32_seq_cst
        FETCH_ADD ordo_fetch_add_u32_full,    ldxr,   stlxr,  w0, w1, w3, "dmb ish"

        FETCH_ADD ordo_fetch_add_u64_relaxed, ldxr,   stxr,   x0, x1, x3
        FETCH_ADD ordo_fetch_add_u64_acquire, ldaxr,  stxr,   x0, x1, x3
        FETCH_ADD ordo_fetch_add_u64_release, ldxr,   stlxr,  x0, x1, x3
        FETCH_ADD ordo_fetch_add_u64_seq_cst, ldaxr,  stlxr,  x0, x1, x3
        ALIAS     ordo_fetch_add_u64_acq_rel, ordo_fetch_add_u64_seq_cst
        FETCH_ADD ordo_fetch_add_u64_full,    ldxr,   stlxr,  x0, x1, x3, "dmb ish"

// The forms without a result are the same routines: the loop has to load the old value anyway.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_add_\type\()_\order, ordo_fetch_add_\type\()_\order
        .endr
        .endr
