// fence.S: memory fences.
//
//   void ordo_fence_<order>(void);
//
// in:       nothing
// out:      nothing
// clobbers: seq_cst: flags
// order:    acquire, release, acq_rel: no instruction; x86-64 delays nothing but a store past a
//           later load, and the call itself stops the compiler
//           seq_cst: a locked instruction, which waits for the earlier stores
//           full: `mfence`, which orders loads from write-combining memory too
// assumes:  the 8 bytes below rsp are ours: the red zone of the System V ABI
#include "asm.h"

FUNC    ordo_fence_acquire
        ret
ENDFUNC ordo_fence_acquire
ALIASES ordo_fence, acquire, release, acq_rel

// Or with 0 changes nothing. Not at [rsp]: there the return address has just been pushed, and the
// locked access would wait for it. On one machine 6.3 ns, at [rsp] 8.6, and `mfence` 12.2.
FUNC    ordo_fence_seq_cst
        lock
        or      dword ptr [rsp-8], 0
        ret
ENDFUNC ordo_fence_seq_cst

FUNC    ordo_fence_full
        mfence
        ret
ENDFUNC ordo_fence_full
