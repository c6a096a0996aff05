/* robust_mutex.c: owners that end, in threads and processes, by SIGKILL too; POSIX's robust mutexes
 * beside ours; deadlines, destruction and misuse of the robust mutex. */
#include "ordo/robust_mutex.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "disturber.h"
#include "ordo/futex.h"
#include "ordo/ordo.h"
#include "random.h"
#include "rounds.h"
#include "threads.h"

TestSuite(robust_mutex, .timeout = 120);

enum { millisecond = 1000000 };

/* What processes share. */
struct shared {
    ordo_robust_mutex mutex, second;
    pthread_mutex_t posix[2];
    ordo_atomic_u32 phase, died, locked;
    unsigned long counter, copy; /* guarded by the mutex, and equal */
};

static bool is_skipped(void)
{
    if (ordo_robust_list_of_caller() != NULL)
        return false;
    puts("SKIP robust_mutex: no robust list that fits (QEMU has none)");
    return true;
}

static struct shared *share(void)
{
    void *const memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static void wait_for(ordo_atomic_u32 *word, uint32_t wanted)
{
    while (ordo_load(word, ordo_acquire) < wanted)
        usleep(200);
}

/* A child that runs the body and then ends. */
static pid_t child(void (*body)(struct shared *), struct shared *shared)
{
    const pid_t process = fork();

    if (process == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that times out leaves nobody behind */
        body(shared);
        _exit(0);
    }
    if (process < 0)
        abort();
    return process;
}

static void expect_exit(pid_t process)
{
    int status = 0;

    cr_expect(waitpid(process, &status, 0) == process && status == 0, "%#x", (unsigned)status);
}

static void kill_and_reap(pid_t process)
{
    int status = 0;

    kill(process, SIGKILL);
    cr_expect(waitpid(process, &status, 0) == process && WIFSIGNALED(status));
}

Test(robust_mutex, size)
{
    cr_expect(sizeof(ordo_robust_mutex) == 40);
}

Test(robust_mutex, results)
{
    static ordo_robust_mutex mutex = ORDO_ROBUST_MUTEX_INIT;

    if (is_skipped()) {
        cr_expect(ordo_robust_mutex_lock(&mutex) == ENOTSUP);
        cr_expect(ordo_robust_mutex_try_lock(&mutex) == ENOTSUP);
        return;
    }
    for (int i = 0; i < 3; i++) {
        cr_expect(ordo_robust_mutex_lock(&mutex) == 0);
        ordo_robust_mutex_unlock(&mutex);
        cr_expect(ordo_robust_mutex_try_lock(&mutex) == 0);
        ordo_robust_mutex_unlock(&mutex);
        cr_expect(ordo_robust_mutex_lock_until(&mutex, 0) == 0);
        ordo_robust_mutex_unlock(&mutex);
    }
}

/* ---- Threads --------------------------------------------------------------------------------- */

static ordo_robust_mutex thread_mutex;

static void *lock_and_end(void *unused)
{
    if (ordo_robust_mutex_lock(&thread_mutex) == ENOTRECOVERABLE)
        abort();
    return unused;
}

static void *try_elsewhere(void *result)
{
    *(int *)result = ordo_robust_mutex_try_lock(&thread_mutex);
    return NULL;
}

static void run_thread(void *(*body)(void *), void *argument)
{
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, body, argument) == 0);
    ordo_thread_join(thread);
    /* A join waits for the end of the thread's memory, which the kernel gives back after the
     * list. */
}

Test(robust_mutex, thread_ends_with_it_recovered)
{
    int other = -1;

    if (is_skipped())
        return;
    run_thread(lock_and_end, NULL);
    cr_expect(ordo_robust_mutex_lock(&thread_mutex) == EOWNERDEAD);
    run_thread(try_elsewhere, &other);
    cr_expect(other == EBUSY);
    ordo_robust_mutex_consistent(&thread_mutex);
    ordo_robust_mutex_unlock(&thread_mutex);
    cr_expect(ordo_robust_mutex_lock(&thread_mutex) == 0);
    ordo_robust_mutex_unlock(&thread_mutex);
    run_thread(lock_and_end, NULL);
    cr_expect(ordo_robust_mutex_try_lock(&thread_mutex) == EOWNERDEAD);
    ordo_robust_mutex_consistent(&thread_mutex);
    ordo_robust_mutex_unlock(&thread_mutex);
}

