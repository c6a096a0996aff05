/* call_filter.h: seccomp filters, for tests in which the system does less than it could. Not under
 * QEMU, nor where the system allows no filters. What is filtered stays so in the calling thread and
 * those that it starts: for children.
 */
#ifndef ORDO_TEST_CALL_FILTER_H
#define ORDO_TEST_CALL_FILTER_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>

/* Returns whether the system let us, as does the next one. */
static inline bool install_filter(struct sock_filter *code, unsigned short length)
{
    const struct sock_fprog program = {length, code};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
           && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* From now on the system call of this number has the outcome SECCOMP_RET_... */
static inline bool filter_call(unsigned int number, unsigned int outcome)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, outcome),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };

    return install_filter(code, sizeof code / sizeof *code);
}

#endif
