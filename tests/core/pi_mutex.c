/* pi_mutex.c: deadlines, priorities, owners that end and misuse of the PI mutex; what is common to
 * all locks is in locks.c. */
#include "ordo/pi_mutex.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/futex.h"
#include "ordo/ordo.h"
#include "without_futex.h"

TestSuite(pi_mutex, .timeout = 60);

enum { millisecond = 1000000, lock_pi2 = 13 /* FUTEX_LOCK_PI2, which older headers lack */ };

static ordo_pi_mutex mutex = ORDO_PI_MUTEX_INIT;

static bool is_locked(void)
{
    if (!ordo_pi_mutex_try_lock(&mutex))
        return true;
    ordo_pi_mutex_unlock(&mutex);
    return false;
}

Test(pi_mutex, size)
{
    cr_expect(sizeof(ordo_pi_mutex) == 4);
}

Test(pi_mutex, guard)
{
    for (int i = 0; i < 3; i++) {
        ORDO_PI_MUTEX_GUARD(&mutex);
        if (i == 1)
            continue;
        cr_expect(is_locked() && ordo_pi_mutex_is_mine(&mutex));
    }
    cr_expect(!is_locked() && !ordo_pi_mutex_is_mine(&mutex));
}

/* ---- Deadlines: another thread has the mutex ------------------------------------------------- */

static ordo_atomic_u32 phase;

static void wait_for_phase(uint32_t wanted)
{
    uint32_t now;

    while ((now = ordo_load(&phase, ordo_acquire)) < wanted)
        ordo_futex_wait(&phase, now);
}

static void next_phase(void)
{
    ordo_fetch_add(&phase, 1, ordo_release);
    ordo_futex_wake(&phase, UINT32_MAX);
}

static void *hold(void *unused)
{
    ordo_pi_mutex_lock(&mutex);
    next_phase();
    wait_for_phase(2);
    ordo_pi_mutex_unlock(&mutex);
    return unused;
}

static bool times_out_at(uint64_t deadline)
{
    return ordo_pi_mutex_lock_until(&mutex, deadline) == ETIMEDOUT && has_just_passed(deadline);
}

static void check_deadlines(void)
{
    struct disturber disturber;
    ordo_thread *holder;

    if (ordo_pi_mutex_lock_until(&mutex, 0) != 0)
        abort();
    ordo_pi_mutex_unlock(&mutex);
    if (ordo_thread_spawn(&holder, hold, NULL) != 0)
        abort();
    wait_for_phase(1);
    if (ordo_pi_mutex_lock_until(&mutex, 0) != ETIMEDOUT
        || ordo_pi_mutex_lock_until(&mutex, ordo_clock_now() - 1) != ETIMEDOUT
        || !times_out_at(ordo_clock_now() + 20 * millisecond))
        abort();
    disturber_start(&disturber, NULL, NULL);
    if (!times_out_at(ordo_clock_now() + 100 * millisecond))
        abort();
    disturber_stop(&disturber);
    next_phase();
    /* A minute, and later than the kernel can count. */
    if (ordo_pi_mutex_lock_until(&mutex, ordo_clock_now() + 60000ull * millisecond) != 0)
        abort();
    ordo_pi_mutex_unlock(&mutex);
    if (ordo_pi_mutex_lock_until(&mutex, ORDO_NEVER - 1) != 0)
        abort();
    ordo_pi_mutex_unlock(&mutex);
    ordo_thread_join(holder);
}

Test(pi_mutex, deadlines)
{
    check_deadlines();
    cr_expect(!is_locked());
}

static void *lock_far(void *unused)
{
    if (ordo_pi_mutex_lock_until(&mutex, ORDO_NEVER - 1) != 0)
        abort();
    ordo_pi_mutex_unlock(&mutex);
    return unused;
}

