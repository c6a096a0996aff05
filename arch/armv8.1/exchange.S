// exchange.S: replace an object and return what was there, by one LSE instruction.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended
// clobbers: nothing
// order:    relaxed is swp, acquire swpa, release swpl, the others swpal
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

        .macro  EXCHANGE name, swp, old, value
        FUNC    \name
        \swp    \value, \old, [x0]
        ret
        ENDFUNC \name
        .endm

        EXCHANGE ordo_exchange_u8_relaxed,  swpb,   w0, w1
        EXCHANGE ordo_exchange_u8_acquire,  swpab,  w0, w1
        EXCHANGE ordo_exchange_u8_release,  swplb,  w0, w1
        EXCHANGE ordo_exchange_u8_seq_cst,  swpalb, w0, w1

        EXCHANGE ordo_exchange_u16_relaxed, swph,   w0, w1
        EXCHANGE ordo_exchange_u16_acquire, swpah,  w0, w1
        EXCHANGE ordo_exchange_u16_release, swplh,  w0, w1
        EXCHANGE ordo_exchange_u16_seq_cst, swpalh, w0, w1

        EXCHANGE ordo_exchange_u32_relaxed, swp,    w0, w1
        EXCHANGE ordo_exchange_u32_acquire, swpa,   w0, w1
        EXCHANGE ordo_exchange_u32_release, swpl,   w0, w1
        EXCHANGE ordo_exchange_u32_seq_cst, swpal,  w0, w1

        EXCHANGE ordo_exchange_u64_relaxed, swp,    x0, x1
        EXCHANGE ordo_exchange_u64_acquire, swpa,   x0, x1
        EXCHANGE ordo_exchange_u64_release, swpl,   x0, x1
        EXCHANGE ordo_exchange_u64_seq_cst, swpal,  x0, x1

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_exchange_\type\()_acq_rel, ordo_exchange_\type\()_seq_cst
        ALIAS   ordo_exchange_\type\()_full, ordo_exchange_\type\()_seq_cst
        .endr
