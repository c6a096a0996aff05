/* explore.c: visits every consistent execution graph of a test once, and no other to its end.
 *
 * The algorithm is TruSt (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: Truly stateless,
 * optimal dynamic partial order reduction, POPL 2022). An execution is a graph; only graphs are
 * told apart, so independent steps are never interleaved both ways. Starting from the empty graph,
 * the next step of the test, chosen by a rule that looks only at the graph (run.c), is added to
 * it:
 *
 *   - a read: in one branch for each store of its location that is consistent;
 *   - a write: in one branch for each consistent place in modification order;
 *   - and, as a read added earlier could not see this write, the write revisits reads: for each
 *     read r of the location that is not among the write's causes (sb | rf), there is a branch
 *     where r reads the write. Everything added after r is deleted there, unless the write depends
 *     on it. The threads then go on from there.
 *
 * Complete: take any consistent graph and any point on the way to it. The next step is in the
 * graph; if it is a read from a store that is there, or a write, the branch that agrees with the
 * graph is one of those above, because consistency is prefix-closed: RC11's axioms only forbid, so
 * a part of a consistent graph closed under causes is consistent. If it is a read r from a write w
 * not there yet, go on with any choice for r; when w is added, it revisits r. (That is why a read
 * of a read-modify-write may read a store that another one has already replaced: the write that
 * follows has no place in this graph, but it revisits the other's read.)
 *
 * Without duplicates: one graph could be reached by revisits from many graphs that differ in what
 * was deleted. The revisit is done from only one of them: where each deleted event, and r itself,
 * were added "maximally", as if each read had read the newest store and each write been placed
 * last (is_maximal). Given the graph after the revisit, r, w and the rule of the next step, those
 * deleted events are determined. A choice of the checker is maximal if it is 0; the read of a
 * woken futex waiter has one store to read, and so always is.
 *
 * All this needs that a step can always read the newest store, so that the others can go on. One
 * kind cannot: a futex wait, or a requeue that compares, which is to take the lock of its queue but
 * has read a word that the newest call on the queue knows to be overwritten. It belongs before that
 * call. It has its turn when nobody else has; then it revisits the calls that should have come
 * later, and is not added (explore_late).
 *
 * The graph's clocks stay right in a revisit, because nothing kept depends on r, so that only r
 * itself has another past (graph.c). What is kept as a cause of w does not, or r would be a cause
 * of w too. What was added before r could only by a revisit of its own, reading a write that was
 * added after r; that write is deleted and was read by something older, so it was not added
 * maximally.
 *
 * Memory: a stack of branches not yet taken, each with the events at that point, taken depth first.
 * An execution is not saved: the test runs again from its start along the graph.
 *
 * Checked: for generated programs the set of final states and the number of executions are those
 * of the enumerator in tests/model/enumerate, which shares no code with this. And no number of
 * executions may depend on which thread goes first (--reverse); that also covers what the
 * enumerator does not know, futexes and waiting loops.
 *
 * acyclic(sb | rf), RC11's "no thin air", holds by construction: a read only ever reads a write
 * that does not depend on it. So relaxed load buffering is never found, which C11 and ARM64 allow.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine.h"

/* A point of the exploration with the branches that are left. */
struct branches {
    struct event *events; /* without the initial stores */
    unsigned int count;
    event_id target;      /* the event that chooses: a read, a write, a choice */
    event_id revisited;   /* the read that reads the write `target`, or NONE */
    bool *kept;           /* a revisit that is still to be cut out of these events; or NULL */
    unsigned int left;
    event_id *choice;     /* `left` of them: stores, predecessors in mo, or values */
};

static struct branches *stack;
static unsigned int depth, room;

static const struct model_test *test;

struct model_settings model_settings = {.times = 1};
void (*model_on_execution)(void);

/* ---- The stack of branches ------------------------------------------------------------------- */

static void *copy(const void *from, size_t size)
{
    void *const to = malloc(size > 0 ? size : 1);
    if (to == NULL)
        abort(); /* the checker itself has no memory */
    memcpy(to, from, size);
    return to;
}

