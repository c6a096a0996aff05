// fetch_and.S: AND into an object and return what was there, by one LSE instruction.
//
//   T ordo_fetch_and_<T>_<order>(volatile T *object, T value);
//   void ordo_and_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended; nothing in the void forms
// clobbers: x1
// order:    relaxed is ldclr, acquire ldclra, release ldclrl, the others ldclral
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// LSE has no AND but a bit clear: a & b is a without the bits of ~b.
        .macro  FETCH_AND name, ldclr, old, value
        FUNC    \name
        mvn     \value, \value
        \ldclr  \value, \old, [x0]
        ret
        ENDFUNC \name
        .endm

        FETCH_AND ordo_fetch_and_u8_relaxed,  ldclrb,   w0, w1
        FETCH_AND ordo_fetch_and_u8_acquire,  ldclrab,  w0, w1
        FETCH_AND ordo_fetch_and_u8_release,  ldclrlb,  w0, w1
        FETCH_AND ordo_fetch_and_u8_seq_cst,  ldclralb, w0, w1

        FETCH_AND ordo_fetch_and_u16_relaxed, ldclrh,   w0, w1
        FETCH_AND ordo_fetch_and_u16_acquire, ldclrah,  w0, w1
        FETCH_AND ordo_fetch_and_u16_release, ldclrlh,  w0, w1
        FETCH_AND ordo_fetch_and_u16_seq_cst, ldclralh, w0, w1

        FETCH_AND ordo_fetch_and_u32_relaxed, ldclr,    w0, w1
        FETCH_AND ordo_fetch_and_u32_acquire, ldclra,   w0, w1
        FETCH_AND ordo_fetch_and_u32_release, ldclrl,   w0, w1
        FETCH_AND ordo_fetch_and_u32_seq_cst, ldclral,  w0, w1

        FETCH_AND ordo_fetch_and_u64_relaxed, ldclr,    x0, x1
        FETCH_AND ordo_fetch_and_u64_acquire, ldclra,   x0, x1
        FETCH_AND ordo_fetch_and_u64_release, ldclrl,   x0, x1
        FETCH_AND ordo_fetch_and_u64_seq_cst, ldclral,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_fetch_and_\type\()_acq_rel, ordo_fetch_and_\type\()_seq_cst
        ALIAS   ordo_fetch_and_\type\()_full, ordo_fetch_and_\type\()_seq_cst
        .endr

// The forms without a result are the same routines. stclr, or the zero register as destination,
// will not do: a later acquire fence does not see such an access as a read.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_and_\type\()_\order, ordo_fetch_and_\type\()_\order
        .endr
        .endr
