// load_u128.S: atomic load of 16 bytes. With AVX an aligned vector move is atomic. Without,
// the only atomic access is a read-modify-write: that form needs memory it may write to.
//
//   T ordo_load_<T>_<order>(const volatile T *object);
//
// in:       rdi object
// out:      rdx:rax the value
// clobbers: rax, rdx, xmm0, flags
// order:    relaxed, acquire, seq_cst: one body; the vector move is ordered as `mov` (load.S),
//           the other form is locked
// assumes:  object is aligned to 16 bytes: cmpxchg16b and vmovdqa fault otherwise
#include "asm.h"

FUNC    ordo_load_u128_relaxed
        cmp     FEATURE(avx), 0
        je      .Lload_u128_no_avx
        vmovdqa xmm0, [rdi]
        vmovq   rax, xmm0
        vpextrq rdx, xmm0, 1
        ret

        // Compare with what rcx:rbx happens to hold, and store the same. Equal: the object keeps
        // its value, and rdx:rax is it. Different: rdx:rax is loaded. rbx is only read.
.Lload_u128_no_avx:
        mov     rax, rbx
        mov     rdx, rcx
        lock
        cmpxchg16b [rdi]
        ret
ENDFUNC ordo_load_u128_relaxed
ALIASES ordo_load_u128, relaxed, acquire, seq_cst
