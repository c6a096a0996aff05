/* run.c: one execution of a test. Its threads are contexts on one system thread; each runs until
 * its next step (an atomic operation, a fence, the start or end of a thread, a choice) and goes on
 * when the scheduler lets it.
 *
 * First the steps that the graph has are repeated, in any order in which each read follows its
 * store: plain memory is then as it was, because plain accesses that matter are ordered by hb.
 * Then the lowest-numbered thread that can step adds to the graph. That rule is a function of the
 * graph, which explore.c needs. The write of a read-modify-write follows its read at once, and so
 * do the parts of a restartable step and of a requeue, unless another's write has to; a futex call
 * that is late (explore.c) lets all others go first.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine.h"

enum { MAX_ACCESSES = 1000000 };

struct thread {
    void *context;
    bool is_waiting;        /* at `step`, for the scheduler */
    struct step step;
    unsigned int done;      /* steps that are in the graph */
    unsigned int asked;     /* steps, and turns of loops */
    unsigned int accesses;  /* plain ones */
    unsigned int children;
    bool is_joined;
    bool has_written;       /* plain memory, in this turn of a loop */
    /* The current turn of a loop that waits: where the last one ended. */
    const void *turn_site;
    unsigned int turn_start;
    uint64_t turn_stack;      /* what the thread's stack held then */
    unsigned int turn_length; /* of the turn that made the thread wait */
};

static struct thread threads[MAX_THREADS];
static unsigned int child_of[MAX_THREADS][MAX_THREADS]; /* the same in all executions of a test */
static unsigned int thread_count;
static void *scheduler;
static const struct model_test *test;
static unsigned int repeated; /* events of the graph that this run has reached */
static enum outcome stopped;
static bool is_stopped;

unsigned int model_current = MAX_THREADS;
struct body model_bodies[MAX_THREADS];
struct failure model_failure;
bool model_was_reached;

/* ---- Going wrong ----------------------------------------------------------------------------- */

__attribute__((noreturn)) static void stop(enum outcome outcome)
{
    stopped = outcome;
    is_stopped = true;
    model_switch(&threads[model_current].context, scheduler);
    __builtin_unreachable();
}

__attribute__((format(printf, 3, 0))) static void note_failure(enum model_verdict verdict,
                                                               const void *site,
                                                               const char *format, va_list words)
{
    model_failure.verdict = verdict;
    model_failure.thread = model_current;
    model_failure.site = site;
    vsnprintf(model_failure.text, sizeof model_failure.text, format, words);
}

__attribute__((noreturn)) void model_fail(enum model_verdict verdict, const void *site,
                                          const char *format, ...)
{
    va_list words;
    va_start(words, format);
    note_failure(verdict, site, format, words);
    va_end(words);
    stop(OUTCOME_FAILED);
}

__attribute__((format(printf, 3, 4))) static enum outcome
end_badly(enum model_verdict verdict, const void *site, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    note_failure(verdict, site, format, words);
    va_end(words);
    return OUTCOME_FAILED;
}

__attribute__((noreturn)) void model_give_up(void)
{
    struct thread *const thread = &threads[model_current];

    thread->step = (struct step){.kind = STEP_STOPPED, .location = NONE, .word = NONE};
    thread->is_waiting = true;
    model_switch(&thread->context, scheduler);
    __builtin_unreachable();
}

__attribute__((noreturn)) void model_relearn(void)
{
    stop(OUTCOME_RELEARN);
}

/* ---- Which thread steps ---------------------------------------------------------------------- */

bool model_has_reached(event_id id)
{
    const struct event *const event = &graph.events[id];
    return event->thread == MAX_THREADS || event->index <= threads[event->thread].done;
}

static bool can_repeat(unsigned int t)
{
    if (!threads[t].is_waiting || threads[t].done >= graph.length[t])
        return false;
    const struct event *const next = &graph.events[graph.at[t][threads[t].done + 1]];
    return next->from == NONE || model_has_reached(next->from);
}

static bool has_ended(unsigned int t)
{
    return graph.length[t] > 0
           && graph.events[graph.at[t][graph.length[t]]].step.kind == EVENT_END;
}

static bool can_add(unsigned int t)
{
    const struct step *const step = &threads[t].step;

    if (!threads[t].is_waiting)
        return false;
    if (step->kind == EVENT_JOIN)
        return has_ended(step->other);
    if (step->woken)
        return futex_waker(t, step->location) != NONE;
    return step->kind != STEP_AWAIT && step->kind != STEP_STOPPED;
}

