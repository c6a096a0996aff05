/* arc.c: what each operation of Arc and Weak gives, on one thread; misuse. A value owns a block of
 * its census, so that one is noticed that is destroyed twice or never. Threads are in
 * arc_threads.c, values that have Arcs and Weaks themselves in arc_nested.c. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "census.h"
#include "child.h"
#include "ordo/ordo.h"

TestSuite(arc, .timeout = 60);

struct item {
    struct census *census;
    char *block; /* of the census, `block_size` bytes */
    int number;
};

enum { block_size = 24 };

ORDO_ARC(item_arc, item_weak, struct item);

static int make_item(struct item *item, struct census *census, int number)
{
    *item = (struct item){census, ordo_allocate(&census->allocator, block_size, 1), number};
    return item->block != NULL ? 0 : ENOMEM;
}

static unsigned int destroyed;

static void destroy_item(void *value)
{
    struct item *const item = value;

    destroyed++;
    ordo_deallocate(&item->census->allocator, item->block, block_size);
}

static int copy_item(void *to, const void *from)
{
    const struct item *const item = from;

    return make_item(to, item->census, item->number);
}

static uint32_t live(const struct census *census)
{
    return ordo_load(&census->live, ordo_relaxed);
}

/* An Arc of an item, in this census; for tests in which nothing fails. */
static item_arc new_item(struct census *census, int number)
{
    struct item item;
    item_arc arc;

    census_start(census);
    cr_assert(make_item(&item, census, number) == 0);
    cr_assert(ordo_arc_new(&arc, &item, destroy_item, &census->allocator) == 0);
    return arc;
}

/* ---- Arcs ------------------------------------------------------------------------------------ */

Test(arc, clone_and_drop)
{
    struct census census;
    item_arc first = new_item(&census, 7);
    item_arc second = ordo_arc_clone(&first), third;

    cr_expect(sizeof first == 8 && sizeof(item_weak) == 8, "as the header says");
    cr_expect(second.value == first.value && ordo_arc_ptr_eq(&first, &second));
    cr_expect(first.value->number == 7 && first.cell == first.value);
    cr_expect(ordo_arc_strong_count(&first) == 2 && ordo_arc_weak_count(&first) == 0);
    third = ordo_arc_clone((const item_arc *)&second);
    cr_expect(ordo_arc_strong_count(&first) == 3);
    ordo_arc_drop(&first);
    cr_expect(first.value == NULL && destroyed == 0 && ordo_arc_strong_count(&second) == 2);
    ordo_arc_drop(&first);
    cr_expect(ordo_arc_strong_count(&second) == 2, "an empty one is nothing to drop");
    ordo_arc_drop(&third);
    cr_expect(destroyed == 0 && live(&census) == 2);
    ordo_arc_drop(&second);
    cr_expect(destroyed == 1 && live(&census) == 0);
}

Test(arc, pointers_to_different_values)
{
    struct census census, other_census;
    item_arc arc = new_item(&census, 1), other = new_item(&other_census, 1);
    item_weak weak = ordo_arc_downgrade(&arc), other_weak = ordo_arc_downgrade(&other);
    item_weak same = ordo_weak_clone(&weak);

    cr_expect(!ordo_arc_ptr_eq(&arc, &other));
    cr_expect(!ordo_weak_ptr_eq(&weak, &other_weak) && ordo_weak_ptr_eq(&weak, &same));
    ordo_arc_drop(&arc);
    ordo_arc_drop(&other);
    ordo_weak_drop(&weak);
    ordo_weak_drop(&same);
    ordo_weak_drop(&other_weak);
    cr_expect(live(&census) == 0 && live(&other_census) == 0);
}

static int leave_by_return(const item_arc *arc)
{
    ORDO_ARC_SCOPED item_arc mine = ordo_arc_clone(arc);
    ORDO_WEAK_SCOPED item_weak weak = ordo_arc_downgrade(&mine);

    cr_expect(ordo_arc_strong_count(arc) == 2 && ordo_weak_weak_count(&weak) == 1);
    return mine.value->number;
}