Test(robust_mutex, owner_ends_before_it_is_consistent)
{
    if (is_skipped())
        return;
    run_thread(lock_and_end, NULL);
    run_thread(lock_and_end, NULL); /* gets EOWNERDEAD, and ends too */
    cr_expect(ordo_robust_mutex_lock_until(&thread_mutex, 0) == EOWNERDEAD);
    ordo_robust_mutex_unlock(&thread_mutex);
    for (int i = 0; i < 3; i++) {
        cr_expect(ordo_robust_mutex_lock(&thread_mutex) == ENOTRECOVERABLE);
        cr_expect(ordo_robust_mutex_try_lock(&thread_mutex) == ENOTRECOVERABLE);
        cr_expect(ordo_robust_mutex_lock_until(&thread_mutex, 0) == ENOTRECOVERABLE);
    }
}

static void *lock_blocked(void *result)
{
    *(int *)result = ordo_robust_mutex_lock(&thread_mutex);
    return NULL;
}

Test(robust_mutex, all_waiters_learn_that_it_is_lost)
{
    ordo_thread *threads[3];
    int results[3];

    if (is_skipped())
        return;
    run_thread(lock_and_end, NULL);
    cr_expect(ordo_robust_mutex_lock(&thread_mutex) == EOWNERDEAD);
    for (int i = 0; i < 3; i++)
        cr_assert(ordo_thread_spawn(&threads[i], lock_blocked, &results[i]) == 0);
    usleep(20000); /* by now they sleep */
    ordo_robust_mutex_unlock(&thread_mutex);
    for (int i = 0; i < 3; i++) {
        ordo_thread_join(threads[i]);
        cr_expect(results[i] == ENOTRECOVERABLE);
    }
}

/* ---- What the kernel finds when an operation is over ----------------------------------------- */

/* Whether it finds none under way, in the list of the calling thread. One that is left there has it
 * look, when the thread ends, for a word where there may be something else by then. */
static bool none_is_pending(void)
{
    struct robust_list_head *head = NULL;
    size_t size = 0;

    return syscall(SYS_get_robust_list, 0, &head, &size) == 0 && head->list_op_pending == NULL;
}

/* The calling thread has nothing locked. */
static void lock_and_look(int (*lock)(ordo_robust_mutex *mutex), int wanted)
{
    cr_assert(none_is_pending());
    const int result = lock(&thread_mutex);
    cr_expect(result == wanted && none_is_pending(), "%d", result);
}

static void unlock_and_look(void)
{
    ordo_robust_mutex_unlock(&thread_mutex);
    cr_expect(none_is_pending());
}

static int lock_in_time(ordo_robust_mutex *mutex)
{
    return ordo_robust_mutex_lock_until(mutex, ordo_clock_now() + millisecond);
}

static void *lock_in_vain(void *unused)
{
    lock_and_look(ordo_robust_mutex_try_lock, EBUSY);
    lock_and_look(lock_in_time, ETIMEDOUT);
    return unused;
}

Test(robust_mutex, nothing_stays_pending)
{
    static int (*const locks[])(ordo_robust_mutex *) = {
        ordo_robust_mutex_lock, ordo_robust_mutex_try_lock, lock_in_time};

    if (is_skipped())
        return;
    for (unsigned int i = 0; i < 3; i++) {
        lock_and_look(locks[i], 0);
        run_thread(lock_in_vain, NULL);
        unlock_and_look(); /* a wake: the one that timed out has left its mark */
        lock_and_look(locks[i], 0);
        unlock_and_look(); /* no wake */
    }
    for (unsigned int i = 0; i < 3; i++) {
        run_thread(lock_and_end, NULL);
        lock_and_look(locks[i], EOWNERDEAD);
        ordo_robust_mutex_consistent(&thread_mutex);
        unlock_and_look();
    }
    run_thread(lock_and_end, NULL);
    lock_and_look(ordo_robust_mutex_lock, EOWNERDEAD);
    unlock_and_look();
    for (unsigned int i = 0; i < 3; i++)
        lock_and_look(locks[i], ENOTRECOVERABLE);
}

