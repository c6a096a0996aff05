// exchange_u128.S: exchange of 128 bits, by a loop of compare-and-swap: LSE swaps no pair.
//
//   T ordo_exchange_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      x0 x1 the previous value
// clobbers: x4-x7, flags
// order:    relaxed is casp, acquire caspa, release caspl, the others caspal
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian;
//           CPU with LSE

#include "asm.h"

// The first ldp is a guess, which may be torn: casp compares the whole pair at once. casp takes
// pairs of registers that begin with an even one, and leaves what it found in x4 x5.
        .macro  EXCHANGE name, casp
        FUNC    \name
        ldp     x4, x5, [x0]
1:      mov     x6, x4
        mov     x7, x5
        \casp   x4, x5, x2, x3, [x0]
        cmp     x4, x6
        ccmp    x5, x7, #0, eq
        b.ne    1b
        mov     x0, x4
        mov     x1, x5
        ret
        ENDFUNC \name
        .endm

        EXCHANGE ordo_exchange_u128_relaxed, casp
        EXCHANGE ordo_exchange_u128_acquire, caspa
        EXCHANGE ordo_exchange_u128_release, caspl
        EXCHANGE ordo_exchange_u128_seq_cst, caspal

// acq_rel and full are seq_cst: the loop ends with a caspal that wrote, which keeps everything
// before it before everything after it.
        ALIAS   ordo_exchange_u128_acq_rel, ordo_exchange_u128_seq_cst
        ALIAS   ordo_exchange_u128_full, ordo_exchange_u128_seq_cst
