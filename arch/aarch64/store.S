// store.S: write an object of 8 to 64 bits.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined: the store drops them)
// out:      nothing
// clobbers: nothing
// order:    relaxed is str, release and seq_cst are stlr
// assumes:  object is naturally aligned

#include "asm.h"

        .macro  STORE name, store, value
        FUNC    \name
        \store  \value, [x0]
        ret
        ENDFUNC \name
        .endm

// seq_cst is release: a later ldar, the seq_cst load, waits for stlr.
        STORE ordo_store_u8_relaxed,  strb,  w1
        STORE ordo_store_u8_release,  stlrb, w1
        ALIAS ordo_store_u8_seq_cst,  ordo_store_u8_release

        STORE ordo_store_u16_relaxed, strh,  w1
        STORE ordo_store_u16_release, stlrh, w1
        ALIAS ordo_store_u16_seq_cst, ordo_store_u16_release

        STORE ordo_store_u32_relaxed, str,   w1
        STORE ordo_store_u32_release, stlr,  w1
        ALIAS ordo_store_u32_seq_cst, ordo_store_u32_release

        STORE ordo_store_u64_relaxed, str,   x1
        STORE ordo_store_u64_release, stlr,  x1
        ALIAS ordo_store_u64_seq_cst, ordo_store_u64_release
