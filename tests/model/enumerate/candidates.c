/* candidates.c: all paths x all rf x all co of a program, handed to a memory model one by one. */
#include "candidates.h"

#include <stdlib.h>
#include <string.h>

struct search {
    const struct program *program;
    const struct model *model;
    struct results results;
    unsigned long limit;
    struct execution execution;
    int writer[max_events];  /* of a read: the write it reads from */
    int partner[max_events]; /* of the write of an RMW: its read */
};

/* ---- Sets of outcomes ------------------------------------------------------------------------ */

static size_t position(const struct outcomes *set, outcome final)
{
    size_t low = 0, high = set->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (set->list[middle] < final)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool has_outcome(const struct outcomes *set, outcome final)
{
    size_t at = position(set, final);

    return at < set->count && set->list[at] == final;
}

void add_outcome(struct outcomes *set, outcome final)
{
    size_t at = position(set, final);

    if (at < set->count && set->list[at] == final)
        return;
    if (set->count == set->capacity) {
        set->capacity = set->capacity ? 2 * set->capacity : 16;
        set->list = realloc(set->list, set->capacity * sizeof *set->list);
        if (!set->list)
            fail("out of memory");
    }
    memmove(&set->list[at + 1], &set->list[at], (set->count - at) * sizeof *set->list);
    set->list[at] = final;
    set->count++;
}

bool same_outcomes(const struct outcomes *a, const struct outcomes *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->list, b->list, a->count * sizeof *a->list) == 0);
}

void release_results(struct results *results)
{
    free(results->allowed.list);
    free(results->candidates.list);
    *results = (struct results){0};
}

event_set marked(const struct execution *execution, unsigned int marks)
{
    event_set set = 0;

    FOR_EACH_EVENT(i, execution->size)
        if (execution->events[i].marks & marks)
            set |= only(i);
    return set;
}

/* ---- One candidate --------------------------------------------------------------------------- */

static outcome outcome_of(const struct execution *x)
{
    outcome final = 0;

    FOR_EACH_EVENT(i, x->size) {
        const struct event *event = &x->events[i];

        if (event->kind == event_read && event->result >= 0)
            final |= outcome_register(event->result, x->values[i], event->stored);
        if (event->kind == event_write && x->co.row[i] == 0)
            final |= outcome_memory(event->location, x->values[i]);
    }
    return final;
}

static void try_candidate(struct search *search)
{
    struct execution *x = &search->execution;
    struct results *results = &search->results;
    outcome final = outcome_of(x);

    results->tried++;
    x->fr = then(inverse(x->rf), x->co);
    add_outcome(&results->candidates, final);
    if (search->model->consistent(x, search->model->how)) {
        results->executions++;
        add_outcome(&results->allowed, final);
    }
}

/* ---- All co ---------------------------------------------------------------------------------- */

/* Puts the events of `rest`, all writes of one location, after those `before` in every order; then
 * goes on with the next location. */
static void choose_co(struct search *search, int location, event_set before, event_set rest)
{
    struct execution *x = &search->execution;

    if (rest == 0) {
        if (++location == search->program->location_count) {
            try_candidate(search);
            return;
        }
        rest = x->same_location.row[location] & x->writes & ~only(location);
        choose_co(search, location, only(location), rest);
        return;
    }
    FOR_EACH_EVENT(i, x->size)
        if (in_set(rest, i) && search->results.tried <= search->limit) {
            struct relation co = x->co;

            FOR_EACH_EVENT(j, x->size)
                if (in_set(before, j))
                    x->co.row[j] |= only(i);
            choose_co(search, location, before | only(i), rest & ~only(i));
            x->co = co;
        }
}

/* ---- All rf ---------------------------------------------------------------------------------- */

/* Follows rf and RMWs back to a constant. False if there is none: RMWs that feed each other in a
 * circle have no values, so they are no execution. */
static bool find_value(struct search *search, int event, int depth)
{
    struct execution *x = &search->execution;
    const struct event *e = &x->events[event];

    if (depth > x->size)
        return false;
    if (e->kind == event_write && !e->adds) {
        x->values[event] = e->value;
        return true;
    }
    int from = e->kind == event_read ? search->writer[event] : search->partner[event];

    if (!find_value(search, from, depth + 1))
        return false;
    x->values[event] = x->values[from] + (e->adds ? e->value : 0);
    if (x->values[event] > max_value)
        fail("a value above %d", max_value);
    return true;
}

