/* graph.c: building execution graphs, and their consistency under RC11 (Lahav et al., PLDI 2017)
 * with the release sequences of C++20, which only read-modify-writes continue.
 *
 * Consistency is checked each time an event is added or a read gets another store, so each check
 * may assume that the graph was consistent before. A new event has no successor in hb, and neither
 * has a read whose store is replaced (explore.c deletes its successors), so only hb into it counts.
 */
#include <assert.h>
#include <string.h>

#include "graph.h"

struct graph graph;

static clocks joined(clocks a, clocks b)
{
    const clocks first = (clocks)(a > b);
    return (a & first) | (b & ~first);
}

/* ---- Kinds of events ------------------------------------------------------------------------- */

bool is_exclusive(const struct event *read)
{
    return read->step.rmw == RMW_ALWAYS
           || (read->step.rmw == RMW_COMPARE && read->value == read->step.expected);
}

unsigned int order_of(const struct event *event)
{
    const bool failed = event->step.kind == EVENT_READ && event->step.rmw == RMW_COMPARE
                        && !is_exclusive(event);
    return failed ? event->step.failure : event->step.order;
}

bool is_acquire(const struct event *event)
{
    const unsigned int order = order_of(event);
    return (event->step.kind == EVENT_READ || event->step.kind == EVENT_FENCE)
           && (order == ordo_acquire || order == ordo_acq_rel || order == ordo_seq_cst);
}

bool is_release(const struct event *event)
{
    const unsigned int order = order_of(event);
    return (event->step.kind == EVENT_WRITE || event->step.kind == EVENT_FENCE)
           && (order == ordo_release || order == ordo_acq_rel || order == ordo_seq_cst);
}

static bool is_light(const struct event *event)
{
    return event->step.fence == FENCE_LIGHT || event->step.fence == FENCE_LIGHT_END;
}

static bool is_sc(const struct event *event)
{
    return order_of(event) == ordo_seq_cst && !event->step.hidden
           && (event->step.kind == EVENT_READ || event->step.kind == EVENT_WRITE
               || event->step.kind == EVENT_FENCE);
}

/* ---- Building -------------------------------------------------------------------------------- */

/* What an acquire read of this store synchronises with: all before the store if it is a release;
 * all before an earlier release fence; and, for the store of a read-modify-write, what the store
 * that it read carries on. */
static clocks message_of(const struct event *write)
{
    clocks message = {0};

    if (write->step.order == NON_ATOMIC)
        return message;
    if (write->step.hidden || is_release(write))
        message = write->hb;
    else if (write->release_fence != NONE)
        message = graph.events[write->release_fence].hb;
    if (write->step.rmw != RMW_NO)
        message = joined(message,
                         graph.events[graph.events[write->previous].from].message);
    return message;
}

static void compute_clocks(struct event *event)
{
    const struct event *const previous =
        event->previous == NONE ? NULL : &graph.events[event->previous];
    const clocks nothing = {0};

    event->hb = previous ? previous->hb : nothing;
    event->causes = previous ? previous->causes : nothing;
    event->pending = previous ? previous->pending : nothing;
    event->release_fence = previous ? previous->release_fence : NONE;
    event->hb[event->thread] = event->index;
    event->causes[event->thread] = event->index;

    if (event->from != NONE) {
        const struct event *const from = &graph.events[event->from];
        event->causes = joined(event->causes, from->causes);
        if (event->step.kind != EVENT_READ) { /* a spawn or the end of a thread */
            event->hb = joined(event->hb, from->hb);
        } else if (event->step.order != NON_ATOMIC && !event->step.hidden) {
            event->pending = joined(event->pending, from->message);
            if (is_acquire(event))
                event->hb = joined(event->hb, from->message);
        }
    }
    if (event->step.kind == EVENT_FENCE && !is_light(event)) {
        if (is_acquire(event))
            event->hb = joined(event->hb, event->pending);
        if (is_release(event))
            event->release_fence = (event_id)(event - graph.events);
    }
    event->message = event->step.kind == EVENT_WRITE ? message_of(event) : nothing;
}

void graph_empty(unsigned int locations)
{
    graph.count = graph.locations = locations;
    for (unsigned int l = 0; l < locations; l++)
        graph.events[l] = (struct event){
            .step = {.kind = EVENT_INIT, .location = (uint16_t)l, .name = "initial value"},
            .thread = MAX_THREADS, .previous = NONE, .neighbour = NONE, .from = NONE,
            .mo_next = NONE, .mo_previous = NONE, .release_fence = NONE};
    graph_index();
}

