// names.S: the libatomic names of the routines of arch/x86_64, on the routines themselves.
//
//   T __atomic_load_<N>(const volatile void *object, int order);
//   T __atomic_exchange_<N>, __atomic_fetch_<op>_<N>(volatile void *object, T value, int order);
//   bool __atomic_compare_exchange_<N>(volatile void *object, void *expected, T desired,
//                                      int success, int failure);
//   void __atomic_store_16(volatile void *object, unsigned __int128 value, int order);
//
// in:       as the routine, and the orders last, which only store_16 looks at
// out:      as the routine
// clobbers: as the routine; store_16: flags
// order:    on x86-64 all orderings of these operations are one body, so the seq_cst routine serves
//           whatever number the caller gives, and no failure order is lost; store_16: store.S
// assumes:  as the routine
//
// Assembled once for each file of arch/x86_64 that atomic.mk names; BODY is that file. Each object
// has the names of what it finds there. What ordo calls the routines then becomes local to the
// object (atomic.mk), so that a program may link libordo.a too.
#include BODY

// The hidden second name is for the C files of this library (sized.h).
        .macro  NAME operation, size, type
        .ifdef  ordo_\operation\()_\type\()_seq_cst
        ALIAS   __atomic_\operation\()_\size, ordo_\operation\()_\type\()_seq_cst
        ALIAS   __ordo_atomic_\operation\()_\size, ordo_\operation\()_\type\()_seq_cst
        .hidden __ordo_atomic_\operation\()_\size
        .endif
        .endm

        .irp    operation, load, exchange, compare_exchange, \
                fetch_add, fetch_sub, fetch_and, fetch_nand, fetch_or, fetch_xor
        NAME    \operation, 1, u8
        NAME    \operation, 2, u16
        NAME    \operation, 4, u32
        NAME    \operation, 8, u64
        NAME    \operation, 16, u128
        .endr

        .ifdef  ordo_store_u128_seq_cst
FUNC    __atomic_store_16
        test    ecx, ecx                // relaxed
        je      ordo_store_u128_relaxed
        cmp     ecx, 3                  // release
        je      ordo_store_u128_release
        jmp     ordo_store_u128_seq_cst
ENDFUNC __atomic_store_16
ALIAS   __ordo_atomic_store_16, __atomic_store_16
        .hidden __ordo_atomic_store_16
        .endif
