// flag.S: the flag of the C library (a byte), and the fences.
//
//   bool __atomic_test_and_set_<N>(volatile void *object, int order);
//   bool atomic_flag_test_and_set(volatile atomic_flag *object);
//   bool atomic_flag_test_and_set_explicit(volatile atomic_flag *object, int order);
//   void atomic_flag_clear(volatile atomic_flag *object);
//   void atomic_flag_clear_explicit(volatile atomic_flag *object, int order);
//   void atomic_thread_fence(int order);
//   void atomic_signal_fence(int order);
//
// in:       x0 object, w1 order; w0 order of the fences
// out:      w0 whether the byte was set, 0 or 1
// clobbers: flags, and as the routine; test_and_set: x1 x2 x11 x30
// order:    as an exchange and a store; thread_fence: relaxed nothing, consume and acquire the
//           acquire fence, every other number the seq_cst one; signal_fence: nothing, for the same
//           CPU needs none and the call itself stops the compiler
// assumes:  as the routines; that of the exchange does not use x11

#include "order.h"

// Of an object of any size the first byte.
        FUNC    __atomic_test_and_set_1
.Ltest_and_set:
        mov     x11, x30                // the routine leaves it alone: no stack
        .cfi_register x30, x11
        mov     w2, w1
        mov     w1, #1
        bl      __ordo_atomic_exchange_1
        cmp     w0, #0                  // any value but 0 is set
        cset    w0, ne
        ret     x11
        ENDFUNC __atomic_test_and_set_1

        .irp    size, 2, 4, 8, 16
        ALIAS   __atomic_test_and_set_\size, __atomic_test_and_set_1
        .endr
        ALIAS   atomic_flag_test_and_set_explicit, __atomic_test_and_set_1

        FUNC    atomic_flag_test_and_set
        mov     w1, #5                  // seq_cst
        b       .Ltest_and_set
        ENDFUNC atomic_flag_test_and_set

        FUNC    atomic_flag_clear
        mov     w2, #5                  // seq_cst
        mov     w1, #0
        b       __ordo_atomic_store_1
        ENDFUNC atomic_flag_clear

        FUNC    atomic_flag_clear_explicit
        mov     w2, w1
        mov     w1, #0
        b       __ordo_atomic_store_1
        ENDFUNC atomic_flag_clear_explicit

        FUNC    atomic_thread_fence
        cbz     w0, 1f
        cmp     w0, #2
        b.ls    2f
        b       ordo_fence_seq_cst
1:      ret
2:      b       ordo_fence_acquire
        ENDFUNC atomic_thread_fence

        FUNC    atomic_signal_fence
        ret
        ENDFUNC atomic_signal_fence
