// board_aarch64.S: the bare machine under bare.c: QEMU's board `virt`, without any system; _start
// at EL1, the MMU, the second CPU, the console. In the place of bare_aarch64.S; see bare.h.
//
//   void _start(void);
//   long bare_call(long number, long a, long b, long c, long d, long e);
//   long bare_spawn(void *stack_end, void (*body)(void));
//
// Memory: 1 GiB of devices from 0, 1 GiB of RAM from 0x40000000, each one block of the first-level
// table, at its own address. Exclusives need the RAM to be Normal, cacheable and inner shareable.
#include "../../arch/aarch64/asm.h"

        .set    uart, 0x09000000        // PL011
        .set    psci_cpu_on, 0xc4000003
        .set    number_write, 64        // as bare.c calls them: those of Linux
        .set    stack_size, 0x4000

        // The MMU on, with board_table. Clobbers x0.
        .macro  MMU_ON
        ldr     x0, =0x00000000000004ff // attribute 0: Normal, write-back; 1: Device-nGnRE
        msr     mair_el1, x0
        ldr     x0, =0x0000000080803519 // 39 bits of address, 4 KiB, inner shareable, write-back
        msr     tcr_el1, x0
        adrp    x0, board_table
        msr     ttbr0_el1, x0
        isb
        tlbi    vmalle1
        dsb     sy
        mrs     x0, sctlr_el1
        orr     x0, x0, #1 << 2         // C: data cache
        orr     x0, x0, #1 << 12        // I: instruction cache
        orr     x0, x0, #1              // M: translation
        msr     sctlr_el1, x0
        isb
        .endm

        FUNC    _start
        MMU_ON
        adrp    x0, board_stack_end
        mov     sp, x0
        mov     x29, #0                 // the last frame
        mov     x30, #0
        adrp    x0, board_arguments     // as a program finds them on its stack
        add     x0, x0, :lo12:board_arguments
        // HWCAP_ATOMICS, bit 8, if ID_AA64ISAR0_EL1.Atomic is 2 or more
        mrs     x1, id_aa64isar0_el1
        ubfx    x1, x1, #20, #4
        cmp     x1, #2
        cset    x1, hs
        lsl     x1, x1, #8
        str     x1, [x0, #40]
        bl      bare_start
        b       .
        ENDFUNC _start

        // write(1, text, length), or the end: exit(status) by semihosting, which QEMU ends with.
        FUNC    bare_call
        cmp     x0, #number_write
        b.ne    2f
        ldr     x4, =uart
        cbz     x3, 3f
1:      ldrb    w5, [x2], #1
        strb    w5, [x4]
        sub     x3, x3, #1
        cbnz    x3, 1b
3:      ret
2:      sub     sp, sp, #16
        ldr     x2, =0x20026            // ADP_Stopped_ApplicationExit
        stp     x2, x1, [sp]
        mov     w0, #0x18               // SYS_EXIT
        mov     x1, sp
        hlt     #0xf000
        b       .
        ENDFUNC bare_call

        FUNC    bare_spawn
        adrp    x2, board_second
        add     x2, x2, :lo12:board_second
        stp     x0, x1, [x2]            // stack, body
        dsb     sy
        ldr     x0, =psci_cpu_on
        mov     x1, #1                  // CPU 1
        adrp    x2, board_second_start
        add     x2, x2, :lo12:board_second_start
        mov     x3, #0
        hvc     #0
        cmp     x0, #0
        cset    x0, eq                  // as the number of a thread: 1
        ret
        ENDFUNC bare_spawn

        FUNC    board_second_start
        MMU_ON
        adrp    x2, board_second
        add     x2, x2, :lo12:board_second
        ldp     x0, x1, [x2]
        mov     sp, x0
        mov     x29, #0
        mov     x30, #0
        blr     x1
4:      wfe
        b       4b
        ENDFUNC board_second_start
        .ltorg

        .data
        .balign 8
board_arguments:
        .quad   1, 0, 0, 0              // argc; argv: a name that nobody reads, NULL; no environment
        .quad   16, 0, 0                // AT_HWCAP, for _start to fill; AT_NULL
board_second:
        .quad   0, 0

        .balign 4096
board_table:
        .quad   0x00000000 | 0x405      // block, accessed, attribute 1
        .quad   0x40000000 | 0x701      // block, accessed, inner shareable, attribute 0
        .fill   510, 8, 0

        .bss
        .balign 4096
        .space  stack_size
board_stack_end:
        .space  16
