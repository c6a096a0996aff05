// load.S: read an object of 8 to 64 bits.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       x0 object
// out:      w0/x0 the value, zero-extended
// clobbers: nothing
// order:    relaxed is ldr, acquire and seq_cst are ldar
// assumes:  object is naturally aligned

#include "asm.h"

        .macro  LOAD name, load, result
        FUNC    \name
        \load   \result, [x0]
        ret
        ENDFUNC \name
        .endm

// seq_cst is acquire: ldar never moves above an earlier stlr. (ldapr may: it is no seq_cst load.)
        LOAD  ordo_load_u8_relaxed,  ldrb,  w0
        LOAD  ordo_load_u8_acquire,  ldarb, w0
        ALIAS ordo_load_u8_seq_cst,  ordo_load_u8_acquire

        LOAD  ordo_load_u16_relaxed, ldrh,  w0
        LOAD  ordo_load_u16_acquire, ldarh, w0
        ALIAS ordo_load_u16_seq_cst, ordo_load_u16_acquire

        LOAD  ordo_load_u32_relaxed, ldr,   w0
        LOAD  ordo_load_u32_acquire, ldar,  w0
        ALIAS ordo_load_u32_seq_cst, ordo_load_u32_acquire

        LOAD  ordo_load_u64_relaxed, ldr,   x0
        LOAD  ordo_load_u64_acquire, ldar,  x0
        ALIAS ordo_load_u64_seq_cst, ordo_load_u64_acquire
