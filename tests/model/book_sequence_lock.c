/* book_sequence_lock.c: readers copy data that a writer may be changing, and keep only an undisturbed
 * copy.
 *
 * The writer makes the number odd, changes the data, makes the number even again; a reader that saw
 * the same even number before and after has seen no half of a change. Four orderings, two pairs:
 *   - the writer's even store releases the data; the reader's first load acquires it;
 *   - if the reader saw any byte of a change, its fence synchronises with the writer's, and its
 *     second load sees the odd number at least.
 */
#include "subject.h"

#include <string.h>

enum fault {
    relaxed_first_load = 1,
    relaxed_copy_out,
    relaxed_copy_in,
    relaxed_even_store,
    no_odd_store,
    plain_copy
};

struct pair {
    uint64_t left, right;
};

static ordo_atomic_u32 sequence;
static struct pair shared;

static void write_pair(struct pair value) /* one writer at a time */
{
    const uint32_t before = ordo_load(&sequence, ordo_relaxed);

    if (!seeded(no_odd_store))
        ordo_store(&sequence, before + 1, ordo_relaxed);
    /* A release fence, then relaxed stores. */
    if (seeded(plain_copy))
        memcpy(&shared, &value, sizeof shared);
    else
        ordo_store_bytes(&shared, &value, sizeof shared, unless(relaxed_copy_in, ordo_release));
    ordo_store(&sequence, before + 2, unless(relaxed_even_store, ordo_release));
}

static bool try_read_pair(struct pair *value)
{
    const uint32_t before = ordo_load(&sequence, unless(relaxed_first_load, ordo_acquire));

    if (before % 2 == 1)
        return false;
    /* Relaxed loads, then an acquire fence. */
    ordo_load_bytes(value, &shared, sizeof shared, unless(relaxed_copy_out, ordo_acquire));
    return ordo_load(&sequence, ordo_relaxed) == before;
}

static void writer(void)
{
    write_pair((struct pair){1, 1});
}

static void reader(void)
{
    struct pair value;

    if (try_read_pair(&value))
        model_assert(value.left == value.right);
}

static void one_write(void)
{
    TOGETHER(writer, reader);
}

/* The first load matters only if it can find an even number that somebody stored. */
static void reader_of_the_last(void)
{
    struct pair value;

    if (ordo_load(&sequence, ordo_relaxed) == 2 && try_read_pair(&value))
        model_assert(value.left == 1 && value.right == 1);
}

static void last_write(void)
{
    TOGETHER(writer, reader_of_the_last);
}

SOUND(one_write, .expect = model_passes)
SOUND(last_write, .expect = model_passes)
FAULTY(last_write, relaxed_first_load, .expect = model_assertion)
FAULTY(last_write, relaxed_even_store, .expect = model_assertion)
FAULTY(one_write, relaxed_copy_out, .expect = model_assertion)
FAULTY(one_write, relaxed_copy_in, .expect = model_assertion)
FAULTY(one_write, no_odd_store, .expect = model_assertion)
FAULTY(one_write, plain_copy, .expect = model_data_race)
