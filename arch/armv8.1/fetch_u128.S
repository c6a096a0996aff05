// fetch_u128.S: arithmetic on 128 bits, returning what was there, by a loop of compare-and-swap.
//
//   T ordo_fetch_add_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_sub_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_and_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_nand_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_or_<T>_<order>(volatile T *object, T value);
//   T ordo_fetch_xor_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; x2 x3 value, low half first
// out:      x0 x1 the previous value
// clobbers: x4-x9, flags
// order:    relaxed is casp, acquire caspa, release caspl, the others caspal
// assumes:  object is 16-byte aligned, in ordinary (Normal, cacheable) memory; little-endian;
//           CPU with LSE

#include "asm.h"

// The first ldp is a guess, which may be torn: casp compares the whole pair at once. casp takes
// pairs of registers that begin with an even one, and leaves what it found in x4 x5.
//
// \low works on the low halves; \high on the high ones, with the carry that \low may leave;
// \invert, where there is one, on both results.
        .macro  FETCH name, casp, low, high, invert
        FUNC    \name
        ldp     x4, x5, [x0]
1:      mov     x6, x4
        mov     x7, x5
        \low    x8, x4, x2
        \high   x9, x5, x3
        .ifnb   \invert
        \invert x8, x8
        \invert x9, x9
        .endif
        \casp   x4, x5, x8, x9, [x0]
        cmp     x4, x6
        ccmp    x5, x7, #0, eq
        b.ne    1b
        mov     x0, x4
        mov     x1, x5
        ret
        ENDFUNC \name
        .endm

        FETCH ordo_fetch_add_u128_relaxed,  casp,   adds, adc
        FETCH ordo_fetch_add_u128_acquire,  caspa,  adds, adc
        FETCH ordo_fetch_add_u128_release,  caspl,  adds, adc
        FETCH ordo_fetch_add_u128_seq_cst,  caspal, adds, adc

        FETCH ordo_fetch_sub_u128_relaxed,  casp,   subs, sbc
        FETCH ordo_fetch_sub_u128_acquire,  caspa,  subs, sbc
        FETCH ordo_fetch_sub_u128_release,  caspl,  subs, sbc
        FETCH ordo_fetch_sub_u128_seq_cst,  caspal, subs, sbc

        FETCH ordo_fetch_and_u128_relaxed,  casp,   and, and
        FETCH ordo_fetch_and_u128_acquire,  caspa,  and, and
        FETCH ordo_fetch_and_u128_release,  caspl,  and, and
        FETCH ordo_fetch_and_u128_seq_cst,  caspal, and, and

        FETCH ordo_fetch_nand_u128_relaxed, casp,   and, and, mvn
        FETCH ordo_fetch_nand_u128_acquire, caspa,  and, and, mvn
        FETCH ordo_fetch_nand_u128_release, caspl,  and, and, mvn
        FETCH ordo_fetch_nand_u128_seq_cst, caspal, and, and, mvn

        FETCH ordo_fetch_or_u128_relaxed,   casp,   orr, orr
        FETCH ordo_fetch_or_u128_acquire,   caspa,  orr, orr
        FETCH ordo_fetch_or_u128_release,   caspl,  orr, orr
        FETCH ordo_fetch_or_u128_seq_cst,   caspal, orr, orr

        FETCH ordo_fetch_xor_u128_relaxed,  casp,   eor, eor
        FETCH ordo_fetch_xor_u128_acquire,  caspa,  eor, eor
        FETCH ordo_fetch_xor_u128_release,  caspl,  eor, eor
        FETCH ordo_fetch_xor_u128_seq_cst,  caspal, eor, eor

// acq_rel and full are seq_cst: the loop ends with a caspal that wrote, which keeps everything
// before it before everything after it.
        .irp    operation, add, sub, and, nand, or, xor
        ALIAS   ordo_fetch_\operation\()_u128_acq_rel, ordo_fetch_\operation\()_u128_seq_cst
        ALIAS   ordo_fetch_\operation\()_u128_full, ordo_fetch_\operation\()_u128_seq_cst
        .endr
