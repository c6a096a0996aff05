/* futex_shared.c: each operation on a shared word between two processes that have it at different
 * addresses. */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "sleepers.h"

TestSuite(futex_shared, .timeout = 60);

enum { millisecond = 1000000, shared = ordo_futex_shared };

struct words {
    ordo_atomic_u32 bed; /* stays 0 */
    ordo_atomic_u32 first, second, lock, stage;
};

/* The same memory twice: the parent uses it here, the children there. */
static struct words *here, *there;

static void map_words(void)
{
    const int file = memfd_create("words", MFD_CLOEXEC);

    cr_assert(file >= 0 && ftruncate(file, 4096) == 0);
    here = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    there = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    cr_assert(here != MAP_FAILED && there != MAP_FAILED && here != there);
    close(file);
}

static pid_t start(int (*body)(void))
{
    const pid_t child = fork();

    if (child == 0) {
        alarm(50); /* a failure must not leave it behind */
        munmap(here, 4096);
        _exit(body());
    }
    cr_assert(child > 0);
    return child;
}

/* What its body returned, 0 to 255. */
static int end_of(pid_t child)
{
    int status = -1;

    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect(WIFEXITED(status), "%#x", (unsigned int)status);
    return WEXITSTATUS(status);
}

static void wait_for_stage(const struct words *words, uint32_t stage)
{
    while (ordo_load(&words->stage, ordo_acquire) != stage)
        usleep(1000);
}

/* ---- Waits, wakes, requeues ------------------------------------------------------------------ */

static uint32_t sleeper_bits = ORDO_FUTEX_ANY;

static int sleep_once(void)
{
    return ordo_futex_wait_bitset(&there->bed, 0, ORDO_NEVER, sleeper_bits, shared);
}

/* Starts a process that sleeps once, and returns when it sleeps on the word: a requeue finds only
 * who sleeps. */
static pid_t sleep_on(const ordo_atomic_u32 *word)
{
    const pid_t child = start(sleep_once);

    while (ordo_futex_requeue(&here->bed, 0, word, 1, shared) == 0)
        usleep(100);
    return child;
}

static uint32_t wake(const ordo_atomic_u32 *word, uint32_t count)
{
    return ordo_futex_wake_bitset(word, count, ORDO_FUTEX_ANY, shared);
}

Test(futex_shared, wakes)
{
    pid_t children[4];

    map_words();
    for (int i = 0; i < 4; i++)
        children[i] = sleep_on(&here->first);
    cr_expect(ordo_futex_wake(&here->first, UINT32_MAX) == 0, "nobody waits privately");
    cr_expect(wake(&here->second, UINT32_MAX) == 0, "nor for this word");
    cr_expect(wake(&here->first, 0) == 0);
    cr_expect(wake(&here->first, 1) == 1);
    cr_expect(end_of(children[0]) == 0, "the one that came first");
    cr_expect(wake(&there->first, 2) == 2, "the same word");
    cr_expect(wake(&here->first, UINT32_MAX) == 1);
    for (int i = 1; i < 4; i++)
        cr_expect(end_of(children[i]) == 0);
}

static int wait_for_a_change(void)
{
    const uint64_t deadline = ordo_clock_now() + 30000ull * millisecond;
    int error = 0;

    while (error != ETIMEDOUT && ordo_load(&there->first, ordo_acquire) == 0)
        error = ordo_futex_wait_bitset(&there->first, 0, deadline, ORDO_FUTEX_ANY, shared);
    return error == ETIMEDOUT ? 1 : (int)ordo_load(&there->first, ordo_acquire);
}

Test(futex_shared, waits_while_the_word_is_the_same)
{
    map_words();
    for (unsigned int delay = 0; delay < 20; delay++) {
        ordo_store(&here->first, 0, ordo_release);
        const pid_t child = start(wait_for_a_change);
        usleep(delay * 200); /* it sleeps already, or not yet */
        ordo_store(&here->first, 42, ordo_release);
        wake(&here->first, 1);
        cr_expect(end_of(child) == 42);
    }
}