static struct branches *push(event_id target, event_id revisited)
{
    if (depth == room) {
        room = room > 0 ? 2 * room : 256;
        stack = realloc(stack, room * sizeof *stack);
        if (stack == NULL)
            abort();
    }
    struct branches *const top = &stack[depth++];
    *top = (struct branches){.count = graph.count, .target = target, .revisited = revisited,
                             .events = copy(graph.events + graph.locations,
                                            (graph.count - graph.locations)
                                                * sizeof graph.events[0])};
    return top;
}

static void pop(void)
{
    struct branches *const top = &stack[--depth];
    free(top->events);
    free(top->kept);
    free(top->choice);
}

static void load(const struct branches *from)
{
    for (unsigned int l = 0; l < graph.locations; l++)
        graph.events[l].mo_next = NONE;
    graph.count = from->count;
    memcpy(graph.events + graph.locations, from->events,
           (from->count - graph.locations) * sizeof graph.events[0]);
    /* The initial stores are not saved: put them into modification order again. */
    for (unsigned int id = graph.locations; id < graph.count; id++)
        if (graph.events[id].mo_previous != NONE)
            graph.events[graph.events[id].mo_previous].mo_next = (event_id)id;
    graph_index();
}

/* ---- Forward: the choices of a step ---------------------------------------------------------- */

static event_id choices[MAX_EVENTS];
static unsigned int choice_count;

/* Gives the target its choice. */
static void choose(event_id target, event_id choice)
{
    struct event *const event = &graph.events[target];

    event->fresh = true;
    if (event->step.kind == EVENT_READ)
        graph_set_from(target, choice);
    else if (event->step.kind == EVENT_WRITE)
        graph_place(target, choice);
    else
        event->value = choice;
}

static void collect_stores(event_id read)
{
    const struct step *const step = &graph.events[read].step;

    choice_count = 0;
    if (step->woken) {
        choices[choice_count++] = futex_waker(graph.events[read].thread, step->location);
        return;
    }
    for (event_id id = graph.last_store[step->location]; id != NONE;
         id = graph.events[id].mo_previous) {
        graph_set_from(read, id);
        if (read_is_coherent(read) && psc_is_acyclic())
            choices[choice_count++] = id;
        if (step->order == NON_ATOMIC) /* anything else would be a race, and is found as such */
            return;
    }
}

/* Collects the places of a write; `read`, unless NONE, is made to read it in each. */
static void collect_places(event_id write, event_id read)
{
    const struct event *const event = &graph.events[write];
    event_id id = event->step.rmw != RMW_NO ? graph.events[event->previous].from
                                            : graph.last_store[event->step.location];

    for (choice_count = 0; id != NONE; id = graph.events[id].mo_previous) {
        graph_place(write, id);
        if (read != NONE)
            graph_set_from(read, write);
        if (write_is_atomic(write) && write_is_coherent(write)
            && (read == NONE || read_is_coherent(read)) && psc_is_acyclic())
            choices[choice_count++] = id;
        graph_unplace(write);
        if (event->step.rmw != RMW_NO || event->step.order == NON_ATOMIC)
            return;
    }
}

static void collect_values(event_id id)
{
    const struct step *const step = &graph.events[id].step;
    unsigned int taken = 0;

    for (unsigned int other = graph.locations; other < id; other++)
        if (graph.events[other].step.kind == EVENT_CHOICE
            && graph.events[other].step.choice == step->choice
            && graph.events[other].value != 0)
            taken++;
    choice_count = 0;
    choices[choice_count++] = 0;
    if (step->choice == CHOICE_FREE || taken < model_bound((enum choice_kind)step->choice))
        for (unsigned int value = 1; value < step->count; value++)
            choices[choice_count++] = (event_id)value;
}

/* ---- Backward: the reads that a write revisits ------------------------------------------------
 * */

/* Among what was there when `id` was added, and what `write` depends on. */
static bool was_before(event_id other, event_id id, const struct event *write)
{
    return other <= id || within(&graph.events[other], write->causes);
}

static bool is_maximal(event_id id, const struct event *write)
{
    const struct event *const event = &graph.events[id];

    if (event->step.kind == EVENT_CHOICE)
        return event->value == 0;
    if ((event->step.kind != EVENT_READ && event->step.kind != EVENT_WRITE) || event->step.woken)
        return true;
    if (event->step.kind == EVENT_WRITE)
        for (event_id read = graph.newest[event->step.location]; read != NONE;
             read = graph.events[read].neighbour)
            if (graph.events[read].from == id && graph.events[read].step.kind == EVENT_READ
                && was_before(read, id, write))
                return false;
    const event_id store = event->step.kind == EVENT_READ ? event->from : id;
    for (event_id later = graph.events[store].mo_next; later != NONE;
         later = graph.events[later].mo_next)
        if (was_before(later, id, write))
            return false;
    return true;
}

