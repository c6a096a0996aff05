// bare_aarch64.S: _start and system calls for bare.c: see bare.h.
//
//   void _start(void);
//   long bare_call(long number, long a, long b, long c, long d, long e);
//   long bare_spawn(void *stack_end, void (*body)(void));
#include "../../arch/aarch64/asm.h"

        FUNC    _start
        mov     x29, #0                 // the last frame
        mov     x30, #0
        mov     x0, sp                  // argc, argv, environment, auxiliary vector
        bl      bare_start
        brk     #1
        ENDFUNC _start

        FUNC    bare_call
        mov     x8, x0
        mov     x0, x1
        mov     x1, x2
        mov     x2, x3
        mov     x3, x4
        mov     x4, x5
        svc     #0
        ret
        ENDFUNC bare_call

        FUNC    bare_spawn
        mov     x9, x1                  // the call keeps it
        mov     x1, x0
        mov     x0, #0x0f00             // CLONE_VM FS FILES SIGHAND THREAD SYSVSEM
        movk    x0, #5, lsl #16
        mov     x2, #0
        mov     x3, #0
        mov     x4, #0
        mov     x8, #220                // clone
        svc     #0
        cbnz    x0, 1f
        mov     x29, #0
        blr     x9
        mov     x0, #0
        mov     x8, #93                 // exit
        svc     #0
        brk     #1
1:      ret
        ENDFUNC bare_spawn
