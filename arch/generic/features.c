/* features.c: the generic back end chooses by no CPU feature (the compiler does, when it is built),
 * so it has no feature byte: nothing is ever present, nothing can be forced. See
 * include/ordo/cpu.h.
 */
#include "ordo/cpu.h"

bool ordo_cpu_has(enum ordo_cpu_feature feature)
{
    (void)feature;
    return false;
}

bool ordo_cpu_force(enum ordo_cpu_feature feature, bool present)
{
    (void)feature;
    (void)present;
    return false;
}

void ordo_cpu_detect(void)
{
}
