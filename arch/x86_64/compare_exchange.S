// compare_exchange.S: atomic compare and exchange.
// Nothing fails spuriously here, so weak is another name for strong.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       rdi object, rsi expected, rdx desired
// out:      eax 1 if *object was *expected and is now desired; else 0, and *expected is what was
//           there
// clobbers: rax, flags
// order:    every one, on success and on failure: a locked instruction is a full barrier even if
//           it stores back what it read, so the six orderings are names of one body
// assumes:  object is aligned to its width: across a cache line it would be a bus lock
#include "asm.h"

FUNC    ordo_compare_exchange_u8_relaxed
        mov     al, [rsi]               // the expected value
        lock
        cmpxchg [rdi], dl
        jne     .Lcompare_exchange_u8_differs
        mov     eax, 1
        ret
.Lcompare_exchange_u8_differs:
        mov     [rsi], al               // what is there instead
        xor     eax, eax
        ret
ENDFUNC ordo_compare_exchange_u8_relaxed
ALIAS   ordo_compare_exchange_weak_u8_relaxed, ordo_compare_exchange_u8_relaxed
ALIASES ordo_compare_exchange_u8, relaxed, acquire, release, acq_rel, seq_cst, full
ALIASES ordo_compare_exchange_weak_u8, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_compare_exchange_u16_relaxed
        mov     ax, [rsi]               // the expected value
        lock
        cmpxchg [rdi], dx
        jne     .Lcompare_exchange_u16_differs
        mov     eax, 1
        ret
.Lcompare_exchange_u16_differs:
        mov     [rsi], ax               // what is there instead
        xor     eax, eax
        ret
ENDFUNC ordo_compare_exchange_u16_relaxed
ALIAS   ordo_compare_exchange_weak_u16_relaxed, ordo_compare_exchange_u16_relaxed
ALIASES ordo_compare_exchange_u16, relaxed, acquire, release, acq_rel, seq_cst, full
ALIASES ordo_compare_exchange_weak_u16, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_compare_exchange_u32_relaxed
        mov     eax, [rsi]              // the expected value
        lock
        cmpxchg [rdi], edx
        jne     .Lcompare_exchange_u32_differs
        mov     eax, 1
        ret
.Lcompare_exchange_u32_differs:
        mov     [rsi], eax              // what is there instead
        xor     eax, eax
        ret
ENDFUNC ordo_compare_exchange_u32_relaxed
ALIAS   ordo_compare_exchange_weak_u32_relaxed, ordo_compare_exchange_u32_relaxed
ALIASES ordo_compare_exchange_u32, relaxed, acquire, release, acq_rel, seq_cst, full
ALIASES ordo_compare_exchange_weak_u32, relaxed, acquire, release, acq_rel, seq_cst, full

FUNC    ordo_compare_exchange_u64_relaxed
        mov     rax, [rsi]              // the expected value
        lock
        cmpxchg [rdi], rdx
        jne     .Lcompare_exchange_u64_differs
        mov     eax, 1
        ret
.Lcompare_exchange_u64_differs:
        mov     [rsi], rax              // what is there instead
        xor     eax, eax
        ret
ENDFUNC ordo_compare_exchange_u64_relaxed
ALIAS   ordo_compare_exchange_weak_u64_relaxed, ordo_compare_exchange_u64_relaxed
ALIASES ordo_compare_exchange_u64, relaxed, acquire, release, acq_rel, seq_cst, full
ALIASES ordo_compare_exchange_weak_u64, relaxed, acquire, release, acq_rel, seq_cst, full
