// fetch_or.S: OR into an object and return what was there, by one LSE instruction.
//
//   T ordo_fetch_or_<T>_<order>(volatile T *object, T value);
//   void ordo_or_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended; nothing in the void forms
// clobbers: nothing
// order:    relaxed is ldset, acquire ldseta, release ldsetl, the others ldsetal
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

        .macro  FETCH_OR name, ldset, old, value
        FUNC    \name
        \ldset  \value, \old, [x0]
        ret
        ENDFUNC \name
        .endm

        FETCH_OR ordo_fetch_or_u8_relaxed,  ldsetb,   w0, w1
        FETCH_OR ordo_fetch_or_u8_acquire,  ldsetab,  w0, w1
        FETCH_OR ordo_fetch_or_u8_release,  ldsetlb,  w0, w1
        FETCH_OR ordo_fetch_or_u8_seq_cst,  ldsetalb, w0, w1

        FETCH_OR ordo_fetch_or_u16_relaxed, ldseth,   w0, w1
        FETCH_OR ordo_fetch_or_u16_acquire, ldsetah,  w0, w1
        FETCH_OR ordo_fetch_or_u16_release, ldsetlh,  w0, w1
        FETCH_OR ordo_fetch_or_u16_seq_cst, ldsetalh, w0, w1

        FETCH_OR ordo_fetch_or_u32_relaxed, ldset,    w0, w1
        FETCH_OR ordo_fetch_or_u32_acquire, ldseta,   w0, w1
        FETCH_OR ordo_fetch_or_u32_release, ldsetl,   w0, w1
        FETCH_OR ordo_fetch_or_u32_seq_cst, ldsetal,  w0, w1

        FETCH_OR ordo_fetch_or_u64_relaxed, ldset,    x0, x1
        FETCH_OR ordo_fetch_or_u64_acquire, ldseta,   x0, x1
        FETCH_OR ordo_fetch_or_u64_release, ldsetl,   x0, x1
        FETCH_OR ordo_fetch_or_u64_seq_cst, ldsetal,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_fetch_or_\type\()_acq_rel, ordo_fetch_or_\type\()_seq_cst
        ALIAS   ordo_fetch_or_\type\()_full, ordo_fetch_or_\type\()_seq_cst
        .endr

// The forms without a result are the same routines. stset, or the zero register as destination,
// will not do: a later acquire fence does not see such an access as a read.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_or_\type\()_\order, ordo_fetch_or_\type\()_\order
        .endr
        .endr
