/* process_shared_mutex.c: between two processes, that have the memory at different places. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "ordo/ordo.h"
#include "rounds.h"

TestSuite(process_shared_mutex, .timeout = 60);

enum { millisecond = 1000000 };

struct shared {
    ordo_process_shared_mutex mutex;
    unsigned int sum;
};

/* The memory of a file, at a place of its own. */
static struct shared *map(int file)
{
    struct shared *const at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

    cr_assert(at != MAP_FAILED);
    return at;
}

static void add(struct shared *shared, unsigned int rounds)
{
    for (unsigned int i = 0; i < rounds; i++) {
        ORDO_PROCESS_SHARED_MUTEX_GUARD(&shared->mutex);
        shared->sum++;
        if (i % 64 == 0) /* the other finds it locked for longer than it spins */
            usleep(100);
    }
}

Test(process_shared_mutex, sum_of_two_processes)
{
    const unsigned int rounds = test_rounds(10);
    const int file = memfd_create("mutex", 0);
    int status = -1;

    cr_assert(file >= 0 && ftruncate(file, 4096) == 0);
    struct shared *const here = map(file), *const there = map(file);
    cr_assert(here != there);
    const pid_t child = fork();
    if (child == 0) {
        alarm(50); /* a failure must not leave it behind */
        add(there, rounds);
        _exit(0);
    }
    add(here, rounds);
    cr_expect(waitpid(child, &status, 0) == child && status == 0);
    cr_expect(here->sum == 2 * rounds);
    cr_expect(ordo_process_shared_mutex_try_lock(&there->mutex), "the same mutex");
    cr_expect(ordo_process_shared_mutex_lock_until(&here->mutex, 0) == ETIMEDOUT);
    cr_expect(ordo_process_shared_mutex_lock_until(&here->mutex, ordo_clock_now() + millisecond)
              == ETIMEDOUT);
    ordo_process_shared_mutex_unlock(&here->mutex);
}

/* A private futex would sleep on: its wake does not reach another process. */
Test(process_shared_mutex, wakes_another_process)
{
    struct shared *const shared =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = -1;

    cr_assert(shared != MAP_FAILED);
    ordo_process_shared_mutex_lock(&shared->mutex);
    const pid_t child = fork();
    if (child == 0)
        _exit(ordo_process_shared_mutex_lock_until(&shared->mutex,
                                                   ordo_clock_now() + 30000ull * millisecond));
    while (ordo_load(&shared->mutex.state, ordo_relaxed) != 2)
        usleep(1000);
    usleep(20000); /* it sleeps */
    ordo_process_shared_mutex_unlock(&shared->mutex);
    cr_expect(waitpid(child, &status, 0) == child && status == 0, "not by its deadline");
}

static ordo_process_shared_mutex unlocked;

static void unlock(void)
{
    ordo_process_shared_mutex_unlock(&unlocked);
}

Test(process_shared_mutex, unlock_of_unlocked_aborts)
{
    cr_expect(child_aborts(unlock, "ordo: process_shared_mutex.c: unlock of a mutex that is not "
                                   "locked\n"));
}
