/* restartable.c: include/ordo/restartable.h for the model checker: a light fence, the load, the
 * store, a second light fence.
 *
 * That no heavy fence divides the step means: psc can be extended to a total order in which no
 * heavy fence is between the two light ones. As light fences are ordered with heavy ones only, that
 * is so exactly if psc stays acyclic when the two are made one: in an order with no heavy fence
 * between them, the first can move up to the second. So graph.c makes them one node, with the edges
 * of both: into it from the fences that the check or the store comes after, out of it to those that
 * the check or the store comes before.
 *
 * The second fence can thus close a cycle, which no other fence can; explore.c then drops the
 * graph, as the cycle stays one in whatever the graph grows to. What else the algorithm needs:
 *
 *   - A part of a consistent graph is consistent: a step without its second fence has the edges of
 *     the first only.
 *   - What is added maximally is consistent; only then are there graphs from which to revisit. A
 *     check of the newest store and a store placed last have no edge to what is there, so the
 *     second fence closes no cycle, provided nothing came between the parts: they follow each other
 *     at once (run.c), also after a revisit of the check by a later store. A revisit may keep a
 *     check that is not maximal, and its store, and delete the second fence; but any other event
 *     that it deletes was placed, or reads, after both, and so is not what puts a heavy fence
 *     before the step.
 *
 * both_ways.c generates such steps to check this.
 *
 * A check that fails is a load after a light fence; a second fence would have no store to bind.
 *
 * There is no choice for a restart: the check that is given up is a relaxed load whose value is
 * forgotten. Each execution with it is one without it, and the check that counts is explored with
 * every store that it can read.
 */
#include "engine.h"
#include "ordo/restartable.h"

bool ordo_restartable_store(ordo_atomic_u32 *word, uint32_t expected, uint32_t desired)
{
    const void *const site = __builtin_return_address(0);
    const uint16_t location = memory_location(word, sizeof word->plain, site);

    model_step(&(struct step){.kind = EVENT_FENCE, .order = ordo_seq_cst, .fence = FENCE_LIGHT,
                              .location = NONE, .word = NONE, .name = "restartable begin",
                              .site = site});
    const struct event *const check = model_step(&(struct step){
        .kind = EVENT_READ, .order = ordo_relaxed, .location = location, .word = NONE,
        .size = sizeof word->plain, .at_once = true, .name = "restartable check", .site = site});
    if (check->value != expected)
        return false;
    model_step(&(struct step){.kind = EVENT_WRITE, .order = ordo_release, .location = location,
                              .word = NONE, .size = sizeof word->plain, .value = desired,
                              .at_once = true, .name = "restartable store", .site = site});
    model_step(&(struct step){.kind = EVENT_FENCE, .order = ordo_seq_cst, .fence = FENCE_LIGHT_END,
                              .location = NONE, .word = NONE, .at_once = true,
                              .name = "restartable end", .site = site});
    return true;
}
