/* sequence_lock.c: the sequence lock beside a writer or a reader that is stopped inside an
 * operation, or was killed there. */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ordo/ordo.h"
#include "stopped.h"

TestSuite(stopped_sequence_lock, .timeout = 60);

struct pair {
    uint64_t left, right;
};

typedef ORDO_SEQUENCE_LOCK(struct pair) pair_lock;

static pair_lock own;

/* ---- Writers --------------------------------------------------------------------------------- */

/* The next number into both words. */
static void change(void *lock)
{
    ORDO_SEQUENCE_LOCK_SCOPE (mine, (pair_lock *)lock) {
        mine->left++;
        mine->right++;
    }
}

/* What others can do beside a writer that goes from `before` to the next number. Returns how many
 * reads were refused; a read that is not refused has one of the two. */
static unsigned int beside_a_writer(pair_lock *lock, uint64_t before)
{
    struct pair in;
    const bool is_odd = ordo_load(&lock->lock.sequence, ordo_relaxed) % 2 != 0;
    const bool succeeds = ordo_sequence_lock_try_get(lock, &in);

    cr_expect(succeeds == !is_odd);
    if (succeeds)
        cr_expect(in.left == in.right && (in.left == before || in.left == before + 1));
    cr_expect(ordo_sequence_lock_get_until(lock, &in, 0) == (is_odd ? ETIMEDOUT : 0));
    cr_expect(ordo_sequence_lock_get_until(lock, &in, ordo_clock_now() + 1000000)
              == (is_odd ? ETIMEDOUT : 0));
    if (ordo_sequence_lock_try_lock(&lock->lock)) /* before its lock, or after its unlock */
        ordo_sequence_lock_unlock(&lock->lock);
    else
        cr_expect(ordo_sequence_lock_lock_until(&lock->lock, 0) == ETIMEDOUT);
    return is_odd;
}

Test(stopped_sequence_lock, beside_a_writer)
{
    struct stopped_thread peer;
    unsigned int k = 1, refused = 0;

    for (; stop_after(&peer, k, change, &own) == stopped_inside; k++) {
        refused += beside_a_writer(&own, k - 1);
        stopped_resume(&peer);
    }
    stopped_resume(&peer);
    cr_expect(refused >= 3, "after the odd number and each of the two words");
    cr_expect(own.data.left == k && own.data.right == k);
}

/* ---- Readers --------------------------------------------------------------------------------- */

static struct pair seen;

static void look(void *lock)
{
    ordo_sequence_lock_get((const pair_lock *)lock, &seen);
}

/* Writes at any moment of a read: no torn copy, no old one, and the writer does not wait. The
 * number grows as by `writes` of them. */
static void writes_during_a_read(uint64_t writes)
{
    struct stopped_thread peer;
    unsigned int k = 1;

    memset(&own, 0, sizeof own);
    for (; stop_after(&peer, k, look, &own) == stopped_inside; k++) {
        ordo_fetch_add(&own.lock.sequence, 2 * (writes - 1), ordo_relaxed);
        change(&own);
        stopped_resume(&peer);
        cr_expect(seen.left == seen.right);
        /* From its first load to its last one the read is disturbed, and begins again. */
        cr_expect(seen.left == (k < 4 ? k : k - 1), "stop %u", k);
    }
    stopped_resume(&peer);
    cr_expect(k == 5, "the number, two words, the number");
}

Test(stopped_sequence_lock, beside_a_reader)
{
    writes_during_a_read(1);
    writes_during_a_read(2);
    writes_during_a_read(UINT64_C(1) << 31); /* in 32 bits the number would be the same again */
}

/* ---- A process that is killed while it writes ------------------------------------------------ */

static pair_lock *map(int file, int protection)
{
    pair_lock *const at = mmap(NULL, 4096, protection, MAP_SHARED, file, 0);

    cr_assert(at != MAP_FAILED);
    return at;
}

Test(stopped_sequence_lock, beside_a_killed_writer)
{
    unsigned int refused = 0;
    bool was_stopped = true;

    for (unsigned int k = 1; was_stopped; k++) {
        const int file = memfd_create("sequence_lock", 0);
        int status = -1;

        cr_assert(file >= 0 && ftruncate(file, 4096) == 0);
        pair_lock *const lock = map(file, PROT_READ | PROT_WRITE);
        const pid_t child = fork();
        if (child == 0) {
            killed_after(k, change, lock);
            _exit(0);
        }
        cr_assert(child > 0 && waitpid(child, &status, 0) == child);
        was_stopped = WIFSIGNALED(status);

        const pair_lock *const to_read = map(file, PROT_READ);
        struct pair in;
        cr_expect(!ordo_sequence_lock_try_get(to_read, &in)
                  || (in.left == in.right && in.left <= 1));
        refused += beside_a_writer(lock, 0);
        munmap(lock, 4096);
        munmap((void *)(uintptr_t)to_read, 4096);
        close(file);
    }
    cr_expect(refused >= 3);
}
