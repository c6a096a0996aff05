// load.S: read an object of 8 to 64 bits.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       x0 object
// out:      w0/x0 the value, zero-extended
// clobbers: nothing
// order:    relaxed is ldr, acquire and seq_cst are ldar
// assumes:  object is naturally aligned

// LSE adds read-modify-write instructions only: a load is one instruction of ARMv8.0 already.
#include "../aarch64/load.S"
