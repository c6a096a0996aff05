/* byte.c: prints the byte of the outline atomics as main finds it, after an atomic operation. */
#include <stdio.h>

#include "ordo/outline.h"

int main(void)
{
    int object = 1;

    printf("%d\n", __atomic_add_fetch(&object, __aarch64_have_lse_atomics, __ATOMIC_RELAXED) - 1);
    return 0;
}
