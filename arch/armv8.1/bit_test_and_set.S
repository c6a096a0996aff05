// bit_test_and_set.S: set one bit of an object and return whether it was set.
//
//   bool ordo_bit_test_and_set_<T>_<order>(volatile T *object, unsigned int index);
//
// in:       x0 object; w1 index, taken modulo the width
// out:      w0 the previous bit, 0 or 1
// clobbers: x1-x3, flags
// order:    relaxed is ldset, acquire ldseta, release ldsetl, the others ldsetal
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// \last is the highest bit number, width - 1.
        .macro  TEST_AND_SET name, ldset, last, index, mask, old
        FUNC    \name
        and     \index, \index, #\last
        mov     \mask, #1
        lsl     \mask, \mask, \index
        \ldset  \mask, \old, [x0]
        tst     \old, \mask
        cset    w0, ne
        ret
        ENDFUNC \name
        .endm

        TEST_AND_SET ordo_bit_test_and_set_u8_relaxed,  ldsetb,   7,  w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u8_acquire,  ldsetab,  7,  w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u8_release,  ldsetlb,  7,  w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u8_seq_cst,  ldsetalb, 7,  w1, w2, w3

        TEST_AND_SET ordo_bit_test_and_set_u16_relaxed, ldseth,   15, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u16_acquire, ldsetah,  15, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u16_release, ldsetlh,  15, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u16_seq_cst, ldsetalh, 15, w1, w2, w3

        TEST_AND_SET ordo_bit_test_and_set_u32_relaxed, ldset,    31, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u32_acquire, ldseta,   31, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u32_release, ldsetl,   31, w1, w2, w3
        TEST_AND_SET ordo_bit_test_and_set_u32_seq_cst, ldsetal,  31, w1, w2, w3

        TEST_AND_SET ordo_bit_test_and_set_u64_relaxed, ldset,    63, x1, x2, x3
        TEST_AND_SET ordo_bit_test_and_set_u64_acquire, ldseta,   63, x1, x2, x3
        TEST_AND_SET ordo_bit_test_and_set_u64_release, ldsetl,   63, x1, x2, x3
        TEST_AND_SET ordo_bit_test_and_set_u64_seq_cst, ldsetal,  63, x1, x2, x3

// acq_rel and full are seq_cst: an instruction that acquires, releases and always writes, its old
// value in a real register, keeps everything before it before everything after it.
        .irp    order, acq_rel, full
        ALIAS   ordo_bit_test_and_set_u8_\order, ordo_bit_test_and_set_u8_seq_cst
        ALIAS   ordo_bit_test_and_set_u16_\order, ordo_bit_test_and_set_u16_seq_cst
        ALIAS   ordo_bit_test_and_set_u32_\order, ordo_bit_test_and_set_u32_seq_cst
        ALIAS   ordo_bit_test_and_set_u64_\order, ordo_bit_test_and_set_u64_seq_cst
        .endr
