// bit_test_and_complement.S: flip one bit and tell what it was. `btc` has no byte form: u8 is a
// loop.
//
//   bool ordo_bit_test_and_complement_<T>_<order>(volatile T *object, unsigned int index);
//
// in:       rdi object, esi index, taken modulo the width
// out:      eax the bit before, 0 or 1
// clobbers: rax, rcx (u8 only), rsi, flags
// order:    every one: a locked instruction is a full barrier, so the six orderings are
//           names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_bit_test_and_complement_u8_relaxed
        movzx   eax, byte ptr [rdi]
        and     esi, 7
.Lbit_test_and_complement_u8_retry:
        mov     ecx, eax
        btc     ecx, esi
        lock
        cmpxchg [rdi], cl               // failed: al is what is there
        jne     .Lbit_test_and_complement_u8_retry
        bt      eax, esi                // the bit before
        setc    al
        movzx   eax, al
        ret
ENDFUNC ordo_bit_test_and_complement_u8_relaxed
ALIASES ordo_bit_test_and_complement_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_bit_test_and_complement_u16_relaxed
        xor     eax, eax
        and     esi, 15                 // past the width `btc` would reach other memory
        lock
        btc     [rdi], si
        setc    al
        ret
ENDFUNC ordo_bit_test_and_complement_u16_relaxed
ALIASES ordo_bit_test_and_complement_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_bit_test_and_complement_u32_relaxed
        xor     eax, eax
        and     esi, 31                 // past the width `btc` would reach other memory
        lock
        btc     [rdi], esi
        setc    al
        ret
ENDFUNC ordo_bit_test_and_complement_u32_relaxed
ALIASES ordo_bit_test_and_complement_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_bit_test_and_complement_u64_relaxed
        xor     eax, eax
        and     esi, 63                 // past the width `btc` would reach other memory
        lock
        btc     [rdi], rsi
        setc    al
        ret
ENDFUNC ordo_bit_test_and_complement_u64_relaxed
ALIASES ordo_bit_test_and_complement_u64, relaxed, acquire, release, acq_rel, seq_cst, full