static int wait_in_vain(void)
{
    const uint64_t deadline = ordo_clock_now() + 5 * millisecond;
    const uint64_t real = realtime_now() + 5 * millisecond;

    return ordo_futex_wait_bitset(&there->first, 1, ORDO_NEVER, 1, shared) == EAGAIN
                   && ordo_futex_wait_bitset(&there->first, 0, deadline, 1, shared) == ETIMEDOUT
                   && ordo_clock_now() >= deadline
                   && ordo_futex_wait_bitset(&there->first, 0, real, 1,
                                             shared | ordo_futex_realtime)
                          == ETIMEDOUT
                   && realtime_now() >= real
               ? 0
               : 1;
}

Test(futex_shared, deadlines)
{
    map_words();
    cr_expect(end_of(start(wait_in_vain)) == 0);
    cr_expect(wake(&here->first, UINT32_MAX) == 0, "no trace of who gave up");
}

Test(futex_shared, bits)
{
    map_words();
    sleeper_bits = 4;
    const pid_t four = sleep_on(&here->first);
    sleeper_bits = 1u << 31;
    const pid_t high = sleep_on(&here->first);
    cr_expect(ordo_futex_wake_bitset(&here->first, UINT32_MAX, 3, shared) == 0);
    cr_expect(ordo_futex_wake_bitset(&here->first, UINT32_MAX, 1u << 31, shared) == 1);
    cr_expect(end_of(high) == 0);
    cr_expect(ordo_futex_wake_bitset(&here->first, UINT32_MAX, 6, shared) == 1);
    cr_expect(end_of(four) == 0);
}

Test(futex_shared, requeue)
{
    pid_t children[4];

    map_words();
    for (int i = 0; i < 4; i++)
        children[i] = sleep_on(&here->first);
    cr_expect(ordo_futex_requeue(&here->first, 1, &here->second, 1, ordo_futex_private) == 0);
    cr_expect(ordo_futex_requeue(&here->first, 1, &here->second, 2, shared) == 3);
    cr_expect(end_of(children[0]) == 0);
    cr_expect(wake(&here->first, UINT32_MAX) == 1);
    cr_expect(end_of(children[3]) == 0);
    cr_expect(wake(&here->second, UINT32_MAX) == 2);
    cr_expect(end_of(children[1]) == 0 && end_of(children[2]) == 0);
}

Test(futex_shared, compare_requeue)
{
    uint32_t count = 99;

    map_words();
    ordo_store(&here->first, 7, ordo_relaxed);
    const pid_t one = sleep_on(&here->first), other = sleep_on(&here->first);
    cr_expect(ordo_futex_compare_requeue(&here->first, 0, 1, &here->second, 1, shared, &count)
                  == EAGAIN
              && count == 99);
    cr_expect(ordo_futex_compare_requeue(&here->first, 7, 1, &here->second, 1, shared, &count) == 0
              && count == 2);
    cr_expect(end_of(one) == 0);
    cr_expect(wake(&here->first, UINT32_MAX) == 0);
    cr_expect(wake(&here->second, UINT32_MAX) == 1);
    cr_expect(end_of(other) == 0);
}

Test(futex_shared, wake_op)
{
    map_words();
    const uint32_t add_if_zero = ordo_futex_operation(ordo_futex_add, 5, ordo_futex_equal, 0);
    const pid_t at_first = sleep_on(&here->first), at_second = sleep_on(&here->second);

    ordo_store(&here->second, 1, ordo_relaxed);
    cr_expect(ordo_futex_wake_op(&here->first, 1, &here->second, 1, add_if_zero, shared) == 1);
    cr_expect(end_of(at_first) == 0);
    cr_expect(ordo_load(&there->second, ordo_relaxed) == 6);
    ordo_store(&here->second, 0, ordo_relaxed);
    cr_expect(ordo_futex_wake_op(&here->first, 1, &here->second, 1, add_if_zero, shared) == 1);
    cr_expect(end_of(at_second) == 0);
    cr_expect(ordo_load(&there->second, ordo_relaxed) == 5);
}

static int wait_for_any(void)
{
    const struct ordo_futex_waiter waiters[] = {
        {&there->bed, 0, shared}, {&there->first, 0, shared}, {&there->second, 0, shared}};
    unsigned int which = 99;
    const int error = ordo_futex_wait_any(waiters, 3, ORDO_NEVER, 0, &which);

    return error == 0 ? (int)which : 100 + error;
}

