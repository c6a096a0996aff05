/* membarrier.c: the asymmetric fence, by store buffering: each thread stores and then looks for the
 * other's store. At least one finds it if the fences between are light and heavy, or both heavy. */
#include "subject.h"

#include <ordo/membarrier.h>

static ordo_atomic_u32 x, y;
static uint32_t seen_x, seen_y;

static void no_fence(void)
{
}

#define STORE_BUFFERING(name, verdict, left_fence, right_fence)                                    \
    static void name##_left(void)                                                                  \
    {                                                                                              \
        ordo_store(&x, 1, ordo_relaxed);                                                           \
        left_fence();                                                                              \
        seen_y = ordo_load(&y, ordo_relaxed);                                                      \
    }                                                                                              \
    static void name##_right(void)                                                                 \
    {                                                                                              \
        ordo_store(&y, 1, ordo_relaxed);                                                           \
        right_fence();                                                                             \
        seen_x = ordo_load(&x, ordo_relaxed);                                                      \
    }                                                                                              \
    MODEL_TEST(name, .expect = verdict)                                                            \
    {                                                                                              \
        TOGETHER(name##_left, name##_right);                                                       \
        model_reach(seen_x == 0 && seen_y == 0);                                                   \
    }

#define seq_cst_fence() ordo_thread_fence(ordo_seq_cst)

STORE_BUFFERING(light_heavy, model_never_reached, ordo_fence_light, ordo_fence_heavy)
STORE_BUFFERING(heavy_light, model_never_reached, ordo_fence_heavy, ordo_fence_light)
STORE_BUFFERING(heavy_heavy, model_never_reached, ordo_fence_heavy, ordo_fence_heavy)
STORE_BUFFERING(seq_cst_heavy, model_never_reached, seq_cst_fence, ordo_fence_heavy)
STORE_BUFFERING(light_light, model_reached, ordo_fence_light, ordo_fence_light)
STORE_BUFFERING(seq_cst_light, model_reached, seq_cst_fence, ordo_fence_light)
STORE_BUFFERING(none_heavy, model_reached, no_fence, ordo_fence_heavy)
STORE_BUFFERING(light_none, model_reached, ordo_fence_light, no_fence)

/* ---- What it is for: a lock that costs its usual owner no barrier ---------------------------- */

/* Either the owner sees the revocation, or the revoker sees that the owner is inside. */
static ordo_atomic_bool inside, revoked;
static int data;

enum fault { no_light_fence = 1, no_heavy_fence, relaxed_leave, relaxed_wait };

static void owner(void)
{
    ordo_store(&inside, true, ordo_relaxed);
    if (!seeded(no_light_fence))
        ordo_fence_light();
    if (!ordo_load(&revoked, ordo_relaxed))
        data++;
    /* Release: pairs with the revoker's wait. */
    ordo_store(&inside, false, unless(relaxed_leave, ordo_release));
}

static void revoker(void)
{
    ordo_store(&revoked, true, ordo_relaxed);
    if (!seeded(no_heavy_fence))
        ordo_fence_heavy();
    while (ordo_load(&inside, unless(relaxed_wait, ordo_acquire)))
        ordo_spin_hint();
    data++;
}

static void revocation(void)
{
    TOGETHER(owner, revoker);
}

SOUND(revocation, .expect = model_passes)
FAULTY(revocation, no_light_fence, .expect = model_data_race)
FAULTY(revocation, no_heavy_fence, .expect = model_data_race)
FAULTY(revocation, relaxed_leave, .expect = model_data_race)
FAULTY(revocation, relaxed_wait, .expect = model_data_race)
