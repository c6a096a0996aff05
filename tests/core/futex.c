/* futex.c: what futex.h promises, and that no other result escapes, whatever the deadline. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "has_futex.h"
#include "ordo/ordo.h"

TestSuite(futex, .timeout = 20);

enum { millisecond = 1000000 };

static ordo_atomic_u32 word, asleep, woken;

Test(futex, another_value_is_eagain)
{
    cr_expect(ordo_futex_wait(&word, 1) == EAGAIN);
    cr_expect(ordo_futex_wait_until(&word, 1, ordo_clock_now() + millisecond) == EAGAIN);
    cr_expect(ordo_futex_wait_until(&word, 1, UINT64_MAX) == EAGAIN);
    cr_expect(ordo_futex_wait_until(&word, 1, 0) == EAGAIN, "the word is looked at first");
}

Test(futex, deadlines)
{
    cr_expect(ordo_futex_wait_until(&word, 0, 0) == ETIMEDOUT);
    cr_expect(ordo_futex_wait_until(&word, 0, ordo_clock_now() - 1) == ETIMEDOUT);

    const uint64_t deadline = ordo_clock_now() + 20 * millisecond;
    int error;
    do {
        cr_expect(ordo_clock_now() < deadline + 5000ull * millisecond);
        error = ordo_futex_wait_until(&word, 0, deadline);
    } while (error == 0 || error == EINTR);
    cr_expect(error == ETIMEDOUT);
    cr_expect(ordo_clock_now() >= deadline);
}

static void *sleep_for_ever(void *deadline)
{
    ordo_fetch_add(&asleep, 1, ordo_release);
    while (ordo_load(&word, ordo_acquire) == 0) {
        const int error = deadline == NULL
                              ? ordo_futex_wait(&word, 0)
                              : ordo_futex_wait_until(&word, 0, *(const uint64_t *)deadline);
        if (error == ETIMEDOUT)
            return "timed out";
    }
    ordo_fetch_add(&woken, 1, ordo_release);
    return NULL;
}

/* Deadlines so far away that they overflow a signed 64-bit number, or the kernel's clock. */
Test(futex, far_deadlines_are_never)
{
    static const uint64_t far[] = {UINT64_MAX, UINT64_MAX - 1, (uint64_t)INT64_MAX,
                                   (uint64_t)INT64_MAX + 1};
    enum { count = sizeof far / sizeof *far };
    ordo_thread *threads[count];

    for (int i = 0; i < count; i++)
        cr_assert(ordo_thread_spawn(&threads[i], sleep_for_ever, (void *)(uintptr_t)&far[i]) == 0);
    while (ordo_load(&asleep, ordo_acquire) < count)
        ordo_thread_yield();
    usleep(20000);
    ordo_store(&word, 1, ordo_release);
    ordo_futex_wake(&word, UINT32_MAX);
    for (int i = 0; i < count; i++)
        cr_expect(ordo_thread_join(threads[i]) == NULL, "%d", i);
}

/* Each sleeper here returns from one wait only, so that wakes can be counted. */
static void *sleep_once(void *unused)
{
    ordo_fetch_add(&asleep, 1, ordo_release);
    while (ordo_futex_wait(&word, 0) != 0)
        continue;
    ordo_fetch_add(&woken, 1, ordo_release);
    return unused;
}

static uint32_t wake_all_of(uint32_t count, uint32_t at_once)
{
    uint32_t sum = 0;

    while (sum < count) { /* the last may still be on its way to sleep */
        const uint32_t now = ordo_futex_wake(&word, at_once);
        cr_assert(now <= at_once);
        if (now == 0)
            usleep(1000);
        sum += now;
    }
    return sum;
}

Test(futex, wakes_are_counted)
{
    enum { count = 6 };
    ordo_thread *threads[count];

    cr_expect(ordo_futex_wake(&word, UINT32_MAX) == 0, "nobody sleeps");
    for (int i = 0; i < count; i++)
        cr_assert(ordo_thread_spawn(&threads[i], sleep_once, NULL) == 0);
    while (ordo_load(&asleep, ordo_acquire) < count)
        ordo_thread_yield();
    usleep(50000);
    cr_expect(ordo_futex_wake(&word, 0) == 0);
    usleep(5000);
    cr_expect(ordo_load(&woken, ordo_acquire) == 0, "waking none wakes none");
    cr_expect(wake_all_of(1, 1) == 1);
    cr_expect(wake_all_of(2, 2) == 2);
    cr_expect(wake_all_of(count - 3, UINT32_MAX) == count - 3);
    for (int i = 0; i < count; i++)
        ordo_thread_join(threads[i]);
    cr_expect(ordo_load(&woken, ordo_relaxed) == count);
    cr_expect(ordo_futex_wake(&word, UINT32_MAX) == 0);
}

/* Without SA_RESTART a signal ends the wait. The deadline is absolute, so it does not move. */
Test(futex, signals_end_a_wait)
{
    struct disturber disturber;
    unsigned int interrupted = 0;
    const bool is_interrupted = has_futex_for("signals that end a wait");

    disturber_start(&disturber, NULL, NULL);
    const uint64_t deadline = ordo_clock_now() + 50 * millisecond;
    for (int error = 0; error != ETIMEDOUT; interrupted += error == EINTR) {
        error = ordo_futex_wait_until(&word, 0, deadline);
        cr_assert(error == 0 || error == EINTR || error == ETIMEDOUT, "%d", error);
    }
    cr_expect(has_just_passed(deadline));
    cr_expect((interrupted > 0) == is_interrupted);
    disturber_stop(&disturber);
}

Test(futex, wake_of_memory_that_is_gone)
{
    ordo_atomic_u32 *const page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    cr_assert(page != MAP_FAILED);
    munmap(page, 4096);
    errno = 77;
    cr_expect(ordo_futex_wake(page, UINT32_MAX) == 0);
    cr_expect(ordo_futex_wake(NULL, 1) == 0);
    cr_expect(ordo_futex_wake((const ordo_atomic_u32 *)-(uintptr_t)4096, 1) == 0, "the kernel's");
    cr_expect(ordo_futex_wait(&word, 1) == EAGAIN);
    cr_expect(errno == 77, "errno is the caller's");
}

static void wait_on_nothing(void)
{
    ordo_futex_wait((const ordo_atomic_u32 *)16, 0);
}

Test(futex, wait_on_memory_that_is_not_there_aborts)
{
    if (has_futex_for("wait on memory that is not there"))
        cr_expect(
            child_aborts(wait_on_nothing, "ordo: futex.c: wait on memory that is not there\n"));
}
