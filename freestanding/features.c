/* features.c: the feature bytes where nobody can be asked: 0 until the program sets one. In the
 * place of arch/x86_64/features.c and arch/aarch64/features.c; each CPU's routines and cpu.c use
 * their own.
 */
#include "ordo/cpu.h"

extern unsigned char ordo_cpu_has_avx, ordo_cpu_has_waitpkg;
extern unsigned char ordo_cpu_has_lse, ordo_cpu_has_lse2, ordo_cpu_has_rcpc;

unsigned char ordo_cpu_has_avx, ordo_cpu_has_waitpkg;
unsigned char ordo_cpu_has_lse, ordo_cpu_has_lse2, ordo_cpu_has_rcpc;

void ordo_cpu_detect(void)
{
    ordo_cpu_has_avx = ordo_cpu_has_waitpkg = 0;
    ordo_cpu_has_lse = ordo_cpu_has_lse2 = ordo_cpu_has_rcpc = 0;
}
