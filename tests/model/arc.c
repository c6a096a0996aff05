/* arc.c: model tests of core/arc.c: ends. A value owns a block, so that one destroyed twice, or not
 * at all, is noticed, and so is a memory given back too early. Each thread writes a place of its
 * own in the value; whoever gets the value reads all, and a data race shows an ordering that is
 * missing. What finds out who is alone is in arc_only.c.
 */
#include "arc_subject.h"

/* ---- Drops ----------------------------------------------------------------------------------- */

MODEL_TEST(drop_2, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(use_and_drop_0, use_and_drop_1);
    model_assert(destroyed() == 1);
}

MODEL_TEST(drop_3, .expect = model_passes)
{
    start(3, 0);
    TOGETHER(use_and_drop_0, use_and_drop_1, use_and_drop_2);
    model_assert(destroyed() == 1);
}

static void clone_and_drop_both(void)
{
    example_arc mine = arcs[0];
    example_arc another = ordo_arc_clone(&mine);

    use(&another, 0);
    ordo_arc_drop(&mine);
    ordo_arc_drop(&another);
}

MODEL_TEST(clone_and_drop, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(clone_and_drop_both, use_and_drop_1);
    model_assert(destroyed() == 1);
}

static void drop_weak_0(void)
{
    ordo_weak_drop(&weaks[0]);
}

static void drop_weak_1(void)
{
    ordo_weak_drop(&weaks[1]);
}

/* The last Arc and the last Weak: either may be the last of all. */
MODEL_TEST(drop_arc_and_weak, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(use_and_drop_0, drop_weak_0);
    model_assert(destroyed() == 1);
}

MODEL_TEST(drop_arc_and_2_weaks, .expect = model_passes)
{
    start(1, 2);
    TOGETHER(use_and_drop_0, drop_weak_0, drop_weak_1);
    model_assert(destroyed() == 1);
}

MODEL_TEST(drop_2_arcs_and_weak, .expect = model_passes)
{
    start(2, 1);
    TOGETHER(use_and_drop_0, use_and_drop_1, drop_weak_0);
    model_assert(destroyed() == 1);
}

static void clone_and_drop_weaks(void)
{
    example_weak another = ordo_weak_clone(&weaks[0]);

    ordo_weak_drop(&weaks[0]);
    ordo_weak_drop(&another);
}

MODEL_TEST(clone_weak, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(use_and_drop_0, clone_and_drop_weaks);
    model_assert(destroyed() == 1);
}

/* ---- Upgrade and downgrade ------------------------------------------------------------------- */

static bool was_upgraded;

static void upgrade_and_drop(void)
{
    example_arc arc;

    was_upgraded = ordo_weak_upgrade(&weaks[0], &arc);
    model_assert(was_upgraded == (arc.value != NULL));
    if (was_upgraded) {
        use(&arc, 2);
        ordo_arc_drop(&arc);
    }
    ordo_weak_drop(&weaks[0]);
}

MODEL_TEST(upgrade_and_last_drop, .expect = model_passes, .weak_failures = 1)
{
    start(1, 1);
    TOGETHER(use_and_drop_0, upgrade_and_drop);
    model_assert(destroyed() == 1);
}

MODEL_TEST(upgrade_fails_sometimes, .expect = model_reached)
{
    start(1, 1);
    TOGETHER(use_and_drop_0, upgrade_and_drop);
    model_reach(!was_upgraded);
}

MODEL_TEST(upgrade_and_2_drops, .expect = model_passes)
{
    start(2, 1);
    TOGETHER(use_and_drop_0, use_and_drop_1, upgrade_and_drop);
    model_assert(destroyed() == 1);
}

/* Another Arc is there all the time, so the upgrade cannot fail. */
static void upgrade_with_success(void)
{
    upgrade_and_drop();
    model_assert(was_upgraded);
}

MODEL_TEST(upgrade_beside_an_arc, .expect = model_passes, .weak_failures = 1)
{
    start(2, 1);
    TOGETHER(use_and_drop_0, upgrade_with_success);
    ordo_arc_drop(&arcs[1]);
    model_assert(destroyed() == 1);
}

static void downgrade_and_drop(void)
{
    example_weak weak = ordo_arc_downgrade(&arcs[1]);
    example_arc arc;

    ordo_arc_drop(&arcs[1]);
    if (ordo_weak_upgrade(&weak, &arc)) {
        use(&arc, 1);
        ordo_arc_drop(&arc);
    }
    ordo_weak_drop(&weak);
}

MODEL_TEST(downgrade_and_last_drop, .expect = model_passes, .weak_failures = 1)
{
    start(2, 0);
    TOGETHER(use_and_drop_0, downgrade_and_drop);
    model_assert(destroyed() == 1);
}

/* ---- The value is moved out ------------------------------------------------------------------ */

static unsigned int moved;

static void into_inner(unsigned int self)
{
    struct example inner;

    use(&arcs[self], self);
    if (ordo_arc_into_inner(&arcs[self], &inner)) {
        moved++; /* a data race if two get it */
        end(&inner);
    }
    model_assert(arcs[self].value == NULL);
}

static void into_inner_0(void) { into_inner(0); }
static void into_inner_1(void) { into_inner(1); }
static void into_inner_2(void) { into_inner(2); }

MODEL_TEST(into_inner_2_arcs, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(into_inner_0, into_inner_1);
    model_assert(moved == 1 && destroyed() == 0);
}

