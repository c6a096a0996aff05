// by_size.S: libatomic's functions of any size: what has 1, 2, 4, 8 or 16 bytes and is aligned to
// that is done here, or goes on to the function of that size. The rest is any.c's.
//
//   void __atomic_load(size_t size, const volatile void *object, void *result, int order);
//   void __atomic_store(size_t size, volatile void *object, const void *value, int order);
//   void __atomic_exchange(size_t size, volatile void *object, const void *value, void *result,
//                          int order);
//   bool __atomic_compare_exchange(size_t size, volatile void *object, void *expected,
//                                  const void *desired, int success, int failure);
//
// in:       rdi size, rsi object, rdx and rcx the next two; the orders last
// out:      compare_exchange: eax as the function of that size
// clobbers: as a C function
// order:    as the functions of one size: a load is `mov`, a store `mov` or `xchg` (store.S), an
//           exchange `xchg`; the function of 16 bytes, or a compare-exchange, sees to it itself
// assumes:  result, value, expected and desired may lie anywhere
#include "../../../arch/x86_64/asm.h"

// Goes on to the label whose number is the size, or to any.c.
        .macro  BY_SIZE operation
        cmp     rdi, 8
        je      8f
        cmp     rdi, 4
        je      4f
        cmp     rdi, 16
        je      16f
        cmp     rdi, 1
        je      1f
        cmp     rdi, 2
        je      2f
        jmp     __ordo_atomic_\operation\()_any
        .endm

        .macro  UNLESS_ALIGNED size, operation
        test    sil, \size - 1
        jne     __ordo_atomic_\operation\()_any
        .endm

// In what follows \read is the move to \value, a register as wide as the object or wider.
        .macro  LOAD size, read, value
\size:  UNLESS_ALIGNED \size, load
        \read   [rsi]
        mov     [rdx], \value
        ret
        .endm

FUNC    __atomic_load
        BY_SIZE load
        LOAD    8, "mov rax,", rax
        LOAD    4, "mov eax,", eax
        LOAD    2, "movzx eax, word ptr", ax
        LOAD    1, "movzx eax, byte ptr", al
16:     UNLESS_ALIGNED 16, load
        push    rdx
        CFI(.cfi_adjust_cfa_offset 8)
        mov     rdi, rsi
        call    __ordo_atomic_load_16
        pop     rcx
        CFI(.cfi_adjust_cfa_offset -8)
        mov     [rcx], rax
        mov     [rcx+8], rdx
        ret
ENDFUNC __atomic_load

        .macro  STORE size, read, value
\size:  UNLESS_ALIGNED \size, store
        \read   [rdx]
        test    ecx, ecx                // relaxed
        je      7f
        cmp     ecx, 3                  // release
        je      7f
        xchg    [rsi], \value
        ret
7:      mov     [rsi], \value
        ret
        .endm

FUNC    __atomic_store
        BY_SIZE store
        STORE   8, "mov rax,", rax
        STORE   4, "mov eax,", eax
        STORE   2, "movzx eax, word ptr", ax
        STORE   1, "movzx eax, byte ptr", al
16:     UNLESS_ALIGNED 16, store
        mov     rdi, rsi
        mov     rsi, [rdx]
        mov     rdx, [rdx+8]            // the order is in ecx
        jmp     __ordo_atomic_store_16
ENDFUNC __atomic_store

        .macro  EXCHANGE size, read, value
\size:  UNLESS_ALIGNED \size, exchange
        \read   [rdx]
        xchg    [rsi], \value
        mov     [rcx], \value
        ret
        .endm

FUNC    __atomic_exchange
        BY_SIZE exchange
        EXCHANGE 8, "mov rax,", rax
        EXCHANGE 4, "mov eax,", eax
        EXCHANGE 2, "movzx eax, word ptr", ax
        EXCHANGE 1, "movzx eax, byte ptr", al
16:     UNLESS_ALIGNED 16, exchange
        push    rcx
        CFI(.cfi_adjust_cfa_offset 8)
        mov     rdi, rsi
        mov     rsi, [rdx]
        mov     rdx, [rdx+8]
        call    __ordo_atomic_exchange_16
        pop     rcx
        CFI(.cfi_adjust_cfa_offset -8)
        mov     [rcx], rax
        mov     [rcx+8], rdx
        ret
ENDFUNC __atomic_exchange

        .macro  COMPARE_EXCHANGE size, read, high
\size:  UNLESS_ALIGNED \size, compare_exchange
        mov     rdi, rsi
        mov     rsi, rdx
        \read   [rcx]
        \high
        jmp     __ordo_atomic_compare_exchange_\size
        .endm

FUNC    __atomic_compare_exchange
        BY_SIZE compare_exchange
        COMPARE_EXCHANGE 8, "mov rdx,"
        COMPARE_EXCHANGE 4, "mov edx,"
        COMPARE_EXCHANGE 2, "movzx edx, word ptr"
        COMPARE_EXCHANGE 1, "movzx edx, byte ptr"
        COMPARE_EXCHANGE 16, "mov rdx,", "mov rcx, [rcx+8]"
ENDFUNC __atomic_compare_exchange
