/* detect.c: sets the byte of the outline atomics at start-up, from what the kernel tells.
 *
 * Alone in its member of the archive, to which no helper refers: bare metal has no getauxval, and
 * nobody gets this who did not ask, with `-Wl,-u,ordo_outline_detect` or a call. The byte that it
 * sets is the one of the linked program, whoever defined that: with libgcc's own constructor beside
 * it, both write the same.
 */
#include "ordo/outline.h"

/* Declared here, not by <sys/auxv.h>: it is all that this needs of a C library. */
unsigned long getauxval(unsigned long type);

enum { at_hwcap = 16 };

static const unsigned long hwcap_atomics = 1UL << 8;

void ordo_outline_detect(void)
{
    __aarch64_have_lse_atomics = (getauxval(at_hwcap) & hwcap_atomics) != 0;
}

/* Before constructors of default priority, so that they have the fast forms too. */
__attribute__((constructor(101))) static void detect_at_start(void)
{
    ordo_outline_detect();
}
