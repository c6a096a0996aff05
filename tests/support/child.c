/* child.c: see child.h. */
#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

_Bool child_aborts(void (*misuse)(void), const char *line)
{
    char said[512];
    size_t size = 0;
    int pipe_ends[2], status = 0;

    if (pipe(pipe_ends) != 0)
        return 0;
    const pid_t child = fork();
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        dup2(pipe_ends[1], STDERR_FILENO);
        misuse();
        _exit(0);
    }
    close(pipe_ends[1]);
    for (ssize_t got; (got = read(pipe_ends[0], said + size, sizeof said - 1 - size)) > 0;)
        size += (size_t)got;
    said[size] = '\0';
    close(pipe_ends[0]);
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 0;

    /* QEMU adds a line of its own about the signal. */
    char *const emulator = strstr(said, "qemu: uncaught target signal 6");
    if (emulator != NULL)
        *emulator = '\0';
    const _Bool aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
    if (!aborted || strcmp(said, line) != 0)
        fprintf(stderr, "child.c: expected SIGABRT and:\n%s"
                "child.c: found status %#x and:\n%s", line, (unsigned int)status, said);
    return aborted && strcmp(said, line) == 0;
}
