/* counted_pointer.c: a pointer that many read, keep what they have read, and replace. */
#include "ordo/counted_pointer.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "census.h"
#include "child.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(counted_pointer, .timeout = 60);

/* The second number is the complement of the first, unless it is read after its destruction, which
 * the census writes over. `counted` is not the first member: it need not be. */
struct object {
    uint64_t version, complement;
    ordo_counted counted;
};

static struct census census;
static ordo_counted_pointer current;

static void destroy(ordo_counted *counted, void *context)
{
    struct census *const owner = context;

    ordo_deallocate(&owner->allocator, (char *)counted - offsetof(struct object, counted),
                    sizeof(struct object));
}

static ordo_counted *object_new(uint64_t version)
{
    struct object *const object =
        ordo_allocate(&census.allocator, sizeof *object, _Alignof(struct object));

    if (object == NULL)
        return NULL;
    object->version = version;
    object->complement = ~version;
    ordo_counted_start(&object->counted, destroy, &census);
    return &object->counted;
}

static uint64_t version_of(const ordo_counted *counted)
{
    const struct object *object;

    if (counted == NULL)
        return 0;
    object = (const struct object *)((const char *)counted - offsetof(struct object, counted));
    cr_assert(object->complement == ~object->version, "read after its end");
    return object->version;
}

static ordo_counted *next_version(const ordo_counted *object, void *unused)
{
    (void)unused;
    return object_new(version_of(object) + 1);
}

static unsigned int live(void)
{
    return ordo_load(&census.live, ordo_relaxed);
}

static uint64_t version_now(void)
{
    ordo_counted *now = ordo_counted_pointer_read(&current);
    const uint64_t version = version_of(now);

    ordo_counted_drop(&now);
    return version;
}

static void clear(void)
{
    ordo_counted *last = ordo_counted_pointer_exchange(&current, NULL);

    ordo_counted_drop(&last);
}

/* ---- One thread ------------------------------------------------------------------------------ */

Test(counted_pointer, one_object_from_hand_to_hand)
{
    census_start(&census);
    ordo_counted *mine = object_new(1), *none = NULL;
    ordo_counted *other = ordo_counted_clone(mine);
    ordo_counted_drop(&other);
    cr_expect(other == NULL && live() == 1);
    ordo_counted_drop(&none);

    cr_expect(ordo_counted_pointer_read(&current) == NULL);
    cr_expect(ordo_counted_pointer_exchange(&current, mine) == NULL);
    ordo_counted *first = ordo_counted_pointer_read(&current);
    ordo_counted *second = ordo_counted_pointer_read(&current);
    cr_expect(first == mine && second == mine);
    ordo_counted_drop(&first);
    cr_expect(live() == 1);

    ordo_counted *next = object_new(2);
    cr_expect(!ordo_counted_pointer_compare_exchange(&current, NULL, &next) && next != NULL);
    cr_expect(ordo_counted_pointer_compare_exchange(&current, second, &next) && next == NULL);
    cr_expect(live() == 2 && version_of(second) == 1, "kept by who has read it");
    ordo_counted_drop(&second);
    cr_expect(live() == 1 && version_now() == 2);
    clear();
    cr_expect(live() == 0 && version_now() == 0);
}

Test(counted_pointer, one_object_in_two_pointers)
{
    ordo_counted_pointer another = ORDO_COUNTED_POINTER_INIT;

    census_start(&census);
    ordo_counted *object = object_new(5);
    ordo_counted *last = ordo_counted_pointer_exchange(&another, ordo_counted_clone(object));
    cr_expect(last == NULL && ordo_counted_pointer_exchange(&current, object) == NULL);
    clear();
    cr_expect(live() == 1);
    last = ordo_counted_pointer_exchange(&another, NULL);
    cr_expect(version_of(last) == 5);
    ordo_counted_drop(&last);
    cr_expect(live() == 0);
}

