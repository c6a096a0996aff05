/* cpu.c: the functions of ordo/cpu.h that look at the feature bytes of this x86-64 CPU, or set
 * them. Who links a byte links what sets it at start-up, if anything does (features.c here, or
 * freestanding/features.c).
 */
#include <stddef.h>

#include "ordo/cpu.h"

#define HIDDEN __attribute__((visibility("hidden")))

extern HIDDEN unsigned char ordo_cpu_has_avx, ordo_cpu_has_waitpkg;

static unsigned char *byte_of(enum ordo_cpu_feature feature)
{
    switch (feature) {
    case ordo_cpu_avx: return &ordo_cpu_has_avx;
    case ordo_cpu_waitpkg: return &ordo_cpu_has_waitpkg;
    default: return NULL;
    }
}

bool ordo_cpu_has(enum ordo_cpu_feature feature)
{
    const unsigned char *byte = byte_of(feature);

    return byte && *byte;
}

bool ordo_cpu_force(enum ordo_cpu_feature feature, bool present)
{
    unsigned char *byte = byte_of(feature);

    if (!byte)
        return false;
    *byte = present;
    return true;
}
