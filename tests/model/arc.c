/* arc.c: the three stages of the book's reference-counted pointer (chapter 6).
 *
 * Every drop releases; the last one, which frees, acquires with a fence all that the others
 * released. get_mut, which asks whether it has the only pointer, must acquire for the same reason.
 */
#include "subject.h"

enum fault {
    relaxed_drop = 1,
    relaxed_weak_drop,
    no_drop_fence,
    no_weak_drop_fence,
    no_get_mut_fence,
    relaxed_get_mut_lock,
    no_get_mut_lock,
    upgrade_from_zero,
    never_dropped
};

static ordo_thread *other;

/* ---- Stage 1: one counter -------------------------------------------------------------------- */

struct basic {
    ordo_atomic_usize pointers;
    int value; /* written by whoever has the only pointer */
};

static struct basic *basic_new(int value)
{
    struct basic *const arc = malloc(sizeof *arc);

    *arc = (struct basic){ORDO_ATOMIC_INIT(1), value};
    return arc;
}

/* Relaxed: whoever clones has a pointer, so the counter cannot reach 0 meanwhile. */
static struct basic *basic_clone(struct basic *arc)
{
    ordo_fetch_add(&arc->pointers, 1, ordo_relaxed);
    return arc;
}

static void basic_drop(struct basic *arc)
{
    if (ordo_fetch_sub(&arc->pointers, 1, unless(relaxed_drop, ordo_release)) == 1) {
        /* Acquire: pairs with the releases of all other drops. */
        if (!seeded(no_drop_fence))
            ordo_thread_fence(ordo_acquire);
        free(arc);
    }
}

static int *basic_get_mut(struct basic *arc)
{
    if (ordo_load(&arc->pointers, ordo_relaxed) != 1)
        return NULL;
    /* Acquire: pairs with the releases of the drops that made it 1. */
    if (!seeded(no_get_mut_fence))
        ordo_thread_fence(ordo_acquire);
    return &arc->value;
}

static void *basic_read_and_drop(void *argument)
{
    struct basic *const arc = argument;

    model_assert(arc->value == 1);
    basic_drop(arc);
    return NULL;
}

static void basic(void)
{
    struct basic *const arc = basic_new(1);

    other = spawn(basic_read_and_drop, basic_clone(arc));
    model_assert(arc->value == 1);
    if (!seeded(never_dropped))
        basic_drop(arc);
    ordo_thread_join(other);
}

static void basic_mut(void)
{
    struct basic *const arc = basic_new(1);
    int *only;

    other = spawn(basic_read_and_drop, basic_clone(arc));
    only = basic_get_mut(arc);
    if (only != NULL)
        *only = 2;
    basic_drop(arc);
    ordo_thread_join(other);
}

/* ---- Stages 2 and 3: Weak -------------------------------------------------------------------- */

/* Stage 2 counts every pointer in `allocations`; in stage 3 all Arcs together count as one there,
 * so that cloning an Arc is one operation, not two. `locked` in it stops downgrade while get_mut
 * looks at both counters. */
struct shared {
    ordo_atomic_usize values;      /* Arcs; at 0 the value is dropped */
    ordo_atomic_usize allocations; /* Weaks and Arcs; at 0 the memory is freed */
    int *value;
};

enum stage { two, three };
static const size_t locked = SIZE_MAX;

static struct shared *arc_new(int value)
{
    struct shared *const arc = malloc(sizeof *arc);

    *arc = (struct shared){ORDO_ATOMIC_INIT(1), ORDO_ATOMIC_INIT(1), malloc(sizeof(int))};
    *arc->value = value;
    return arc;
}

static struct shared *weak_clone(struct shared *weak)
{
    ordo_fetch_add(&weak->allocations, 1, ordo_relaxed);
    return weak;
}

static void weak_drop(struct shared *weak)
{
    if (ordo_fetch_sub(&weak->allocations, 1, unless(relaxed_weak_drop, ordo_release)) == 1) {
        if (!seeded(no_weak_drop_fence))
            ordo_thread_fence(ordo_acquire);
        free(weak);
    }
}

