/* semaphore.c: the semaphores: tokens, maximum, misuse, sums, and that they may be unmapped right
 * after the last token is taken. Deadlines are in waiting.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "has_futex.h"
#include "ordo/binary_semaphore.h"
#include "ordo/process_shared_semaphore.h"
#include "ordo/semaphore.h"
#include "ordo/thread.h"
#include "rounds.h"
#include "threads.h"

TestSuite(semaphore, .timeout = 60);

Test(semaphore, sizes)
{
    cr_expect(sizeof(ordo_semaphore) == 8);
    cr_expect(sizeof(ordo_process_shared_semaphore) == 8);
    cr_expect(sizeof(ordo_binary_semaphore) == 4);
}

Test(semaphore, tokens)
{
    ordo_semaphore semaphore = ORDO_SEMAPHORE_INIT(2, 5);

    cr_expect(ordo_semaphore_value(&semaphore) == 2);
    ordo_semaphore_wait(&semaphore);
    cr_expect(ordo_semaphore_try_wait(&semaphore));
    cr_expect(!ordo_semaphore_try_wait(&semaphore));
    cr_expect(ordo_semaphore_wait_until(&semaphore, 0) == ETIMEDOUT);
    cr_expect(ordo_semaphore_post(&semaphore, 0) == 0 && ordo_semaphore_value(&semaphore) == 0);
    cr_expect(ordo_semaphore_post(&semaphore, 3) == 0 && ordo_semaphore_value(&semaphore) == 3);
}

Test(semaphore, maximum)
{
    static const uint32_t maxima[] = {1, 2, 77, ORDO_SEMAPHORE_MAX - 1, ORDO_SEMAPHORE_MAX};
    static const uint32_t too_many[] = {1, 2, ORDO_SEMAPHORE_MAX, ORDO_SEMAPHORE_MAX + 1,
                                        UINT32_MAX - 1, UINT32_MAX};

    for (size_t i = 0; i < sizeof maxima / sizeof *maxima; i++) {
        ordo_semaphore semaphore = ORDO_SEMAPHORE_INIT(0, maxima[i]);

        cr_expect(ordo_semaphore_post(&semaphore, maxima[i] + 1) == EOVERFLOW);
        cr_expect(ordo_semaphore_post(&semaphore, maxima[i]) == 0);
        for (size_t j = 0; j < sizeof too_many / sizeof *too_many; j++) {
            cr_expect(ordo_semaphore_post(&semaphore, too_many[j]) == EOVERFLOW);
            cr_expect(ordo_semaphore_value(&semaphore) == maxima[i]);
        }
        cr_expect(ordo_semaphore_post(&semaphore, 0) == 0);
        ordo_semaphore_wait(&semaphore);
        cr_expect(ordo_semaphore_post(&semaphore, 1) == 0, "there is room again");
    }
}

Test(semaphore, zero_bytes_have_the_highest_maximum)
{
    static ordo_semaphore semaphore;

    cr_expect(ordo_semaphore_value(&semaphore) == 0);
    cr_expect(ordo_semaphore_post(&semaphore, ORDO_SEMAPHORE_MAX) == 0);
    cr_expect(ordo_semaphore_post(&semaphore, 1) == EOVERFLOW);
}

Test(semaphore, binary)
{
    ordo_binary_semaphore semaphore = ORDO_BINARY_SEMAPHORE_INIT(true);

    cr_expect(ordo_binary_semaphore_value(&semaphore));
    cr_expect(ordo_binary_semaphore_post(&semaphore) == EOVERFLOW);
    cr_expect(ordo_binary_semaphore_try_wait(&semaphore), "one token");
    cr_expect(!ordo_binary_semaphore_try_wait(&semaphore), "and not two");
    cr_expect(!ordo_binary_semaphore_value(&semaphore));
    cr_expect(ordo_binary_semaphore_post(&semaphore) == 0);
    ordo_binary_semaphore_wait(&semaphore);
    cr_expect(ordo_binary_semaphore_wait_until(&semaphore, 0) == ETIMEDOUT);
}

static void post_above_the_maximum_from_the_beginning(void)
{
    ordo_semaphore semaphore = ORDO_SEMAPHORE_INIT(3, 2);

    ordo_semaphore_post(&semaphore, 1);
}

Test(semaphore, misuse)
{
    cr_expect(child_aborts(
        post_above_the_maximum_from_the_beginning,
        "ordo: semaphore.c: more tokens from the beginning than the maximum\n"));
}

/* ---- Nobody is forgotten --------------------------------------------------------------------- */

