// fetch_xor.S: exclusive-OR into an object and return what was there, by one LSE instruction.
//
//   T ordo_fetch_xor_<T>_<order>(volatile T *object, T value);
//   void ordo_xor_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended; nothing in the void forms
// clobbers: nothing
// order:    relaxed is ldeor, acquire ldeora, release ldeorl, the others ldeoral
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

        .macro  FETCH_XOR name, ldeor, old, value
        FUNC    \name
        \ldeor  \value, \old, [x0]
        ret
        ENDFUNC \name
        .endm

        FETCH_XOR ordo_fetch_xor_u8_relaxed,  ldeorb,   w0, w1
        FETCH_XOR ordo_fetch_xor_u8_acquire,  ldeorab,  w0, w1
        FETCH_XOR ordo_fetch_xor_u8_release,  ldeorlb,  w0, w1
        FETCH_XOR ordo_fetch_xor_u8_seq_cst,  ldeoralb, w0, w1

        FETCH_XOR ordo_fetch_xor_u16_relaxed, ldeorh,   w0, w1
        FETCH_XOR ordo_fetch_xor_u16_acquire, ldeorah,  w0, w1
        FETCH_XOR ordo_fetch_xor_u16_release, ldeorlh,  w0, w1
        FETCH_XOR ordo_fetch_xor_u16_seq_cst, ldeoralh, w0, w1

        FETCH_XOR ordo_fetch_xor_u32_relaxed, ldeor,    w0, w1
        FETCH_XOR ordo_fetch_xor_u32_acquire, ldeora,   w0, w1
        FETCH_XOR ordo_fetch_xor_u32_release, ldeorl,   w0, w1
        FETCH_XOR ordo_fetch_xor_u32_seq_cst, ldeoral,  w0, w1

        FETCH_XOR ordo_fetch_xor_u64_relaxed, ldeor,    x0, x1
        FETCH_XOR ordo_fetch_xor_u64_acquire, ldeora,   x0, x1
        FETCH_XOR ordo_fetch_xor_u64_release, ldeorl,   x0, x1
        FETCH_XOR ordo_fetch_xor_u64_seq_cst, ldeoral,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_fetch_xor_\type\()_acq_rel, ordo_fetch_xor_\type\()_seq_cst
        ALIAS   ordo_fetch_xor_\type\()_full, ordo_fetch_xor_\type\()_seq_cst
        .endr

// The forms without a result are the same routines. steor, or the zero register as destination,
// will not do: a later acquire fence does not see such an access as a read.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_xor_\type\()_\order, ordo_fetch_xor_\type\()_\order
        .endr
        .endr
