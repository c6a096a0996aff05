// dispatch.S: the public names of the fat library: each goes on to its LL/SC or its LSE routine.
//
// Only the fat build has this file. There aarch64/ is assembled with the suffix _llsc and armv8.1/
// with _lse; what is the same in both (load, store, fence, spin_hint, wait_for_change) is assembled
// once, under its public name, and needs no choice.
//
// in:       the arguments of the routine, left where they are
// out:      what the routine returns
// clobbers: x16, which a linker's veneer may use up on any call anyway
// order:    that of the routine; the byte is read plainly and takes no part in it
// assumes:  nobody changes the byte while other threads are at work (ordo/cpu.h)
//
// Why start-up order costs only speed: ordo_cpu_has_lse is 0 until its constructor has run, and 0
// chooses LL/SC, which is right on every ARM64 CPU. The two sets may also meet on one object at the
// same time: both are single-copy atomic accesses to the same memory, and an LSE store takes the
// exclusive monitor away like any other. So a call before the constructor, or a thread it started,
// is only slower. After that the byte never changes and the branch is always predicted.

#include "asm.h"
        .hidden ordo_cpu_has_lse        // of features.c; 0 until it has asked

        .macro  DISPATCH operation, type, order
        FUNC    ordo_\operation\()_\type\()_\order
        adrp    x16, ordo_cpu_has_lse
        ldrb    w16, [x16, :lo12:ordo_cpu_has_lse]
        cbnz    w16, 1f
        b       ordo_\operation\()_\type\()_\order\()_llsc
1:      b       ordo_\operation\()_\type\()_\order\()_lse
        ENDFUNC ordo_\operation\()_\type\()_\order
        .endm

        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full

        .irp    type, u8, u16, u32, u64, u128
        .irp    operation, exchange, compare_exchange, compare_exchange_weak, \
                fetch_add, fetch_sub, fetch_and, fetch_nand, fetch_or, fetch_xor
        DISPATCH \operation, \type, \order
        .endr
        .endr

        .irp    type, u8, u16, u32, u64
        .irp    operation, add, sub, and, or, xor, \
                bit_test_and_set, bit_test_and_reset, bit_test_and_complement
        DISPATCH \operation, \type, \order
        .endr
        .endr

        .irp    type, u8, u16, u32, u64, i8, i16, i32, i64
        DISPATCH fetch_max, \type, \order
        DISPATCH fetch_min, \type, \order
        .endr

        .endr

        .irp    type, u8, u16, u32, u64
        DISPATCH load, \type, acquire_rcpc
        .endr

        .irp    order, relaxed, acquire, seq_cst
        DISPATCH load, u128, \order
        .endr

        .irp    order, relaxed, release, seq_cst
        DISPATCH store, u128, \order
        .endr
