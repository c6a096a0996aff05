/* armv8.c: the memory model of Armv8-A, for user level and one access size.
 *
 * The parts for which compile.c makes no events are left out: address, data and control
 * dependencies, ISB, DMB ST, zero destinations. The dependencies that a routine does have are from
 * the read of an RMW to its write, which rmw orders anyway, and on the flags after a compare. The
 * latter would order writes after it; nothing in the table may rest on that, so it is not granted.
 */
#include "candidates.h"

bool armv8_consistent(const struct execution *x, const void *unused)
{
    const int n = x->size;
    const event_set memory = x->reads | x->writes;
    const event_set a = marked(x, mark_acquire), a_or_q = marked(x, mark_acquire | mark_acquire_pc);
    const event_set l = marked(x, mark_release);
    const struct relation po_loc = both(x->po, x->same_location);

    (void)unused;

    /* Each location by itself is sequentially consistent; nothing comes into an RMW. */
    const struct relation external_fr = without(x->fr, x->same_thread);
    const struct relation external_co = without(x->co, x->same_thread);
    const struct relation external_rf = without(x->rf, x->same_thread);
    if (!is_acyclic(either(either(po_loc, x->co), either(x->fr, x->rf))) ||
        !is_empty(both(x->rmw, then(external_fr, external_co))))
        return false;

    /* aob: rmw, and from there to an acquiring read that gets its value from that write, early. */
    const struct relation over_a_write = then(between(memory, po_loc, x->writes), po_loc);
    const struct relation own_read = between(x->writes, without(po_loc, over_a_write), a_or_q);
    const struct relation aob = either(x->rmw, then(x->rmw, own_read));

    /* bob: barriers, acquires, releases. An amo with both A and L is a barrier for what follows. */
    const event_set amo = marked(x, mark_amo);
    const struct relation full_amo = between(a & amo, x->rmw, l & amo);
    const event_set dmb_full = marked(x, mark_dmb_full), dmb_load = marked(x, mark_dmb_load);
    event_set full_amo_write = 0;
    FOR_EACH_EVENT(i, n)
        full_amo_write |= full_amo.row[i];
    const struct relation fences =
        either(then(between(memory, x->po, dmb_full), between(dmb_full, x->po, memory)),
               then(between(x->reads, x->po, dmb_load), between(dmb_load, x->po, memory)));
    const struct relation bob = either(
        either(fences, between(a_or_q, x->po, memory)),
        either(either(between(memory, x->po, l), between(l, x->po, a)),
               between(full_amo_write, x->po, memory)));

    /* A write waits for earlier accesses of its location by its thread. */
    const struct relation own_write = between(memory, po_loc, x->writes);
    const struct relation lob = closure(either(own_write, either(aob, bob)));

    /* Two reads of one location in order: who overwrites the second one's value comes after the
     * first. */
    const struct relation haz =
        then(between(x->reads, po_loc, x->reads), between(x->reads, external_fr, x->writes));

    const struct relation observed = either(external_rf, either(external_co, external_fr));
    return is_acyclic(either(either(lob, haz), observed));
}
