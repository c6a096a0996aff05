// fetch_add.S: add to an object and return what was there, by one LSE instruction.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   void ordo_add_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended; nothing in the void forms
// clobbers: nothing
// order:    relaxed is ldadd, acquire ldadda, release ldaddl, the others ldaddal
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

        .macro  FETCH_ADD name, ldadd, old, value
        FUNC    \name
        \ldadd  \value, \old, [x0]
        ret
        ENDFUNC \name
        .endm

        FETCH_ADD ordo_fetch_add_u8_relaxed,  ldaddb,   w0, w1
        FETCH_ADD ordo_fetch_add_u8_acquire,  ldaddab,  w0, w1
        FETCH_ADD ordo_fetch_add_u8_release,  ldaddlb,  w0, w1
        FETCH_ADD ordo_fetch_add_u8_seq_cst,  ldaddalb, w0, w1

        FETCH_ADD ordo_fetch_add_u16_relaxed, ldaddh,   w0, w1
        FETCH_ADD ordo_fetch_add_u16_acquire, ldaddah,  w0, w1
        FETCH_ADD ordo_fetch_add_u16_release, ldaddlh,  w0, w1
        FETCH_ADD ordo_fetch_add_u16_seq_cst, ldaddalh, w0, w1

        FETCH_ADD ordo_fetch_add_u32_relaxed, ldadd,    w0, w1
        FETCH_ADD ordo_fetch_add_u32_acquire, ldadda,   w0, w1
        FETCH_ADD ordo_fetch_add_u32_release, ldaddl,   w0, w1
        FETCH_ADD ordo_fetch_add_u32_seq_cst, ldaddal,  w0, w1

        FETCH_ADD ordo_fetch_add_u64_relaxed, ldadd,    x0, x1
        FETCH_ADD ordo_fetch_add_u64_acquire, ldadda,   x0, x1
        FETCH_ADD ordo_fetch_add_u64_release, ldaddl,   x0, x1
        FETCH_ADD ordo_fetch_add_u64_seq_cst, ldaddal,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_fetch_add_\type\()_acq_rel, ordo_fetch_add_\type\()_seq_cst
        ALIAS   ordo_fetch_add_\type\()_full, ordo_fetch_add_\type\()_seq_cst
        .endr

// The forms without a result are the same routines. stadd, or the zero register as destination,
// will not do: a later acquire fence does not see such an access as a read.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_add_\type\()_\order, ordo_fetch_add_\type\()_\order
        .endr
        .endr
