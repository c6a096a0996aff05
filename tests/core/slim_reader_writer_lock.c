/* slim_reader_writer_lock.c: who may share the slim reader-writer lock and in which order it
 * serves, sums, destruction after a reader, guards, data and misuse. What is common to all locks is
 * in locks.c, and the order of writers alone in queue_locks.c. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(slim_reader_writer_lock, .timeout = 60);

static ordo_slim_reader_writer_lock lock = ORDO_SLIM_READER_WRITER_LOCK_INIT;

static size_t state(void)
{
    return ordo_load(&lock.state, ordo_relaxed);
}

Test(slim_reader_writer_lock, answers)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    cr_expect(!ordo_slim_reader_writer_lock_try_write_lock(&lock));
    cr_assert(ordo_slim_reader_writer_lock_try_read_lock(&lock), "several may read");
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    cr_expect(!ordo_slim_reader_writer_lock_try_write_lock(&lock));
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    cr_assert(ordo_slim_reader_writer_lock_try_write_lock(&lock));
    cr_expect(!ordo_slim_reader_writer_lock_try_read_lock(&lock));
    cr_expect(!ordo_slim_reader_writer_lock_try_write_lock(&lock));
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    cr_expect(state() == 0);
}

/* ---- Order ----------------------------------------------------------------------------------- */

enum { visitors = 8 };

static ordo_atomic_u32 inside, served;
static char order[visitors + 1];

static void note(char who)
{
    order[ordo_fetch_add(&served, 1, ordo_relaxed)] = who;
}

/* Stays until `count` readers are inside. */
static void *read_together(void *count)
{
    ordo_slim_reader_writer_lock_read_lock(&lock);
    note('r');
    ordo_add(&inside, 1, ordo_relaxed);
    while (ordo_load(&inside, ordo_relaxed) < *(const uint32_t *)count)
        ordo_thread_yield();
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    return NULL;
}

static void *write_alone(void *unused)
{
    ordo_slim_reader_writer_lock_write_lock(&lock);
    note('w');
    ordo_store(&inside, 0, ordo_relaxed);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    return unused;
}

/* Threads that come one by one while the lock is held; `kinds` says what they want. */
static void queue_up(ordo_thread *threads[], const char *kinds, uint32_t counts[])
{
    for (size_t i = 0; kinds[i] != '\0'; i++) {
        const size_t before = state();
        cr_assert(ordo_thread_spawn(&threads[i], kinds[i] == 'r' ? read_together : write_alone,
                                    &counts[i])
                  == 0);
        while (state() == before)
            ordo_thread_yield();
        cr_expect(!ordo_slim_reader_writer_lock_try_read_lock(&lock), "nobody comes by");
    }
}