/* More loans than the word keeps: the object learns of them meanwhile. */
Test(counted_pointer, very_many_readers)
{
    enum { readers = 3 * (1 << 20) };

    census_start(&census);
    cr_expect(ordo_counted_pointer_exchange(&current, object_new(1)) == NULL);
    for (int i = 0; i < readers; i++) {
        ordo_counted *const kept = ordo_counted_pointer_read(&current);
        cr_assert(kept != NULL);
    }
    ordo_counted *object = ordo_counted_pointer_exchange(&current, NULL);
    for (int i = 0; i < readers; i++) {
        ordo_counted *kept = object;
        ordo_counted_drop(&kept);
    }
    cr_expect(live() == 1 && version_of(object) == 1);
    ordo_counted_drop(&object);
    cr_expect(live() == 0);
}

Test(counted_pointer, no_memory_for_a_copy)
{
    unsigned int turns = 0;

    for (unsigned int i = 1; census_fails(&census, i); i++, turns++) {
        uint64_t version = 0;

        for (int update = 0; update < 3; update++) {
            const int error = ordo_counted_pointer_update(&current, next_version, NULL);
            cr_expect(error == 0 || error == ENOMEM);
            version += error == 0;
            cr_expect(version_now() == version, "a failure changes nothing");
        }
        cr_expect(version == (i <= 3 ? 2 : 3));
        clear();
        cr_expect(live() == 0);
    }
    cr_expect(turns == 4);
}

static void in_too_many_pointers(void)
{
    static ordo_counted_pointer pointers[(1 << 17) + 2];

    census_start(&census);
    ordo_counted *const object = object_new(1);
    for (int i = 0; i < (1 << 17) + 2; i++) {
        ordo_counted *const before =
            ordo_counted_pointer_exchange(&pointers[i], ordo_counted_clone(object));
        if (before != NULL)
            return;
    }
}

Test(counted_pointer, in_too_many_pointers)
{
    cr_expect(child_aborts(in_too_many_pointers,
                           "ordo: counted_pointer.c: an object in too many pointers\n"));
}

/* ---- Several threads ------------------------------------------------------------------------- */

static void read_and_update(unsigned int self, void *shared)
{
    const unsigned int rounds = *(unsigned int *)shared;
    ordo_counted *kept = NULL;
    uint64_t before = 0;

    for (unsigned int i = 0; i < rounds; i++) {
        ordo_counted *now = ordo_counted_pointer_read(&current);
        const uint64_t version = version_of(now);
        cr_assert(version >= before, "a thread went back in time");
        before = version;
        if (i % 8 == 0) { /* kept beyond many updates */
            version_of(kept);
            ordo_counted_drop(&kept);
            kept = now;
        } else {
            ordo_counted_drop(&now);
        }
        if (self < 2)
            cr_assert(ordo_counted_pointer_update(&current, next_version, NULL) == 0);
    }
    ordo_counted_drop(&kept);
}

Test(counted_pointer, no_update_is_lost)
{
    unsigned int rounds = test_rounds(20);

    census_start(&census);
    run_threads(4, read_and_update, &rounds);
    cr_expect(version_now() == 2 * rounds);
    clear();
    cr_expect(live() == 0, "some were never destroyed");
}

static void exchange_and_read(unsigned int self, void *shared)
{
    const unsigned int rounds = *(unsigned int *)shared;

    for (unsigned int i = 0; i < rounds; i++) {
        ordo_counted *old = self % 2 == 0
                                ? ordo_counted_pointer_exchange(&current, object_new(i + 1))
                                : ordo_counted_pointer_read(&current);
        version_of(old);
        ordo_counted_drop(&old);
    }
}

Test(counted_pointer, exchanged_while_it_is_read)
{
    unsigned int rounds = test_rounds(10);

    census_start(&census);
    run_threads(4, exchange_and_read, &rounds);
    clear();
    cr_expect(live() == 0);
}
