// load_u128.S: read 128 bits: ldp where the CPU has LSE2, else a loop of exclusive pairs.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       x0 object
// out:      x0 x1 the value, low half first
// clobbers: x2 x3 x16
// order:    acquire and seq_cst are ldaxp; with LSE2 a dmb ishld after the ldp, and for seq_cst an
//           ldar before it, which no earlier stlr may pass
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian CPU;
//           without LSE2 the load writes, so it faults on read-only memory

#include "asm.h"
        .hidden ordo_cpu_has_lse2       // of features.c; 0 until it has asked

// ldxp alone may give a torn pair before LSE2: only a store of the same value that succeeds proves
// it whole.
        .macro  LOAD name, load, store, before, after
        FUNC    \name
        adrp    x16, ordo_cpu_has_lse2
        ldrb    w16, [x16, :lo12:ordo_cpu_has_lse2]
        cbnz    w16, 2f
        mov     x2, x0                  // the result takes the register of the address
1:      \load   x0, x1, [x2]
        \store  w3, x0, x1, [x2]
        cbnz    w3, 1b
        ret
2:      \before
        ldp     x0, x1, [x0]
        \after
        ret
        ENDFUNC \name
        .endm

        LOAD    ordo_load_u128_relaxed, ldxp,  stxp
        LOAD    ordo_load_u128_acquire, ldaxp, stxp, after="dmb ishld"
        LOAD    ordo_load_u128_seq_cst, ldaxp, stxp, before="ldar x2, [x0]", after="dmb ishld"
