/* x86_tso.c: the memory model of x86, total store order. */
#include "candidates.h"

bool x86_tso_consistent(const struct execution *x, const void *unused)
{
    const event_set memory = x->reads | x->writes;
    const event_set locked = marked(x, mark_locked), mfence = marked(x, mark_mfence);
    const struct relation po = x->po;
    const struct relation external_rf = without(x->rf, x->same_thread);

    (void)unused;

    if (!is_acyclic(either(either(both(po, x->same_location), x->rf), either(x->co, x->fr))) ||
        !is_empty(both(x->rmw, then(without(x->fr, x->same_thread),
                                    without(x->co, x->same_thread)))))
        return false;

    /* All order is kept but that from a write to a later read, unless a fence is between. */
    const struct relation kept =
        either(between(x->reads, po, memory), between(memory, po, x->writes));
    const struct relation fenced =
        either(either(between(x->writes, po, locked), between(locked, po, x->reads)),
               then(between(memory, po, mfence), between(mfence, po, memory)));

    return is_acyclic(either(either(kept, fenced), either(external_rf, either(x->fr, x->co))));
}