Test(futex_shared, wait_any)
{
    map_words();
    if (ordo_futex_wait_any(&(struct ordo_futex_waiter){&here->first, 1, shared}, 1, 0, 0, NULL)
        == ENOSYS) {
        fprintf(stderr, "SKIP futex_shared/wait_any: the system does not have futex_waitv\n");
        return;
    }
    const ordo_atomic_u32 *const words[] = {&here->bed, &here->first, &here->second};
    for (int i = 0; i < 3; i++) {
        const pid_t child = start(wait_for_any);
        while (wake(words[i], 1) == 0)
            usleep(1000); /* it is still on its way */
        cr_expect(end_of(child) == i);
    }
}

/* ---- Priority inheritance -------------------------------------------------------------------- */

static uint32_t owner(const struct words *words)
{
    return ordo_load(&words->lock, ordo_relaxed) & FUTEX_TID_MASK;
}

static void wait_for_a_waiter(void)
{
    while ((ordo_load(&here->lock, ordo_relaxed) & FUTEX_WAITERS) == 0)
        usleep(1000);
}

static int lock_in_vain_and_lock(void)
{
    const uint64_t deadline = ordo_clock_now() + 5 * millisecond;
    const uint64_t real = realtime_now() + 5 * millisecond;
    int error = ordo_futex_trylock_pi(&there->lock, shared);

    if (error != EBUSY || ordo_futex_unlock_pi(&there->lock, shared) != EPERM)
        return 1;
    error = ordo_futex_lock_pi(&there->lock, deadline, shared);
    if (error != ENOSYS && (error != ETIMEDOUT || ordo_clock_now() < deadline))
        return 2;
    error = ordo_futex_lock_pi(&there->lock, real, shared | ordo_futex_realtime);
    if (error != ETIMEDOUT || realtime_now() < real)
        return 3;
    ordo_store(&there->stage, 1, ordo_release);
    if (ordo_futex_lock_pi(&there->lock, ORDO_NEVER, shared) != 0
        || owner(there) != ordo_thread_system_id())
        return 4;
    return ordo_futex_unlock_pi(&there->lock, shared) == 0 ? 0 : 5;
}

Test(futex_shared, lock_pi)
{
    map_words();
    cr_assert(ordo_futex_lock_pi(&here->lock, ORDO_NEVER, shared) == 0);
    const pid_t child = start(lock_in_vain_and_lock);
    wait_for_stage(here, 1);
    wait_for_a_waiter();
    cr_expect(owner(here) == ordo_thread_system_id());
    cr_expect(ordo_futex_unlock_pi(&here->lock, shared) == 0);
    cr_expect(end_of(child) == 0);
    cr_expect(ordo_futex_trylock_pi(&here->lock, shared) == 0, "given back");
    cr_expect(ordo_futex_unlock_pi(&here->lock, shared) == 0);
}

static int lock_and_end(void)
{
    return ordo_futex_trylock_pi(&there->lock, shared);
}

Test(futex_shared, lock_pi_of_a_process_that_has_ended)
{
    map_words();
    cr_expect(end_of(start(lock_and_end)) == 0);
    cr_expect(ordo_futex_lock_pi(&here->lock, ORDO_NEVER, shared) == ESRCH);
}

static int wait_and_be_requeued(void)
{
    ordo_store(&there->stage, 1, ordo_release);
    if (ordo_futex_wait_requeue_pi(&there->first, 0, ORDO_NEVER, &there->lock, shared) != 0)
        return 1;
    if (owner(there) != ordo_thread_system_id())
        return 2;
    return ordo_futex_unlock_pi(&there->lock, shared) == 0 ? 0 : 3;
}

Test(futex_shared, requeue_pi)
{
    uint32_t served = 0;
    int error;

    map_words();
    cr_assert(ordo_futex_lock_pi(&here->lock, ORDO_NEVER, shared) == 0);
    const pid_t child = start(wait_and_be_requeued);
    wait_for_stage(here, 1);
    do {
        usleep(1000); /* it is still on its way */
        error = ordo_futex_compare_requeue_pi(&here->first, 0, 9, &here->lock, shared, &served);
    } while (error == EAGAIN || (error == 0 && served == 0));
    cr_expect(error == 0 && served == 1, "%d, %u", error, served);
    cr_expect(owner(here) == ordo_thread_system_id());
    cr_expect((ordo_load(&here->lock, ordo_relaxed) & FUTEX_WAITERS) != 0, "it waits for the lock");
    cr_expect(ordo_futex_unlock_pi(&here->lock, shared) == 0);
    cr_expect(end_of(child) == 0);
}
