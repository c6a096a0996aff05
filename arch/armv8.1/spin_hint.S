// spin_hint.S: slow a spinning loop down a little.
//
//   void ordo_spin_hint(void);
//
// in:       nothing
// out:      nothing
// clobbers: nothing
// order:    none
// assumes:  nothing

// LSE adds no hint.
#include "../aarch64/spin_hint.S"
