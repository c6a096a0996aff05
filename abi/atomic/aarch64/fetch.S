// fetch.S: libatomic's arithmetic and logic: the routine for the order, and what returns the new
// value, which is the routine and the operation once more on what it returns.
//
//   T __atomic_fetch_<op>_<N>(volatile void *object, T value, int order);
//   T __atomic_<op>_fetch_<N>(volatile void *object, T value, int order);
//
// in:       x0 object; w1/x1 value, w2 order; of 16 bytes x2 x3 value, w4 order
// out:      w0/x0 the value before, or after; zero-extended; x0 x1 of 16 bytes
// clobbers: flags, and as the routine; <op>_fetch: x10-x13, x30
// order:    order.h
// assumes:  as the routine; no routine of fetch_*.S uses x10-x13
//
// Assembled once for each row of the table at the end; OPERATION is its name.

#include "order.h"

        .macro  FETCH operation, type, size, order
        FUNC    __atomic_fetch_\operation\()_\size
        BY_ORDER \order, ordo_fetch_\operation\()_\type
        ENDFUNC __atomic_fetch_\operation\()_\size
        NAME    fetch_\operation\()_\size
        .endm

// The value and the return address wait in registers, for the routines leave those alone: no stack.
        .macro  OP_FETCH operation, size, instruction, invert, result, value, saved, extend
        FUNC    __atomic_\operation\()_fetch_\size
        mov     x11, x30
        .cfi_register x30, x11
        mov     \saved, \value
        bl      __ordo_atomic_fetch_\operation\()_\size
        \instruction \result, \result, \saved
        .ifnb   \invert
        \invert \result, \result
        .endif
        \extend                         // zero above the width
        ret     x11
        ENDFUNC __atomic_\operation\()_fetch_\size
        .endm

// \low works on the low halves; \high on the high ones, with the carry that \low may leave.
        .macro  OP_FETCH_16 operation, low, high, invert
        FUNC    __atomic_\operation\()_fetch_16
        mov     x11, x30
        .cfi_register x30, x11
        mov     x12, x2
        mov     x13, x3
        bl      __ordo_atomic_fetch_\operation\()_16
        \low    x0, x0, x12
        \high   x1, x1, x13
        .ifnb   \invert
        \invert x0, x0
        \invert x1, x1
        .endif
        ret     x11
        ENDFUNC __atomic_\operation\()_fetch_16
        .endm

        .macro  ROW operation, instruction, low, high, invert
        .ifc    \operation, OPERATION
        FETCH   \operation, u8, 1, w2
        FETCH   \operation, u16, 2, w2
        FETCH   \operation, u32, 4, w2
        FETCH   \operation, u64, 8, w2
        FETCH   \operation, u128, 16, w4
        OP_FETCH \operation, 1, \instruction, \invert, w0, w1, w10, "uxtb w0, w0"
        OP_FETCH \operation, 2, \instruction, \invert, w0, w1, w10, "uxth w0, w0"
        OP_FETCH \operation, 4, \instruction, \invert, w0, w1, w10
        OP_FETCH \operation, 8, \instruction, \invert, x0, x1, x10
        OP_FETCH_16 \operation, \low, \high, \invert
        .endif
        .endm

        ROW     add,  add, adds, adc
        ROW     sub,  sub, subs, sbc
        ROW     and,  and, and,  and
        ROW     or,   orr, orr,  orr
        ROW     xor,  eor, eor,  eor
        ROW     nand, and, and,  and, mvn
