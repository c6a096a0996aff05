/* thread.c: include/ordo/thread.h for the model checker. Spawning happens before the thread's
 * start, its end before the return of a join. run.c has the threads themselves.
 */
#include "engine.h"
#include "ordo/thread.h"

struct ordo_thread {
    unsigned int number;
    bool is_joined;
};

static struct ordo_thread handles[MAX_THREADS];

static struct step step_about(enum event_kind kind, unsigned int thread, const char *name,
                              const void *site)
{
    return (struct step){.kind = (uint8_t)kind, .other = (uint8_t)thread, .location = NONE,
                         .word = NONE, .name = name, .site = site};
}

int ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument)
{
    const void *const site = __builtin_return_address(0);
    const unsigned int child = model_child();
    const struct step step = step_about(EVENT_SPAWN, child, "spawn", site);

    model_step(&step);
    model_bodies[child] = (struct body){body, argument, NULL};
    model_start_child(child, site);
    handles[child] = (struct ordo_thread){child, false};
    memory_access(thread, sizeof *thread, true, site);
    *thread = &handles[child];
    return 0;
}

void *ordo_thread_join(ordo_thread *thread)
{
    const void *const site = __builtin_return_address(0);
    const struct step step = step_about(EVENT_JOIN, thread->number, "join", site);

    model_step(&step);
    if (thread->is_joined)
        model_fail(model_misuse, site, "a thread is joined twice");
    thread->is_joined = true;
    return model_bodies[thread->number].result;
}

ordo_thread *ordo_thread_self(void)
{
    handles[model_current].number = model_current;
    return &handles[model_current];
}

void ordo_thread_yield(void)
{
    model_await(__builtin_return_address(0));
}
