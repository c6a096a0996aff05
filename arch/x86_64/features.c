/* features.c: what this x86-64 CPU can do beyond the base, one byte per feature.
 *
 * The routines read a byte plainly, and while it is 0 take the form that every CPU has. The
 * constructor is in this file, beside the bytes, so that whoever links a routine that reads one
 * links it too. It runs before constructors of default priority. cpu.c gives the bytes to the user.
 */
#include <cpuid.h>

#include "ordo/cpu.h"

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN unsigned char ordo_cpu_has_avx;     /* load_u128.S, store_u128.S */
HIDDEN unsigned char ordo_cpu_has_waitpkg; /* wait_for_change.S */

/* Intel, AMD and Zhaoxin have each stated that on their CPUs with AVX an aligned 16-byte vector
 * move is atomic. An emulator of such a CPU need not keep the promise: QEMU 7.2 splits the moves,
 * but its default CPU has no AVX. */
static bool maker_promises_atomic_moves(void)
{
    const unsigned int zhaoxin_ecx = 0x20206961; /* "  Shanghai  " */
    unsigned int eax, ebx, ecx, edx;

    return __get_cpuid(0, &eax, &ebx, &ecx, &edx) &&
           (ecx == signature_INTEL_ecx || ecx == signature_AMD_ecx || ecx == zhaoxin_ecx);
}

/* The CPU has AVX, and the kernel has enabled it: without the second an AVX instruction faults. */
static bool avx_is_usable(void)
{
    const unsigned int xmm_and_ymm = 0x6;
    unsigned int eax, ebx, ecx, edx;

    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_AVX) || !(ecx & bit_OSXSAVE))
        return false;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    return (eax & xmm_and_ymm) == xmm_and_ymm;
}

static bool waitpkg_is_usable(void)
{
    unsigned int eax, ebx, ecx, edx;

    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (ecx & bit_WAITPKG);
}

void ordo_cpu_detect(void)
{
    ordo_cpu_has_avx = avx_is_usable() && maker_promises_atomic_moves();
    ordo_cpu_has_waitpkg = waitpkg_is_usable();
}

__attribute__((constructor(101))) static void detect_at_start(void)
{
    ordo_cpu_detect();
}
