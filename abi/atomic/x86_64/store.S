// store.S: libatomic's stores of 1 to 8 bytes: those of arch/x86_64/store.S, chosen at run time.
//
//   void __atomic_store_<N>(volatile void *object, T value, int order);
//
// in:       rdi object, rsi value, edx order
// out:      nothing
// clobbers: rsi, flags
// order:    relaxed, release: `mov`; every other number, seq_cst and what no store can have, `xchg`
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "../../../arch/x86_64/asm.h"

        .macro  STORE size, value
        FUNC    __atomic_store_\size
        test    edx, edx                // relaxed
        je      1f
        cmp     edx, 3                  // release
        je      1f
        xchg    [rdi], \value           // locked without the prefix: no later load passes it
        ret
1:      mov     [rdi], \value           // behind every earlier load and store as it is
        ret
        ENDFUNC __atomic_store_\size
        ALIAS   __ordo_atomic_store_\size, __atomic_store_\size
        .hidden __ordo_atomic_store_\size
        .endm

        STORE   1, sil
        STORE   2, si
        STORE   4, esi
        STORE   8, rsi