struct sum {
    ordo_robust_mutex mutex;
    unsigned long count;
    unsigned rounds;
};

static void add(unsigned self, void *shared)
{
    struct sum *const sum = shared;

    for (unsigned i = 0; i < sum->rounds; i++) {
        if (ordo_robust_mutex_lock(&sum->mutex) != 0)
            abort();
        sum->count++;
        if (i % 64 == self)
            ordo_thread_yield();
        ordo_robust_mutex_unlock(&sum->mutex);
    }
}

Test(robust_mutex, sum_of_several_threads)
{
    struct sum sum = {.rounds = test_rounds(4)};

    if (is_skipped())
        return;
    run_threads(4, add, &sum);
    cr_expect(sum.count == 4ul * sum.rounds);
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void wake_all(void *word)
{
    ordo_futex_wake_bitset(word, UINT32_MAX, ORDO_FUTEX_ANY, ordo_futex_shared);
}

static void *time_out(void *unused)
{
    struct disturber disturber;

    cr_expect(ordo_robust_mutex_lock_until(&thread_mutex, 0) == ETIMEDOUT);
    cr_expect(ordo_robust_mutex_lock_until(&thread_mutex, ordo_clock_now() - 1) == ETIMEDOUT);
    disturber_start(&disturber, wake_all, &thread_mutex.word);
    const uint64_t deadline = ordo_clock_now() + 100 * millisecond;
    cr_expect(ordo_robust_mutex_lock_until(&thread_mutex, deadline) == ETIMEDOUT);
    cr_expect(has_just_passed(deadline));
    disturber_stop(&disturber);
    return unused;
}

static void *lock_far(void *result)
{
    *(int *)result = ordo_robust_mutex_lock_until(&thread_mutex, ORDO_NEVER - 1);
    if (*(int *)result == 0)
        ordo_robust_mutex_unlock(&thread_mutex);
    return NULL;
}

Test(robust_mutex, deadlines)
{
    ordo_thread *thread;
    int result = -1;

    if (is_skipped())
        return;
    cr_assert(ordo_robust_mutex_lock(&thread_mutex) == 0);
    run_thread(time_out, NULL);
    cr_assert(ordo_thread_spawn(&thread, lock_far, &result) == 0);
    usleep(20000);
    ordo_robust_mutex_unlock(&thread_mutex);
    ordo_thread_join(thread);
    cr_expect(result == 0);
}

/* ---- Processes ------------------------------------------------------------------------------- */

static void lock_and_say_so(struct shared *shared)
{
    if (ordo_robust_mutex_lock(&shared->mutex) != 0)
        abort();
    ordo_store(&shared->phase, 1, ordo_release);
    for (;;)
        pause();
}

static void lock_and_count(struct shared *shared)
{
    const int result = ordo_robust_mutex_lock(&shared->mutex);

    if (result == EOWNERDEAD) {
        ordo_fetch_add(&shared->died, 1, ordo_relaxed);
        ordo_robust_mutex_consistent(&shared->mutex);
    } else if (result == 0) {
        ordo_fetch_add(&shared->locked, 1, ordo_relaxed);
    } else {
        abort();
    }
    usleep(1000);
    ordo_robust_mutex_unlock(&shared->mutex);
}

Test(robust_mutex, owner_is_killed_while_two_wait)
{
    if (is_skipped())
        return;
    for (int i = 0; i < 20; i++) {
        struct shared *const shared = share();
        const pid_t owner = child(lock_and_say_so, shared);

        wait_for(&shared->phase, 1);
        const pid_t first = child(lock_and_count, shared), second = child(lock_and_count, shared);
        usleep(i % 2 == 0 ? 10000 : 0); /* by now they sleep, or not */
        kill_and_reap(owner);
        expect_exit(first);
        expect_exit(second);
        cr_expect(ordo_load(&shared->died, ordo_relaxed) == 1);
        cr_expect(ordo_load(&shared->locked, ordo_relaxed) == 1);
        munmap(shared, sizeof *shared);
    }
}

static void lock_and_repair(struct shared *shared)
{
    const int result = ordo_robust_mutex_lock(&shared->mutex);

    if (result == EOWNERDEAD) {
        ordo_fetch_add(&shared->died, 1, ordo_relaxed);
        shared->copy = shared->counter;
        ordo_robust_mutex_consistent(&shared->mutex);
    } else if (result != 0 || shared->copy != shared->counter) {
        abort();
    }
}

static void lock_in_a_loop(struct shared *shared)
{
    ordo_store(&shared->phase, 1, ordo_release);
    for (;;) {
        lock_and_repair(shared);
        shared->counter++;
        shared->copy++;
        ordo_robust_mutex_unlock(&shared->mutex);
    }
}

/* Two children, one killed at any instruction, in both their waits and their turns. The other goes
 * on, or it would not be possible to lock here; the data are in order, or its owner's end is
 * told. */
Test(robust_mutex, killed_at_any_instruction, .timeout = 600) /* LONG=1 kills 10,000 */
{
    struct shared *const shared = share();
    uint64_t random = 1;

    if (is_skipped())
        return;
    const unsigned rounds = 100 + test_rounds(100);
    pid_t survivor = child(lock_in_a_loop, shared);
    /* On a busy machine it takes more of them until a kill meets an owner. */
    for (unsigned i = 0; i < rounds
                         || (ordo_load(&shared->died, ordo_relaxed) == 0 && i < 20 * rounds);
         i++) {
        ordo_store(&shared->phase, 0, ordo_relaxed);
        const pid_t victim = child(lock_in_a_loop, shared);
        wait_for(&shared->phase, 1);
        usleep((useconds_t)(random_next(&random) % 200));
        kill_and_reap(survivor);
        lock_and_repair(shared);
        ordo_robust_mutex_unlock(&shared->mutex);
        survivor = victim;
    }
    kill_and_reap(survivor);
    lock_and_repair(shared);
    ordo_robust_mutex_unlock(&shared->mutex);
    cr_expect(ordo_robust_mutex_lock(&shared->mutex) == 0);
    ordo_robust_mutex_unlock(&shared->mutex);
    cr_expect(ordo_load(&shared->died, ordo_relaxed) > 0, "no kill met an owner");
    munmap(shared, sizeof *shared);
}

/* ---- Beside POSIX's ones --------------------------------------------------------------------- */

static void init_posix(struct shared *shared)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->posix[0], &attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT); /* bit 0 of its links */
    pthread_mutex_init(&shared->posix[1], &attributes);
    pthread_mutexattr_destroy(&attributes);
}