/* A futex call that cannot be the newest one on its queue. */
static bool is_late(const struct step *step)
{
    return step->word != NONE && word_is_stale(step->word, graph.last_store[step->location]);
}

static unsigned int next_thread(void)
{
    if (graph.locations + repeated < graph.count) {
        for (unsigned int t = 0; t < thread_count; t++)
            if (can_repeat(t))
                return t;
        return MAX_THREADS;
    }
    unsigned int first = MAX_THREADS, late = MAX_THREADS, at_once = MAX_THREADS;
    for (unsigned int t = thread_count; t-- > 0;) {
        const struct step *const step = &threads[t].step;
        if (!can_add(t))
            continue;
        if (step->kind == EVENT_WRITE && step->rmw != RMW_NO)
            return t;
        if (step->at_once)
            at_once = t;
        else if (is_late(step))
            late = t;
        else if (first == MAX_THREADS || !model_settings.reverse)
            first = t;
    }
    return at_once < MAX_THREADS ? at_once : first < MAX_THREADS ? first : late;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static bool is_same_step(const struct step *a, const struct step *b)
{
    return a->kind == b->kind && a->order == b->order && a->failure == b->failure
           && a->rmw == b->rmw && a->fence == b->fence && a->size == b->size
           && a->hidden == b->hidden && a->location == b->location && a->count == b->count
           && a->other == b->other && a->value == b->value && a->expected == b->expected
           && a->site == b->site;
}

/* Two accesses of one object, one of them plain and one of them a write, not ordered. */
static void check_races(const struct event *event)
{
    if (event->step.location == NONE || event->step.hidden)
        return;
    for (event_id id = graph.newest[event->step.location]; id != NONE;
         id = graph.events[id].neighbour) {
        const struct event *const other = &graph.events[id];
        if ((is_store(event) || is_store(other)) && other->thread != event->thread
            && (event->step.order == NON_ATOMIC || other->step.order == NON_ATOMIC)
            && !happens_before(other, event) && !happens_before(event, other))
            model_fail(model_data_race, event->step.site,
                       "%s here and %s by thread %u at %s are not ordered", event->step.name,
                       other->step.name, other->thread, report_source(other->step.site));
    }
}

static const struct event *perform(struct thread *thread)
{
    const unsigned int t = model_current;
    event_id id;

    thread->is_waiting = false;
    if (thread->done < graph.length[t]) {
        id = graph.at[t][thread->done + 1];
        const struct step *const recorded = &graph.events[id].step;
        if (!is_same_step(recorded, &thread->step))
            model_fail(model_nondeterminism, thread->step.site,
                       "the test is not deterministic: thread %u did %s here, and with the same "
                       "past %s at %s before", t, thread->step.name, recorded->name,
                       report_source(recorded->site));
    } else if (is_late(&thread->step)) {
        explore_late(t, &thread->step);
        model_give_up();
    } else {
        id = explore_add(t, &thread->step);
        if (id == NONE)
            stop(OUTCOME_PRUNED);
    }
    thread->done++;
    repeated++;
    struct event *const event = &graph.events[id];
    if (event->fresh)
        check_races(event);
    event->fresh = false;
    if (event->step.kind == EVENT_JOIN)
        threads[event->step.other].is_joined = true;
    return event;
}

static void count_step(struct thread *thread, const void *site)
{
    const unsigned int limit = test->options.steps > 0 ? test->options.steps : 1000;

    model_pulse++;
    if (++thread->asked > limit)
        model_fail(model_unbounded, site, "thread %u took more than %u steps", model_current,
                   limit);
}

const struct event *model_step(const struct step *step)
{
    struct thread *const thread = &threads[model_current];

    if (step->order != NON_ATOMIC) /* one of those may be a part of a larger plain access */
        memory_settle();
    count_step(thread, step->site);
    thread->step = *step;
    thread->is_waiting = true;
    if (next_thread() != model_current)
        model_switch(&thread->context, scheduler);
    return perform(thread);
}

void model_has_written(void)
{
    threads[model_current].has_written = true;
}

unsigned int model_done(void)
{
    return threads[model_current].done;
}

void model_count_access(const void *site)
{
    model_pulse++;
    if (++threads[model_current].accesses > MAX_ACCESSES)
        model_fail(model_unbounded, site, "thread %u made more than %d plain accesses",
                   model_current, MAX_ACCESSES);
}

clocks model_now(void)
{
    return graph.events[graph.at[model_current][threads[model_current].done]].hb;
}

/* ---- Loops that wait ------------------------------------------------------------------------- */

/* Whether two turns of `length` steps, that end at `first` and `second`, had no effect and read the
 * same values. An exchange that stores the value that it read had none. */
static bool are_same_turns(unsigned int first, unsigned int second, unsigned int length)
{
    const event_id *const at = graph.at[model_current];

    for (unsigned int i = 0; i < length; i++) {
        const struct event *const a = &graph.events[at[first - i]];
        const struct event *const b = &graph.events[at[second - i]];
        if (a->step.kind != b->step.kind || a->step.location != b->step.location
            || a->value != b->value)
            return false;
        switch (b->step.kind) {
        case EVENT_READ:
        case EVENT_FENCE:
            break;
        case EVENT_WRITE:
            if (b->step.rmw == RMW_NO || b->value != graph.events[b->previous].value)
                return false;
            break;
        case EVENT_CHOICE: /* that it does fail for no reason is a branch of its own */
            if (b->step.choice != CHOICE_WEAK || b->value != 0)
                return false;
            break;
        default:
            return false;
        }
    }
    return true;
}

/* A number for all that the frames of the running thread hold, down to the caller's. */
static uint64_t look_at_stack(void)
{
    size_t size;
    const char *const top = (const char *)memory_stack(model_current, &size) + size;
    uint64_t sum = 0;

    for (const char *at = __builtin_frame_address(0); at + sizeof sum <= top; at += sizeof sum) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x100000001b3);
    }
    return sum;
}