static bool find_values(struct search *search)
{
    struct execution *x = &search->execution;

    FOR_EACH_EVENT(i, x->size) {
        const struct event *event = &x->events[i];

        if (event->kind == event_fence)
            continue;
        if (!find_value(search, i, 0))
            return false;
        if ((event->condition == equal_to_expected && x->values[i] != event->expected) ||
            (event->condition == different_from_expected && x->values[i] == event->expected))
            return false;
    }
    return true;
}

static void choose_rf(struct search *search, int read)
{
    struct execution *x = &search->execution;

    while (read < x->size && x->events[read].kind != event_read)
        read++;
    if (read == x->size) {
        if (find_values(search)) {
            x->co = nothing(x->size);
            choose_co(search, -1, 0, 0);
        }
        return;
    }
    FOR_EACH_EVENT(write, x->size)
        if (in_set(x->writes & x->same_location.row[read], write) &&
            search->results.tried <= search->limit) {
            x->rf.row[write] |= only(read);
            search->writer[read] = write;
            choose_rf(search, read + 1);
            x->rf.row[write] &= ~only(read);
        }
}

/* ---- All paths ------------------------------------------------------------------------------- */

static void add_event(struct search *search, const struct event *event, int thread_start)
{
    struct execution *x = &search->execution;
    int id = x->size++, locations = search->program->location_count;

    if (x->size > max_events)
        fail("more than %d events", max_events);
    x->events[id] = *event;
    x->po.row[id] = x->rmw.row[id] = x->same_location.row[id] = x->same_thread.row[id] = 0;
    if (event->kind == event_read)
        x->reads |= only(id);
    else if (event->kind == event_write)
        x->writes |= only(id);
    else
        x->fences |= only(id);
    for (int i = 0; i <= id; i++) {
        if (event->kind != event_fence && x->events[i].kind != event_fence &&
            x->events[i].location == event->location) {
            x->same_location.row[i] |= only(id);
            x->same_location.row[id] |= only(i);
        }
        if (i >= thread_start) {
            x->same_thread.row[i] |= only(id);
            x->same_thread.row[id] |= only(i);
        }
        if (i != id && (i >= thread_start || (i < locations && id >= locations)))
            x->po.row[i] |= only(id);
    }
    if (event->pairs) {
        int read = id - 1;

        while (x->events[read].kind != event_read)
            read--;
        search->partner[id] = read;
        x->rmw.row[read] |= only(id);
    }
}

/* Goes back to the first `size` events. */
static void remove_events(struct search *search, int size)
{
    struct execution *x = &search->execution;
    event_set kept = only(size) - 1;

    x->size = size;
    x->reads &= kept;
    x->writes &= kept;
    x->fences &= kept;
    FOR_EACH_EVENT(i, size) {
        x->po.row[i] &= kept;
        x->rmw.row[i] &= kept;
        x->same_location.row[i] &= kept;
        x->same_thread.row[i] &= kept;
    }
}

static void set_sizes(struct execution *x)
{
    x->po.size = x->rmw.size = x->same_location.size = x->same_thread.size = x->size;
    x->rf = nothing(x->size);
}

static void choose_paths(struct search *search, int thread, int index, int thread_start)
{
    struct execution *x = &search->execution;

    if (thread == search->program->thread_count) {
        set_sizes(x);
        choose_rf(search, 0);
        return;
    }
    if (index == search->program->threads[thread].count) {
        choose_paths(search, thread + 1, 0, x->size);
        return;
    }
    struct paths paths = {0};
    int size = x->size;

    search->model->paths(&search->program->threads[thread].code[index], &paths,
                         search->model->how);
    for (int i = 0; i < paths.count; i++) {
        for (int j = 0; j < paths.list[i].count; j++)
            add_event(search, &paths.list[i].events[j], thread_start);
        choose_paths(search, thread, index + 1, thread_start);
        remove_events(search, size);
    }
}

struct results enumerate(const struct program *program, const struct model *model,
                         unsigned long limit)
{
    struct search search = {.program = program, .model = model, .limit = limit};

    for (int i = 0; i < program->location_count; i++)
        add_event(&search, &(struct event){.kind = event_write, .location = i, .result = -1}, i);
    choose_paths(&search, 0, 0, program->location_count);
    return search.results;
}
