/* thread.c: include/ordo/thread.h for the model checker. Spawning happens before the thread's
 * start, its end before the return of a join. run.c has the threads themselves.
 */
#include <errno.h>

#include "engine.h"
#include "ordo/thread.h"

/* Put back before each execution, as the data of code under test. */
#define PUT_BACK __attribute__((section("model_bss")))

struct ordo_thread {
    void *(*body)(void *);
    void *argument;
    ordo_thread *older; /* in the scope that it was spawned in */
    struct ordo_thread_exit *exits;
    uint64_t exit_count;
    unsigned int handles; /* beside the first */
    bool is_joined;
};

static struct ordo_thread handles[MAX_THREADS] PUT_BACK;
static ordo_atomic_u32 park_words[MAX_THREADS] PUT_BACK;

static unsigned int number_of(const ordo_thread *thread)
{
    return (unsigned int)(thread - handles);
}

static struct step step_about(enum event_kind kind, unsigned int thread, const char *name,
                              const void *site)
{
    return (struct step){.kind = (uint8_t)kind, .other = (uint8_t)thread, .location = NONE,
                         .word = NONE, .name = name, .site = site};
}

static void run_exits(struct ordo_thread *thread)
{
    while (thread->exits != NULL) {
        struct ordo_thread_exit *const node = thread->exits;
        memory_access(node, sizeof *node, false, __builtin_return_address(0));
        thread->exits = node->next;
        node->function(node->argument);
    }
}

static void *run(void *record)
{
    ordo_thread *const thread = record;
    void *const result = thread->body(thread->argument);

    run_exits(thread);
    return result;
}

static int spawn(ordo_thread **thread, void *(*body)(void *), void *argument, const void *site)
{
    if (model_take(CHOICE_ALLOCATION, 2, "spawn fails", site) != 0)
        return EAGAIN;
    const unsigned int child = model_child();
    const struct step step = step_about(EVENT_SPAWN, child, "spawn", site);

    model_step(&step);
    handles[child] = (struct ordo_thread){.body = body, .argument = argument};
    model_bodies[child] = (struct body){run, &handles[child], NULL};
    model_start_child(child, site);
    *thread = &handles[child];
    return 0;
}

int ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument)
{
    const void *const site = __builtin_return_address(0);
    const int error = spawn(thread, body, argument, site);

    if (error == 0)
        memory_access(thread, sizeof *thread, true, site);
    return error;
}

int ordo_thread_spawn_with(ordo_thread **thread, const struct ordo_thread_options *options,
                           void *(*body)(void *), void *argument)
{
    const void *const site = __builtin_return_address(0);
    const int error = spawn(thread, body, argument, site);

    (void)options;
    if (error == 0)
        memory_access(thread, sizeof *thread, true, site);
    return error;
}

static void *join(ordo_thread *thread, const void *site)
{
    const struct step step = step_about(EVENT_JOIN, number_of(thread), "join", site);

    model_step(&step);
    if (thread->is_joined)
        model_fail(model_misuse, site, "a thread is joined twice");
    thread->is_joined = true;
    return model_bodies[number_of(thread)].result;
}

void *ordo_thread_join(ordo_thread *thread)
{
    return join(thread, __builtin_return_address(0));
}

static int spawn_in(struct ordo_thread_scope *scope, void *(*body)(void *), void *argument,
                    const void *site)
{
    ordo_thread *thread;
    const int error = spawn(&thread, body, argument, site);

    if (error == 0) {
        thread->older = scope->newest;
        scope->newest = thread;
    }
    return error;
}

int ordo_thread_scope_spawn(struct ordo_thread_scope *scope, void *(*body)(void *),
                            void *argument)
{
    return spawn_in(scope, body, argument, __builtin_return_address(0));
}

int ordo_thread_scope_spawn_with(struct ordo_thread_scope *scope,
                                 const struct ordo_thread_options *options,
                                 void *(*body)(void *), void *argument)
{
    (void)options;
    return spawn_in(scope, body, argument, __builtin_return_address(0));
}

void ordo_thread_scope_end(struct ordo_thread_scope *scope)
{
    const void *const site = __builtin_return_address(0);

    for (; scope->newest != NULL; scope->newest = scope->newest->older)
        join(scope->newest, site);
}

ordo_thread *ordo_thread_self(void)
{
    return &handles[model_current];
}

uint64_t ordo_thread_id(void)
{
    return model_current + 1;
}

uint64_t ordo_thread_id_of(const ordo_thread *thread)
{
    return number_of(thread) + 1;
}

uint32_t ordo_thread_system_id(void)
{
    return model_current + 1;
}

ordo_thread *ordo_thread_clone(ordo_thread *thread)
{
    thread->handles++;
    return thread;
}

void ordo_thread_drop(ordo_thread *thread)
{
    if (thread->handles == 0)
        model_fail(model_misuse, __builtin_return_address(0), "a handle is dropped twice");
    thread->handles--;
}

ordo_atomic_u32 *ordo_thread_park_word(ordo_thread *thread)
{
    return &park_words[number_of(thread)];
}

void ordo_thread_at_exit(struct ordo_thread_exit *node, void (*function)(void *argument),
                         void *argument)
{
    struct ordo_thread *const thread = &handles[model_current];

    memory_access(node, sizeof *node, true, __builtin_return_address(0));
    *node = (struct ordo_thread_exit){thread->exits, function, argument, ++thread->exit_count};
    thread->exits = node;
}

uint64_t ordo_thread_exit_mark(void)
{
    return handles[model_current].exit_count;
}

void ordo_thread_not_at_exit(struct ordo_thread_exit *node)
{
    struct ordo_thread_exit **at = &handles[model_current].exits;

    while (*at != NULL && *at != node)
        at = &(*at)->next;
    if (*at == NULL)
        model_fail(model_misuse, __builtin_return_address(0), "exit node that is not the thread's");
    *at = node->next;
}

/* No thread of a test ends but by return. */
int ordo_thread_guarded_call(int (*function)(void *argument), void *argument,
                             void (*cleanup)(void *object), void *object)
{
    (void)cleanup, (void)object;
    return function(argument);
}

void ordo_thread_sleep_until(uint64_t deadline)
{
    clock_pass(deadline);
}

void ordo_thread_yield(void)
{
    model_await(__builtin_return_address(0));
}
