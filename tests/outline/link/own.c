/* own.c: a program that defines one helper and the byte itself. The others come from the archive,
 * and no name is defined twice. Prints how often its own was called. */
#include <stdio.h>

#include "ordo/outline.h"

unsigned char __aarch64_have_lse_atomics;

static int own_calls;

int __aarch64_ldadd4_relax(int value, int *object) __attribute__((visibility("hidden")));
int __aarch64_ldadd4_relax(int value, int *object)
{
    int old = *object;

    own_calls++;
    *object = old + value;
    return old;
}

int main(void)
{
    int object = 0;

    __atomic_fetch_add(&object, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&object, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&object, 1, __ATOMIC_ACQUIRE);
    printf("%d of %d\n", own_calls, object);
    return 0;
}