static ordo_semaphore counting;
static ordo_binary_semaphore binary;
static ordo_atomic_u32 through;

static void *take(void *unused)
{
    ordo_semaphore_wait(&counting);
    ordo_fetch_add(&through, 1, ordo_relaxed);
    return unused;
}

/* Waiters that sleep, and posts of several sizes, also one after the other without a pause: every
 * one of them wakes, not only the step from no token to one. */
Test(semaphore, every_post_wakes)
{
    static const uint32_t posts[][6] = {{6}, {1, 1, 1, 1, 1, 1}, {2, 4}, {1, 5}, {3, 3}};
    ordo_thread *threads[6];

    for (size_t i = 0; i < sizeof posts / sizeof *posts; i++) {
        for (int j = 0; j < 6; j++)
            cr_assert(ordo_thread_spawn(&threads[j], take, NULL) == 0);
        usleep(10000); /* by now they sleep */
        for (int j = 0; j < 6 && posts[i][j] != 0; j++)
            cr_expect(ordo_semaphore_post(&counting, posts[i][j]) == 0);
        for (int j = 0; j < 6; j++)
            ordo_thread_join(threads[j]);
        cr_expect(ordo_semaphore_value(&counting) == 0);
        cr_expect(ordo_load(&counting.state, ordo_relaxed) == 0, "nobody is counted as waiting");
    }
    cr_expect(ordo_load(&through, ordo_relaxed) == 6 * sizeof posts / sizeof *posts);
}

static void *take_binary(void *unused)
{
    ordo_binary_semaphore_wait(&binary);
    return unused;
}

/* A post whose thread is stopped between its atomic operation, which is done here by hand, and its
 * wake: the next post wakes, although it is refused. */
Test(semaphore, refused_post_wakes)
{
    ordo_thread *threads[2];

    counting = (ordo_semaphore)ORDO_SEMAPHORE_INIT(0, 1);
    cr_assert(ordo_thread_spawn(&threads[0], take, NULL) == 0);
    cr_assert(ordo_thread_spawn(&threads[1], take_binary, NULL) == 0);
    usleep(10000); /* by now they sleep */
    ordo_fetch_add(&counting.state, 1, ordo_release);
    ordo_fetch_or(&binary.state, 1, ordo_release);
    (void)ordo_semaphore_post(&counting, 1);
    (void)ordo_binary_semaphore_post(&binary);
    ordo_thread_join(threads[0]);
    ordo_thread_join(threads[1]);
}

/* ---- Exclusion, and as many as tokens -------------------------------------------------------- */

struct sum {
    volatile uint64_t count; /* a plain one: not atomic */
    unsigned int rounds;
    ordo_atomic_u32 inside;
};

static void add_binary(unsigned self, void *shared)
{
    struct sum *const sum = shared;

    (void)self;
    for (unsigned int i = 0; i < sum->rounds; i++) {
        ordo_binary_semaphore_wait(&binary);
        sum->count++;
        if (i % 64 == 0) /* others find it taken for longer than they spin */
            ordo_thread_yield();
        if (ordo_binary_semaphore_post(&binary) != 0)
            abort();
    }
}

Test(semaphore, binary_excludes)
{
    struct sum sum = {.rounds = test_rounds(4)};

    cr_assert(ordo_binary_semaphore_post(&binary) == 0);
    run_threads(4, add_binary, &sum);
    cr_expect(sum.count == 4 * (uint64_t)sum.rounds);
    cr_expect(ordo_load(&binary.state, ordo_relaxed) == 1, "nobody is counted as waiting");
}

static void enter(unsigned self, void *shared)
{
    struct sum *const sum = shared;

    for (unsigned int i = 0; i < sum->rounds; i++) {
        if (self != 0 || i % 4 != 0)
            ordo_semaphore_wait(&counting);
        else if (!ordo_semaphore_try_wait(&counting))
            continue;
        if (ordo_fetch_add(&sum->inside, 1, ordo_relaxed) >= 2)
            abort();
        if (i % 64 == 0)
            ordo_thread_yield();
        ordo_fetch_sub(&sum->inside, 1, ordo_relaxed);
        if (ordo_semaphore_post(&counting, 1) != 0)
            abort();
    }
}

