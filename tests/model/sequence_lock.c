/* sequence_lock.c: model tests of core/sequence_lock.c. Two words that are always written equal show
 * a torn copy; `notes`, which is plain, a reader or writer that does not see what came before the
 * data it has.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/sequence_lock.h>

struct pair {
    uint64_t left, right;
};

static ORDO_SEQUENCE_LOCK(struct pair) lock;
static int notes[3]; /* of the write of that number */

static void write_number(uint64_t number)
{
    const struct pair pair = {number, number};

    notes[number] = 1;
    ordo_sequence_lock_set(&lock, &pair);
}

static void write_one(void)
{
    write_number(1);
}

static void write_two(void)
{
    write_number(2);
}

static void write_twice(void)
{
    write_one();
    write_two();
}

static void check(const struct pair *pair)
{
    model_assert(pair->left == pair->right);
    model_assert(pair->left == 0 || notes[pair->left] == 1);
}

static void try_to_read(void)
{
    struct pair pair;
    const bool succeeds = ordo_sequence_lock_try_get(&lock, &pair);

    model_reach(!succeeds);
    if (succeeds)
        check(&pair);
}

static void read(void)
{
    struct pair pair;

    ordo_sequence_lock_get(&lock, &pair);
    check(&pair);
}

/* What is read later is not older. */
static void read_twice(void)
{
    struct pair first, second;

    if (!ordo_sequence_lock_try_get(&lock, &first) || !ordo_sequence_lock_try_get(&lock, &second))
        return;
    check(&first);
    check(&second);
    model_assert(first.left <= second.left);
}

static void increment(void)
{
    ORDO_SEQUENCE_LOCK_SCOPE (pair, &lock) {
        pair->left++;
        pair->right++;
    }
}

static void is_two(void)
{
    struct pair pair;

    model_assert(ordo_sequence_lock_try_get(&lock, &pair));
    model_assert(pair.left == 2 && pair.right == 2);
}

MODEL_TEST(one_write, .expect = model_reached)
{
    TOGETHER(write_one, try_to_read);
}

MODEL_TEST(two_writes, .expect = model_reached)
{
    TOGETHER(write_twice, try_to_read);
}

MODEL_TEST(two_writes_two_reads, .expect = model_passes)
{
    TOGETHER(write_twice, read_twice);
}

MODEL_TEST(until_it_is_whole, .expect = model_passes)
{
    TOGETHER(write_one, read);
}

MODEL_TEST(two_writers, .expect = model_reached, .spurious_returns = 1)
{
    TOGETHER(write_one, write_two, try_to_read);
}

MODEL_TEST(two_changes, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(increment, increment);
    is_two();
}

static void read_change(void)
{
    struct pair pair;

    if (ordo_sequence_lock_try_get(&lock, &pair))
        model_assert(pair.left == pair.right && pair.left <= 2);
}

MODEL_TEST(two_changes_and_a_read, .expect = model_passes)
{
    TOGETHER(increment, increment, read_change);
    is_two();
}

/* ---- Deadlines ------------------------------------------------------------------------------- */

static void change_in_time(void)
{
    const int error = ordo_sequence_lock_lock_until(&lock.lock, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0) {
        const struct pair pair = {lock.data.left + 1, lock.data.right + 1};
        ordo_sequence_lock_write(&lock.lock, &lock.data, &pair, sizeof pair);
        ordo_sequence_lock_unlock(&lock.lock);
    }
}

MODEL_TEST(writers_deadline, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(increment, change_in_time);
}

static void try_to_change(void)
{
    const bool locked = ordo_sequence_lock_try_lock(&lock.lock);

    model_reach(!locked);
    if (locked) {
        const struct pair pair = {lock.data.left + 1, lock.data.right + 1};
        ordo_sequence_lock_write(&lock.lock, &lock.data, &pair, sizeof pair);
        ordo_sequence_lock_unlock(&lock.lock);
    }
}

MODEL_TEST(writers_try, .expect = model_reached)
{
    TOGETHER(increment, try_to_change);
}

/* In the checker time stands still: the deadline is over at once, or never. */
static void read_at_once(void)
{
    struct pair pair;
    const int error = ordo_sequence_lock_get_until(&lock, &pair, 0);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0)
        check(&pair);
}

MODEL_TEST(readers_deadline, .expect = model_reached)
{
    TOGETHER(write_one, read_at_once);
}

/* ---- Freed by the last writer; misuse -------------------------------------------------------- */

static __typeof__(lock) *own;

static void leave(void)
{
    __typeof__(lock) *const mine = own;
    bool last = false;

    ORDO_SEQUENCE_LOCK_SCOPE (pair, mine)
        last = ++pair->left == 2;
    if (last)
        free(mine);
}

MODEL_TEST(freed_by_the_last, .expect = model_passes, .spurious_returns = 1)
{
    own = calloc(1, sizeof *own);
    TOGETHER(leave, leave);
}

MODEL_TEST(write_without_the_lock, .expect = model_misuse)
{
    const struct pair pair = {1, 1};
    ordo_sequence_lock_write(&lock.lock, &lock.data, &pair, sizeof pair);
}