/* Runs `check` in a child that has no FUTEX_LOCK_PI2. */
static void without_lock_pi2(void (*check)(void))
{
    int status = 0;
    const pid_t child = fork();

    if (child == 0) {
        if (!without_futex(lock_pi2))
            _exit(77);
        check();
        _exit(0);
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        puts("SKIP pi_mutex: no seccomp filters, so FUTEX_LOCK_PI2 cannot be taken away");
    else
        cr_expect(status == 0, "%#x", (unsigned int)status);
}

static void check_far_deadline(void)
{
    ordo_thread *holder, *waiter;

    if (ordo_thread_spawn(&holder, hold, NULL) != 0)
        abort();
    wait_for_phase(1);
    if (ordo_thread_spawn(&waiter, lock_far, NULL) != 0)
        abort();
    usleep(20000); /* by now it waits */
    next_phase();
    ordo_thread_join(waiter);
    ordo_thread_join(holder);
}

Test(pi_mutex, far_deadline)
{
    check_far_deadline();
}

Test(pi_mutex, deadlines_without_lock_pi2)
{
    without_lock_pi2(check_deadlines);
    without_lock_pi2(check_far_deadline);
}

/* ---- Priorities ------------------------------------------------------------------------------ */

/* Three threads on one CPU. The low one has the mutex when the middle one starts, which computes
 * until it is told to stop. The high one waits for the mutex and stops the middle one once it has
 * it: without inheritance it never gets it. A watchman on the high priority ends the test then. */
static ordo_atomic_bool high_has_it, gave_up;
static ordo_atomic_u32 low_locked, go;

static void as_priority(int priority)
{
    const struct sched_param parameter = {.sched_priority = priority};

    if (sched_setscheduler(0, SCHED_FIFO, &parameter) != 0)
        abort();
}

static void sleep_until_set(ordo_atomic_u32 *word)
{
    while (ordo_load(word, ordo_acquire) == 0)
        ordo_futex_wait(word, 0);
}

static void set(ordo_atomic_u32 *word)
{
    ordo_store(word, 1, ordo_release);
    ordo_futex_wake(word, UINT32_MAX);
}

static void *low(void *unused)
{
    as_priority(1);
    ordo_pi_mutex_lock(&mutex);
    set(&low_locked);
    sleep_until_set(&go);
    ordo_pi_mutex_unlock(&mutex);
    return unused;
}

static void *middle(void *unused)
{
    as_priority(2);
    set(&go); /* low is ready to run, but does not */
    while (!ordo_load(&high_has_it, ordo_relaxed) && !ordo_load(&gave_up, ordo_relaxed))
        ordo_spin_hint();
    return unused;
}

static void *high(void *unused)
{
    as_priority(3);
    const int error = ordo_pi_mutex_lock_until(&mutex, ordo_clock_now() + 5000ull * millisecond);
    ordo_store(error == 0 ? &high_has_it : &gave_up, true, ordo_relaxed);
    if (error == 0)
        ordo_pi_mutex_unlock(&mutex);
    return unused;
}

Test(pi_mutex, owner_inherits_priority)
{
    const struct sched_param parameter = {.sched_priority = 4};
    ordo_thread *threads[3];
    cpu_set_t cpus, one;

    cr_assert(sched_getaffinity(0, sizeof cpus, &cpus) == 0);
    CPU_ZERO(&one);
    for (size_t cpu = 0; CPU_COUNT(&one) == 0; cpu++)
        if (CPU_ISSET(cpu, &cpus))
            CPU_SET(cpu, &one);
    if (getenv("ORDO_QEMU") != NULL || sched_setaffinity(0, sizeof one, &one) != 0
        || sched_setscheduler(0, SCHED_FIFO, &parameter) != 0) {
        puts("SKIP pi_mutex/owner_inherits_priority: SCHED_FIFO is not permitted");
        return;
    }
    cr_assert(ordo_thread_spawn(&threads[0], low, NULL) == 0);
    sleep_until_set(&low_locked);
    /* We have the highest priority: high and middle run, in this order, when we sleep. */
    cr_assert(ordo_thread_spawn(&threads[2], high, NULL) == 0);
    cr_assert(ordo_thread_spawn(&threads[1], middle, NULL) == 0);
    for (int i = 0; i < 3; i++)
        ordo_thread_join(threads[i]);
    cr_expect(ordo_load(&high_has_it, ordo_relaxed));
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static const char unlocks[] = "ordo: pi_mutex.c: unlock of a mutex that the caller does not have\n";

static void unlock(void)
{
    ordo_pi_mutex_unlock(&mutex);
}

static void unlock_twice(void)
{
    ordo_pi_mutex_lock(&mutex);
    ordo_pi_mutex_unlock(&mutex);
    ordo_pi_mutex_unlock(&mutex);
}

static void lock_twice(void)
{
    ordo_pi_mutex_lock(&mutex);
    ordo_pi_mutex_lock(&mutex);
}

static void lock_twice_in_time(void)
{
    ordo_pi_mutex_lock(&mutex);
    (void)!ordo_pi_mutex_lock_until(&mutex, ordo_clock_now() + 60000ull * millisecond);
}

static void unlock_of_another(void)
{
    ordo_thread *holder;

    if (ordo_thread_spawn(&holder, hold, NULL) == 0)
        wait_for_phase(1);
    ordo_pi_mutex_unlock(&mutex);
}

static void *lock_and_end(void *unused)
{
    ordo_pi_mutex_lock(&mutex);
    return unused;
}

static void lock_after_the_owner(void)
{
    ordo_thread *thread;

    if (ordo_thread_spawn(&thread, lock_and_end, NULL) == 0)
        ordo_thread_join(thread);
    ordo_pi_mutex_lock(&mutex);
}

static void *lock_sleep_and_end(void *unused)
{
    ordo_pi_mutex_lock(&mutex);
    next_phase();
    usleep(50000);
    return unused;
}

static void lock_while_the_owner_ends(void)
{
    ordo_thread *thread;

    if (ordo_thread_spawn(&thread, lock_sleep_and_end, NULL) == 0)
        wait_for_phase(1);
    ordo_pi_mutex_lock(&mutex);
}

static ordo_pi_mutex other = ORDO_PI_MUTEX_INIT;

static void *lock_other_way(void *unused)
{
    ordo_pi_mutex_lock(&other);
    next_phase();
    ordo_pi_mutex_lock(&mutex);
    return unused;
}

static void lock_in_a_circle(void)
{
    ordo_thread *thread;

    ordo_pi_mutex_lock(&mutex);
    if (ordo_thread_spawn(&thread, lock_other_way, NULL) == 0)
        wait_for_phase(1);
    ordo_pi_mutex_lock(&other);
}

Test(pi_mutex, misuse_aborts)
{
    static const char locks[] = "ordo: pi_mutex.c: lock of a mutex that the caller has\n";

    cr_expect(child_aborts(unlock, unlocks));
    cr_expect(child_aborts(unlock_twice, unlocks));
    cr_expect(child_aborts(lock_twice, locks));
    cr_expect(child_aborts(lock_twice_in_time, locks));
}

Test(pi_mutex, misuse_by_several_threads_aborts)
{
    static const char ended[] =
        "ordo: pi_mutex.c: the owner of a mutex ended without unlocking it\n";

    if (getenv("ORDO_QEMU") != NULL) {
        puts("SKIP pi_mutex/misuse_by_several_threads: QEMU has no threads in a forked child");
        return;
    }
    cr_expect(child_aborts(unlock_of_another, unlocks));
    cr_expect(child_aborts(lock_after_the_owner, ended));
    cr_expect(child_aborts(lock_while_the_owner_ends, ended));
    cr_expect(child_aborts(lock_in_a_circle,
                           "ordo: pi_mutex.c: threads that wait for each other\n"));
}
