/* thread_ends.c: what happens at the end of a thread, and to wakes that come too late for it. */
#include <criterion/criterion.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include "has_futex.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(thread_ends, .timeout = 60);

/* ---- Exit nodes ------------------------------------------------------------------------------ */

static void note(void *argument)
{
    unsigned int *const count = argument;

    *count = *count * 10 + 1;
    ordo_thread_unpark(ordo_thread_self());
}

static void note_two(void *argument)
{
    unsigned int *const count = argument;

    *count = *count * 10 + 2;
}

/* Not on the stack of the thread: its frames are gone when the nodes are run. */
static struct ordo_thread_exit first, second, third;

enum way { by_return, by_pthread_exit, by_its_own_cancellation, by_cancellation_in_a_sleep };

static void *end_by(void *how)
{
    unsigned int *const count = how;
    const unsigned int way = *count;

    *count = 0;
    ordo_thread_at_exit(&first, note, count);
    ordo_thread_at_exit(&second, note_two, count);
    ordo_thread_at_exit(&third, note, count);
    ordo_thread_not_at_exit(&third);
    if (way == by_its_own_cancellation || way == by_cancellation_in_a_sleep)
        pthread_cancel(pthread_self());
    if (way == by_its_own_cancellation)
        pthread_testcancel();
    while (way == by_cancellation_in_a_sleep)
        pause();
    if (way == by_pthread_exit)
        pthread_exit(NULL);
    return NULL;
}

Test(thread_ends, exit_nodes)
{
    for (unsigned int way = by_return; way <= by_cancellation_in_a_sleep; way++) {
        unsigned int count = way;
        ordo_thread *thread;
        pthread_t foreign;

        cr_assert(ordo_thread_spawn(&thread, end_by, &count) == 0);
        ordo_thread_join(thread);
        cr_expect(count == 21, "%u", count);
        count = way;
        cr_assert(pthread_create(&foreign, NULL, end_by, &count) == 0);
        pthread_join(foreign, NULL);
        cr_expect(count == 21, "%u", count);
    }
}

/* ---- Records --------------------------------------------------------------------------------- */

static void *ask_who(void *ends_early)
{
    ordo_thread_self();
    if (ends_early != NULL)
        pthread_exit(NULL);
    return NULL;
}

/* Threads that ordo did not spawn, one at a time. */
static void end_foreign_threads(unsigned int count)
{
    for (uintptr_t i = 0; i < count; i++) {
        pthread_t foreign;
        cr_assert(pthread_create(&foreign, NULL, ask_who, (void *)(i % 2)) == 0);
        pthread_join(foreign, NULL);
    }
}

/* Bytes allocated, by the C library's count; a record that each thread leaves behind would be some
 * pointers for each. (The sanitizers count otherwise: AddressSanitizer tells what is left.) */
Test(thread_ends, foreign_threads_leave_no_record)
{
    enum { count = 500 };

    end_foreign_threads(20); /* the C library keeps a stack or two, and what comes with it */
    const size_t before = mallinfo2().uordblks;
    end_foreign_threads(count);
    const size_t after = mallinfo2().uordblks;
    cr_expect(after < before + count * sizeof(void *), "%zu bytes, then %zu", before, after);
}

/* ---- Wakes of a thread that has left and ended ----------------------------------------------- */

/* What the thread waits for has happened, it has seen so, left and ended, or is about to, and only
 * then comes the wake that it was to get. Its stack is too large for the C library to keep: it is
 * unmapped when the thread is joined, and its record freed but for the waker's handle. */
static ordo_mutex mutex;
static ordo_condition_variable condition;
static ordo_pi_mutex pi_mutex;
static ordo_pi_condition_variable pi_condition;
static ordo_semaphore semaphore;
static ordo_barrier barrier = ORDO_BARRIER_INIT(2);
static ordo_atomic_u8 happened, ended;
static ordo_thread *sleeper; /* the waker's handle */


static int park(uint64_t deadline)
{
    return ordo_thread_park_until(deadline);
}

static void unpark(void)
{
    ordo_thread_unpark(sleeper);
}

static int wait_for_condition(uint64_t deadline)
{
    ORDO_MUTEX_GUARD(&mutex);
    return ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(
        &condition, &mutex, ordo_load(&happened, ordo_relaxed) == 0, deadline);
}

static void notify_condition(void)
{
    ordo_condition_variable_notify_one(&condition);
}