static struct shared *arc_clone(struct shared *arc, enum stage stage)
{
    if (stage == two)
        weak_clone(arc);
    ordo_fetch_add(&arc->values, 1, ordo_relaxed);
    return arc;
}

static void arc_drop(struct shared *arc, enum stage stage)
{
    const bool last = ordo_fetch_sub(&arc->values, 1, unless(relaxed_drop, ordo_release)) == 1;

    if (last) {
        if (!seeded(no_drop_fence))
            ordo_thread_fence(ordo_acquire);
        free(arc->value);
    }
    if (last || stage == two)
        weak_drop(arc);
}

/* From 0 there is no way back: the value is gone. */
static struct shared *upgrade(struct shared *weak, enum stage stage)
{
    size_t values = ordo_load(&weak->values, ordo_relaxed);

    while (values != 0 || seeded(upgrade_from_zero))
        if (ordo_compare_exchange_weak(&weak->values, &values, values + 1, ordo_relaxed,
                                       ordo_relaxed))
            return stage == two ? weak_clone(weak) : weak;
    return NULL;
}

static struct shared *downgrade(struct shared *arc)
{
    size_t allocations = ordo_load(&arc->allocations, ordo_relaxed);

    for (;;) {
        if (allocations == locked) {
            ordo_spin_hint();
            allocations = ordo_load(&arc->allocations, ordo_relaxed);
        } else if (ordo_compare_exchange_weak(&arc->allocations, &allocations, allocations + 1,
                                              ordo_acquire, ordo_relaxed)) {
            /* Acquire: pairs with the release in get_mut, see there. */
            return arc;
        }
    }
}

static int *two_get_mut(struct shared *arc)
{
    if (ordo_load(&arc->allocations, ordo_relaxed) != 1)
        return NULL;
    if (!seeded(no_get_mut_fence))
        ordo_thread_fence(ordo_acquire);
    return arc->value;
}

static int *three_get_mut(struct shared *arc)
{
    size_t one = 1;
    bool only;

    /* Acquire: pairs with the release in weak_drop, so that a Weak that was upgraded before it was
     * dropped is seen in `values`. */
    if (seeded(no_get_mut_lock)) {
        if (ordo_load(&arc->allocations, ordo_relaxed) != 1)
            return NULL;
    } else if (!ordo_compare_exchange(&arc->allocations, &one, locked,
                                      unless(relaxed_get_mut_lock, ordo_acquire), ordo_relaxed)) {
        return NULL;
    }
    only = ordo_load(&arc->values, ordo_relaxed) == 1;
    /* Release: pairs with the acquire in downgrade, so that an Arc that is downgraded after this
     * and then dropped does not make `only` true. */
    if (!seeded(no_get_mut_lock))
        ordo_store(&arc->allocations, 1, ordo_release);
    if (!only)
        return NULL;
    if (!seeded(no_get_mut_fence))
        ordo_thread_fence(ordo_acquire);
    return arc->value;
}

/* ---- Scenarios: the main thread has the first Arc, the other thread what it is given --------- */

static void read_and_drop(struct shared *arc, enum stage stage)
{
    model_assert(*arc->value == 1);
    arc_drop(arc, stage);
}

static void change_if_only(struct shared *arc, enum stage stage)
{
    int *const only = stage == two ? two_get_mut(arc) : three_get_mut(arc);

    if (only != NULL)
        *only = 2;
    arc_drop(arc, stage);
}

static void upgrade_and_drop(struct shared *weak, enum stage stage)
{
    struct shared *const arc = upgrade(weak, stage);

    if (arc != NULL)
        arc_drop(arc, stage);
    weak_drop(weak);
}

/* Between the two drops, get_mut can learn of the Arc through `values` only. */
static void upgrade_and_keep(struct shared *weak, enum stage stage)
{
    struct shared *const arc = upgrade(weak, stage);

    weak_drop(weak);
    if (arc != NULL)
        read_and_drop(arc, stage);
}