static void link_in(event_id id)
{
    struct event *const event = &graph.events[id];

    if (event->thread < MAX_THREADS) {
        graph.length[event->thread] = event->index;
        graph.at[event->thread][event->index] = id;
    }
    event->neighbour = NONE;
    if (event->step.location != NONE) {
        event->neighbour = graph.newest[event->step.location];
        graph.newest[event->step.location] = id;
        if (is_store(event) && event->mo_next == NONE
            && (event->mo_previous != NONE || event->step.kind == EVENT_INIT))
            graph.last_store[event->step.location] = id;
    }
}

void graph_index(void)
{
    memset(graph.length, 0, sizeof graph.length);
    for (unsigned int l = 0; l < graph.locations; l++)
        graph.newest[l] = NONE;
    for (unsigned int id = 0; id < graph.count; id++)
        link_in((event_id)id);
}

event_id graph_add(unsigned int thread, const struct step *step)
{
    if (graph.count == MAX_EVENTS)
        return NONE;
    const event_id id = (event_id)graph.count++;
    const unsigned int length = graph.length[thread];
    struct event *const event = &graph.events[id];

    *event = (struct event){.step = *step, .thread = (uint8_t)thread,
                            .index = (uint16_t)(length + 1),
                            .previous = length > 0 ? graph.at[thread][length] : (event_id)NONE,
                            .from = NONE, .mo_next = NONE, .mo_previous = NONE,
                            .value = step->value};
    link_in(id);
    if (step->kind != EVENT_READ)
        compute_clocks(event);
    return id;
}

void graph_set_from(event_id id, event_id from)
{
    struct event *const event = &graph.events[id];

    event->from = from;
    if (event->step.kind == EVENT_READ)
        event->value = graph.events[from].value;
    compute_clocks(event);
}

void graph_place(event_id write, event_id after)
{
    struct event *const event = &graph.events[write];
    const event_id next = graph.events[after].mo_next;

    event->mo_previous = after;
    event->mo_next = next;
    graph.events[after].mo_next = write;
    if (next == NONE)
        graph.last_store[event->step.location] = write;
    else
        graph.events[next].mo_previous = write;
}

void graph_unplace(event_id write)
{
    struct event *const event = &graph.events[write];

    graph.events[event->mo_previous].mo_next = event->mo_next;
    if (event->mo_next == NONE)
        graph.last_store[event->step.location] = event->mo_previous;
    else
        graph.events[event->mo_next].mo_previous = event->mo_previous;
    event->mo_next = event->mo_previous = NONE;
}

event_id graph_restrict(const bool *kept, event_id follow)
{
    static event_id renamed[MAX_EVENTS];
    unsigned int count = 0;

    for (unsigned int l = 0; l < graph.locations; l++) {
        for (event_id id = (event_id)l; id != NONE;) {
            const event_id next = graph.events[id].mo_next;
            if (!kept[id])
                graph_unplace(id);
            id = next;
        }
    }
    for (unsigned int id = 0; id < graph.count; id++)
        renamed[id] = kept[id] ? (event_id)count++ : (event_id)NONE;
#define RENAME(field) if ((field) != NONE) (field) = renamed[field]
    for (unsigned int id = 0; id < graph.count; id++) {
        if (!kept[id])
            continue;
        struct event *const event = &graph.events[renamed[id]];
        *event = graph.events[id];
        RENAME(event->previous);
        RENAME(event->from);
        RENAME(event->mo_next);
        RENAME(event->mo_previous);
        RENAME(event->release_fence);
        RENAME(event->step.word);
    }
#undef RENAME
    graph.count = count;
    graph_index();
    return renamed[follow];
}

/* ---- Coherence and atomicity ----------------------------------------------------------------- */

bool mo_before(event_id earlier, event_id later)
{
    for (event_id id = graph.events[earlier].mo_next; id != NONE; id = graph.events[id].mo_next)
        if (id == later)
            return true;
    return false;
}

/* No event that happens before `event` may have written or read a store later in modification order
 * than `store`, the one that `event` is or reads: irreflexive(hb;eco?). */
static bool is_coherent(const struct event *event, event_id store)
{
    for (event_id id = graph.newest[event->step.location]; id != NONE;
         id = graph.events[id].neighbour) {
        const struct event *const other = &graph.events[id];
        const event_id seen = is_store(other) ? id : other->from;
        if (seen != store && seen != NONE && happens_before(other, event)
            && mo_before(store, seen))
            return false;
    }
    return true;
}

/* A futex call reads the word, and then takes the lock of its queue from `queue_store`, the call
 * before it. What that call knew was done before it: has the word been stored since it was read? */
bool word_is_stale(event_id word_read, event_id queue_store)
{
    const struct event *const word = &graph.events[word_read];
    const clocks known = graph.events[queue_store].message;

    for (event_id id = graph.newest[word->step.location]; id != NONE;
         id = graph.events[id].neighbour) {
        const struct event *const other = &graph.events[id];
        const event_id seen = is_store(other) ? id : other->from;
        if (seen != NONE && within(other, known) && mo_before(word->from, seen))
            return true;
    }
    return false;
}

