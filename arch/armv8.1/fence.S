// fence.S: the memory fences. They order the caller's accesses and touch no memory themselves.
//
//   void ordo_fence_<order>(void);
//
// in:       nothing
// out:      nothing
// clobbers: nothing
// order:    acquire is dmb ishld, every other one dmb ish
// assumes:  all observers share one inner shareable domain, as the threads of a program do

// LSE adds no fence.
#include "../aarch64/fence.S"