/* A spin hint or a yield ends a turn of a loop. A turn that repeats the one before, and changed
 * nothing, not even a local variable, shows that the loop waits for a store that the thread has not
 * read. The thread stops here: that another store is read is another choice for the reads of this
 * turn, explored on its own. A loop that counts its turns is run as it is, until it gives up or
 * meets the bound on steps. */
__attribute__((noinline)) void model_await(const void *site)
{
    struct thread *const thread = &threads[model_current];
    const unsigned int length = thread->done - thread->turn_start;
    const uint64_t stack = look_at_stack();

    memory_settle();
    if (thread->turn_site == site && length > 0 && length <= thread->turn_start
        && !thread->has_written && thread->turn_stack == stack
        && are_same_turns(thread->turn_start, thread->done, length)) {
        thread->turn_length = length;
        thread->step = (struct step){.kind = STEP_AWAIT, .location = NONE, .word = NONE,
                                     .name = "waiting loop", .site = site};
        thread->is_waiting = true;
        model_switch(&thread->context, scheduler);
    }
    thread->turn_site = site;
    thread->turn_start = thread->done;
    thread->turn_stack = stack;
    thread->has_written = false;
    count_step(thread, site);
}

/* Whether another turn would read the same values again, from the newest stores. */
static bool waits_in_vain(unsigned int t)
{
    for (unsigned int i = 0; i < threads[t].turn_length; i++) {
        const struct event *const event = &graph.events[graph.at[t][threads[t].done - i]];
        if (event->step.kind == EVENT_READ
            && graph.events[graph.last_store[event->step.location]].value != event->value)
            return false;
    }
    return true;
}

/* ---- Choices --------------------------------------------------------------------------------- */

unsigned int model_bound(enum choice_kind kind)
{
    switch (kind) {
    case CHOICE_SPURIOUS:   return test->options.spurious_returns;
    case CHOICE_INTERRUPT:  return test->options.interrupts;
    case CHOICE_TIMEOUT:    return test->options.timeouts;
    case CHOICE_WEAK:       return test->options.weak_failures;
    case CHOICE_ALLOCATION: return test->options.allocation_failures;
    default:                return MAX_EVENTS;
    }
}

unsigned int model_take(enum choice_kind kind, unsigned int count, const char *name,
                        const void *site)
{
    if (model_bound(kind) == 0 || count < 2)
        return 0;
    return (unsigned int)model_step(&(struct step){.kind = EVENT_CHOICE, .choice = (uint8_t)kind,
                                                   .count = count, .location = NONE, .word = NONE,
                                                   .name = name, .site = site})->value;
}

/* ---- Threads --------------------------------------------------------------------------------- */