/* Between the drop and the upgrade, through `allocations` only. */
static void downgrade_and_drop(struct shared *arc, enum stage stage)
{
    struct shared *const weak = downgrade(arc);

    read_and_drop(arc, stage);
    upgrade_and_keep(weak, stage);
}

#define BODY(stage, what)                                                                          \
    static void *stage##_##what(void *argument)                                                    \
    {                                                                                              \
        what(argument, stage);                                                                     \
        return NULL;                                                                               \
    }

#define SCENARIO(stage, name, theirs, given, ours)                                                 \
    static void stage##_##name(void)                                                               \
    {                                                                                              \
        struct shared *const arc = arc_new(1);                                                     \
        other = spawn(stage##_##theirs, given);                                                    \
        ours(arc, stage);                                                                          \
        ordo_thread_join(other);                                                                   \
    }

#define STAGE(stage)                                                                               \
    BODY(stage, read_and_drop)                                                                     \
    BODY(stage, upgrade_and_drop)                                                                  \
    BODY(stage, upgrade_and_keep)                                                                  \
    SCENARIO(stage, drop, read_and_drop, arc_clone(arc, stage), read_and_drop)                     \
    SCENARIO(stage, upgrade, upgrade_and_drop, weak_clone(arc), read_and_drop)                     \
    SCENARIO(stage, mut, read_and_drop, arc_clone(arc, stage), change_if_only)                     \
    SCENARIO(stage, mut_upgrade, upgrade_and_keep, weak_clone(arc), change_if_only)

STAGE(two)
STAGE(three)
BODY(three, downgrade_and_drop)
SCENARIO(three, mut_downgrade, downgrade_and_drop, arc_clone(arc, three), change_if_only)

SOUND(basic, .expect = model_passes)
FAULTY(basic, relaxed_drop, .expect = model_use_after_free)
FAULTY(basic, no_drop_fence, .expect = model_use_after_free)
FAULTY(basic, never_dropped, .expect = model_leak)
SOUND(basic_mut, .expect = model_passes)
FAULTY(basic_mut, relaxed_drop, .expect = model_data_race)
FAULTY(basic_mut, no_get_mut_fence, .expect = model_data_race)

SOUND(two_drop, .expect = model_passes)
SOUND(two_upgrade, .expect = model_passes, .weak_failures = 1)
SOUND(two_mut, .expect = model_passes)
SOUND(two_mut_upgrade, .expect = model_passes)
FAULTY(two_drop, relaxed_drop, .expect = model_use_after_free)
FAULTY(two_drop, no_drop_fence, .expect = model_use_after_free)
FAULTY(two_upgrade, relaxed_weak_drop, .expect = model_use_after_free)
FAULTY(two_upgrade, no_weak_drop_fence, .expect = model_use_after_free)
FAULTY(two_upgrade, upgrade_from_zero, .expect = model_double_free)
FAULTY(two_mut, relaxed_weak_drop, .expect = model_data_race)
FAULTY(two_mut, no_get_mut_fence, .expect = model_data_race)

SOUND(three_drop, .expect = model_passes)
SOUND(three_upgrade, .expect = model_passes, .weak_failures = 1)
SOUND(three_mut, .expect = model_passes)
SOUND(three_mut_upgrade, .expect = model_passes)
SOUND(three_mut_downgrade, .expect = model_passes)
FAULTY(three_drop, relaxed_drop, .expect = model_use_after_free)
FAULTY(three_drop, no_drop_fence, .expect = model_use_after_free)
FAULTY(three_upgrade, relaxed_weak_drop, .expect = model_use_after_free)
FAULTY(three_upgrade, no_weak_drop_fence, .expect = model_use_after_free)
FAULTY(three_upgrade, upgrade_from_zero, .expect = model_double_free)
FAULTY(three_mut, relaxed_drop, .expect = model_data_race)
FAULTY(three_mut, no_get_mut_fence, .expect = model_data_race)
FAULTY(three_mut_upgrade, relaxed_weak_drop, .expect = model_data_race)
FAULTY(three_mut_upgrade, relaxed_get_mut_lock, .expect = model_data_race)
FAULTY(three_mut_downgrade, no_get_mut_lock, .expect = model_data_race)