Test(semaphore, no_more_inside_than_tokens)
{
    struct sum sum = {.rounds = test_rounds(4)};

    counting = (ordo_semaphore)ORDO_SEMAPHORE_INIT(2, 2);
    run_threads(4, enter, &sum);
    cr_expect(ordo_semaphore_value(&counting) == 2);
    cr_expect(ordo_semaphore_post(&counting, 1) == EOVERFLOW);
}

/* ---- Between processes ----------------------------------------------------------------------- */

Test(semaphore, between_processes)
{
    enum { rounds = 200 };
    struct pair {
        ordo_process_shared_semaphore ping, pong;
    };
    if (!has_futex_for("process_shared_semaphore"))
        return;
    /* The same memory at two addresses: it is not the address that counts. */
    const int memory = memfd_create("semaphores", MFD_CLOEXEC);
    cr_assert(memory >= 0 && ftruncate(memory, 4096) == 0);
    struct pair *const here = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    struct pair *const there = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    cr_assert(here != MAP_FAILED && there != MAP_FAILED && there != here);
    close(memory);

    const pid_t child = fork();
    if (child == 0) {
        const uint64_t deadline = ordo_clock_now() + 30000000000;

        for (int i = 0; i < rounds; i++)
            if (ordo_process_shared_semaphore_wait_until(&there->ping, deadline) != 0
                || ordo_process_shared_semaphore_post(&there->pong, 1) != 0)
                _exit(1);
        _exit(0);
    }
    for (int i = 0; i < rounds; i++) {
        if (i % 50 == 0)
            usleep(2000); /* the child sleeps */
        cr_expect(ordo_process_shared_semaphore_post(&here->ping, 1) == 0);
        cr_assert(ordo_process_shared_semaphore_wait_until(
                      &here->pong, ordo_clock_now() + 30000000000) == 0);
    }
    int status = -1;
    cr_expect(waitpid(child, &status, 0) == child && status == 0);
    cr_expect(ordo_process_shared_semaphore_value(&here->pong) == 0);
    cr_expect(!ordo_process_shared_semaphore_try_wait(&here->ping));
    munmap(here, 4096);
    munmap(there, 4096);
}

/* ---- Unmapped by who takes the token --------------------------------------------------------- */

/* Functions of the right type: a void * is no ordo_semaphore *. */
#define KIND(kind, POST)                                                                           \
    static void kind##_wait(void *semaphore) { ordo_##kind##_wait(semaphore); }                    \
    static void kind##_post(void *semaphore) { (void)(POST); }

KIND(semaphore, ordo_semaphore_post(semaphore, 1))
KIND(process_shared_semaphore, ordo_process_shared_semaphore_post(semaphore, 1))
KIND(binary_semaphore, ordo_binary_semaphore_post(semaphore))

struct scene {
    void (*wait)(void *semaphore), (*post)(void *semaphore);
    int sharing; /* MAP_PRIVATE or MAP_SHARED */
    void *page;
    unsigned int arrived, rounds;
};

static void post_or_unmap(unsigned self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int i = 0; i < scene->rounds; i++) {
        if (self == 0) {
            scene->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                               scene->sharing | MAP_ANONYMOUS, -1, 0);
            if (scene->page == MAP_FAILED)
                abort();
        }
        meet(&scene->arrived, 4 * i + 2);
        if (self == 0) {
            scene->post(scene->page);
        } else {
            scene->wait(scene->page);
            munmap(scene->page, 4096);
        }
        meet(&scene->arrived, 4 * i + 4);
    }
}

Test(semaphore, unmapped_by_who_takes_the_token, .timeout = 300)
{
    struct scene scene = {semaphore_wait, semaphore_post, MAP_PRIVATE, .rounds = test_rounds(1)};
    run_threads(2, post_or_unmap, &scene);
}

Test(semaphore, binary_unmapped_by_who_takes_the_token, .timeout = 300)
{
    struct scene scene = {binary_semaphore_wait, binary_semaphore_post, MAP_PRIVATE,
                          .rounds = test_rounds(1)};
    run_threads(2, post_or_unmap, &scene);
}

Test(semaphore, process_shared_unmapped_by_who_takes_the_token, .timeout = 300)
{
    struct scene scene = {process_shared_semaphore_wait, process_shared_semaphore_post, MAP_SHARED,
                          .rounds = test_rounds(1)};
    if (has_futex_for("process_shared_semaphore"))
        run_threads(2, post_or_unmap, &scene);
}