MODEL_TEST(into_inner_3_arcs, .expect = model_passes)
{
    start(3, 0);
    TOGETHER(into_inner_0, into_inner_1, into_inner_2);
    model_assert(moved == 1 && destroyed() == 0);
}

MODEL_TEST(into_inner_and_drop, .expect = model_passes)
{
    start(2, 1);
    TOGETHER(into_inner_0, use_and_drop_1, drop_weak_0);
    model_assert(moved + destroyed() == 1);
}

MODEL_TEST(into_inner_and_upgrade, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(into_inner_0, upgrade_and_drop);
    model_assert(moved + destroyed() == 1);
}

static void try_unwrap(unsigned int self)
{
    struct example inner;

    use(&arcs[self], self);
    if (ordo_arc_try_unwrap(&arcs[self], &inner)) {
        moved++;
        model_assert(arcs[self].value == NULL);
        end(&inner);
    } else {
        model_assert(arcs[self].value != NULL);
        ordo_arc_drop(&arcs[self]);
    }
}

static void try_unwrap_0(void) { try_unwrap(0); }
static void try_unwrap_1(void) { try_unwrap(1); }

MODEL_TEST(try_unwrap_2_arcs, .expect = model_passes)
{
    start(2, 0);
    TOGETHER(try_unwrap_0, try_unwrap_1);
    model_assert(moved + destroyed() == 1);
}

MODEL_TEST(try_unwrap_gives_sometimes, .expect = model_reached)
{
    start(2, 0);
    TOGETHER(try_unwrap_0, use_and_drop_1);
    model_reach(moved == 1);
}

MODEL_TEST(try_unwrap_and_upgrade, .expect = model_passes)
{
    start(1, 1);
    TOGETHER(try_unwrap_0, upgrade_and_drop);
    model_assert(moved + destroyed() == 1);
}

/* ---- Values with Weaks of themselves --------------------------------------------------------- */

static ordo_thread *looker;
static int build_result;

static void *look(void *unused)
{
    upgrade_and_drop();
    return unused;
}

/* Another thread tries to upgrade while the value is being built. */
static int build(struct example *value, const example_weak *self, void *unused)
{
    (void)unused;
    weaks[0] = ordo_weak_clone(self);
    model_assert(ordo_thread_spawn(&looker, look, NULL) == 0);
    begin(value);
    if (build_result != 0)
        free(value->block);
    return build_result;
}

MODEL_TEST(new_cyclic, .expect = model_passes, .weak_failures = 1)
{
    model_assert(ordo_arc_new_cyclic(&arcs[0], build, NULL, destroy, NULL) == 0);
    use_and_drop_0();
    ordo_thread_join(looker);
    model_assert(destroyed() == 1);
}

MODEL_TEST(new_cyclic_is_upgraded_sometimes, .expect = model_reached)
{
    model_assert(ordo_arc_new_cyclic(&arcs[0], build, NULL, destroy, NULL) == 0);
    ordo_thread_join(looker);
    use_and_drop_0();
    model_reach(was_upgraded);
}

MODEL_TEST(new_cyclic_fails, .expect = model_passes)
{
    build_result = 7;
    model_assert(ordo_arc_new_cyclic(&arcs[0], build, NULL, destroy, NULL) == 7);
    model_assert(arcs[0].value == NULL);
    ordo_thread_join(looker);
    model_assert(!was_upgraded && destroyed() == 0);
}

/* ---- Limits ---------------------------------------------------------------------------------- */

MODEL_TEST(too_many_clones, .expect = model_misuse)
{
    start(1, 0);
    ordo_arc_preset_counts(&arcs[0], ORDO_ARC_MAX, 0);
    arcs[1] = ordo_arc_clone(&arcs[0]);
}

MODEL_TEST(too_many_upgrades, .expect = model_misuse)
{
    start(1, 1);
    ordo_arc_preset_counts(&arcs[0], ORDO_ARC_MAX, 1);
    model_assert(ordo_weak_upgrade(&weaks[0], &arcs[1]));
}

MODEL_TEST(too_many_downgrades, .expect = model_misuse)
{
    start(1, 0);
    ordo_arc_preset_counts(&arcs[0], 1, ORDO_ARC_MAX);
    weaks[0] = ordo_arc_downgrade(&arcs[0]);
}

MODEL_TEST(too_many_weak_clones, .expect = model_misuse)
{
    start(1, 1);
    ordo_arc_preset_counts(&arcs[0], 1, ORDO_ARC_MAX);
    weaks[1] = ordo_weak_clone(&weaks[0]);
}

/* The last ones that there is room for. */
MODEL_TEST(as_many_as_allowed, .expect = model_passes)
{
    start(1, 1);
    ordo_arc_preset_counts(&arcs[0], ORDO_ARC_MAX - 2, ORDO_ARC_MAX - 2);
    arcs[1] = ordo_arc_clone(&arcs[0]);
    model_assert(ordo_weak_upgrade(&weaks[0], &arcs[2]));
    weaks[1] = ordo_weak_clone(&weaks[0]);
    weaks[2] = ordo_arc_downgrade(&arcs[0]);
    model_assert(ordo_arc_strong_count(&arcs[0]) == ORDO_ARC_MAX);
    model_assert(ordo_arc_weak_count(&arcs[0]) == ORDO_ARC_MAX);
    ordo_arc_preset_counts(&arcs[0], 1, 0);
    use_and_drop_0();
}
