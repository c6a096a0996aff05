/* arc_only.c: model tests of core/arc.c: who is alone, and may write. Whoever is told that it is
 * alone writes what others read, so that a data race shows a wrong answer, and an ordering that is
 * missing. The roles hold Arc 0, Arc 1 and Weak 0.
 */
#include "arc_subject.h"

#include <errno.h>

static unsigned int alone[2];

/* Reads and writes all that any thread writes. */
static void write_all(struct example *value)
{
    for (unsigned int i = 0; i < 3; i++)
        value->written[i] = 0;
}

static void ask(unsigned int self)
{
    struct example *const value = ordo_arc_get_mut(&arcs[self]);

    if (value != NULL) {
        alone[self] = 1;
        model_assert(value == arcs[self].cell);
        write_all(value);
    }
}

static void ask_and_drop(unsigned int self)
{
    ask(self);
    ordo_arc_drop(&arcs[self]);
}

static void ask_and_drop_0(void) { ask_and_drop(0); }
static void ask_and_drop_1(void) { ask_and_drop(1); }

static void ask_0(void)
{
    ask(0);
}

/* Between the two drops, the Arc can be learned of in `strong` only. */
static void upgrade_and_keep(void)
{
    example_arc arc;

    if (ordo_weak_upgrade(&weaks[0], &arc))
        use(&arc, 2);
    ordo_weak_drop(&weaks[0]);
    if (arc.value != NULL)
        use(&arc, 2);
    ordo_arc_drop(&arc);
}

/* Between the drop and the upgrade, this thread can be learned of in `weak` only. If the value is
 * still there it had a handle all the time, and has one now. */
static void go_around(void)
{
    example_weak weak = ordo_arc_downgrade(&arcs[1]);

    use_and_drop(1);
    if (ordo_weak_upgrade(&weak, &arcs[1]))
        use(&arcs[1], 1);
    ordo_weak_drop(&weak);
}

static void go_around_and_drop(void)
{
    go_around();
    ordo_arc_drop(&arcs[1]);
}

/* The second question changes `weak` as the other's did. */
static void go_around_and_ask(void)
{
    go_around();
    ask(1);
}

/* ---- get_mut --------------------------------------------------------------------------------- */

MODEL_TEST(get_mut_and_drop, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(ask_and_drop_0, use_and_drop_1);
}

MODEL_TEST(get_mut_gives_sometimes, .expect = model_reached)
{
    start(2, 0);
    TOGETHER(ask_and_drop_0, use_and_drop_1);
    model_reach(alone[0]);
}

MODEL_TEST(get_mut_and_2_drops, .expect = model_passes)
{
    start(3, 0);
    TOGETHER(ask_and_drop_0, use_and_drop_1, use_and_drop_2);
}

MODEL_TEST(get_mut_and_weak, .expect = model_passes)
{
    start(1, 1);
    ask(0);
    model_assert(!alone[0]);
    ordo_weak_drop(&weaks[0]);
    ask(0);
    model_assert(alone[0]);
    ordo_arc_drop(&arcs[0]);
}

MODEL_TEST(get_mut_and_upgrade, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(ask_and_drop_0, upgrade_and_keep);
}

MODEL_TEST(get_mut_and_upgrade_gives_sometimes, .expect = model_reached)
{
    start(1, 1);
    TOGETHER(ask_and_drop_0, upgrade_and_keep);
    model_reach(alone[0]);
}

MODEL_TEST(get_mut_and_going_around, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(ask_and_drop_0, go_around_and_drop);
}

/* Arc 0 stays, so that the upgrade cannot fail; and then nobody is ever alone. */
MODEL_TEST(get_mut_never_while_going_around, .expect = model_passes, .weak_failures = 1)
{
    start(2, 0);
    TOGETHER(ask_0, go_around);
    model_assert(!alone[0] && arcs[1].value != NULL);
    ordo_arc_drop(&arcs[0]);
    ordo_arc_drop(&arcs[1]);
}

MODEL_TEST(get_mut_never_while_going_around_and_asking, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(ask_0, go_around_and_ask);
    model_assert(!alone[0] && !alone[1]);
    ordo_arc_drop(&arcs[0]);
    ordo_arc_drop(&arcs[1]);
}

MODEL_TEST(get_mut_2, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(ask_and_drop_0, ask_and_drop_1);
}

static void downgrade_and_drop(void)
{
    example_weak weak = ordo_arc_downgrade(&arcs[2]);

    ordo_arc_drop(&arcs[2]);
    ordo_weak_drop(&weak);
}

MODEL_TEST(get_mut_2_and_downgrade, .expect = model_passes)
{
    start(3, 0);
    TOGETHER(ask_and_drop_0, ask_and_drop_1, downgrade_and_drop);
}

