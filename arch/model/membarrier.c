/* membarrier.c: include/ordo/membarrier.h for the model checker. The heavy fence is a seq_cst fence
 * that is also ordered with every light one, in psc (graph.c). The light one is no fence otherwise.
 */
#include "engine.h"
#include "ordo/membarrier.h"

static void fence(enum fence_kind kind, const char *name, const void *site)
{
    model_step(&(struct step){.kind = EVENT_FENCE, .order = ordo_seq_cst, .fence = (uint8_t)kind,
                              .location = NONE, .word = NONE, .name = name, .site = site});
}

void ordo_fence_light(void)
{
    fence(FENCE_LIGHT, "light fence", __builtin_return_address(0));
}

void ordo_fence_heavy(void)
{
    fence(FENCE_HEAVY, "heavy fence", __builtin_return_address(0));
}
