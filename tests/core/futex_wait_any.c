/* futex_wait_any.c: waits on several words at once; private and shared, deadlines of both
 * clocks. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "sleepers.h"

TestSuite(futex_wait_any, .timeout = 60);

enum { millisecond = 1000000, count = 3 };

static ordo_atomic_u32 words[128];

/* Whether the system has it; says so if not. */
static bool is_there(void)
{
    const struct ordo_futex_waiter waiter = {&words[0], 1, ordo_futex_private};

    if (ordo_futex_wait_any(&waiter, 1, ORDO_NEVER, 0, NULL) != ENOSYS)
        return true;
    fprintf(stderr, "SKIP futex_wait_any: the system does not have futex_waitv\n");
    return false;
}

static void expect_of_all(struct ordo_futex_waiter *waiters, uint32_t value, unsigned int flags)
{
    for (unsigned int i = 0; i < count; i++)
        waiters[i] = (struct ordo_futex_waiter){&words[i], value, flags};
}

Test(futex_wait_any, results_without_sleeping)
{
    struct ordo_futex_waiter waiters[count];

    if (!is_there())
        return;
    expect_of_all(waiters, 0, ordo_futex_private);
    waiters[2].expected = 7;
    cr_expect(ordo_futex_wait_any(waiters, count, ORDO_NEVER, 0, NULL) == EAGAIN);
    cr_expect(ordo_futex_wait_any(waiters, 0, ORDO_NEVER, 0, NULL) == EINVAL);
    cr_expect(ordo_futex_wait_any(waiters, 129, ORDO_NEVER, 0, NULL) == EINVAL);
    waiters[2].expected = 0;
    cr_expect(ordo_futex_wait_any(waiters, count, 0, 0, NULL) == ETIMEDOUT);
    const uint64_t deadline = ordo_clock_now() + 5 * millisecond;
    int error;
    do {
        error = ordo_futex_wait_any(waiters, count, deadline, 0, NULL);
    } while (error == 0 || error == EINTR);
    cr_expect(error == ETIMEDOUT && ordo_clock_now() >= deadline);
    const uint64_t real = realtime_now() + 5 * millisecond;
    do {
        error = ordo_futex_wait_any(waiters, count, real, ordo_futex_realtime, NULL);
    } while (error == 0 || error == EINTR);
    cr_expect(error == ETIMEDOUT && realtime_now() >= real);
}

struct sleep {
    unsigned int flags, which;
    int error;
};

static void *sleep_on_all(void *argument)
{
    struct sleep *const sleep = argument;
    struct ordo_futex_waiter waiters[count];

    expect_of_all(waiters, 0, sleep->flags);
    const uint64_t deadline = ordo_clock_now() + 30000ull * millisecond;
    do {
        sleep->error = ordo_futex_wait_any(waiters, count, deadline, 0, &sleep->which);
    } while (sleep->error == EINTR);
    return NULL;
}

Test(futex_wait_any, says_which_was_woken)
{
    static const unsigned int reach[] = {ordo_futex_private, ordo_futex_shared};

    if (!is_there())
        return;
    for (unsigned int i = 0; i < 2 * count; i++) {
        struct sleep sleep = {.flags = reach[i % 2], .which = 99};
        ordo_thread *thread;
        cr_assert(ordo_thread_spawn(&thread, sleep_on_all, &sleep) == 0);
        while (ordo_futex_wake_bitset(&words[i / 2], 1, ORDO_FUTEX_ANY, reach[i % 2]) == 0)
            usleep(1000); /* it is still on its way */
        ordo_thread_join(thread);
        cr_expect(sleep.error == 0 && sleep.which == i / 2, "error %d, word %u", sleep.error,
                  sleep.which);
    }
}
