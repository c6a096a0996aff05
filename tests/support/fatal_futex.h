/* fatal_futex.h: does something call futex(2)? Runs it where that is fatal. */
#ifndef ORDO_TEST_FATAL_FUTEX_H
#define ORDO_TEST_FATAL_FUTEX_H

#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "call_filter.h"

enum calls_futex { no_futex_call, some_futex_call, cannot_tell };

/* Calls `body` in a forked child and returns whether it called futex(2). Cannot tell under QEMU,
 * whose own calls would count, and where the system allows no seccomp filter. */
static inline enum calls_futex calls_futex(void (*body)(void))
{
    enum { filter_refused = 77 };
    int status = 0;

    if (getenv("ORDO_QEMU") != NULL)
        return cannot_tell;
    const pid_t child = fork();
    if (child == 0) {
        if (!filter_call(SYS_futex, SECCOMP_RET_KILL_PROCESS))
            _exit(filter_refused);
        body();
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) != child
        || (WIFEXITED(status) && WEXITSTATUS(status) == filter_refused))
        return cannot_tell;
    return status == 0 ? no_futex_call : some_futex_call;
}

#endif