/* `write` is the last event, and in no modification order yet. */
static void revisit_from(event_id write)
{
    static bool kept[MAX_EVENTS];
    const struct event *const event = &graph.events[write];

    for (event_id read = event->neighbour; read != NONE; read = graph.events[read].neighbour) {
        const struct event *const reader = &graph.events[read];
        if (reader->step.kind != EVENT_READ || reader->step.order == NON_ATOMIC
            || reader->step.woken || within(reader, event->causes))
            continue;
        bool is_right_one = true;
        for (unsigned int id = 0; id < graph.count && is_right_one; id++) {
            kept[id] = id <= read || within(&graph.events[id], event->causes);
            if (!kept[id] || id == read)
                is_right_one = is_maximal((event_id)id, event);
        }
        if (is_right_one) {
            struct branches *const top = push(write, read);
            top->kept = copy(kept, graph.count * sizeof kept[0]);
        }
    }
}

/* Cuts a revisit out of its graph, and replaces it by its branches. */
static void cut_out(void)
{
    const struct branches revisit = stack[--depth];

    load(&revisit);
    const event_id read = graph_restrict(revisit.kept, revisit.revisited);
    const event_id write = (event_id)(graph.count - 1);
    free(revisit.events);
    free(revisit.kept);
    collect_places(write, read);
    if (choice_count > 0) {
        struct branches *const top = push(write, read);
        top->left = choice_count;
        top->choice = copy(choices, choice_count * sizeof choices[0]);
    }
}

/* ---- The exploration ------------------------------------------------------------------------- */

event_id explore_add(unsigned int thread, const struct step *step)
{
    const event_id id = graph_add(thread, step);

    if (id == NONE)
        model_fail(model_unbounded, step->site, "more than %d events", MAX_EVENTS);
    switch (step->kind) {
    case EVENT_READ:
        collect_stores(id);
        break;
    case EVENT_WRITE:
        revisit_from(id);
        collect_places(id, NONE);
        break;
    case EVENT_CHOICE:
        collect_values(id);
        break;
    case EVENT_BEGIN:
    case EVENT_JOIN: /* from the spawn, from the end of the thread */
        for (unsigned int other = graph.locations; other < id; other++) {
            const struct event *const event = &graph.events[other];
            if (step->kind == EVENT_BEGIN
                    ? event->step.kind == EVENT_SPAWN && event->step.other == thread
                    : event->step.kind == EVENT_END && event->thread == step->other)
                graph_set_from(id, (event_id)other);
        }
        return id;
    case EVENT_FENCE: /* others have no edge to what is there */
        return step->fence != FENCE_LIGHT_END || psc_is_acyclic() ? id : (event_id)NONE;
    default:
        return id;
    }
    if (choice_count == 0)
        return NONE;
    if (choice_count > 1) {
        struct branches *const top = push(id, NONE);
        top->left = choice_count - 1;
        top->choice = copy(choices + 1, top->left * sizeof choices[0]);
    }
    choose(id, choices[0]);
    return id;
}

void explore_late(unsigned int thread, const struct step *lock)
{
    const unsigned int count = graph.count;

    if (count + 2 > MAX_EVENTS)
        model_fail(model_unbounded, lock->site, "more than %d events", MAX_EVENTS);
    for (event_id before = graph.last_store[lock->location]; before != NONE;
         before = graph.events[before].mo_previous) {
        const event_id read = graph_add(thread, lock);
        graph_set_from(read, before);
        if (read_is_coherent(read)) {
            const struct step store = futex_locked(lock, before, thread);
            revisit_from(graph_add(thread, &store));
        }
        graph.count = count;
        graph_index();
    }
}

/* Makes `graph` the next one to run. False: all were run. */
static bool next_branch(void)
{
    while (depth > 0) {
        struct branches *const top = &stack[depth - 1];
        if (top->kept != NULL) {
            cut_out();
        } else if (top->left == 0) {
            pop();
        } else {
            load(top);
            choose(top->target, top->choice[--top->left]);
            if (top->revisited != NONE) {
                graph_set_from(top->revisited, top->target);
                graph.events[top->revisited].fresh = true;
            }
            return true;
        }
    }
    return false;
}

