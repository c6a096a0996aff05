// store_u128.S: libatomic's store of 16 bytes: those of arch/x86_64/store_u128.S, chosen at run time.
//
//   void __atomic_store_16(volatile unsigned __int128 *object, unsigned __int128 value, int order);
//
// in:       rdi object, rdx:rsi value, ecx order
// out:      nothing
// clobbers: as the routine that it goes on to
// order:    relaxed, release: the relaxed routine; every other number: the seq_cst one
// assumes:  object is aligned to 16 bytes
#include "../../../arch/x86_64/store_u128.S"

FUNC    __atomic_store_16
        test    ecx, ecx                // relaxed
        je      ordo_store_u128_relaxed
        cmp     ecx, 3                  // release
        je      ordo_store_u128_release
        jmp     ordo_store_u128_seq_cst
ENDFUNC __atomic_store_16
ALIAS   __ordo_atomic_store_16, __atomic_store_16
        .hidden __ordo_atomic_store_16
