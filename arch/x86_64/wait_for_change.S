// wait_for_change.S: wait, politely and for a while, until an object has another value.
// With WAITPKG the core sleeps until the cache line is written, an interrupt, or the deadline;
// without, it pauses once. Either way the caller loops: every wait may end early.
//
//   bool ordo_wait_for_change_<T>(const volatile T *object, T old, uint64_t timeout_ns);
//
// in:       rdi object, rsi old (bits above its width are undefined), rdx timeout_ns
// out:      eax 1 if a value other than old was seen, else 0
// clobbers: rax, rcx, rdx, r8, flags
// order:    acquire: every look is a plain load, and umonitor is ordered as one
// assumes:  the time-stamp counter runs at 1 GHz or more, as on the CPUs that have WAITPKG:
//           timeout_ns is taken as ticks, so the sleep is at worst short; and the kernel limits it
//           (IA32_UMWAIT_CONTROL). Neither QEMU nor our machines have WAITPKG: the tests run this
//           form with the two instructions played by a signal handler.
#include "asm.h"

FUNC    ordo_wait_for_change_u8
        cmp     [rdi], sil
        jne     .Lwait_for_change_u8_result
        test    rdx, rdx                // 0 only looks: the result is "equal"
        je      .Lwait_for_change_u8_result
        cmp     FEATURE(waitpkg), 0
        je      .Lwait_for_change_u8_pause

        mov     r8, rdx                 // rdtsc needs rdx
        umonitor rdi
        cmp     [rdi], sil              // a write before umonitor would not wake us
        jne     .Lwait_for_change_u8_result
        rdtsc                           // deadline in edx:eax: now + timeout ...
        shl     rdx, 32
        or      rax, rdx
        add     rax, r8
        sbb     rdx, rdx                // ... or the end of time if that overflows
        or      rax, rdx
        mov     rdx, rax
        shr     rdx, 32
        xor     ecx, ecx                // C0.2, the deeper of the two sleeps
        umwait  ecx
        jmp     .Lwait_for_change_u8_look

.Lwait_for_change_u8_pause:
        pause
.Lwait_for_change_u8_look:
        cmp     [rdi], sil
.Lwait_for_change_u8_result:
        setne   al
        movzx   eax, al
        ret
ENDFUNC ordo_wait_for_change_u8

FUNC    ordo_wait_for_change_u16
        cmp     [rdi], si
        jne     .Lwait_for_change_u16_result
        test    rdx, rdx                // 0 only looks: the result is "equal"
        je      .Lwait_for_change_u16_result
        cmp     FEATURE(waitpkg), 0
        je      .Lwait_for_change_u16_pause

        mov     r8, rdx                 // rdtsc needs rdx
        umonitor rdi
        cmp     [rdi], si               // a write before umonitor would not wake us
        jne     .Lwait_for_change_u16_result
        rdtsc                           // deadline in edx:eax: now + timeout ...
        shl     rdx, 32
        or      rax, rdx
        add     rax, r8
        sbb     rdx, rdx                // ... or the end of time if that overflows
        or      rax, rdx
        mov     rdx, rax
        shr     rdx, 32
        xor     ecx, ecx                // C0.2, the deeper of the two sleeps
        umwait  ecx
        jmp     .Lwait_for_change_u16_look

.Lwait_for_change_u16_pause:
        pause
.Lwait_for_change_u16_look:
        cmp     [rdi], si
.Lwait_for_change_u16_result:
        setne   al
        movzx   eax, al
        ret
ENDFUNC ordo_wait_for_change_u16

FUNC    ordo_wait_for_change_u32
        cmp     [rdi], esi
        jne     .Lwait_for_change_u32_result
        test    rdx, rdx                // 0 only looks: the result is "equal"
        je      .Lwait_for_change_u32_result
        cmp     FEATURE(waitpkg), 0
        je      .Lwait_for_change_u32_pause

        mov     r8, rdx                 // rdtsc needs rdx
        umonitor rdi
        cmp     [rdi], esi              // a write before umonitor would not wake us
        jne     .Lwait_for_change_u32_result
        rdtsc                           // deadline in edx:eax: now + timeout ...
        shl     rdx, 32
        or      rax, rdx
        add     rax, r8
        sbb     rdx, rdx                // ... or the end of time if that overflows
        or      rax, rdx
        mov     rdx, rax
        shr     rdx, 32
        xor     ecx, ecx                // C0.2, the deeper of the two sleeps
        umwait  ecx
        jmp     .Lwait_for_change_u32_look

.Lwait_for_change_u32_pause:
        pause
.Lwait_for_change_u32_look:
        cmp     [rdi], esi
.Lwait_for_change_u32_result:
        setne   al
        movzx   eax, al
        ret
ENDFUNC ordo_wait_for_change_u32

FUNC    ordo_wait_for_change_u64
        cmp     [rdi], rsi
        jne     .Lwait_for_change_u64_result
        test    rdx, rdx                // 0 only looks: the result is "equal"
        je      .Lwait_for_change_u64_result
        cmp     FEATURE(waitpkg), 0
        je      .Lwait_for_change_u64_pause

        mov     r8, rdx                 // rdtsc needs rdx
        umonitor rdi
        cmp     [rdi], rsi              // a write before umonitor would not wake us
        jne     .Lwait_for_change_u64_result
        rdtsc                           // deadline in edx:eax: now + timeout ...
        shl     rdx, 32
        or      rax, rdx
        add     rax, r8
        sbb     rdx, rdx                // ... or the end of time if that overflows
        or      rax, rdx
        mov     rdx, rax
        shr     rdx, 32
        xor     ecx, ecx                // C0.2, the deeper of the two sleeps
        umwait  ecx
        jmp     .Lwait_for_change_u64_look

.Lwait_for_change_u64_pause:
        pause
.Lwait_for_change_u64_look:
        cmp     [rdi], rsi
.Lwait_for_change_u64_result:
        setne   al
        movzx   eax, al
        ret
ENDFUNC ordo_wait_for_change_u64
