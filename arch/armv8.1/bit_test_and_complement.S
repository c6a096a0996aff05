// bit_test_and_complement.S: flip one bit of an object and return whether it was set.
//
//   bool ordo_bit_test_and_complement_<T>_<order>(volatile T *object, unsigned int index);
//
// in:       x0 object; w1 index, taken modulo the width
// out:      w0 the previous bit, 0 or 1
// clobbers: x1-x3, flags
// order:    relaxed is ldeor, acquire ldeora, release ldeorl, the others ldeoral
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// \last is the highest bit number, width - 1.
        .macro  TEST_AND_COMPLEMENT name, ldeor, last, index, mask, old
        FUNC    \name
        and     \index, \index, #\last
        mov     \mask, #1
        lsl     \mask, \mask, \index
        \ldeor  \mask, \old, [x0]
        tst     \old, \mask
        cset    w0, ne
        ret
        ENDFUNC \name
        .endm

        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u8_relaxed,  ldeorb,   7,  w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u8_acquire,  ldeorab,  7,  w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u8_release,  ldeorlb,  7,  w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u8_seq_cst,  ldeoralb, 7,  w1, w2, w3

        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u16_relaxed, ldeorh,   15, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u16_acquire, ldeorah,  15, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u16_release, ldeorlh,  15, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u16_seq_cst, ldeoralh, 15, w1, w2, w3

        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u32_relaxed, ldeor,    31, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u32_acquire, ldeora,   31, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u32_release, ldeorl,   31, w1, w2, w3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u32_seq_cst, ldeoral,  31, w1, w2, w3

        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u64_relaxed, ldeor,    63, x1, x2, x3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u64_acquire, ldeora,   63, x1, x2, x3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u64_release, ldeorl,   63, x1, x2, x3
        TEST_AND_COMPLEMENT ordo_bit_test_and_complement_u64_seq_cst, ldeoral,  63, x1, x2, x3

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    order, acq_rel, full
        ALIAS   ordo_bit_test_and_complement_u8_\order, ordo_bit_test_and_complement_u8_seq_cst
        ALIAS   ordo_bit_test_and_complement_u16_\order, ordo_bit_test_and_complement_u16_seq_cst
        ALIAS   ordo_bit_test_and_complement_u32_\order, ordo_bit_test_and_complement_u32_seq_cst
        ALIAS   ordo_bit_test_and_complement_u64_\order, ordo_bit_test_and_complement_u64_seq_cst
        .endr
