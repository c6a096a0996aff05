// bit_test_and_reset.S: clear one bit of an object and return whether it was set.
//
//   bool ordo_bit_test_and_reset_<T>_<order>(volatile T *object, unsigned int index);
//
// in:       x0 object; w1 index, taken modulo the width
// out:      w0 the previous bit, 0 or 1
// clobbers: x1-x3, flags
// order:    relaxed is ldclr, acquire ldclra, release ldclrl, the others ldclral
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// \last is the highest bit number, width - 1.
        .macro  TEST_AND_RESET name, ldclr, last, index, mask, old
        FUNC    \name
        and     \index, \index, #\last
        mov     \mask, #1
        lsl     \mask, \mask, \index
        \ldclr  \mask, \old, [x0]
        tst     \old, \mask
        cset    w0, ne
        ret
        ENDFUNC \name
        .endm

        TEST_AND_RESET ordo_bit_test_and_reset_u8_relaxed,  ldclrb,   7,  w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u8_acquire,  ldclrab,  7,  w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u8_release,  ldclrlb,  7,  w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u8_seq_cst,  ldclralb, 7,  w1, w2, w3

        TEST_AND_RESET ordo_bit_test_and_reset_u16_relaxed, ldclrh,   15, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u16_acquire, ldclrah,  15, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u16_release, ldclrlh,  15, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u16_seq_cst, ldclralh, 15, w1, w2, w3

        TEST_AND_RESET ordo_bit_test_and_reset_u32_relaxed, ldclr,    31, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u32_acquire, ldclra,   31, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u32_release, ldclrl,   31, w1, w2, w3
        TEST_AND_RESET ordo_bit_test_and_reset_u32_seq_cst, ldclral,  31, w1, w2, w3

        TEST_AND_RESET ordo_bit_test_and_reset_u64_relaxed, ldclr,    63, x1, x2, x3
        TEST_AND_RESET ordo_bit_test_and_reset_u64_acquire, ldclra,   63, x1, x2, x3
        TEST_AND_RESET ordo_bit_test_and_reset_u64_release, ldclrl,   63, x1, x2, x3
        TEST_AND_RESET ordo_bit_test_and_reset_u64_seq_cst, ldclral,  63, x1, x2, x3

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    order, acq_rel, full
        ALIAS   ordo_bit_test_and_reset_u8_\order, ordo_bit_test_and_reset_u8_seq_cst
        ALIAS   ordo_bit_test_and_reset_u16_\order, ordo_bit_test_and_reset_u16_seq_cst
        ALIAS   ordo_bit_test_and_reset_u32_\order, ordo_bit_test_and_reset_u32_seq_cst
        ALIAS   ordo_bit_test_and_reset_u64_\order, ordo_bit_test_and_reset_u64_seq_cst
        .endr
