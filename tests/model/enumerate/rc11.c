/* rc11.c: the C11 memory model, as repaired by Lahav, Vafeiadis, Kang, Hur and Dreyer (PLDI 2017),
 * with the release sequences of C++20: only RMWs continue one. Each formula stands here once, as it
 * stands in the paper; nothing is computed incrementally. It shares no code and no idea with the
 * model checker in arch/model, which it is there to judge.
 */
#include "candidates.h"

enum { acquires = 1, releases = 2, is_seq_cst = 4 };

/* ---- What an operation is -------------------------------------------------------------------- */

static unsigned int read_marks(enum ordo_order order)
{
    switch (order) {
    case ordo_acquire:
    case ordo_acq_rel:
        return acquires;
    case ordo_seq_cst:
    case ordo_full:
        return acquires | is_seq_cst;
    default:
        return 0;
    }
}

static unsigned int write_marks(enum ordo_order order)
{
    switch (order) {
    case ordo_release:
    case ordo_acq_rel:
        return releases;
    case ordo_seq_cst:
    case ordo_full:
        return releases | is_seq_cst;
    default:
        return 0;
    }
}

static void add_fence(struct path *path, enum ordo_order order)
{
    path->events[path->count++] = (struct event){
        .kind = event_fence, .marks = read_marks(order) | write_marks(order), .result = -1};
}

/* A read and, if `writes`, the write that makes it an RMW. */
static void add_access(struct paths *paths, const struct instruction *code, enum ordo_order order,
                       bool writes, enum condition condition)
{
    struct path *path = &paths->list[paths->count++];

    /* `full` is the seq_cst operation between two seq_cst fences, on every path. */
    if (order == ordo_full)
        add_fence(path, ordo_seq_cst);
    if (kind_reads(code->kind))
        path->events[path->count++] = (struct event){
            .kind = event_read, .marks = read_marks(order), .location = code->location,
            .condition = condition, .expected = code->expected, .result = code->result,
            .stored = writes && kind_compares(code->kind)};
    if (writes)
        path->events[path->count++] = (struct event){
            .kind = event_write, .marks = write_marks(order), .location = code->location,
            .result = -1, .value = code->value, .adds = code->kind == kind_fetch_add,
            .pairs = kind_reads(code->kind)};
    if (order == ordo_full)
        add_fence(path, ordo_seq_cst);
}

static void rc11_paths(const struct instruction *code, struct paths *paths, const void *how)
{
    (void)how;
    switch (code->kind) {
    case kind_fence:
        add_fence(&paths->list[paths->count++], code->order);
        break;
    case kind_load:
        add_access(paths, code, code->order, false, any_value);
        break;
    case kind_store:
    case kind_exchange:
    case kind_fetch_add:
        add_access(paths, code, code->order, true, any_value);
        break;
    default: /* A compare that fails is a read with the failure ordering, and nothing more. */
        add_access(paths, code, code->order, true, equal_to_expected);
        add_access(paths, code, code->failure, false, different_from_expected);
        if (code->kind == kind_compare_weak) /* and one that fails for no reason, too */
            add_access(paths, code, code->failure, false, equal_to_expected);
    }
}

/* ---- What is consistent ---------------------------------------------------------------------- */

static bool rc11_consistent(const struct execution *x, const void *how)
{
    const struct rc11 *axioms = how;
    const int n = x->size;
    const struct relation sb = x->po, mo = x->co, rb = x->fr;
    const event_set everything = only(n) - 1;
    const event_set acquire = marked(x, acquires), release = marked(x, releases);
    const event_set fence_sc = marked(x, is_seq_cst) & x->fences;
    const event_set access_sc = marked(x, is_seq_cst) & ~x->fences;

    /* rs = [W];(rf;rmw)*: from a write to the RMWs that follow it without a gap. */
    struct relation rs = on(x->writes, n);
    if (!axioms->without_release_sequence)
        rs = either(rs, between(x->writes, closure(then(x->rf, x->rmw)), everything));

    /* sw = [release];([F];sb)?;rs;rf;[R];(sb;[F])?;[acquire] */
    const struct relation to_write = maybe(between(x->fences, sb, x->writes));
    const struct relation to_fence = maybe(between(x->reads, sb, x->fences));
    const struct relation sw = between(
        release, then(then(to_write, rs), then(x->rf, to_fence)), acquire);

    const struct relation hb = closure(either(sb, sw));
    const struct relation eco = closure(either(x->rf, either(mo, rb)));

    if (!axioms->without_coherence && !is_irreflexive(then(hb, maybe(eco))))
        return false;

    if (!axioms->without_atomicity &&
        (!is_empty(both(x->rmw, then(rb, mo))) || !is_irreflexive(then(x->rmw, eco))))
        return false;

    if (!axioms->without_thin_air && !is_acyclic(either(sb, x->rf)))
        return false;

    if (!axioms->without_psc) {
        const struct relation sb_other = without(sb, x->same_location);
        const struct relation scb =
            either(either(sb, then(then(sb_other, hb), sb_other)),
                   either(both(hb, x->same_location), either(mo, rb)));
        const struct relation before =
            either(on(access_sc, n), between(fence_sc, maybe(hb), everything));
        const struct relation after =
            either(on(access_sc, n), between(everything, maybe(hb), fence_sc));
        const struct relation pscb = then(then(before, scb), after);
        const struct relation pscf =
            between(fence_sc, either(hb, then(then(hb, eco), hb)), fence_sc);

        if (!is_acyclic(either(pscb, pscf)))
            return false;
    }
    return true;
}

struct model rc11_model(const struct rc11 *axioms)
{
    return (struct model){
        .name = "rc11", .paths = rc11_paths, .consistent = rc11_consistent, .how = axioms};
}
