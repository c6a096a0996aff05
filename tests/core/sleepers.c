/* sleepers.c: see sleepers.h. */
#include "sleepers.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "has_futex.h"

/* Where all of them go to sleep, private and shared ones. It stays 0. */
static const ordo_atomic_u32 dormitory;

static void *sleep_once(void *argument)
{
    struct sleeper *const sleeper = argument;

    do {
        sleeper->result =
            ordo_futex_wait_bitset(&dormitory, 0, sleeper->deadline,
                                   sleeper->bits != 0 ? sleeper->bits : ORDO_FUTEX_ANY,
                                   sleeper->flags);
    } while (sleeper->result == EINTR);
    return NULL;
}

void sleeper_start(struct sleeper *sleeper, const ordo_atomic_u32 *word)
{
    if (sleeper->deadline == 0)
        sleeper->deadline = ORDO_NEVER;
    cr_assert(ordo_thread_spawn(&sleeper->thread, sleep_once, sleeper) == 0);
    while (ordo_futex_requeue(&dormitory, 0, word, 1, sleeper->flags) == 0)
        usleep(100);
}

unsigned int last_reach(void)
{
    return has_futex_for("words that are shared") ? ordo_futex_shared : ordo_futex_private;
}

int sleeper_join(struct sleeper *sleeper)
{
    ordo_thread_join(sleeper->thread);
    return sleeper->result;
}

uint64_t realtime_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
