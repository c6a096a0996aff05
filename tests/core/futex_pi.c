/* futex_pi.c: the six operations with priority inheritance: every result that can be had without
 * giving threads priorities (pi_mutex.c does that). */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "sleepers.h"

TestSuite(futex_pi, .timeout = 60);

enum { millisecond = 1000000 };

static ordo_atomic_u32 lock, condition, locked;

static uint32_t owner(void)
{
    return ordo_load(&lock, ordo_relaxed) & FUTEX_TID_MASK;
}

Test(futex_pi, lock_and_unlock)
{
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == EPERM, "nobody has it");
    cr_expect(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == 0);
    cr_expect(owner() == ordo_thread_system_id());
    cr_expect(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == EDEADLK);
    cr_expect(ordo_futex_trylock_pi(&lock, ordo_futex_private) == EDEADLK);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    cr_expect(ordo_load(&lock, ordo_relaxed) == 0);
    cr_expect(ordo_futex_trylock_pi(&lock, ordo_futex_shared) == 0);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_shared) == 0);
}

static void *hold(void *unused)
{
    cr_expect(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == 0);
    ordo_store(&locked, 1, ordo_release);
    while (ordo_load(&locked, ordo_acquire) == 1)
        usleep(1000);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    return unused;
}

static ordo_thread *start_holder(void *(*body)(void *))
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, body, NULL) == 0);
    while (ordo_load(&locked, ordo_acquire) == 0)
        usleep(1000);
    return thread;
}

Test(futex_pi, deadlines)
{
    ordo_thread *const holder = start_holder(hold);
    const uint64_t deadline = ordo_clock_now() + 5 * millisecond;
    int error;

    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == EPERM, "another has it");
    error = ordo_futex_trylock_pi(&lock, ordo_futex_private);
    cr_expect(error == EBUSY, "%d", error);
    do {
        error = ordo_futex_lock_pi(&lock, deadline, ordo_futex_private);
    } while (error == EINTR || error == EAGAIN);
    cr_expect(error == ENOSYS || (error == ETIMEDOUT && ordo_clock_now() >= deadline), "%d", error);
    const uint64_t real = realtime_now() + 5 * millisecond;
    do {
        error = ordo_futex_lock_pi(&lock, real, ordo_futex_realtime);
    } while (error == EINTR || error == EAGAIN);
    cr_expect(error == ETIMEDOUT && realtime_now() >= real, "%d", error);
    ordo_store(&locked, 2, ordo_release);
    do {
        error = ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private);
    } while (error == EINTR || error == EAGAIN);
    cr_expect(error == 0 && owner() == ordo_thread_system_id(), "handed over");
    ordo_thread_join(holder);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
}

static void *hold_and_end(void *unused)
{
    cr_expect(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == 0);
    ordo_store(&locked, 1, ordo_release);
    return unused;
}

Test(futex_pi, owner_that_has_ended)
{
    ordo_thread_join(start_holder(hold_and_end));
    const int error = ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private);
    cr_expect(error == ESRCH, "%d", error);
}

static void *wait_and_requeue(void *unused)
{
    int error;

    ordo_store(&locked, 1, ordo_release);
    do {
        error = ordo_futex_wait_requeue_pi(&condition, 0, ORDO_NEVER, &lock, ordo_futex_private);
    } while (error == EINTR || (error == EAGAIN && ordo_load(&condition, ordo_relaxed) == 0));
    if (error != 0)
        return &condition;
    cr_expect(owner() == ordo_thread_system_id(), "it has the lock");
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    return unused;
}

Test(futex_pi, requeue)
{
    uint32_t served = 99;
    int error;

    cr_expect(ordo_futex_wait_requeue_pi(&condition, 1, ORDO_NEVER, &lock, ordo_futex_private)
              == EAGAIN);
    error = ordo_futex_wait_requeue_pi(&condition, 0, 1, &lock, ordo_futex_private);
    cr_expect(error == ETIMEDOUT, "%d", error);
    cr_expect(ordo_futex_compare_requeue_pi(&condition, 1, 9, &lock, ordo_futex_private, &served)
              == EAGAIN);
    cr_expect(ordo_futex_compare_requeue_pi(&condition, 0, 9, &lock, ordo_futex_private, &served)
                  == 0
              && served == 0, "nobody waits");

    ordo_thread *const waiter = start_holder(wait_and_requeue);
    cr_expect(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == 0);
    do {
        usleep(1000); /* it is still on its way */
        error = ordo_futex_compare_requeue_pi(&condition, 0, 9, &lock, ordo_futex_private, &served);
    } while (error == EAGAIN || (error == 0 && served == 0));
    cr_expect(error == 0 && served == 1, "%d, %u", error, served);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    cr_expect(ordo_thread_join(waiter) == NULL);
}

static void *lock_and_unlock(void *unused)
{
    while (ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) != 0)
        continue; /* EINTR, EAGAIN */
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    return unused;
}

/* The memory of a word that is woken late may be such a lock by now: nobody is woken by that. */
Test(futex_pi, wakes_that_are_not_for_it)
{
    ordo_thread *waiter;

    cr_assert(ordo_futex_lock_pi(&lock, ORDO_NEVER, ordo_futex_private) == 0);
    cr_assert(ordo_thread_spawn(&waiter, lock_and_unlock, NULL) == 0);
    while ((ordo_load(&lock, ordo_relaxed) & FUTEX_WAITERS) == 0)
        ordo_thread_yield(); /* the kernel sets it in one step with the thread's coming */
    errno = 77;
    cr_expect(ordo_futex_wake(&lock, UINT32_MAX) == 0);
    cr_expect(ordo_futex_requeue(&lock, 1, &condition, 1, ordo_futex_private) == 0);
    cr_expect(ordo_futex_requeue(&condition, 1, &lock, 1, ordo_futex_private) == 0);
    cr_expect(errno == 77);
    cr_expect(ordo_futex_unlock_pi(&lock, ordo_futex_private) == 0);
    ordo_thread_join(waiter);
}
