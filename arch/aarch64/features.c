/* features.c: what ordo knows of an ARM64 CPU: one byte per feature, set at start-up from the
 * kernel's HWCAP bits. The routines in aarch64/ and armv8.1/ and the fat build's dispatch.S read
 * them; cpu.c gives them to the user.
 *
 * The bytes and their constructor share this object on purpose: a routine that reads a byte pulls
 * the constructor out of the archive with it. Had they separate objects, nothing would refer to the
 * constructor, and the bytes would silently stay 0.
 */
#include "ordo/cpu.h"

/* Declared here, not by <sys/auxv.h>: bare metal has none and defines the function itself. */
unsigned long getauxval(unsigned long type);

enum { at_hwcap = 16 };

static const unsigned long hwcap_atomics = 1UL << 8; /* ARMv8.1 LSE */
static const unsigned long hwcap_lrcpc = 1UL << 15;  /* ARMv8.3 ldapr */
static const unsigned long hwcap_uscat = 1UL << 25;  /* ARMv8.4 LSE2 */

#define HIDDEN __attribute__((visibility("hidden")))

HIDDEN unsigned char ordo_cpu_has_lse;  /* dispatch.S */
HIDDEN unsigned char ordo_cpu_has_lse2; /* load_u128.S, store_u128.S */
HIDDEN unsigned char ordo_cpu_has_rcpc; /* armv8.1/load_acquire_rcpc.S */

void ordo_cpu_detect(void)
{
    unsigned long hwcap = getauxval(at_hwcap);

    ordo_cpu_has_lse = (hwcap & hwcap_atomics) != 0;
    ordo_cpu_has_lse2 = (hwcap & hwcap_uscat) != 0;
    ordo_cpu_has_rcpc = (hwcap & hwcap_lrcpc) != 0;
}

/* Before constructors of default priority, so that they have the fast forms too. */
__attribute__((constructor(101))) static void detect_at_start(void)
{
    ordo_cpu_detect();
}
