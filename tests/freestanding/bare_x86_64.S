// bare_x86_64.S: _start and system calls for bare.c: see bare.h.
//
//   void _start(void);
//   long bare_call(long number, long a, long b, long c, long d, long e);
//   long bare_spawn(void *stack_end, void (*body)(void));
#include "../../arch/x86_64/asm.h"

FUNC    _start
        xor     ebp, ebp                // the last frame
        mov     rdi, rsp                // argc, argv, environment, auxiliary vector
        and     rsp, -16
        call    bare_start
        ud2
ENDFUNC _start

FUNC    bare_call
        mov     rax, rdi
        mov     rdi, rsi
        mov     rsi, rdx
        mov     rdx, rcx
        mov     r10, r8
        mov     r8, r9
        syscall
        ret
ENDFUNC bare_call

FUNC    bare_spawn
        mov     r9, rsi                 // the call keeps it
        mov     rsi, rdi
        mov     edi, 0x50f00            // CLONE_VM FS FILES SIGHAND THREAD SYSVSEM
        xor     edx, edx
        xor     r10d, r10d
        xor     r8d, r8d
        mov     eax, 56                 // clone
        syscall
        test    rax, rax
        jne     .Lbare_spawn_parent
        xor     ebp, ebp
        call    r9
        xor     edi, edi
        mov     eax, 60                 // exit
        syscall
        ud2
.Lbare_spawn_parent:
        ret
ENDFUNC bare_spawn
