/* without_futex.h: takes a futex operation away from the process, as on an older kernel: a
 * seccomp filter. */
#ifndef ORDO_TEST_WITHOUT_FUTEX_H
#define ORDO_TEST_WITHOUT_FUTEX_H

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include "call_filter.h"

/* From now on futex(2) with this operation, private or shared, returns ENOSYS, in the calling
 * thread and those that it starts. Returns whether the system let us. There is no way back: for
 * children. */
static inline bool without_futex(unsigned int operation)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_futex, 0, 4),
        /* The low half of the second argument: little endian. */
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1])),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (unsigned int)FUTEX_CMD_MASK),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, operation, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    return install_filter(code, sizeof code / sizeof *code);
}

#endif
