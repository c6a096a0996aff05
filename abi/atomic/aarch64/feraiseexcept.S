// feraiseexcept.S: raises floating-point exceptions, as feraiseexcept of the C library.
// (The compiler calls it for a compound assignment to an atomic floating-point object.)
//
//   void __atomic_feraiseexcept(int exceptions);
//
// in:       w0 the exceptions, FE_INVALID and so on of <fenv.h>, whose bits are those of FPSR
// out:      nothing
// clobbers: x0 x1; the status of the floating-point unit
// order:    nothing to do with memory order
// assumes:  exceptions do not trap: no CPU that Linux runs on must be able to

#include "../../../arch/aarch64/asm.h"

        FUNC    __atomic_feraiseexcept
        and     w0, w0, #0x1f
        mrs     x1, fpsr
        orr     x1, x1, x0
        msr     fpsr, x1
        ret
        ENDFUNC __atomic_feraiseexcept