static void thread_main(void)
{
    struct body *const body = &model_bodies[model_current];

    perform(&threads[model_current]);
    if (model_current == 0)
        test->body();
    else
        body->result = body->function(body->argument);
    model_step(&(struct step){.kind = EVENT_END, .location = NONE, .word = NONE, .name = "end",
                              .site = threads[model_current].step.site});
    model_switch(&threads[model_current].context, scheduler);
}

static void start_thread(unsigned int t, const void *site)
{
    size_t size;
    char *const stack = memory_stack(t, &size);

    threads[t] = (struct thread){
        .is_waiting = true,
        .context = model_prepare(stack + size, thread_main),
        .step = {.kind = EVENT_BEGIN, .other = (uint8_t)t, .location = NONE, .word = NONE,
                 .name = "begin", .site = site}};
}

/* The number of the thread that the running one is about to spawn: the same in all executions. */
unsigned int model_child(void)
{
    unsigned int *const child = &child_of[model_current][threads[model_current].children];

    if (*child == 0) {
        if (thread_count == MAX_THREADS)
            model_fail(model_unbounded, threads[model_current].step.site,
                       "a test may have %d threads", MAX_THREADS);
        *child = thread_count++;
    }
    threads[model_current].children++;
    return *child;
}

void model_start_child(unsigned int child, const void *site)
{
    start_thread(child, site);
}

/* ---- An execution ---------------------------------------------------------------------------- */

static enum outcome deadlock(unsigned int first)
{
    char text[sizeof model_failure.text] = "";
    size_t used = 0;

    for (unsigned int t = first; t < thread_count && used < sizeof text - 1; t++)
        if (threads[t].is_waiting)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s thread %u (%s, %s)",
                                     used > 0 ? "," : "", t, threads[t].step.name,
                                     report_source(threads[t].step.site));
    model_current = first;
    return end_badly(model_deadlock, threads[first].step.site, "no thread can go on; waiting:%s",
                     text);
}

static enum outcome end_of_execution(void)
{
    for (unsigned int t = 0; t < MAX_THREADS; t++) {
        if (threads[t].done >= graph.length[t])
            continue;
        const struct step *const recorded = &graph.events[graph.at[t][threads[t].done + 1]].step;
        if (can_repeat(t) || !threads[t].is_waiting || threads[t].step.kind > EVENT_CHOICE)
            return end_badly(model_nondeterminism, recorded->site,
                             "the test is not deterministic: with the same past thread %u did %s "
                             "here before, and does not come to it now", t, recorded->name);
    }
    bool may_go_on = false, is_cut = false;
    unsigned int stuck = MAX_THREADS;
    for (unsigned int t = thread_count; t-- > 0;) {
        if (!threads[t].is_waiting)
            continue;
        if (threads[t].step.kind == STEP_STOPPED)
            return OUTCOME_PRUNED;
        stuck = t;
        is_cut |= threads[t].step.woken && threads[t].step.count > 0; /* its deadline passes */
        may_go_on |= threads[t].step.kind == STEP_AWAIT && !waits_in_vain(t);
    }
    if (stuck < MAX_THREADS)
        return is_cut ? OUTCOME_CUT : may_go_on ? OUTCOME_BLOCKED : deadlock(stuck);
    for (unsigned int t = 1; t < thread_count; t++)
        if (graph.length[t] > 0 && !threads[t].is_joined)
            return end_badly(model_leak, threads[t].step.site, "thread %u was not joined", t);
    if (memory_leak() != NULL)
        return end_badly(model_leak, memory_leak(), "allocated here and never freed");
    return OUTCOME_COMPLETE;
}

void model_forget_threads(void)
{
    memset(child_of, 0, sizeof child_of);
    thread_count = 1;
}

enum outcome model_run_once(const struct model_test *the_test)
{
    test = the_test;
    model_pulse++;
    repeated = 0;
    is_stopped = false;
    model_was_reached = false;
    memory_reset();
    clock_reset();
    memset(threads, 0, sizeof threads);
    start_thread(0, (const void *)((uintptr_t)test->body + 1)); /* as if after a call in it */

    for (;;) {
        model_current = MAX_THREADS;
        const unsigned int next = next_thread();
        if (next == MAX_THREADS)
            break;
        model_current = next;
        model_switch(&scheduler, threads[next].context);
        if (is_stopped) {
            model_current = MAX_THREADS;
            return stopped;
        }
    }
    const enum outcome outcome = end_of_execution();
    model_current = MAX_THREADS;
    return outcome;
}
