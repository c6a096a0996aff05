// fence.S: the memory fences. They order the caller's accesses and touch no memory themselves.
//
//   void ordo_fence_<order>(void);
//
// in:       nothing
// out:      nothing
// clobbers: nothing
// order:    acquire is dmb ishld, every other one dmb ish
// assumes:  all observers share one inner shareable domain, as the threads of a program do

#include "asm.h"

// Earlier loads before everything later: all that an acquire fence has to hold.
        FUNC    ordo_fence_acquire
        dmb     ishld
        ret
        ENDFUNC ordo_fence_acquire

// Everything earlier before everything later. Release needs earlier loads held above later stores
// too, so dmb ishst would not do.
        FUNC    ordo_fence_full
        dmb     ish
        ret
        ENDFUNC ordo_fence_full

        ALIAS   ordo_fence_release, ordo_fence_full
        ALIAS   ordo_fence_acq_rel, ordo_fence_full
        ALIAS   ordo_fence_seq_cst, ordo_fence_full