static void act(struct shared *shared, unsigned which, bool locks)
{
    ordo_robust_mutex *const ours = which == 0 ? &shared->mutex : &shared->second;

    if (which >= 2 && (locks ? pthread_mutex_lock(&shared->posix[which - 2])
                             : pthread_mutex_unlock(&shared->posix[which - 2])) != 0)
        abort();
    if (which < 2 && locks && ordo_robust_mutex_lock(ours) != 0)
        abort();
    if (which < 2 && !locks)
        ordo_robust_mutex_unlock(ours);
}

/* Locks the four in one order and unlocks some in another: every pair of orders. */
static const unsigned char orders[24][4] = {
    {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1},
    {1, 0, 2, 3}, {1, 0, 3, 2}, {1, 2, 0, 3}, {1, 2, 3, 0}, {1, 3, 0, 2}, {1, 3, 2, 0},
    {2, 0, 1, 3}, {2, 0, 3, 1}, {2, 1, 0, 3}, {2, 1, 3, 0}, {2, 3, 0, 1}, {2, 3, 1, 0},
    {3, 0, 1, 2}, {3, 0, 2, 1}, {3, 1, 0, 2}, {3, 1, 2, 0}, {3, 2, 0, 1}, {3, 2, 1, 0},
};

static unsigned lock_order, unlock_order, unlock_count;

