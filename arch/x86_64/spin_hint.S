// spin_hint.S: tells the CPU that this is a spin loop: it saves power, leaves the core to
// the sibling thread, and avoids the memory-order flush when the loop ends.
//
//   void ordo_spin_hint(void);
//
// in:       nothing
// out:      nothing
// clobbers: nothing
// order:    none
// assumes:  nothing: before Pentium 4 `pause` is `nop`
#include "asm.h"

FUNC    ordo_spin_hint
        pause
        ret
ENDFUNC ordo_spin_hint
