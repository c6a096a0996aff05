// spin_hint.S: slow a spinning loop down a little.
//
//   void ordo_spin_hint(void);
//
// in:       nothing
// out:      nothing
// clobbers: nothing
// order:    none
// assumes:  nothing

#include "asm.h"

// isb empties the pipeline, some tens of cycles; yield is a no-op on almost every ARM64 core.
        FUNC    ordo_spin_hint
        isb
        ret
        ENDFUNC ordo_spin_hint
