/* failing_calloc.c: see failing_calloc.h. The C library's own calloc has a second name, so its free
 * takes what is allocated here. Link with -rdynamic, so that shared libraries find this one. */
#include "failing_calloc.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

extern void *__libc_calloc(size_t count, size_t size);

static _Thread_local unsigned int calls_left; /* 0: none will fail */

_Bool calloc_fails_at(unsigned int call)
{
    const _Bool has_failed = calls_left == 0;

    calls_left = call;
    return has_failed;
}

void *calloc(size_t count, size_t size)
{
    if (calls_left != 0 && --calls_left == 0) {
        errno = ENOMEM;
        return NULL;
    }
    return __libc_calloc(count, size);
}
