// fetch.S: fetch-and-add, -clear, -xor, -or: combines a value with the object, returns the old one.
//
//   T __aarch64_ldadd<N>_<order>(T value, T *object);     object + value
//   T __aarch64_ldclr<N>_<order>(T mask, T *object);      object & ~mask
//   T __aarch64_ldeor<N>_<order>(T value, T *object);     object ^ value
//   T __aarch64_ldset<N>_<order>(T value, T *object);     object | value
//
// in:       w0/x0 value (bits above the width undefined), x1 object
// out:      w0/x0 the old value, zero-extended
// clobbers: x15, x16, x17, flags
// order:    acquire is in the load (ldaxr, ldadda), release in the store (stlxr, ldaddl); sync is a
//           full barrier: ldaddal is, and stlxr with dmb ish (cas.S says why)
// assumes:  object is naturally aligned, in ordinary (Normal, cacheable) memory

#include "asm.h"

// What the operand has above the width never reaches the object, and carries go up only.
        .macro  FETCH name, atomic, load, modify, store, old, value, new, barrier
        .ifc    \name, HELPER
        FUNC    \name
        UNLESS_LSE 1f
#ifdef ORDO_LSE
        \atomic \old, \old, [x1]
        ret
#endif
#ifdef ORDO_LLSC
1:      mov     \value, \old
2:      \load   \old, [x1]
        \modify \new, \old, \value
        \store  w15, \new, [x1]
        cbnz    w15, 2b
        \barrier
        ret
