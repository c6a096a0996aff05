/* guard.c: what goes wrong in a test outside the checker's hooks, and would leave no word behind: a
 * crash, and a loop that does nothing the checker sees. Both end the program with one line and the
 * seed that leads there, exit status 2. On a stack of its own, as a test's may be full.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "engine.h"

enum { PATIENCE = 4 }; /* seconds of CPU time without a step */

volatile unsigned long model_pulse;
static const char *test_name;
static volatile const unsigned long *run;

__attribute__((noreturn)) static void give_up(const char *what, const void *address)
{
    char line[400];
    const int length = snprintf(line, sizeof line,
                                "\n%s: %s (address %p)\n  seed: --replay %s:%lu\n", test_name, what,
                                address, test_name, *run);
    if (write(STDERR_FILENO, line, (size_t)length) != length)
        _exit(3);
    _exit(2);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)number, (void)context;
    give_up("the test uses memory that is not there, or more stack than it has", info->si_addr);
}

static void on_tick(int number, siginfo_t *info, void *context)
{
    static unsigned long last;

    (void)number, (void)info, (void)context;
    if (model_pulse == last && model_current != MAX_THREADS)
        give_up("a loop of the test makes no step that the checker could count", NULL);
    last = model_pulse;
}

void guard_test(const char *name, const unsigned long *run_number)
{
    static char stack[1 << 16];
    const struct itimerval interval = {{PATIENCE, 0}, {PATIENCE, 0}};
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_ONSTACK};

    test_name = name;
    run = run_number;
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = sizeof stack}, NULL);
    action.sa_sigaction = on_crash;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    action.sa_sigaction = on_tick;
    sigaction(SIGVTALRM, &action, NULL);
    setitimer(ITIMER_VIRTUAL, &interval, NULL);
}
