/* rcu.c: see rcu.h.
 *
 * The pointer leads to an object that nobody changes any more: it was stored with release when it
 * was done, and protect loads it with acquire. Whoever takes an object out, by exchange or compare-
 * exchange, is the only one to do so, and retires it; a reader that is still at it is the scheme's
 * business.
 *
 * An update loses nothing: its compare-exchange succeeds only on the object that it copied. That
 * one is protected meanwhile, so its memory cannot have become another object's: no ABA.
 */
#include "ordo/rcu.h"

#include <errno.h>

void ordo_rcu_replace(ordo_rcu *rcu, ordo_participant *participant, ordo_retired *object,
                      void (*destroy)(ordo_retired *object, void *context), void *context)
{
    /* Release: pairs with the acquire in protect. Acquire: what was done to the object that was
     * there, by who put it there, happens before its destruction. */
    ordo_retired *const old = ordo_exchange(&rcu->current, object, ordo_acq_rel);

    if (old != NULL)
        ordo_participant_retire(participant, old, destroy, context);
}

int ordo_rcu_update(ordo_rcu *rcu, ordo_participant *participant,
                    ordo_retired *(*copy)(const ordo_retired *current, void *context),
                    void (*destroy)(ordo_retired *object, void *context), void *context)
{
    const unsigned int slot = ordo_participant_enter(participant, 1);
    ordo_retired *old, *mine;
    void *seen;

    for (;;) {
        seen = old = ordo_participant_protect(participant, slot, &rcu->current);
        mine = copy(old, context);
        /* Release: pairs with the acquire in protect. Relaxed on failure: protect looks again. */
        if (mine == NULL
            || ordo_compare_exchange(&rcu->current, &seen, mine, ordo_release, ordo_relaxed))
            break;
        destroy(mine, context);
    }
    ordo_participant_leave(participant, slot);
    if (mine != NULL && old != NULL)
        ordo_participant_retire(participant, old, destroy, context);
    return mine != NULL ? 0 : ENOMEM;
}