/* The two halves of a requeue, a read-modify-write each, are one step: taken for one, and others
 * too, they leave the order of causes acyclic. So the store that a second half reads must not come
 * after its first half, nor come so because a requeue comes after that, whose one half it is. */
static bool divides_requeue(event_id read)
{
    const struct event *const event = &graph.events[read];
    clocks past = graph.events[event->from].causes;
    bool grows = true;

    while (grows) {
        grows = false;
        for (unsigned int id = graph.locations; id < graph.count; id++) {
            const struct event *const other = &graph.events[id];
            if (other->step.hidden && other->step.at_once && other->step.kind == EVENT_WRITE
                && other->index > past[other->thread] && other->index - 2 <= past[other->thread]) {
                past = joined(past, other->causes);
                grows = true;
            }
        }
    }
    return event->index - 1 <= past[event->thread];
}

bool read_is_coherent(event_id read)
{
    const struct event *const event = &graph.events[read];
    return is_coherent(event, event->from)
           && (event->step.word == NONE || !word_is_stale(event->step.word, event->from))
           && !(event->step.hidden && event->step.at_once && divides_requeue(read));
}

bool write_is_coherent(event_id write)
{
    return is_coherent(&graph.events[write], write);
}

/* Nothing stands between the store that a read-modify-write read and its own: the write, if it is
 * one, is in its place, and it does not take the place of another. */
bool write_is_atomic(event_id write)
{
    const struct event *const event = &graph.events[write];

    if (event->step.rmw != RMW_NO
        && graph.events[event->previous].from != event->mo_previous)
        return false;
    if (event->mo_next == NONE)
        return true;
    const struct event *const next = &graph.events[event->mo_next];
    return next->step.rmw == RMW_NO
           || graph.events[next->previous].from != event->mo_previous;
}

/* ---- Sequential consistency: acyclic(psc) -----------------------------------------------------
 * */

/* What psc needs of each event: its store's place in modification order; the first event after it
 * and the last one before it in its thread that are at another location. */
static struct {
    uint16_t place;
    event_id next_elsewhere, previous_elsewhere;
} facts[MAX_EVENTS];

static bool is_access(const struct event *event)
{
    return event->step.location != NONE && !event->step.hidden && event->thread < MAX_THREADS;
}

/* What RC11 knows of: accesses and fences. Spawning and joining, choices, steps on a futex's queue
 * and light fences are the checker's own events, and must not stand between two accesses as one
 * that is at another location: they would order what nothing in the model orders. */
static bool is_in_rc11(const struct event *event)
{
    return is_access(event)
           || (event->step.kind == EVENT_FENCE && !is_light(event));
}

static bool are_at_one_location(event_id a, event_id b)
{
    return b != NONE && graph.events[a].step.location != NONE
           && graph.events[a].step.location == graph.events[b].step.location;
}

static void gather_facts(void)
{
    for (unsigned int l = 0; l < graph.locations; l++) {
        uint16_t place = 0;
        for (event_id id = (event_id)l; id != NONE; id = graph.events[id].mo_next)
            facts[id].place = place++;
    }
    for (unsigned int id = graph.locations; id < graph.count; id++)
        if (graph.events[id].step.kind == EVENT_READ && graph.events[id].from != NONE)
            facts[id].place = facts[graph.events[id].from].place;

    for (unsigned int t = 0; t < MAX_THREADS; t++) {
        const event_id *const at = graph.at[t];
        event_id near = NONE;
        for (unsigned int i = 1; i <= graph.length[t]; i++) {
            facts[at[i]].previous_elsewhere =
                are_at_one_location(at[i], near) ? facts[near].previous_elsewhere : near;
            near = is_in_rc11(&graph.events[at[i]]) ? at[i] : near;
        }
        near = NONE;
        for (unsigned int i = graph.length[t]; i >= 1; i--) {
            facts[at[i]].next_elsewhere =
                are_at_one_location(at[i], near) ? facts[near].next_elsewhere : near;
            near = is_in_rc11(&graph.events[at[i]]) ? at[i] : near;
        }
    }
}

/* scb = sb | (sb minus loc);hb;(sb minus loc) | hb & loc | mo | rb */
static bool scb(event_id a, event_id b)
{
    const struct event *const x = &graph.events[a], *const y = &graph.events[b];

    if (a == b)
        return false;
    if (x->thread == y->thread && x->index < y->index)
        return true;
    const event_id next = facts[a].next_elsewhere, previous = facts[b].previous_elsewhere;
    if (next != NONE && previous != NONE
        && happens_before(&graph.events[next], &graph.events[previous]))
        return true;
    if (!is_access(x) || !is_access(y) || x->step.location != y->step.location)
        return false;
    return happens_before(x, y) || (is_store(y) && facts[a].place < facts[b].place);
}

