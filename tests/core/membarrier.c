/* membarrier.c: store buffering with the asymmetric fence, by the system call and without it. x86's
 * stores do wait in a buffer, under QEMU too, so a light fence without its partner fails here. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(membarrier, .timeout = 60);

struct buffers {
    _Alignas(64) ordo_atomic_u32 x;
    _Alignas(64) ordo_atomic_u32 y;
    _Alignas(64) unsigned int arrived[2];
    uint32_t saw[2];
    unsigned int rounds, both_missed;
};

/* The two never leave meet() together: each round one of them is held up for another while. */
static void hold_up(unsigned int turns)
{
    while (turns-- > 0)
        __asm__ volatile("");
}

static void body(unsigned self, void *shared)
{
    struct buffers *const at = shared;

    for (unsigned int i = 1; i <= at->rounds; i++) {
        meet(&at->arrived[0], 2 * i);
        hold_up(self == i % 2 ? i / 2 % 128 : 0);
        if (self == 0) {
            ordo_store(&at->x, i, ordo_relaxed);
            ordo_fence_light();
            at->saw[0] = ordo_load(&at->y, ordo_relaxed);
        } else {
            ordo_store(&at->y, i, ordo_relaxed);
            ordo_fence_heavy();
            at->saw[1] = ordo_load(&at->x, ordo_relaxed);
        }
        meet(&at->arrived[1], 2 * i);
        if (self == 0)
            at->both_missed += at->saw[0] != i && at->saw[1] != i;
    }
}

static void check(void)
{
    struct buffers at = {.rounds = test_rounds(2)};

    run_threads(2, body, &at);
    cr_expect(at.both_missed == 0, "%u of %u rounds", at.both_missed, at.rounds);
}

Test(membarrier, by_system_call)
{
    if (!ordo_fence_force(true)) {
        fprintf(stderr, "SKIP membarrier: the system does not have it\n");
        return;
    }
    check();
}

Test(membarrier, fallback)
{
    cr_assert(!ordo_fence_force(false));
    check();
}
