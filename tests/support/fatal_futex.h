/* fatal_futex.h: does something call futex(2)? Runs it where that is fatal. */
#ifndef ORDO_TEST_FATAL_FUTEX_H
#define ORDO_TEST_FATAL_FUTEX_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum calls_futex { no_futex_call, some_futex_call, cannot_tell };

/* Calls `body` in a forked child and returns whether it called futex(2). Cannot tell under QEMU,
 * whose own calls would count, and where the system allows no seccomp filter. */
static inline enum calls_futex calls_futex(void (*body)(void))
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    enum { filter_refused = 77 };
    int status = 0;

    if (getenv("ORDO_QEMU") != NULL)
        return cannot_tell;
    const pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
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
