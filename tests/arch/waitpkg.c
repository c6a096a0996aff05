/* waitpkg.c: the umonitor/umwait form of wait_for_change, on a CPU that lacks the two instructions.
 *
 * With its feature byte forced the routine meets them and the CPU raises SIGILL. The handler plays
 * their part: it notes what they were given and goes on behind them. So all the arithmetic around
 * them runs; only how they wait is left to hardware that we do not have. Skipped on a CPU that has
 * them, and on ARM64.
 */
#include <criterion/criterion.h>

#include "back_end.h"

#include "ordo/cpu.h"

TestSuite(waitpkg, .init = back_end_or_skip, .timeout = 20);

#if defined __x86_64__
#include <signal.h>
#include <string.h>
#include <ucontext.h>
#include <x86intrin.h>

static struct {
    uint64_t monitored; /* address given to umonitor */
    uint64_t deadline;  /* given to umwait, in ticks of the time-stamp counter */
    uint32_t control;   /* given to umwait: 0 is the deeper sleep */
    int monitors, waits;
    volatile uint8_t *store_at; /* what umonitor's line is changed by, before umwait; or NULL */
} seen;

static void play(int number, siginfo_t *info, void *context)
{
    static const uint8_t umonitor_rdi[] = {0xf3, 0x0f, 0xae, 0xf7};
    static const uint8_t umwait_ecx[] = {0xf2, 0x0f, 0xae, 0xf1};
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const void *instruction = (const void *)registers[REG_RIP];

    (void)number, (void)info;
    if (memcmp(instruction, umonitor_rdi, sizeof umonitor_rdi) == 0) {
        seen.monitored = (uint64_t)registers[REG_RDI];
        seen.monitors++;
        if (seen.store_at != NULL)
            *seen.store_at ^= 1;
    } else if (memcmp(instruction, umwait_ecx, sizeof umwait_ecx) == 0) {
        seen.deadline = (uint64_t)registers[REG_RDX] << 32 | (uint32_t)registers[REG_RAX];
        seen.control = (uint32_t)registers[REG_RCX];
        seen.waits++;
    } else {
        signal(SIGILL, SIG_DFL);
        return;
    }
    registers[REG_RIP] += 4;
}

static uint64_t add_or_end_of_time(uint64_t ticks, uint64_t timeout)
{
    return timeout > UINT64_MAX - ticks ? UINT64_MAX : ticks + timeout;
}

static void waits_until_the_deadline(const struct symbol *symbol)
{
    static const uint64_t timeouts[] = {1, 1000, UINT32_MAX, (uint64_t)1 << 32, (uint64_t)3 << 40,
                                        UINT64_MAX};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        value object = 0x77;
        memset(&seen, 0, sizeof seen);
        const uint64_t earliest = add_or_end_of_time(__rdtsc(), timeouts[i]);
        const bool changed = call_wait(symbol, &object, object, timeouts[i]);
        const uint64_t latest = add_or_end_of_time(__rdtsc(), timeouts[i]);

        cr_expect(!changed && seen.monitors == 1 && seen.waits == 1, "%s does not wait",
                  symbol->name);
        cr_expect(seen.monitored == (uintptr_t)&object && seen.control == 0,
                  "%s watches another address, or waits in another way", symbol->name);
        cr_expect(seen.deadline >= earliest && seen.deadline <= latest,
                  "%s: a timeout of %lu ends at %lu, between %lu and %lu expected", symbol->name,
                  timeouts[i], seen.deadline, earliest, latest);
    }
}

static void looks_again_after_umonitor(const struct symbol *symbol)
{
    value object = 0x77;
    memset(&seen, 0, sizeof seen);
    seen.store_at = (volatile uint8_t *)&object;
    cr_expect(call_wait(symbol, &object, object, 1000000) && seen.monitors == 1 && seen.waits == 0,
              "%s sleeps over a store that came before umonitor", symbol->name);
}

static void does_not_sleep_for_nothing(const struct symbol *symbol)
{
    value object = 0x77;
    memset(&seen, 0, sizeof seen);
    cr_expect(call_wait(symbol, &object, object ^ 1, 1000000), "%s misses a change", symbol->name);
    cr_expect(!call_wait(symbol, &object, object, 0), "%s sees a change", symbol->name);
    cr_expect(seen.monitors == 0 && seen.waits == 0, "%s sleeps for nothing", symbol->name);
}

Test(waitpkg, around_the_two_instructions)
{
    struct sigaction action = {.sa_sigaction = play, .sa_flags = SA_SIGINFO};
    if (ordo_cpu_has(ordo_cpu_waitpkg) || !ordo_cpu_force(ordo_cpu_waitpkg, true))
        cr_skip_test("this library or CPU needs no emulation of umwait");
    sigaction(SIGILL, &action, NULL);
    for (size_t i = 0; i < symbol_count; i++)
        if (symbols[i].kind == kind_wait) {
            waits_until_the_deadline(&symbols[i]);
            looks_again_after_umonitor(&symbols[i]);
            does_not_sleep_for_nothing(&symbols[i]);
        }
}
#endif
