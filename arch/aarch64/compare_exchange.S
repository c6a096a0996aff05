// compare_exchange.S: store desired if the object equals *expected, else report what it holds.
//
//   bool ordo_compare_exchange_<T>_<order>(volatile T *object, T *expected, T desired);
//   bool ordo_compare_exchange_weak_<T>_<order>(volatile T *object, T *expected, T desired);
//
// in:       x0 object; x1 expected; w2/x2 desired (bits above the width undefined)
// out:      w0 1 if desired was stored, else 0; *expected is written on a mismatch and only then
// clobbers: x3-x5, flags
// order:    acquire is in the load (ldaxr), release in the store (stlxr); a mismatch has no
//           store, so it promises what the load does; full is explained at its macro
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

// Both sides of the compare come from memory with exactly the width: nothing to extend.
        .macro  CAS name, load, store, plain_load, plain_store, wanted, seen, desired
        FUNC    \name
        \plain_load \wanted, [x1]
1:      \load   \seen, [x0]
        cmp     \seen, \wanted
        b.ne    2f
        \store  w5, \desired, [x0]
        cbnz    w5, 1b
        mov     w0, #1
        ret
2:      \plain_store \seen, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// Weak: one attempt. The status is 0 for stored; a store that fails leaves *expected alone.
        .macro  CAS_WEAK name, load, store, plain_load, plain_store, wanted, seen, desired
        FUNC    \name
        \plain_load \wanted, [x1]
        \load   \seen, [x0]
        cmp     \seen, \wanted
        b.ne    1f
        \store  w5, \desired, [x0]
        eor     w0, w5, #1
        ret
1:      \plain_store \seen, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// Full: a success is released by stlxr and closed by dmb ish. A mismatch has no store to hold its
// load below earlier stores, so it fences and looks again; what that load sees is the answer. The
// weak form is the same routine: a spurious failure would need as many fences as another attempt.
        .macro  CAS_FULL name, load, store, plain_load, plain_store, wanted, seen, desired
        FUNC    \name
        \plain_load \wanted, [x1]
1:      \load   \seen, [x0]
        cmp     \seen, \wanted
        b.ne    2f
        \store  w5, \desired, [x0]
        cbnz    w5, 1b
        dmb     ish
        mov     w0, #1
        ret
2:      dmb     ish
        \plain_load \seen, [x0]
        cmp     \seen, \wanted
        b.eq    1b                      // equal after all: not a failure yet
        dmb     ish
        \plain_store \seen, [x1]
        mov     w0, #0
        ret
        ENDFUNC \name
        .endm