Test(arc, scoped)
{
    struct census census;
    item_arc arc = new_item(&census, 3);

    cr_expect(leave_by_return(&arc) == 3);
    cr_expect(ordo_arc_strong_count(&arc) == 1 && ordo_arc_weak_count(&arc) == 0);
    ordo_arc_drop(&arc);
    cr_expect(live(&census) == 0);
}

/* A handle is a pointer, which can be elsewhere meanwhile. */
Test(arc, by_pointer)
{
    struct census census;
    item_arc arc = new_item(&census, 1), again;
    static ordo_atomic_ptr shared;

    ordo_store(&shared, arc.cell, ordo_release);
    again.cell = ordo_exchange(&shared, NULL, ordo_acquire);
    ordo_arc_drop(&again);
    cr_expect(destroyed == 1 && live(&census) == 0);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

Test(arc, sizes_and_alignments)
{
    static unsigned char bytes[5000];
    struct census census;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    census_start(&census);
    for (size_t size = 0; size < sizeof bytes; size = size * 3 + 1)
        for (size_t alignment = 1; alignment <= 4096; alignment *= 2)
            for (int own = 0; own < 2; own++) {
                ordo_arc arc, other;

                cr_assert(ordo_arc_new_sized(&arc, size, alignment, bytes, NULL,
                                             own ? &census.allocator : NULL) == 0);
                cr_expect(((uintptr_t)arc.value & (alignment - 1)) == 0);
                cr_expect(memcmp(arc.value, bytes, size) == 0);
                other = ordo_arc_clone(&arc);
                cr_expect(ordo_arc_make_mut(&other, NULL) == 0, "the copy is like it");
                cr_expect(!ordo_arc_ptr_eq(&arc, &other));
                cr_expect(((uintptr_t)other.value & (alignment - 1)) == 0);
                cr_expect(memcmp(other.value, bytes, size) == 0);
                memset(other.cell, 1, size);
                ordo_arc_drop(&arc);
                ordo_arc_drop(&other);
            }
    cr_expect(live(&census) == 0);
}

Test(arc, written_in_place)
{
    struct aligned {
        alignas(256) int number;
    };
    ORDO_ARC(aligned_arc, aligned_weak, struct aligned);
    aligned_arc arc;

    cr_assert(ordo_arc_new(&arc, NULL, NULL, NULL) == 0);
    cr_expect(((uintptr_t)arc.value & 255) == 0);
    arc.cell->number = 5;
    cr_expect(arc.value->number == 5);
    ordo_arc_drop(&arc);
}

Test(arc, no_memory)
{
    struct census census;
    item_arc arc, other;
    struct item item;
    unsigned int turns = 0;

    for (unsigned int i = 1; census_fails(&census, i); i++, turns++) {
        destroyed = 0;
        if (make_item(&item, &census, 5) != 0)
            continue;
        if (ordo_arc_new(&arc, &item, destroy_item, &census.allocator) != 0) {
            cr_expect(arc.value == NULL && item.block != NULL && destroyed == 0);
            destroy_item(&item); /* it still is the caller's */
            cr_expect(live(&census) == 0);
            continue;
        }
        other = ordo_arc_clone(&arc);
        const int error = ordo_arc_make_mut(&other, copy_item);
        cr_expect(error == (i == 3 || i == 4 ? ENOMEM : 0), "no memory, or copy fails");
        cr_expect(ordo_arc_ptr_eq(&arc, &other) == (error != 0));
        cr_expect(other.value->number == 5 && destroyed == 0);
        ordo_arc_drop(&other);
        cr_expect(destroyed == (error == 0));
        item_weak weak = ordo_arc_downgrade(&arc);
        const int second_error = ordo_arc_make_mut(&arc, copy_item);
        cr_expect(second_error == (i == 5 ? ENOMEM : 0));
        cr_expect(ordo_weak_upgrade(&weak, &other) == (second_error != 0));
        ordo_arc_drop(&other);
        cr_expect(arc.value->number == 5);
        ordo_arc_drop(&arc);
        ordo_weak_drop(&weak);
        cr_expect(destroyed == (error == 0 ? 2 : 1) && live(&census) == 0);
    }
    cr_expect(turns == 6);
}

static size_t asked_for;

static void *refuse(void *unused, size_t size, size_t alignment)
{
    (void)unused;
    (void)alignment;
    asked_for = size;
    return NULL;
}

Test(arc, sizes_that_overflow)
{
    static const struct ordo_allocator nothing = {refuse, NULL, NULL};
    ordo_arc arc = {"not empty"};

    cr_expect(ordo_arc_new_sized(&arc, SIZE_MAX - 48, 1, NULL, NULL, &nothing) == ENOMEM);
    cr_expect(asked_for == SIZE_MAX && arc.value == NULL);
    cr_expect(ordo_arc_new_sized(&arc, SIZE_MAX - 47, 1, NULL, NULL, &nothing) == ENOMEM);
    cr_expect(ordo_arc_new_sized(&arc, SIZE_MAX / 2, SIZE_MAX / 2 + 1, NULL, NULL, &nothing)
              == ENOMEM);
    cr_expect(asked_for == SIZE_MAX);
    cr_expect(ordo_arc_new_sized(&arc, SIZE_MAX / 2 + 1, SIZE_MAX / 2 + 1, NULL, NULL, &nothing)
              == ENOMEM);
    cr_expect(asked_for == SIZE_MAX, "the others do not reach it");
}

/* ---- Weaks ----------------------------------------------------------------------------------- */

Test(arc, weak)
{
    struct census census;
    item_arc arc = new_item(&census, 7), again;
    item_weak weak = ordo_arc_downgrade(&arc), second = ordo_weak_clone((const item_weak *)&weak);

    cr_expect(ordo_arc_strong_count(&arc) == 1 && ordo_arc_weak_count(&arc) == 2);
    cr_expect(ordo_weak_strong_count(&weak) == 1 && ordo_weak_weak_count(&weak) == 2);
    cr_expect(ordo_weak_upgrade(&weak, &again) && ordo_arc_ptr_eq(&arc, &again));
    cr_expect(ordo_arc_strong_count(&arc) == 2 && ordo_arc_weak_count(&arc) == 2);
    ordo_arc_drop(&arc);
    cr_expect(destroyed == 0);
    ordo_arc_drop(&again);
    cr_expect(destroyed == 1 && live(&census) == 1, "the value is gone, its memory is not");
    cr_expect(!ordo_weak_upgrade(&weak, &again) && again.value == NULL);
    cr_expect(ordo_weak_strong_count(&weak) == 0 && ordo_weak_weak_count(&weak) == 0);
    ordo_weak_drop(&weak);
    cr_expect(weak.untyped_weak == NULL && live(&census) == 1);
    ordo_weak_drop(&second);
    ordo_weak_drop(&second);
    cr_expect(destroyed == 1 && live(&census) == 0);
}

Test(arc, empty_weak)
{
    item_weak weak = {0}, clone = ordo_weak_clone(&weak);
    item_arc arc;

    cr_expect(!ordo_weak_upgrade(&weak, &arc) && arc.value == NULL);
    cr_expect(!ordo_weak_upgrade(&clone, &arc) && arc.value == NULL);
    cr_expect(ordo_weak_strong_count(&weak) == 0 && ordo_weak_weak_count(&weak) == 0);
    ordo_weak_drop(&weak);
    ordo_weak_drop(&clone);
}

/* ---- One owner ------------------------------------------------------------------------------- */

Test(arc, get_mut)
{
    struct census census;
    item_arc arc = new_item(&census, 1), other = ordo_arc_clone(&arc);
    item_weak weak;

    cr_expect(ordo_arc_get_mut(&arc) == NULL);
    ordo_arc_drop(&other);
    struct item *const item = ordo_arc_get_mut(&arc);
    cr_assert(item == arc.value);
    item->number = 2;
    cr_expect(arc.value->number == 2);
    weak = ordo_arc_downgrade(&arc);
    cr_expect(ordo_arc_get_mut(&arc) == NULL);
    cr_expect(ordo_arc_weak_count(&arc) == 1, "the look leaves no trace");
    ordo_weak_drop(&weak);
    cr_expect(ordo_arc_get_mut(&arc) == item && ordo_arc_get_mut(&arc) == item);
    cr_expect(ordo_arc_strong_count(&arc) == 1 && ordo_arc_weak_count(&arc) == 0);
    ordo_arc_drop(&arc);
    cr_expect(live(&census) == 0);
}

Test(arc, make_mut)
{
    struct census census;
    item_arc arc = new_item(&census, 1), other;
    const struct item *const before = arc.value;
    item_weak weak;

    cr_expect(ordo_arc_make_mut(&arc, copy_item) == 0 && arc.value == before, "alone: as it is");
    other = ordo_arc_clone(&arc);
    cr_expect(ordo_arc_make_mut(&arc, copy_item) == 0);
    cr_expect(arc.value != before && other.value == before && destroyed == 0);
    arc.cell->number = 2;
    cr_expect(other.value->number == 1 && live(&census) == 4, "a copy");
    cr_expect(ordo_arc_strong_count(&arc) == 1 && ordo_arc_strong_count(&other) == 1);
    ordo_arc_drop(&other);
    cr_expect(destroyed == 1 && live(&census) == 2);
    weak = ordo_arc_downgrade(&arc);
    const struct item *const second = arc.value;
    const char *const block = arc.value->block;
    cr_expect(ordo_arc_make_mut(&arc, copy_item) == 0);
    cr_expect(arc.value != second && arc.value->block == block, "moved, not copied");
    cr_expect(arc.value->number == 2 && destroyed == 1 && live(&census) == 3);
    cr_expect(!ordo_weak_upgrade(&weak, &other), "left behind");
    ordo_weak_drop(&weak);
    cr_expect(ordo_arc_get_mut(&arc) != NULL && live(&census) == 2);
    ordo_arc_drop(&arc);
    cr_expect(destroyed == 2 && live(&census) == 0);
}

Test(arc, make_mut_with_arcs_and_weaks)
{
    struct census census;
    item_arc arc = new_item(&census, 1), other = ordo_arc_clone(&arc), third;
    item_weak weak = ordo_arc_downgrade(&arc);

    cr_expect(ordo_arc_make_mut(&arc, copy_item) == 0);
    cr_expect(ordo_weak_upgrade(&weak, &third) && ordo_arc_ptr_eq(&other, &third));
    ordo_arc_drop(&arc);
    ordo_arc_drop(&other);
    ordo_arc_drop(&third);
    ordo_weak_drop(&weak);
    cr_expect(destroyed == 2 && live(&census) == 0);
}

Test(arc, try_unwrap)
{
    struct census census;
    item_arc arc = new_item(&census, 9), other = ordo_arc_clone(&arc);
    item_weak weak = ordo_arc_downgrade(&arc);
    struct item inner = {0};

    cr_expect(!ordo_arc_try_unwrap(&arc, &inner) && arc.value != NULL && inner.census == NULL);
    ordo_arc_drop(&other);
    cr_expect(ordo_arc_try_unwrap(&arc, &inner) && arc.value == NULL);
    cr_expect(inner.number == 9 && destroyed == 0 && live(&census) == 2);
    cr_expect(!ordo_weak_upgrade(&weak, &other));
    ordo_weak_drop(&weak);
    cr_expect(destroyed == 0 && live(&census) == 1);
    destroy_item(&inner);
    cr_expect(live(&census) == 0);
}

Test(arc, into_inner)
{
    struct census census;
    item_arc arc = new_item(&census, 9), other = ordo_arc_clone(&arc);
    struct item inner = {0};

    cr_expect(!ordo_arc_into_inner(&arc, &inner) && arc.value == NULL && inner.census == NULL);
    cr_expect(ordo_arc_into_inner(&other, &inner) && other.value == NULL);
    cr_expect(inner.number == 9 && destroyed == 0 && live(&census) == 1);
    destroy_item(&inner);
    cr_expect(live(&census) == 0);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static item_arc one;
static item_weak weak_one;

static void start_misuse(size_t strong, size_t weak)
{
    static struct census census;

    one = new_item(&census, 1);
    weak_one = ordo_arc_downgrade(&one);
    ordo_arc_preset_counts(&one, strong, weak);
}

static void clone_empty(void)     { item_arc empty = {0}; one = ordo_arc_clone(&empty); }
static void downgrade_empty(void) { item_arc empty = {0}; weak_one = ordo_arc_downgrade(&empty); }
static void get_mut_empty(void)   { item_arc empty = {0}; (void)ordo_arc_get_mut(&empty); }

static void unwrap_twice(void)
{
    struct item inner;

    start_misuse(1, 0);
    if (ordo_arc_try_unwrap(&one, &inner) && ordo_arc_into_inner(&one, &inner))
        return;
}

static void crooked_alignment(void)
{
    ordo_arc arc;

    if (ordo_arc_new_sized(&arc, 4, 12, "abc", NULL, NULL) != 0)
        return;
}

static void copy_without_function(void)
{
    start_misuse(1, 0);
    if (ordo_arc_make_mut(&one, NULL) != 0)
        return;
}

Test(arc, misuse)
{
    static const char empty[] = "ordo: arc.c: use of an Arc that is empty\n";

    cr_expect(child_aborts(clone_empty, empty));
    cr_expect(child_aborts(downgrade_empty, empty));
    cr_expect(child_aborts(get_mut_empty, empty));
    cr_expect(child_aborts(unwrap_twice, empty));
    cr_expect(child_aborts(crooked_alignment,
                           "ordo: arc.c: an alignment that is no power of two\n"));
    cr_expect(child_aborts(copy_without_function,
                           "ordo: arc.c: make_mut of bytes that have a destructor\n"));
}

static void clone_too_often(void)
{
    start_misuse(ORDO_ARC_MAX, 1);
    item_arc another = ordo_arc_clone(&one);
    (void)another;
}

static void upgrade_too_often(void)
{
    item_arc another;

    start_misuse(ORDO_ARC_MAX, 1);
    if (ordo_weak_upgrade(&weak_one, &another))
        return;
}

static void downgrade_too_often(void)
{
    start_misuse(1, ORDO_ARC_MAX);
    item_weak another = ordo_arc_downgrade(&one);
    (void)another;
}

static void clone_weak_too_often(void)
{
    start_misuse(1, ORDO_ARC_MAX);
    item_weak another = ordo_weak_clone(&weak_one);
    (void)another;
}

Test(arc, limits)
{
    static const char line[] = "ordo: arc.c: more than ORDO_ARC_MAX Arcs or Weaks of one value\n";

    cr_expect(child_aborts(clone_too_often, line));
    cr_expect(child_aborts(upgrade_too_often, line));
    cr_expect(child_aborts(downgrade_too_often, line));
    cr_expect(child_aborts(clone_weak_too_often, line));

    /* The last for which there is room. */
    item_arc another;
    start_misuse(ORDO_ARC_MAX - 2, ORDO_ARC_MAX - 2);
    (void)ordo_arc_clone(&one);
    cr_expect(ordo_weak_upgrade(&weak_one, &another));
    (void)ordo_weak_clone(&weak_one);
    (void)ordo_arc_downgrade(&one);
    cr_expect(ordo_arc_strong_count(&one) == ORDO_ARC_MAX);
    cr_expect(ordo_arc_weak_count(&one) == ORDO_ARC_MAX);
    ordo_arc_preset_counts(&one, 1, 1);
    ordo_arc_drop(&one);
    ordo_weak_drop(&weak_one);
    cr_expect(destroyed == 1);
}
