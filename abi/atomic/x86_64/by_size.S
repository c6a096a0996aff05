// by_size.S: libatomic's functions of any size: what has 1, 2, 4, 8 or 16 bytes and is aligned to
// that goes on to the function of that size, or is done here. The rest is any.c's.
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
// order:    as the functions of one size: a load is `mov`, an exchange `xchg`
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

FUNC    __atomic_load
        BY_SIZE load
8:      UNLESS_ALIGNED 8, load
        mov     rax, [rsi]
        mov     [rdx], rax
        ret
4:      UNLESS_ALIGNED 4, load
        mov     eax, [rsi]
        mov     [rdx], eax
        ret
2:      UNLESS_ALIGNED 2, load
        movzx   eax, word ptr [rsi]
        mov     [rdx], ax
        ret
1:      movzx   eax, byte ptr [rsi]
        mov     [rdx], al
        ret
16:     UNLESS_ALIGNED 16, load
        push    rdx
        .cfi_adjust_cfa_offset 8
        mov     rdi, rsi
        call    __ordo_atomic_load_16
        pop     rcx
        .cfi_adjust_cfa_offset -8
        mov     [rcx], rax
        mov     [rcx+8], rdx
        ret
ENDFUNC __atomic_load

FUNC    __atomic_store
        BY_SIZE store
8:      UNLESS_ALIGNED 8, store
        mov     rdi, rsi
        mov     rsi, [rdx]
        mov     edx, ecx
        jmp     __ordo_atomic_store_8
4:      UNLESS_ALIGNED 4, store
        mov     rdi, rsi
        mov     esi, [rdx]
        mov     edx, ecx
        jmp     __ordo_atomic_store_4
2:      UNLESS_ALIGNED 2, store
        mov     rdi, rsi
        movzx   esi, word ptr [rdx]
        mov     edx, ecx
        jmp     __ordo_atomic_store_2
1:      mov     rdi, rsi
        movzx   esi, byte ptr [rdx]
        mov     edx, ecx
        jmp     __ordo_atomic_store_1
16:     UNLESS_ALIGNED 16, store
        mov     rdi, rsi
        mov     rsi, [rdx]
        mov     rdx, [rdx+8]            // the order is in ecx
        jmp     __ordo_atomic_store_16
ENDFUNC __atomic_store

FUNC    __atomic_exchange
        BY_SIZE exchange
8:      UNLESS_ALIGNED 8, exchange
        mov     rax, [rdx]
        xchg    [rsi], rax
        mov     [rcx], rax
        ret
4:      UNLESS_ALIGNED 4, exchange
        mov     eax, [rdx]
        xchg    [rsi], eax
        mov     [rcx], eax
        ret
2:      UNLESS_ALIGNED 2, exchange
        movzx   eax, word ptr [rdx]
        xchg    [rsi], ax
        mov     [rcx], ax
        ret
1:      movzx   eax, byte ptr [rdx]
        xchg    [rsi], al
        mov     [rcx], al
        ret
16:     UNLESS_ALIGNED 16, exchange
        push    rcx
        .cfi_adjust_cfa_offset 8
        mov     rdi, rsi
        mov     rsi, [rdx]
        mov     rdx, [rdx+8]
        call    __ordo_atomic_exchange_16
        pop     rcx
        .cfi_adjust_cfa_offset -8
        mov     [rcx], rax
        mov     [rcx+8], rdx
        ret
ENDFUNC __atomic_exchange

FUNC    __atomic_compare_exchange
        BY_SIZE compare_exchange
8:      UNLESS_ALIGNED 8, compare_exchange
        mov     rdi, rsi
        mov     rsi, rdx
        mov     rdx, [rcx]
        jmp     __ordo_atomic_compare_exchange_8
4:      UNLESS_ALIGNED 4, compare_exchange
        mov     rdi, rsi
        mov     rsi, rdx
        mov     edx, [rcx]
        jmp     __ordo_atomic_compare_exchange_4
2:      UNLESS_ALIGNED 2, compare_exchange
        mov     rdi, rsi
        mov     rsi, rdx
        movzx   edx, word ptr [rcx]
        jmp     __ordo_atomic_compare_exchange_2
1:      mov     rdi, rsi
        mov     rsi, rdx
        movzx   edx, byte ptr [rcx]
        jmp     __ordo_atomic_compare_exchange_1
16:     UNLESS_ALIGNED 16, compare_exchange
        mov     rdi, rsi
        mov     rsi, rdx
        mov     rdx, [rcx]
        mov     rcx, [rcx+8]            // the orders are not looked at
        jmp     __ordo_atomic_compare_exchange_16
ENDFUNC __atomic_compare_exchange
