/* thread.c: see thread.h; POSIX threads. The only file with _Thread_local: what else belongs to a
 * thread goes into its record.
 *
 * A spawned thread's record is allocated by the spawner and freed by join, which outlives the
 * thread. Any other thread, the first one too, has one in its own thread-local memory.
 */
#include "ordo/thread.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>

#include "ordo/misuse.h"

struct ordo_thread {
    pthread_t id;
    void *(*body)(void *); /* NULL: not spawned by ordo */
    void *argument;
};

static _Thread_local struct ordo_thread *spawned; /* NULL in a thread that ordo did not spawn */
static _Thread_local struct ordo_thread foreign;

static void *start(void *record)
{
    spawned = record;
    return spawned->body(spawned->argument);
}

int ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument)
{
    struct ordo_thread *const record = malloc(sizeof *record);

    if (record == NULL)
        return ENOMEM;
    record->body = body;
    record->argument = argument;
    const int error = pthread_create(&record->id, NULL, start, record);
    if (error != 0) {
        free(record);
        return error;
    }
    *thread = record;
    return 0;
}

void *ordo_thread_join(ordo_thread *thread)
{
    void *result;

    if (thread->body == NULL)
        ordo_misuse("thread.c: join of a thread that was not spawned");
    if (thread == spawned)
        ordo_misuse("thread.c: join of the thread itself");
    if (pthread_join(thread->id, &result) != 0) /* two threads that join each other */
        ordo_misuse("thread.c: join that would never end");
    free(thread);
    return result;
}

ordo_thread *ordo_thread_self(void)
{
    return spawned != NULL ? spawned : &foreign;
}

void ordo_thread_yield(void)
{
    sched_yield();
}