/* No mark stays behind. */
MODEL_TEST(get_mut_afterwards, .expect = model_passes)
{
    start(3, 0);
    TOGETHER(ask_0, use_and_drop_1, downgrade_and_drop);
    alone[0] = 0;
    ask(0);
    model_assert(alone[0] && ordo_arc_weak_count(&arcs[0]) == 0);
    ordo_arc_drop(&arcs[0]);
}

/* ---- make_mut -------------------------------------------------------------------------------- */

static bool copy_may_fail;
static ordo_atomic_u32 copies;
static bool was_made[2];

static unsigned int copied(void)
{
    return ordo_load(&copies, ordo_relaxed);
}

static int copy(void *to, const void *from)
{
    const struct example *const value = from;

    if (copy_may_fail && model_choose(2) == 1)
        return 7;
    model_assert(*value->block == 1);
    begin(to);
    ordo_add(&copies, 1, ordo_relaxed);
    return 0;
}

/* The value keeps its block when bytes are moved. */
static void make(unsigned int self)
{
    const example_arc before = arcs[self];
    const int error = ordo_arc_make_mut(&arcs[self], copy);

    model_assert(error == 0 || (error == 7 && copy_may_fail)
                 || (error == ENOMEM && memory_may_fail));
    if (error == 0) {
        write_all(arcs[self].cell);
        model_assert(ordo_arc_strong_count(&arcs[self]) == 1);
        model_assert(ordo_arc_weak_count(&arcs[self]) == 0);
        was_made[self] = true;
    } else {
        model_assert(ordo_arc_ptr_eq(&arcs[self], &before));
        model_assert(*arcs[self].value->block == 1);
    }
}

static void make_0(void)
{
    make(0);
}

static void make_and_drop_0(void)
{
    make(0);
    ordo_arc_drop(&arcs[0]);
}

static void make_and_drop_1(void)
{
    use(&arcs[1], 1);
    make(1);
    ordo_arc_drop(&arcs[1]);
}

MODEL_TEST(make_mut_and_drop, .expect = model_passes)
{
    copy_may_fail = true;
    start(2, 0);
    TOGETHER(make_and_drop_0, use_and_drop_1);
    model_assert(destroyed() == 1 + copied());
}

MODEL_TEST(make_mut_copies_sometimes, .expect = model_reached)
{
    start(2, 0);
    TOGETHER(make_and_drop_0, use_and_drop_1);
    model_reach(copied() == 1);
}

MODEL_TEST(make_mut_copies_not_always, .expect = model_reached)
{
    start(2, 0);
    TOGETHER(make_and_drop_0, use_and_drop_1);
    model_reach(copied() == 0);
}

MODEL_TEST(make_mut_and_upgrade, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(make_and_drop_0, upgrade_and_keep);
    model_assert(was_made[0] && destroyed() == 1 + copied());
}

static bool was_upgraded;

static void upgrade_and_tell(void)
{
    example_arc arc;

    was_upgraded = ordo_weak_upgrade(&weaks[0], &arc);
    ordo_arc_drop(&arc);
}

/* While there is an Arc, an upgrade fails only if the value was moved away. */
MODEL_TEST(make_mut_without_memory, .expect = model_passes)
{
    start(1, 1);
    memory_may_fail = true;
    TOGETHER(make_0, upgrade_and_tell);
    model_assert(was_made[0] || was_upgraded);
    model_assert(copied() == 0 || was_upgraded);
    ordo_arc_drop(&arcs[0]);
    ordo_weak_drop(&weaks[0]);
    model_assert(destroyed() == 1 + copied());
}

MODEL_TEST(make_mut_finds_no_memory_sometimes, .expect = model_reached)
{
    start(1, 1);
    memory_may_fail = true;
    TOGETHER(make_0, upgrade_and_tell);
    model_reach(!was_made[0]);
    ordo_arc_drop(&arcs[0]);
    ordo_weak_drop(&weaks[0]);
}

MODEL_TEST(make_mut_beside_drop_and_weak, .expect = model_passes)
{
    start(2, 1);
    TOGETHER(make_and_drop_0, use_and_drop_1, upgrade_and_keep);
    model_assert(destroyed() == 1 + copied());
}

MODEL_TEST(make_mut_2, .expect = model_passes)
{
    copy_may_fail = true;
    start(2, 0);
    TOGETHER(make_and_drop_0, make_and_drop_1);
    model_assert(destroyed() == 1 + copied());
}

MODEL_TEST(make_mut_and_going_around, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(make_and_drop_0, go_around_and_drop);
    model_assert(destroyed() == 1 + copied());
}