/* For a seq_cst fence and a location: the first places that events after it read and store, the
 * last ones that events before it do. With them `hb;eco;hb` between two fences is two comparisons:
 * eco goes from x to y if x's store is earlier, or if it is the same and x wrote it and y reads. */
struct reach {
    int first, first_stored, last, last_read;
};

static void reach_of(const struct event *fence, struct reach *reach)
{
    for (unsigned int l = 0; l < graph.locations; l++)
        reach[l] = (struct reach){MAX_EVENTS, MAX_EVENTS, -1, -1};
    for (unsigned int id = graph.locations; id < graph.count; id++) {
        const struct event *const event = &graph.events[id];
        if (!is_access(event))
            continue;
        struct reach *const r = &reach[event->step.location];
        const int place = facts[id].place;
        if (happens_before(fence, event)) {
            r->first = place < r->first ? place : r->first;
            if (is_store(event) && place < r->first_stored)
                r->first_stored = place;
        } else if (happens_before(event, fence)) {
            r->last = place > r->last ? place : r->last;
            if (!is_store(event) && place > r->last_read)
                r->last_read = place;
        }
    }
}

static bool fence_to_fence(const struct event *a, const struct event *b, const struct reach *from,
                           const struct reach *to)
{
    if (happens_before(a, b))
        return true;
    for (unsigned int l = 0; l < graph.locations; l++)
        if (from[l].first < to[l].last || from[l].first_stored <= to[l].last_read)
            return true;
    return false;
}

/* [SC];scb;([SC] | hb?;[F SC]) and its mirror image. */
static bool psc_edge(event_id a, event_id b)
{
    const struct event *const x = &graph.events[a], *const y = &graph.events[b];

    if (scb(a, b))
        return true;
    if (x->step.kind != EVENT_FENCE && y->step.kind != EVENT_FENCE)
        return false;
    for (unsigned int id = graph.locations; id < graph.count; id++) {
        const struct event *const event = &graph.events[id];
        if (y->step.kind == EVENT_FENCE && happens_before(event, y) && scb(a, (event_id)id))
            return true;
        if (x->step.kind == EVENT_FENCE && happens_before(x, event) && scb((event_id)id, b))
            return true;
    }
    return false;
}

/* A light fence is ordered with heavy ones only. */
static bool may_be_ordered(const struct event *a, const struct event *b)
{
    return (!is_light(a) || b->step.fence == FENCE_HEAVY)
           && (!is_light(b) || a->step.fence == FENCE_HEAVY);
}

bool psc_is_acyclic(void)
{
    static event_id node[MAX_EVENTS];
    static bool edge[MAX_EVENTS][MAX_EVENTS], gone[MAX_EVENTS];
    static struct reach reach[MAX_EVENTS][MAX_LOCATIONS];
    unsigned int count = 0;

    for (unsigned int id = graph.locations; id < graph.count; id++)
        if (is_sc(&graph.events[id]))
            node[count++] = (event_id)id;
    if (count < 2)
        return true;
    gather_facts();
    for (unsigned int i = 0; i < count; i++)
        if (graph.events[node[i]].step.kind == EVENT_FENCE)
            reach_of(&graph.events[node[i]], reach[i]);

    for (unsigned int i = 0; i < count; i++) {
        const struct event *const x = &graph.events[node[i]];
        gone[i] = false;
        for (unsigned int j = 0; j < count; j++) {
            const struct event *const y = &graph.events[node[j]];
            edge[i][j] = i != j && may_be_ordered(x, y)
                         && (x->step.kind == EVENT_FENCE && y->step.kind == EVENT_FENCE
                                 ? fence_to_fence(x, y, reach[i], reach[j])
                                 : psc_edge(node[i], node[j]));
        }
    }
    unsigned int left = count;
    /* The two fences of a restartable step are one node (restartable.c). */
    for (unsigned int end = 0; end < count; end++) {
        const struct event *const event = &graph.events[node[end]];
        if (event->step.fence != FENCE_LIGHT_END)
            continue;
        unsigned int begin = 0;
        while (node[begin] != graph.at[event->thread][event->index - 3])
            begin++;
        for (unsigned int other = 0; other < count; other++) {
            edge[begin][other] |= edge[end][other];
            edge[other][begin] |= edge[other][end];
        }
        gone[end] = true;
        left--;
    }
    /* Take away nodes that nothing left leads to. What cannot be taken away has a cycle. */
    while (left > 0) {
        const unsigned int before = left;
        for (unsigned int j = 0; j < count; j++) {
            bool is_led_to = gone[j];
            for (unsigned int i = 0; i < count && !is_led_to; i++)
                is_led_to = !gone[i] && edge[i][j];
            if (!is_led_to) {
                gone[j] = true;
                left--;
            }
        }
        if (left == before)
            return false;
    }
    return true;
}
