/* cpu.h: the CPU features that ordo's back ends choose by, and a way to overrule the choice.
 *
 * Each feature is one byte, 0 until a constructor has asked the CPU (x86-64) or the kernel (ARM64,
 * HWCAP). 0 is the form that is right on every CPU, so start-up order can cost speed, never
 * correctness. Each CPU has the bytes of its own features; of the ARM64 libraries only the fat one
 * reads lse, since the others have one form of those routines.
 *
 * Forcing a byte is for tests, for machines whose kernel reports a feature that some of their cores
 * lack, and for record-and-replay debuggers that cannot record exclusives. Force before other
 * threads use ordo: the byte is read plainly. The library without a C library (freestanding.h)
 * asks nobody: there each byte is 0 until the program forces it, and avx is not read.
 */
#ifndef ORDO_CPU_H
#define ORDO_CPU_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ordo_cpu_feature {
    ordo_cpu_avx,     /* x86-64: aligned 16-byte moves are atomic; CPUID, OSXSAVE and XGETBV */
    ordo_cpu_waitpkg, /* x86-64: umonitor and umwait */
    ordo_cpu_lse,     /* ARM64: ARMv8.1 atomics; HWCAP_ATOMICS */
    ordo_cpu_lse2,    /* ARM64: 16-byte ldp and stp are atomic; HWCAP_USCAT */
    ordo_cpu_rcpc     /* ARM64: ldapr; HWCAP_LRCPC */
};

/* True if the byte of `feature` is set. False too when the feature is another CPU's. */
bool ordo_cpu_has(enum ordo_cpu_feature feature);

/* Sets the byte of `feature` by hand. Returns false, and changes nothing, when the feature is
 * another CPU's or the back end is the generic one. Setting a feature that the CPU lacks makes the
 * routines that use it fault (SIGILL) or, for lse2, lose atomicity. */
bool ordo_cpu_force(enum ordo_cpu_feature feature, bool present);

/* Sets every byte from the CPU again: undoes ordo_cpu_force. The constructor calls this. */
void ordo_cpu_detect(void);

#ifdef __cplusplus
}
#endif
#endif