// acq_rel is the same routine as seq_cst: ldaxr with stlxr is all that either asks for.
        CAS   ordo_compare_exchange_u8_relaxed,  ldxrb,  stxrb,  ldrb, strb, w3, w4, w2
        CAS   ordo_compare_exchange_u8_acquire,  ldaxrb, stxrb,  ldrb, strb, w3, w4, w2
        CAS   ordo_compare_exchange_u8_release,  ldxrb,  stlxrb, ldrb, strb, w3, w4, w2
        CAS   ordo_compare_exchange_u8_seq_cst,  ldaxrb, stlxrb, ldrb, strb, w3, w4, w2
        ALIAS ordo_compare_exchange_u8_acq_rel,  ordo_compare_exchange_u8_seq_cst

        CAS   ordo_compare_exchange_u16_relaxed, ldxrh,  stxrh,  ldrh, strh, w3, w4, w2
        CAS   ordo_compare_exchange_u16_acquire, ldaxrh, stxrh,  ldrh, strh, w3, w4, w2
        CAS   ordo_compare_exchange_u16_release, ldxrh,  stlxrh, ldrh, strh, w3, w4, w2
        CAS   ordo_compare_exchange_u16_seq_cst, ldaxrh, stlxrh, ldrh, strh, w3, w4, w2
        ALIAS ordo_compare_exchange_u16_acq_rel, ordo_compare_exchange_u16_seq_cst

        CAS   ordo_compare_exchange_u32_relaxed, ldxr,   stxr,   ldr,  str,  w3, w4, w2
        CAS   ordo_compare_exchange_u32_acquire, ldaxr,  stxr,   ldr,  str,  w3, w4, w2
        CAS   ordo_compare_exchange_u32_release, ldxr,   stlxr,  ldr,  str,  w3, w4, w2
        CAS   ordo_compare_exchange_u32_seq_cst, ldaxr,  stlxr,  ldr,  str,  w3, w4, w2
        ALIAS ordo_compare_exchange_u32_acq_rel, ordo_compare_exchange_u32_seq_cst

        CAS   ordo_compare_exchange_u64_relaxed, ldxr,   stxr,   ldr,  str,  x3, x4, x2
        CAS   ordo_compare_exchange_u64_acquire, ldaxr,  stxr,   ldr,  str,  x3, x4, x2
        CAS   ordo_compare_exchange_u64_release, ldxr,   stlxr,  ldr,  str,  x3, x4, x2
        CAS   ordo_compare_exchange_u64_seq_cst, ldaxr,  stlxr,  ldr,  str,  x3, x4, x2
        ALIAS ordo_compare_exchange_u64_acq_rel, ordo_compare_exchange_u64_seq_cst

        CAS_WEAK ordo_compare_exchange_weak_u8_relaxed,  ldxrb,  stxrb,  ldrb, strb, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u8_acquire,  ldaxrb, stxrb,  ldrb, strb, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u8_release,  ldxrb,  stlxrb, ldrb, strb, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u8_seq_cst,  ldaxrb, stlxrb, ldrb, strb, w3, w4, w2
        ALIAS    ordo_compare_exchange_weak_u8_acq_rel,  ordo_compare_exchange_weak_u8_seq_cst

        CAS_WEAK ordo_compare_exchange_weak_u16_relaxed, ldxrh,  stxrh,  ldrh, strh, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u16_acquire, ldaxrh, stxrh,  ldrh, strh, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u16_release, ldxrh,  stlxrh, ldrh, strh, w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u16_seq_cst, ldaxrh, stlxrh, ldrh, strh, w3, w4, w2
        ALIAS    ordo_compare_exchange_weak_u16_acq_rel, ordo_compare_exchange_weak_u16_seq_cst

        CAS_WEAK ordo_compare_exchange_weak_u32_relaxed, ldxr,   stxr,   ldr,  str,  w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u32_acquire, ldaxr,  stxr,   ldr,  str,  w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u32_release, ldxr,   stlxr,  ldr,  str,  w3, w4, w2
        CAS_WEAK ordo_compare_exchange_weak_u32_seq_cst, ldaxr,  stlxr,  ldr,  str,  w3, w4, w2
        ALIAS    ordo_compare_exchange_weak_u32_acq_rel, ordo_compare_exchange_weak_u32_seq_cst

        CAS_WEAK ordo_compare_exchange_weak_u64_relaxed, ldxr,   stxr,   ldr,  str,  x3, x4, x2
        CAS_WEAK ordo_compare_exchange_weak_u64_acquire, ldaxr,  stxr,   ldr,  str,  x3, x4, x2
        CAS_WEAK ordo_compare_exchange_weak_u64_release, ldxr,   stlxr,  ldr,  str,  x3, x4, x2
        CAS_WEAK ordo_compare_exchange_weak_u64_seq_cst, ldaxr,  stlxr,  ldr,  str,  x3, x4, x2
        ALIAS    ordo_compare_exchange_weak_u64_acq_rel, ordo_compare_exchange_weak_u64_seq_cst

        CAS_FULL ordo_compare_exchange_u8_full,  ldxrb,  stlxrb, ldrb, strb, w3, w4, w2
        CAS_FULL ordo_compare_exchange_u16_full, ldxrh,  stlxrh, ldrh, strh, w3, w4, w2
        CAS_FULL ordo_compare_exchange_u32_full, ldxr,   stlxr,  ldr,  str,  w3, w4, w2
        CAS_FULL ordo_compare_exchange_u64_full, ldxr,   stlxr,  ldr,  str,  x3, x4, x2

        .irp    type, u8, u16, u32, u64
        ALIAS   ordo_compare_exchange_weak_\type\()_full, ordo_compare_exchange_\type\()_full
        .endr