static void join(ordo_thread *threads[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        ordo_thread_join(threads[i]);
    cr_expect(state() == 0);
}

/* Three readers wait side by side, a writer, and two more readers: the groups read together, as the
 * readers of a group wait for each other inside. */
Test(slim_reader_writer_lock, neighbours_read_together)
{
    ordo_thread *threads[visitors];
    uint32_t counts[visitors] = {3, 3, 3, 0, 2, 2, 0, 0};

    ordo_slim_reader_writer_lock_write_lock(&lock);
    queue_up(threads, "rrrwrrww", counts);
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    join(threads, visitors);
    cr_expect(strcmp(order, "rrrwrrww") == 0, "%s", order);
}

/* While several read, a writer queues up, and readers behind it: they wait for it, and it for all
 * that read. */
Test(slim_reader_writer_lock, readers_behind_a_writer)
{
    ordo_thread *threads[visitors];
    uint32_t counts[visitors] = {0, 2, 2};

    for (int i = 0; i < 3; i++)
        ordo_slim_reader_writer_lock_read_lock(&lock);
    queue_up(threads, "wrr", counts);
    for (int i = 0; i < 3; i++) {
        cr_expect(ordo_load(&served, ordo_relaxed) == 0, "one still reads");
        ordo_slim_reader_writer_lock_read_unlock(&lock);
    }
    join(threads, 3);
    cr_expect(strcmp(order, "wrr") == 0, "%s", order);
}

/* The walk over the queue ends at what an earlier one left behind, which is moved along. */
Test(slim_reader_writer_lock, queue_grows_between_unlocks)
{
    ordo_thread *threads[visitors];
    uint32_t counts[visitors] = {0};

    ordo_slim_reader_writer_lock_read_lock(&lock);
    ordo_slim_reader_writer_lock_read_lock(&lock);
    queue_up(threads, "ww", counts);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    queue_up(threads + 2, "ww", counts);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    join(threads, 4);
    cr_expect(strcmp(order, "wwww") == 0);
}

/* ---- Exclusion ------------------------------------------------------------------------------- */

static volatile unsigned int first, second; /* equal whenever a reader looks */

static void mix(unsigned self, void *written)
{
    const unsigned int rounds = test_rounds(200);

    for (unsigned int i = 0; i < rounds; i++) {
        const unsigned int kind = (self + i) % 4;
        bool reads = false, writes = false;

        if (kind == 0)
            ordo_slim_reader_writer_lock_write_lock(&lock), writes = true;
        else if (kind == 1)
            writes = ordo_slim_reader_writer_lock_try_write_lock(&lock);
        else if (kind == 2)
            ordo_slim_reader_writer_lock_read_lock(&lock), reads = true;
        else
            reads = ordo_slim_reader_writer_lock_try_read_lock(&lock);
        if (writes) {
            first++;
            if (i % 32 == 0)
                ordo_thread_yield();
            second++;
            ++*(unsigned int *)written;
            ordo_slim_reader_writer_lock_write_unlock(&lock);
        }
        if (reads) {
            if (first != second)
                abort();
            if (i % 32 == 0)
                ordo_thread_yield();
            ordo_slim_reader_writer_lock_read_unlock(&lock);
        }
    }
}

Test(slim_reader_writer_lock, mixed)
{
    unsigned int written = 0;

    run_threads(6, mix, &written);
    cr_expect(first == written && second == written && state() == 0);
}

/* No wait of the library takes the user's token. */
static void *lock_with_token(void *result)
{
    ordo_thread_unpark(ordo_thread_self());
    ordo_slim_reader_writer_lock_read_lock(&lock);
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    *(bool *)result = ordo_thread_park_until(0);
    return NULL;
}

Test(slim_reader_writer_lock, leaves_the_token)
{
    ordo_thread *thread;
    bool has_token = false;

    ordo_slim_reader_writer_lock_write_lock(&lock);
    const size_t before = state();
    cr_assert(ordo_thread_spawn(&thread, lock_with_token, &has_token) == 0);
    while (state() == before)
        ordo_thread_yield();
    usleep(20000); /* by now it sleeps */
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    ordo_thread_join(thread);
    cr_expect(has_token);
}

/* ---- Destruction ----------------------------------------------------------------------------- */

/* One thread leaves reading; the other unmaps the lock once it has written after that, while the
 * first may still be in its unlock. */
struct last {
    ordo_slim_reader_writer_lock *page;
    unsigned int arrived;
};

static void leave(unsigned self, void *shared)
{
    struct last *const last = shared;
    const unsigned int rounds = test_rounds(2);

    for (unsigned int i = 0; i < rounds; i++) {
        if (self == 0) {
            last->page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                              0);
            if (last->page == MAP_FAILED)
                abort();
            ordo_slim_reader_writer_lock_read_lock(last->page);
        }
        meet(&last->arrived, 4 * i + 2);
        ordo_slim_reader_writer_lock *const page = last->page;
        if (self == 0) {
            ordo_slim_reader_writer_lock_read_unlock(page);
        } else {
            ordo_slim_reader_writer_lock_write_lock(page);
            ordo_slim_reader_writer_lock_write_unlock(page);
            munmap(page, 4096);
        }
        meet(&last->arrived, 4 * i + 4);
    }
}

