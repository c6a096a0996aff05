// fetch_nand.S: store NOT (object AND value) and return what was there, by a loop of cas.
//
//   T ordo_fetch_nand_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined)
// out:      w0/x0 the previous value, zero-extended
// clobbers: x2-x4, flags
// order:    relaxed is cas, acquire casa, release casl, the others casal
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// LSE has no NAND. The first load is a guess that the cas checks: it needs no order. cas leaves in
// \seen what it found, zero-extended like \wanted; garbage above the width of \new is not stored.
        .macro  FETCH_NAND name, cas, plain_load, old, value, wanted, seen, new
        FUNC    \name
        \plain_load \seen, [x0]
1:      mov     \wanted, \seen
        and     \new, \wanted, \value
        mvn     \new, \new
        \cas    \seen, \new, [x0]
        cmp     \seen, \wanted
        b.ne    1b
        mov     \old, \seen
        ret
        ENDFUNC \name
        .endm

        FETCH_NAND ordo_fetch_nand_u8_relaxed,  casb,   ldrb, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u8_acquire,  casab,  ldrb, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u8_release,  caslb,  ldrb, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u8_seq_cst,  casalb, ldrb, w0, w1, w2, w3, w4

        FETCH_NAND ordo_fetch_nand_u16_relaxed, cash,   ldrh, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u16_acquire, casah,  ldrh, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u16_release, caslh,  ldrh, w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u16_seq_cst, casalh, ldrh, w0, w1, w2, w3, w4

        FETCH_NAND ordo_fetch_nand_u32_relaxed, cas,    ldr,  w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u32_acquire, casa,   ldr,  w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u32_release, casl,   ldr,  w0, w1, w2, w3, w4
        FETCH_NAND ordo_fetch_nand_u32_seq_cst, casal,  ldr,  w0, w1, w2, w3, w4

        FETCH_NAND ordo_fetch_nand_u64_relaxed, cas,    ldr,  x0, x1, x2, x3, x4
        FETCH_NAND ordo_fetch_nand_u64_acquire, casa,   ldr,  x0, x1, x2, x3, x4
        FETCH_NAND ordo_fetch_nand_u64_release, casl,   ldr,  x0, x1, x2, x3, x4
        FETCH_NAND ordo_fetch_nand_u64_seq_cst, casal,  ldr,  x0, x1, x2, x3, x4

// acq_rel and full are seq_cst: the loop ends with a casal that wrote, which keeps everything
// before it before everything after it.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_fetch_nand_\type\()_acq_rel, ordo_fetch_nand_\type\()_seq_cst
        ALIAS   ordo_fetch_nand_\type\()_full, ordo_fetch_nand_\type\()_seq_cst
        .endr
