// store.S: write an object of 8 to 64 bits.
//
//   void ordo_store_<T>_<order>(volatile T *object, T value);
//
// in:       x0 object; w1/x1 value (bits above the width undefined: the store drops them)
// out:      nothing
// clobbers: nothing
// order:    relaxed is str, release and seq_cst are stlr
// assumes:  object is naturally aligned

// LSE adds read-modify-write instructions only: a store is one instruction of ARMv8.0 already.
#include "../aarch64/store.S"
