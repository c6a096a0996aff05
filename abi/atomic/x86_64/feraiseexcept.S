// feraiseexcept.S: raises floating-point exceptions, as feraiseexcept of the C library.
// (The compiler calls it for a compound assignment to an atomic floating-point object.)
//
//   void __atomic_feraiseexcept(int exceptions);
//
// in:       edi the exceptions, FE_INVALID and so on of <fenv.h>
// out:      nothing
// clobbers: xmm0, xmm1, eax, flags; the status of the floating-point units
// order:    nothing to do with memory order
// assumes:  the 40 bytes below rsp are ours: the red zone of the System V ABI
//
// A division raises an exception of the vector unit, and traps where one that is not masked must.
// What no cheap operation raises alone is set in the status of the x87 unit, whose environment can
// be written; `fwait` traps.
#include "../../../arch/x86_64/asm.h"

FUNC    __atomic_feraiseexcept
        test    dil, 1                  // FE_INVALID: 0 / 0
        je      .Ldivide
        xorps   xmm0, xmm0
        divss   xmm0, xmm0
.Ldivide:
        test    dil, 4                  // FE_DIVBYZERO: 1 / 0
        je      .Linexact
        xorps   xmm1, xmm1
        movss   xmm0, [rip + .Lone]
        divss   xmm0, xmm1
.Linexact:
        test    dil, 0x20               // FE_INEXACT: 1 / 3
        je      .Lothers
        movss   xmm0, [rip + .Lone]
        divss   xmm0, [rip + .Lthree]
.Lothers:
        and     edi, 0x1a               // denormal, FE_OVERFLOW, FE_UNDERFLOW
        je      .Ldone
        fnstenv [rsp-40]
        or      [rsp-36], di            // the status word
        fldenv  [rsp-40]
        fwait
.Ldone:
        ret
ENDFUNC __atomic_feraiseexcept

        .section .rodata.cst4, "aM", @progbits, 4
        .balign 4
.Lone:  .float  1.0
.Lthree:
        .float  3.0
