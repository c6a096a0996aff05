/* order.h: the frame of arch/aarch64/asm.h, and the choice of a routine by an order that is known
 * at run time: 0 relaxed, 1 consume, 2 acquire, 3 release, 4 acq_rel, 5 seq_cst. Consume is
 * acquire, and every number that is none of these is seq_cst.
 *
 *   BY_ORDER order, routine   goes on to <routine>_relaxed, _acquire, _release or _seq_cst, which
 *                             is acq_rel too; writes the flags alone. In the fat library that is
 *                             where the CPU's routine is chosen
 *   NAME function             the hidden second name for the C files of this library (sized.h)
 */
#include "../../../arch/aarch64/asm.h"

        .macro  BY_ORDER order, routine
        cbz     \order, 7f
        cmp     \order, #3
        b.lo    8f
        b.eq    9f
        b       \routine\()_seq_cst
7:      b       \routine\()_relaxed
8:      b       \routine\()_acquire
9:      b       \routine\()_release
        .endm

        .macro  NAME function
        ALIAS   __ordo_atomic_\function, __atomic_\function
        .hidden __ordo_atomic_\function
        .endm