Test(slim_reader_writer_lock, unmapped_after_a_reader, .timeout = 300)
{
    struct last last = {NULL, 0};

    run_threads(2, leave, &last);
}

/* ---- Guards and data ------------------------------------------------------------------------- */

static ORDO_SLIM_READER_WRITER_LOCK(int) owned = {ORDO_SLIM_READER_WRITER_LOCK_INIT, 5};

static int owned_by_return(void)
{
    ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE (value, &owned)
        return *value;
    return -1;
}

Test(slim_reader_writer_lock, guards_and_data)
{
    {
        ORDO_SLIM_READER_WRITER_LOCK_READ_GUARD(&lock);
        ORDO_SLIM_READER_WRITER_LOCK_READ_GUARD(&lock);
        cr_expect(!ordo_slim_reader_writer_lock_try_write_lock(&lock));
    }
    {
        ORDO_SLIM_READER_WRITER_LOCK_WRITE_GUARD(&lock);
        cr_expect(!ordo_slim_reader_writer_lock_try_read_lock(&lock));
    }
    cr_expect(state() == 0);
    ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE (value, &owned) {
        *value += 1;
        break;
    }
    cr_expect(owned_by_return() == 6);
    cr_expect(ordo_load(&owned.lock.state, ordo_relaxed) == 0);
}

/* ---- Forks ----------------------------------------------------------------------------------- */

static void *write_once(void *unused)
{
    ORDO_SLIM_READER_WRITER_LOCK_WRITE_GUARD(&lock);
    return unused;
}

/* A writer that waits for the lock, which the caller has. */
static ordo_thread *start_writer(void)
{
    const size_t before = state();
    ordo_thread *thread;

    cr_assert(ordo_thread_spawn(&thread, write_once, NULL) == 0);
    while (state() == before)
        ordo_thread_yield();
    return thread;
}

/* A fork while another thread waits for the lock: the child has a free one. */
Test(slim_reader_writer_lock, fork_helpers)
{
    int status = -1;

    ordo_slim_reader_writer_lock_fork_prepare(&lock);
    ordo_thread *const thread = start_writer();
    const pid_t child = fork();
    if (child == 0) {
        alarm(50); /* a failure must not leave it behind */
        ordo_slim_reader_writer_lock_fork_child(&lock);
        write_once(NULL);
        _exit(state() == 0 ? 0 : 1);
    }
    ordo_slim_reader_writer_lock_fork_parent(&lock);
    cr_expect(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    ordo_thread_join(thread);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static void unlock_read(void)
{
    ordo_slim_reader_writer_lock_read_unlock(&lock);
}

static void unlock_write(void)
{
    ordo_slim_reader_writer_lock_write_unlock(&lock);
}

Test(slim_reader_writer_lock, misuse_aborts)
{
    static const char not_read[] =
        "ordo: slim_reader_writer_lock.c: unlock of a lock that is not read\n";
    static const char not_written[] =
        "ordo: slim_reader_writer_lock.c: unlock of a lock that is not written\n";

    cr_expect(child_aborts(unlock_read, not_read));
    cr_expect(child_aborts(unlock_write, not_written));
    ordo_slim_reader_writer_lock_write_lock(&lock);
    cr_expect(child_aborts(unlock_read, not_read));
    ordo_thread *writer = start_writer();
    cr_expect(child_aborts(unlock_read, not_read), "though somebody waits");
    ordo_slim_reader_writer_lock_write_unlock(&lock);
    ordo_thread_join(writer);

    ordo_slim_reader_writer_lock_read_lock(&lock);
    cr_expect(child_aborts(unlock_write, not_written));
    writer = start_writer();
    cr_expect(child_aborts(unlock_write, not_written), "though somebody waits");
    ordo_slim_reader_writer_lock_read_unlock(&lock);
    ordo_thread_join(writer);
}