static void lock_four_and_end(struct shared *shared)
{
    for (unsigned i = 0; i < 4; i++)
        act(shared, orders[lock_order][i], true);
    for (unsigned i = 0; i < unlock_count; i++)
        act(shared, orders[unlock_order][i], false);
    kill(getpid(), SIGKILL);
}

Test(robust_mutex, beside_posix_mutexes)
{
    if (is_skipped())
        return;
    for (lock_order = 0; lock_order < 24; lock_order += 5)
        for (unlock_order = 0; unlock_order < 24; unlock_order++) {
            unlock_count = (lock_order + unlock_order) % 4;
            struct shared *const shared = share();
            int status = 0;

            init_posix(shared);
            const pid_t process = child(lock_four_and_end, shared);
            cr_assert(waitpid(process, &status, 0) == process);
            cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%#x",
                      (unsigned)status);
            for (unsigned i = 0; i < 4; i++) {
                const unsigned which = orders[unlock_order][i];
                const int result = which == 0 ? ordo_robust_mutex_try_lock(&shared->mutex)
                                 : which == 1 ? ordo_robust_mutex_try_lock(&shared->second)
                                              : pthread_mutex_trylock(&shared->posix[which - 2]);
                cr_expect(result == (i < unlock_count ? 0 : EOWNERDEAD), "%u %u %u: %d",
                          lock_order, unlock_order, which, result);
                if (which >= 2) {
                    pthread_mutex_consistent(&shared->posix[which - 2]);
                    pthread_mutex_unlock(&shared->posix[which - 2]);
                } else {
                    ordo_robust_mutex *const ours = which == 0 ? &shared->mutex : &shared->second;
                    if (result == EOWNERDEAD)
                        ordo_robust_mutex_consistent(ours);
                    ordo_robust_mutex_unlock(ours);
                }
            }
            munmap(shared, sizeof *shared);
        }
}

/* ---- Destruction ----------------------------------------------------------------------------- */

struct object {
    ordo_robust_mutex mutex;
    unsigned users;
};

struct scene {
    struct object *object;
    unsigned arrived, rounds;
};

static void leave(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->object = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                                 -1, 0);
            if (scene->object == MAP_FAILED)
                abort();
            scene->object->users = 2;
        }
        meet(&scene->arrived, 4 * i + 2);
        struct object *const object = scene->object;
        if (ordo_robust_mutex_lock(&object->mutex) != 0)
            abort();
        const bool last = --object->users == 0;
        ordo_robust_mutex_unlock(&object->mutex);
        if (last)
            munmap(object, 4096);
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(robust_mutex, unmapped_after_the_last_unlock, .timeout = 300)
{
    struct scene scene = {.rounds = test_rounds(1)};

    if (!is_skipped())
        run_threads(2, leave, &scene);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void unlock(void)
{
    ordo_robust_mutex_unlock(&thread_mutex);
}

static void unlock_of_another(void)
{
    run_thread(lock_and_end, NULL);
    ordo_robust_mutex_unlock(&thread_mutex);
}

static void lock_twice(void)
{
    for (int i = 0; i < 2; i++)
        (void)!ordo_robust_mutex_lock(&thread_mutex);
}

static void consistent_unlocked(void)
{
    ordo_robust_mutex_consistent(&thread_mutex);
}

static void consistent_twice(void)
{
    (void)!ordo_robust_mutex_lock(&thread_mutex);
    ordo_robust_mutex_consistent(&thread_mutex);
}

Test(robust_mutex, misuse_aborts)
{
    static const char unlocks[] =
        "ordo: robust_mutex.c: unlock of a mutex that the caller does not have\n";

    if (is_skipped())
        return;
    cr_expect(child_aborts(unlock, unlocks));
    cr_expect(child_aborts(unlock_of_another, unlocks));
    cr_expect(child_aborts(lock_twice,
                           "ordo: robust_mutex.c: lock of a mutex that the caller has\n"));
    cr_expect(child_aborts(consistent_unlocked,
                           "ordo: robust_mutex.c: a mutex is called consistent that the caller "
                           "does not have\n"));
    cr_expect(child_aborts(consistent_twice,
                           "ordo: robust_mutex.c: a mutex is called consistent that is so\n"));
}
