// load_u128.S: atomic load of 16 bytes, for code that may not touch a vector register: the form of
// arch/x86_64/load_u128.S for CPUs without AVX. The only such access is a read-modify-write, so it
// needs memory that it may write to.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       rdi object
// out:      rdx:rax the value
// clobbers: rax, rdx, flags
// order:    relaxed, acquire, seq_cst: one body, which is locked
// assumes:  object is aligned to 16 bytes: cmpxchg16b faults otherwise
#include "../../arch/x86_64/asm.h"

        // Compare with what rcx:rbx happens to hold, and store the same. Equal: the object keeps
        // its value, and rdx:rax is it. Different: rdx:rax is loaded. rbx is only read.
FUNC    ordo_load_u128_relaxed
        mov     rax, rbx
        mov     rdx, rcx
        lock
        cmpxchg16b [rdi]
        ret
ENDFUNC ordo_load_u128_relaxed
ALIASES ordo_load_u128, relaxed, acquire, seq_cst