static int wait_for_pi_condition(uint64_t deadline)
{
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    return ordo_load(&happened, ordo_relaxed) != 0
               ? 0
               : ordo_pi_condition_variable_wait_until(&pi_condition, &pi_mutex, deadline);
}

static void notify_pi_condition(void)
{
    ORDO_PI_MUTEX_GUARD(&pi_mutex);
    ordo_pi_condition_variable_notify_one(&pi_condition, &pi_mutex);
}

static int wait_for_semaphore(uint64_t deadline)
{
    return ordo_semaphore_wait_until(&semaphore, deadline);
}

static void post(void)
{
    ordo_semaphore_post(&semaphore, 1);
}

static int wait_for_byte(uint64_t deadline)
{
    return ordo_wait_until(&happened, 0, deadline, ordo_acquire);
}

static void notify_byte(void)
{
    ordo_notify_one(&happened);
}

static int wait_at_barrier(uint64_t deadline)
{
    (void)deadline;
    return ordo_barrier_wait(&barrier);
}

static void arrive_at_barrier(void)
{
    ordo_barrier_wait(&barrier);
}

static const struct kind {
    int (*wait)(uint64_t deadline); /* may return for any reason */
    void (*wake)(void);
    bool has_no_deadline; /* returns for a wake alone */
} kinds[] = {
    {park, unpark, false},
    {wait_for_condition, notify_condition, false},
    {wait_for_pi_condition, notify_pi_condition, false},
    {wait_for_semaphore, post, false},
    {wait_for_byte, notify_byte, false},
    {wait_at_barrier, arrive_at_barrier, true},
};
enum { kind_count = sizeof kinds / sizeof *kinds };

static void *wait_until_it_happened(void *kind)
{
    do
        kinds[(uintptr_t)kind].wait(ordo_clock_now() + 20000);
    while (ordo_load(&happened, ordo_acquire) == 0);
    return NULL;
}

/* Starts the thread, and joins it while the other one wakes it. */
static void start_and_join(uintptr_t kind, unsigned int *arrived, unsigned int round)
{
    const struct ordo_thread_options options = {.stack_size = (size_t)48 << 20};
    ordo_thread *thread;

    ordo_store(&happened, 0, ordo_relaxed);
    ordo_store(&ended, 0, ordo_relaxed);
    while (ordo_semaphore_try_wait(&semaphore))
        continue;
    cr_assert(ordo_thread_spawn_with(&thread, &options, wait_until_it_happened, (void *)kind)
              == 0);
    sleeper = ordo_thread_clone(thread);
    meet(arrived, 4 * round + 2);
    ordo_thread_join(thread);
    ordo_store(&ended, 1, ordo_release);
    meet(arrived, 4 * round + 4);
}

/* In every other round the thread has ended for certain when it is woken, if it can without; in the
 * others the wake comes somewhere on its way out. */
static void wake_late(uintptr_t kind, unsigned int *arrived, unsigned int round)
{
    meet(arrived, 4 * round + 2);
    ordo_mutex_lock(&mutex);
    if (kinds[kind].wait == wait_for_pi_condition)
        ordo_pi_mutex_lock(&pi_mutex);
    ordo_store(&happened, 1, ordo_release);
    if (kinds[kind].wait == wait_for_pi_condition)
        ordo_pi_mutex_unlock(&pi_mutex);
    ordo_mutex_unlock(&mutex);
    if (round % 2 == 0 && !kinds[kind].has_no_deadline)
        while (ordo_load(&ended, ordo_acquire) == 0)
            ordo_thread_yield();
    else
        for (unsigned int i = 0; i < round % 512; i++)
            ordo_spin_hint();
    kinds[kind].wake();
    ordo_thread_drop(sleeper);
    meet(arrived, 4 * round + 4);
}

struct scene {
    uintptr_t kind;
    unsigned int arrived, rounds;
};

static void go_through(unsigned int self, void *shared)
{
    struct scene *const scene = shared;

    for (unsigned int round = 0; round < scene->rounds; round++)
        (self == 0 ? start_and_join : wake_late)(scene->kind, &scene->arrived, round);
}

Test(thread_ends, woken_after_its_end)
{
    for (uintptr_t kind = 0; kind < kind_count; kind++)
        if (kinds[kind].wait != wait_for_pi_condition || has_futex_for("pi_condition_variable"))
            run_threads(2, go_through, &(struct scene){.kind = kind, .rounds = test_rounds(100)});
}
