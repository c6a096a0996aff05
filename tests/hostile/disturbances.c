/* disturbances.c: that each kind of disturbance happens, and that a wait and a wake still work. */
#include <criterion/criterion.h>
#include <errno.h>

#include "hostile.h"
#include "ordo/ordo.h"
#include "threads.h"

TestSuite(hostile, .timeout = 60);

enum { threads = 4, rounds = 1000 };

static ordo_atomic_u32 turn;

/* Hands the turn around; whoever does not have it sleeps. */
static void pass_on(unsigned self, void *shared)
{
    (void)shared;
    for (unsigned int i = 0; i < rounds; i++) {
        uint32_t now;
        while ((now = ordo_load(&turn, ordo_acquire)) % threads != self) {
            const int error = ordo_futex_wait_until(&turn, now, ORDO_NEVER);
            if (error != 0 && error != EAGAIN && error != EINTR)
                abort();
        }
        ordo_store(&turn, now + 1, ordo_release);
        ordo_futex_wake(&turn, UINT32_MAX);
    }
}

Test(hostile, each_disturbance_happens)
{
    run_threads(threads, pass_on, NULL);
    for (enum hostile_act act = 0; act < hostile_acts; act++)
        cr_expect(hostile_count(act) > 0, "disturbance %d never happened", (int)act);
}