static void start_again(void)
{
    while (depth > 0)
        pop();
    graph_empty(memory_locations());
    for (unsigned int l = 0; l < graph.locations; l++) {
        graph.events[l].value = memory_initial_value((uint16_t)l);
        graph.events[l].step.size = (uint8_t)memory_size((uint16_t)l);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

__attribute__((noinline)) void model_replay_here(void)
{
    __asm__ volatile(""); /* a place for a breakpoint */
}

/* A failure of another kind than the test expects, kept while the expected one is looked for. */
static struct {
    struct branches graph; /* no events: there is none */
    struct failure failure;
    unsigned long run;
} other;

static void keep_other(unsigned long run)
{
    push(NONE, NONE);
    other.graph = stack[--depth];
    other.failure = model_failure;
    other.run = run;
}

static void forget_other(void)
{
    free(other.graph.events);
    other.graph.events = NULL;
}

/* Whether the failure of this run ends the exploration. */
static bool is_final(struct model_result *result)
{
    const enum model_verdict expect = test->options.expect;

    if (model_failure.verdict == expect || expect <= model_never_reached
        || result->runs == model_settings.replay) {
        result->found = model_failure.verdict;
        result->failed_run = result->runs;
        return true;
    }
    if (other.graph.events == NULL)
        keep_other(result->runs);
    return false;
}

/* After an exploration that found no failure of the kind that is expected, if one is. */
static void judge_all(struct model_result *result, bool reached)
{
    const enum model_verdict expect = test->options.expect;

    if (other.graph.events != NULL) {
        load(&other.graph);
        model_failure = other.failure;
        result->found = model_failure.verdict;
        result->failed_run = other.run;
    } else if (result->executions == 0) {
        result->found = model_unbounded; /* nothing was seen to its end: a bound is too small */
    } else if (expect == model_reached || expect == model_never_reached) {
        result->found = reached ? model_reached : model_never_reached;
    } else {
        result->found = model_passes;
    }
}

struct model_result model_run(const struct model_test *the_test)
{
    const unsigned long bound = model_settings.executions > 0
                                    ? model_settings.executions
                                    : the_test->options.executions * model_settings.times;
    const double start = now();
    struct model_result result = {.complete = false};
    bool reached = false, was_repeated = false, was_cut = false, is_over = false;

    test = the_test;
    guard_test(test->name, &result.runs);
    memory_forget();
    model_forget_threads();
    forget_other();
    start_again();
    while (!is_over) {
        result.runs++;
        if (result.runs == model_settings.replay)
            model_replay_here();
        switch (model_run_once(test)) {
        case OUTCOME_RELEARN:
            start_again();
            forget_other();
            reached = false;
            result.executions = result.blocked = 0;
            continue;
        case OUTCOME_COMPLETE:
            /* The first graph is run along once more: what is not deterministic shows. */
            if (!was_repeated) {
                was_repeated = true;
                continue;
            }
            result.executions++;
            reached |= model_was_reached;
            if (model_on_execution != NULL)
                model_on_execution();
            break;
        case OUTCOME_FAILED:
            is_over = is_final(&result);
            break;
        case OUTCOME_CUT:
            was_cut = true;
            result.blocked++;
            break;
        case OUTCOME_BLOCKED:
            result.blocked++;
            break;
        case OUTCOME_PRUNED:
            break;
        }
        if (is_over || result.runs == model_settings.replay
            || (bound > 0 && result.executions >= bound && depth > 0))
            break;
        is_over = result.complete = !next_branch();
        if (model_settings.progress && result.runs % 16384 == 0)
            report_progress(test, result.executions, now() - start);
    }
    result.complete &= !was_cut;
    if (result.failed_run == 0)
        judge_all(&result, reached);
    result.seconds = now() - start;
    result.as_expected = result.found == test->options.expect
                         && (result.found != model_never_reached || result.complete);
    return result;
}

uint64_t model_final(const volatile void *address)
{
    for (uint16_t l = 0; l < graph.locations; l++)
        if (memory_address(l) == address && memory_size(l) > 0)
            return (uint64_t)graph.events[graph.last_store[l]].value;
    return 0;
}