#endif
        ENDFUNC \name
        .endif
        .endm

        FETCH __aarch64_ldadd1_relax,   ldaddb,   ldxrb,  add, stxrb,  w0, w16, w17
        FETCH __aarch64_ldadd1_acq,     ldaddab,  ldaxrb, add, stxrb,  w0, w16, w17
        FETCH __aarch64_ldadd1_rel,     ldaddlb,  ldxrb,  add, stlxrb, w0, w16, w17
        FETCH __aarch64_ldadd1_acq_rel, ldaddalb, ldaxrb, add, stlxrb, w0, w16, w17
        FETCH __aarch64_ldadd1_sync,    ldaddalb, ldxrb,  add, stlxrb, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldadd2_relax,   ldaddh,   ldxrh,  add, stxrh,  w0, w16, w17
        FETCH __aarch64_ldadd2_acq,     ldaddah,  ldaxrh, add, stxrh,  w0, w16, w17
        FETCH __aarch64_ldadd2_rel,     ldaddlh,  ldxrh,  add, stlxrh, w0, w16, w17
        FETCH __aarch64_ldadd2_acq_rel, ldaddalh, ldaxrh, add, stlxrh, w0, w16, w17
        FETCH __aarch64_ldadd2_sync,    ldaddalh, ldxrh,  add, stlxrh, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldadd4_relax,   ldadd,    ldxr,   add, stxr,   w0, w16, w17
        FETCH __aarch64_ldadd4_acq,     ldadda,   ldaxr,  add, stxr,   w0, w16, w17
        FETCH __aarch64_ldadd4_rel,     ldaddl,   ldxr,   add, stlxr,  w0, w16, w17
        FETCH __aarch64_ldadd4_acq_rel, ldaddal,  ldaxr,  add, stlxr,  w0, w16, w17
        FETCH __aarch64_ldadd4_sync,    ldaddal,  ldxr,   add, stlxr,  w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldadd8_relax,   ldadd,    ldxr,   add, stxr,   x0, x16, x17
        FETCH __aarch64_ldadd8_acq,     ldadda,   ldaxr,  add, stxr,   x0, x16, x17
        FETCH __aarch64_ldadd8_rel,     ldaddl,   ldxr,   add, stlxr,  x0, x16, x17
        FETCH __aarch64_ldadd8_acq_rel, ldaddal,  ldaxr,  add, stlxr,  x0, x16, x17
        FETCH __aarch64_ldadd8_sync,    ldaddal,  ldxr,   add, stlxr,  x0, x16, x17, "dmb ish"

        FETCH __aarch64_ldclr1_relax,   ldclrb,   ldxrb,  bic, stxrb,  w0, w16, w17
        FETCH __aarch64_ldclr1_acq,     ldclrab,  ldaxrb, bic, stxrb,  w0, w16, w17
        FETCH __aarch64_ldclr1_rel,     ldclrlb,  ldxrb,  bic, stlxrb, w0, w16, w17
        FETCH __aarch64_ldclr1_acq_rel, ldclralb, ldaxrb, bic, stlxrb, w0, w16, w17
        FETCH __aarch64_ldclr1_sync,    ldclralb, ldxrb,  bic, stlxrb, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldclr2_relax,   ldclrh,   ldxrh,  bic, stxrh,  w0, w16, w17
        FETCH __aarch64_ldclr2_acq,     ldclrah,  ldaxrh, bic, stxrh,  w0, w16, w17
        FETCH __aarch64_ldclr2_rel,     ldclrlh,  ldxrh,  bic, stlxrh, w0, w16, w17
        FETCH __aarch64_ldclr2_acq_rel, ldclralh, ldaxrh, bic, stlxrh, w0, w16, w17
        FETCH __aarch64_ldclr2_sync,    ldclralh, ldxrh,  bic, stlxrh, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldclr4_relax,   ldclr,    ldxr,   bic, stxr,   w0, w16, w17
        FETCH __aarch64_ldclr4_acq,     ldclra,   ldaxr,  bic, stxr,   w0, w16, w17
        FETCH __aarch64_ldclr4_rel,     ldclrl,   ldxr,   bic, stlxr,  w0, w16, w17
        FETCH __aarch64_ldclr4_acq_rel, ldclral,  ldaxr,  bic, stlxr,  w0, w16, w17
        FETCH __aarch64_ldclr4_sync,    ldclral,  ldxr,   bic, stlxr,  w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldclr8_relax,   ldclr,    ldxr,   bic, stxr,   x0, x16, x17
        FETCH __aarch64_ldclr8_acq,     ldclra,   ldaxr,  bic, stxr,   x0, x16, x17
        FETCH __aarch64_ldclr8_rel,     ldclrl,   ldxr,   bic, stlxr,  x0, x16, x17
        FETCH __aarch64_ldclr8_acq_rel, ldclral,  ldaxr,  bic, stlxr,  x0, x16, x17
        FETCH __aarch64_ldclr8_sync,    ldclral,  ldxr,   bic, stlxr,  x0, x16, x17, "dmb ish"

        FETCH __aarch64_ldeor1_relax,   ldeorb,   ldxrb,  eor, stxrb,  w0, w16, w17
        FETCH __aarch64_ldeor1_acq,     ldeorab,  ldaxrb, eor, stxrb,  w0, w16, w17
        FETCH __aarch64_ldeor1_rel,     ldeorlb,  ldxrb,  eor, stlxrb, w0, w16, w17
        FETCH __aarch64_ldeor1_acq_rel, ldeoralb, ldaxrb, eor, stlxrb, w0, w16, w17
        FETCH __aarch64_ldeor1_sync,    ldeoralb, ldxrb,  eor, stlxrb, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldeor2_relax,   ldeorh,   ldxrh,  eor, stxrh,  w0, w16, w17
        FETCH __aarch64_ldeor2_acq,     ldeorah,  ldaxrh, eor, stxrh,  w0, w16, w17
        FETCH __aarch64_ldeor2_rel,     ldeorlh,  ldxrh,  eor, stlxrh, w0, w16, w17
        FETCH __aarch64_ldeor2_acq_rel, ldeoralh, ldaxrh, eor, stlxrh, w0, w16, w17
        FETCH __aarch64_ldeor2_sync,    ldeoralh, ldxrh,  eor, stlxrh, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldeor4_relax,   ldeor,    ldxr,   eor, stxr,   w0, w16, w17
        FETCH __aarch64_ldeor4_acq,     ldeora,   ldaxr,  eor, stxr,   w0, w16, w17
        FETCH __aarch64_ldeor4_rel,     ldeorl,   ldxr,   eor, stlxr,  w0, w16, w17
        FETCH __aarch64_ldeor4_acq_rel, ldeoral,  ldaxr,  eor, stlxr,  w0, w16, w17
        FETCH __aarch64_ldeor4_sync,    ldeoral,  ldxr,   eor, stlxr,  w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldeor8_relax,   ldeor,    ldxr,   eor, stxr,   x0, x16, x17
        FETCH __aarch64_ldeor8_acq,     ldeora,   ldaxr,  eor, stxr,   x0, x16, x17
        FETCH __aarch64_ldeor8_rel,     ldeorl,   ldxr,   eor, stlxr,  x0, x16, x17
        FETCH __aarch64_ldeor8_acq_rel, ldeoral,  ldaxr,  eor, stlxr,  x0, x16, x17
        FETCH __aarch64_ldeor8_sync,    ldeoral,  ldxr,   eor, stlxr,  x0, x16, x17, "dmb ish"

        FETCH __aarch64_ldset1_relax,   ldsetb,   ldxrb,  orr, stxrb,  w0, w16, w17
        FETCH __aarch64_ldset1_acq,     ldsetab,  ldaxrb, orr, stxrb,  w0, w16, w17
        FETCH __aarch64_ldset1_rel,     ldsetlb,  ldxrb,  orr, stlxrb, w0, w16, w17
        FETCH __aarch64_ldset1_acq_rel, ldsetalb, ldaxrb, orr, stlxrb, w0, w16, w17
        FETCH __aarch64_ldset1_sync,    ldsetalb, ldxrb,  orr, stlxrb, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldset2_relax,   ldseth,   ldxrh,  orr, stxrh,  w0, w16, w17
        FETCH __aarch64_ldset2_acq,     ldsetah,  ldaxrh, orr, stxrh,  w0, w16, w17
        FETCH __aarch64_ldset2_rel,     ldsetlh,  ldxrh,  orr, stlxrh, w0, w16, w17
        FETCH __aarch64_ldset2_acq_rel, ldsetalh, ldaxrh, orr, stlxrh, w0, w16, w17
        FETCH __aarch64_ldset2_sync,    ldsetalh, ldxrh,  orr, stlxrh, w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldset4_relax,   ldset,    ldxr,   orr, stxr,   w0, w16, w17
        FETCH __aarch64_ldset4_acq,     ldseta,   ldaxr,  orr, stxr,   w0, w16, w17
        FETCH __aarch64_ldset4_rel,     ldsetl,   ldxr,   orr, stlxr,  w0, w16, w17
        FETCH __aarch64_ldset4_acq_rel, ldsetal,  ldaxr,  orr, stlxr,  w0, w16, w17
        FETCH __aarch64_ldset4_sync,    ldsetal,  ldxr,   orr, stlxr,  w0, w16, w17, "dmb ish"

        FETCH __aarch64_ldset8_relax,   ldset,    ldxr,   orr, stxr,   x0, x16, x17
        FETCH __aarch64_ldset8_acq,     ldseta,   ldaxr,  orr, stxr,   x0, x16, x17
        FETCH __aarch64_ldset8_rel,     ldsetl,   ldxr,   orr, stlxr,  x0, x16, x17
        FETCH __aarch64_ldset8_acq_rel, ldsetal,  ldaxr,  orr, stlxr,  x0, x16, x17
        FETCH __aarch64_ldset8_sync,    ldsetal,  ldxr,   orr, stlxr,  x0, x16, x17, "dmb ish"
