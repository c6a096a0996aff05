/* qemu_execve.c: lets a Criterion program run under qemu-user.
 *
 * Criterion runs each test in a fresh copy of the program, which it starts with execve. A guest
 * program cannot do that where the host has no binfmt_misc: the host kernel does not know its
 * format. This execve, linked into test programs for a foreign CPU, starts the new program through
 * the same QEMU again; the words of the variable ORDO_QEMU say how:
 *
 *     ORDO_QEMU="/usr/bin/qemu-aarch64 -cpu cortex-a57 -L build/sysroot/aarch64"
 *
 * Without the variable (a native run) it is plain execve. Link with -rdynamic, so that Criterion's
 * library finds this definition before libc's. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { max_words = 256 };

int execve(const char *path, char *const arguments[], char *const environment[])
{
    const char *qemu = getenv("ORDO_QEMU");
    if (qemu == NULL)
        return (int)syscall(SYS_execve, path, arguments, environment);

    char command[4096];
    char *words[max_words + 1];
    size_t count = 0;
    if (strlen(qemu) >= sizeof command) {
        errno = E2BIG;
        return -1;
    }
    strcpy(command, qemu);
    char *rest = command;
    for (char *word; (word = strsep(&rest, " ")) != NULL && count < max_words;)
        if (*word != '\0')
            words[count++] = word;

    /* The program's own name, arguments[0], gives way to its path: QEMU needs the path. */
    if (count < max_words)
        words[count++] = (char *)path;
    for (size_t i = 1; arguments[0] != NULL && arguments[i] != NULL; i++) {
        if (count == max_words) {
            errno = E2BIG;
            return -1;
        }
        words[count++] = arguments[i];
    }
    words[count] = NULL;
    return (int)syscall(SYS_execve, words[0], words, environment);
}
