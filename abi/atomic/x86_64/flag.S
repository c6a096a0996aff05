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
// in:       rdi object, esi order; edi order of the fences
// out:      eax whether the byte was set, 0 or 1
// clobbers: test_and_set, clear: rax, flags; thread_fence: flags
// order:    test_and_set: every one, by the lock that `xchg` implies; clear: as a store (store.S);
//           thread_fence: seq_cst and wrong numbers are a locked instruction, and the others
//           nothing, as fence.S of arch/x86_64 says; signal_fence: nothing, for the same CPU needs
//           none and the call itself stops the compiler
// assumes:  as fence.S of arch/x86_64, the 8 bytes below rsp are ours
#include "../../../arch/x86_64/asm.h"

// Of an object of any size the first byte.
FUNC    __atomic_test_and_set_1
        mov     eax, 1
        xchg    [rdi], al
        test    al, al                  // any value but 0 is set
        setne   al
        ret
ENDFUNC __atomic_test_and_set_1
        .irp    size, 2, 4, 8, 16
        ALIAS   __atomic_test_and_set_\size, __atomic_test_and_set_1
        .endr
ALIAS   atomic_flag_test_and_set, __atomic_test_and_set_1
ALIAS   atomic_flag_test_and_set_explicit, __atomic_test_and_set_1

FUNC    atomic_flag_clear
        xor     eax, eax
        xchg    [rdi], al
        ret
ENDFUNC atomic_flag_clear

FUNC    atomic_flag_clear_explicit
        test    esi, esi                // relaxed
        je      .Lclear_plain
        cmp     esi, 3                  // release
        je      .Lclear_plain
        xor     eax, eax
        xchg    [rdi], al
        ret
.Lclear_plain:
        mov     byte ptr [rdi], 0
        ret
ENDFUNC atomic_flag_clear_explicit

FUNC    atomic_thread_fence
        cmp     edi, 4                  // relaxed, consume, acquire, release, acq_rel
        jbe     .Lfence_none
        lock
        or      dword ptr [rsp-8], 0    // not at [rsp], where the return address was just pushed
.Lfence_none:
        ret
ENDFUNC atomic_thread_fence

FUNC    atomic_signal_fence
        ret
ENDFUNC atomic_signal_fence
