// compare_exchange.S: store desired if the object equals *expected, else report what it holds.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       x0 object; x1 expected; w2/x2 desired (bits above the width undefined)
// out:      w0 1 if desired was stored, else 0; *expected is written on a mismatch, and only then
// clobbers: x3 x4, flags
// order:    relaxed is cas, acquire casa, release casl, acq_rel and seq_cst casal; a casa or casal
//           that finds a mismatch still is a load-acquire; full is told below
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory; CPU with LSE

#include "asm.h"

// cas leaves what it found in \seen, zero-extended like \wanted.
        .macro  COMPARE_EXCHANGE name, cas, plain_load, plain_store, wanted, seen, desired
        FUNC    \name
        \plain_load \wanted, [x1]
        mov     \seen, \wanted
        \cas    \seen, \desired, [x0]
        cmp     \seen, \wanted
        b.ne    1f
        mov     w0, #1
        ret
1:      \plain_store \seen, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// Full: a casal that writes keeps everything before it before everything after it; on a mismatch it
// is only a load-acquire. So a mismatch fences and tries once more, and the second try is the
// answer: it writes after all, or it is the load between two fences. (A plain load there would have
// to loop when it finds the object equal; this way no path loops.)
        .macro  COMPARE_EXCHANGE_FULL name, cas, plain_load, plain_store, wanted, seen, desired
        FUNC    \name
        \plain_load \wanted, [x1]
        mov     \seen, \wanted
        \cas    \seen, \desired, [x0]
        cmp     \seen, \wanted
        b.ne    2f
1:      mov     w0, #1
        ret
2:      dmb     ish
        mov     \seen, \wanted
        \cas    \seen, \desired, [x0]
        cmp     \seen, \wanted
        b.eq    1b
        dmb     ish
        \plain_store \seen, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

        COMPARE_EXCHANGE ordo_compare_exchange_u8_relaxed,  casb,   ldrb, strb, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u8_acquire,  casab,  ldrb, strb, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u8_release,  caslb,  ldrb, strb, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u8_seq_cst,  casalb, ldrb, strb, w3, w4, w2

        COMPARE_EXCHANGE ordo_compare_exchange_u16_relaxed, cash,   ldrh, strh, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u16_acquire, casah,  ldrh, strh, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u16_release, caslh,  ldrh, strh, w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u16_seq_cst, casalh, ldrh, strh, w3, w4, w2

        COMPARE_EXCHANGE ordo_compare_exchange_u32_relaxed, cas,    ldr,  str,  w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u32_acquire, casa,   ldr,  str,  w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u32_release, casl,   ldr,  str,  w3, w4, w2
        COMPARE_EXCHANGE ordo_compare_exchange_u32_seq_cst, casal,  ldr,  str,  w3, w4, w2

        COMPARE_EXCHANGE ordo_compare_exchange_u64_relaxed, cas,    ldr,  str,  x3, x4, x2
        COMPARE_EXCHANGE ordo_compare_exchange_u64_acquire, casa,   ldr,  str,  x3, x4, x2
        COMPARE_EXCHANGE ordo_compare_exchange_u64_release, casl,   ldr,  str,  x3, x4, x2
        COMPARE_EXCHANGE ordo_compare_exchange_u64_seq_cst, casal,  ldr,  str,  x3, x4, x2

        COMPARE_EXCHANGE_FULL ordo_compare_exchange_u8_full,  casalb, ldrb, strb, w3, w4, w2
        COMPARE_EXCHANGE_FULL ordo_compare_exchange_u16_full, casalh, ldrh, strh, w3, w4, w2
        COMPARE_EXCHANGE_FULL ordo_compare_exchange_u32_full, casal,  ldr,  str,  w3, w4, w2
        COMPARE_EXCHANGE_FULL ordo_compare_exchange_u64_full, casal,  ldr,  str,  x3, x4, x2

// acq_rel is seq_cst: casal is the only cas that both acquires and releases.
        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_compare_exchange_\type\()_acq_rel, ordo_compare_exchange_\type\()_seq_cst
        .endr

// Weak is strong: a cas never fails without a mismatch.
        .irp    type, u8, u16, u32, u64
        .irp    order, relaxed, acquire, release, acq_rel, seq_cst, full
        ALIAS   ordo_compare_exchange_weak_\type\()_\order, ordo_compare_exchange_\type\()_\order
        .endr
        .endr
