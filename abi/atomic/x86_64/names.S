// names.S: the libatomic names of the routines of arch/x86_64, on the routines themselves.
//
//   T __atomic_load_<N>(const volatile void *object, int order);
//   T __atomic_exchange_<N>, __atomic_fetch_<op>_<N>(volatile void *object, T value, int order);
//   bool __atomic_compare_exchange_<N>(volatile void *object, void *expected, T desired,
//                                      int success, int failure);
//
// in:       as the routine; the orders come last and are not looked at
// out:      as the routine
// clobbers: as the routine
// order:    on x86-64 all orderings of these operations are one body, so that the seq_cst routine
//           serves whatever order the caller gives, a wrong one too, and no failure order is lost
// assumes:  as the routine
//
// Assembled once for each file of arch/x86_64 that atomic.mk names; BODY is that file. Each object
// has the names of what it finds there. What ordo calls the routines then becomes local to the
// object (atomic.mk), so that a program may link libordo.a too.
#include BODY

// NAME size, type: one of the operation's; abi_ is how the C files of this directory call it.
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
