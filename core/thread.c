/* thread.c: see thread.h and jump.h; POSIX threads. The only file with _Thread_local.
 *
 * A record is counted. Spawn gives the handle that join takes once the thread has ended, so a
 * spawned thread needs none of its own. Any other thread has one, from its first ordo_thread_self
 * to its end. Ids need no record: what they are counted with, and a thread's own, is there once for
 * the process, so a lock or a domain that two copies of the library use tells their threads apart.
 *
 * What is to be done at the end of a thread hangs on a pthread key, whose destructor runs after a
 * return, pthread_exit and cancellation, before pthread_join returns.
 */
#include "ordo/thread.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "at_fork.h"
#include "ordo/jump.h"
#include "ordo/misuse.h"
#include "unique.h"

struct ordo_thread {
    ordo_atomic_u32 handles;
    ordo_atomic_u32 park_word;
    uint64_t id;
    pthread_t thread;
    void *(*body)(void *); /* NULL: not spawned by ordo */
    void *argument;
    ordo_thread *older; /* in the scope that it was spawned in */
    char name[16];      /* "": none */
};

static _Thread_local ordo_thread *self; /* NULL in a foreign thread that has not asked */
static _Thread_local uint32_t own_system_id;
static _Thread_local struct ordo_thread_exit *exits; /* the newest first, numbers falling */
static _Thread_local uint64_t exit_count;
static _Thread_local ordo_jump_buffer *jump_target; /* of the ordo_longjmp under way */
static _Thread_local int jump_value;

extern ordo_atomic_u64 ordo_thread_last_id;
UNIQUE(ordo_thread_last_id, ".bss", "8", "8");
extern _Thread_local uint64_t ordo_thread_own_id; /* 0: none yet */
UNIQUE(ordo_thread_own_id, ".tbss, \"awT\", %nobits", "8", "8");

static pthread_key_t end_key;

/* ---- The end of a thread --------------------------------------------------------------------- */

uint64_t ordo_thread_exit_mark(void)
{
    return exit_count;
}

/* Runs what the thread has added since the mark. */
static void run_exits(uint64_t mark)
{
    while (exits != NULL && exits->number > mark) { /* a function may add nodes */
        struct ordo_thread_exit *const node = exits;
        exits = node->next;
        node->function(node->argument);
    }
}

static void notice_end(void)
{
    if (pthread_setspecific(end_key, &end_key) != 0)
        ordo_misuse("thread.c: no memory to notice the end of the thread");
}

static void end_thread(void *unused)
{
    (void)unused;
    notice_end(); /* in case one of them ends the thread again */
    run_exits(0);
    pthread_setspecific(end_key, NULL);
    if (self != NULL && self->body == NULL) {
        ordo_thread_drop(self);
        self = NULL;
    }
}

static void forget_system_id(void)
{
    own_system_id = 0;
}

/* Before constructors of default priority, which may use threads. */
__attribute__((constructor(101))) static void prepare(void)
{
    if (pthread_key_create(&end_key, end_thread) != 0
        || !ordo_at_fork_in_child(forget_system_id))
        ordo_misuse("thread.c: no thread-specific key or fork handler to be had");
}

void ordo_thread_at_exit(struct ordo_thread_exit *node, void (*function)(void *argument),
                         void *argument)
{
    notice_end();
    *node = (struct ordo_thread_exit){exits, function, argument, ++exit_count};
    exits = node;
}

void ordo_thread_not_at_exit(struct ordo_thread_exit *node)
{
    struct ordo_thread_exit **at = &exits;

    while (*at != NULL && *at != node)
        at = &(*at)->next;
    if (*at == NULL)
        ordo_misuse("thread.c: exit node that is not the thread's");
    *at = node->next;
}

void ordo_longjmp(ordo_jump_buffer *buffer, int value)
{
    jump_target = buffer;
    jump_value = value;
    run_exits(buffer->mark);
    longjmp(buffer->target, value);
}

/* The end of the thread finds a guarded call by the C library's list of clean-ups, while the frames
 * are there; ordo_longjmp finds it by an exit node. No jump may pass over that list's entry, so
 * ordo_longjmp stops at the call, which takes the entry back and jumps on. */
struct guarded_call {
    struct ordo_thread_exit exit;
    jmp_buf here;
    void (*cleanup)(void *object);
    void *object;
};

static void end_in_call(void *argument)
{
    struct guarded_call *const call = argument;

    ordo_thread_not_at_exit(&call->exit);
    call->cleanup(call->object);
}

__attribute__((noreturn)) static void stop_at_call(void *argument)
{
    struct guarded_call *const call = argument;

    longjmp(call->here, 1);
}

int ordo_thread_guarded_call(int (*function)(void *argument), void *argument,
                             void (*cleanup)(void *object), void *object)
{
    struct guarded_call call = {.cleanup = cleanup, .object = object};
    int result;
    bool is_left;

    pthread_cleanup_push(end_in_call, &call);
    if (setjmp(call.here) == 0) {
        ordo_thread_at_exit(&call.exit, stop_at_call, &call);
        result = function(argument);
        ordo_thread_not_at_exit(&call.exit);
        is_left = false;
    } else {
        result = 0;
        is_left = true;
    }
    pthread_cleanup_pop(0);
    if (is_left) {
        call.cleanup(call.object);
        ordo_longjmp(jump_target, jump_value);
    }
    return result;
}

/* ---- Records --------------------------------------------------------------------------------- */

static uint64_t new_id(void)
{
    return ordo_fetch_add(&ordo_thread_last_id, 1, ordo_relaxed) + 1;
}

uint64_t ordo_thread_id(void)
{
    if (ordo_thread_own_id == 0)
        ordo_thread_own_id = new_id();
    return ordo_thread_own_id;
}

uint64_t ordo_thread_id_of(const ordo_thread *thread)
{
    return thread->id;
}

uint32_t ordo_thread_system_id(void)
{
    if (own_system_id == 0)
        own_system_id = (uint32_t)syscall(SYS_gettid);
    return own_system_id;
}

ordo_thread *ordo_thread_self(void)
{
    if (self == NULL) {
        ordo_thread *const record = calloc(1, sizeof *record);
        if (record == NULL)
            ordo_misuse("thread.c: no memory for the record of a thread");
        ordo_store(&record->handles, 1, ordo_relaxed);
        record->id = ordo_thread_id();
        notice_end();
        self = record;
    }
    return self;
}

ordo_thread *ordo_thread_clone(ordo_thread *thread)
{
    /* Relaxed: the caller has a handle, so the record stays. */
    if (ordo_fetch_add(&thread->handles, 1, ordo_relaxed) >= INT32_MAX)
        ordo_misuse("thread.c: too many handles of a thread");
    return thread;
}

void ordo_thread_drop(ordo_thread *thread)
{
    /* Release: what the caller did with the record. Acquire: pairs with the other drops. */
    if (ordo_fetch_sub(&thread->handles, 1, ordo_acq_rel) == 1)
        free(thread);
}

ordo_atomic_u32 *ordo_thread_park_word(ordo_thread *thread)
{
    return &thread->park_word;
}

/* ---- Starting and ending --------------------------------------------------------------------- */

static void *start(void *record)
{
    self = record;
    ordo_thread_own_id = self->id;
    if (self->name[0] != '\0')
        prctl(PR_SET_NAME, self->name);
    return self->body(self->argument);
}

/* Rounds up to what pthread_attr_setstacksize takes. A size at which that wraps becomes 0, which is
 * refused. */
static int set_stack_size(pthread_attr_t *attributes, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t least = (size_t)PTHREAD_STACK_MIN;

    if (size < least)
        size = least;
    return pthread_attr_setstacksize(attributes, (size + page - 1) / page * page);
}

int ordo_thread_spawn_with(ordo_thread **thread, const struct ordo_thread_options *options,
                           void *(*body)(void *), void *argument)
{
    ordo_thread *const record = calloc(1, sizeof *record);
    pthread_attr_t attributes;
    int error;

    if (record == NULL)
        return ENOMEM;
    ordo_store(&record->handles, 1, ordo_relaxed);
    record->id = new_id();
    record->body = body;
    record->argument = argument;
    if (options->name != NULL)
        strncpy(record->name, options->name, sizeof record->name - 1);
    error = pthread_attr_init(&attributes);
    if (error == 0) {
        if (options->stack_size != 0)
            error = set_stack_size(&attributes, options->stack_size);
        if (error == 0)
            error = pthread_create(&record->thread, options->stack_size != 0 ? &attributes : NULL,
                                   start, record);
        pthread_attr_destroy(&attributes);
    }
    if (error != 0) {
        free(record);
        return error;
    }
    *thread = record;
    return 0;
}

int ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument)
{
    return ordo_thread_spawn_with(thread, &(struct ordo_thread_options){0}, body, argument);
}

void *ordo_thread_join(ordo_thread *thread)
{
    void *result;

    if (thread->body == NULL)
        ordo_misuse("thread.c: join of a thread that was not spawned");
    if (thread == self)
        ordo_misuse("thread.c: join of the thread itself");
    if (pthread_join(thread->thread, &result) != 0) /* two threads that join each other */
        ordo_misuse("thread.c: join that would never end");
    ordo_thread_drop(thread);
    return result;
}

int ordo_thread_scope_spawn_with(struct ordo_thread_scope *scope,
                                 const struct ordo_thread_options *options,
                                 void *(*body)(void *), void *argument)
{
    ordo_thread *thread;
    const int error = ordo_thread_spawn_with(&thread, options, body, argument);

    if (error == 0) {
        thread->older = scope->newest;
        scope->newest = thread;
    }
    return error;
}

int ordo_thread_scope_spawn(struct ordo_thread_scope *scope, void *(*body)(void *),
                            void *argument)
{
    return ordo_thread_scope_spawn_with(scope, &(struct ordo_thread_options){0}, body, argument);
}

void ordo_thread_scope_end(struct ordo_thread_scope *scope)
{
    int before;

    /* A join is a point of cancellation, and would leave the others running. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    while (scope->newest != NULL) {
        ordo_thread *const thread = scope->newest;
        scope->newest = thread->older;
        ordo_thread_join(thread);
    }
    pthread_setcancelstate(before, NULL);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

void ordo_thread_yield(void)
{
    sched_yield();
}

void ordo_thread_sleep_until(uint64_t deadline)
{
    const uint64_t second = 1000000000;
    const struct timespec until = {.tv_sec = (time_t)(deadline / second),
                                   .tv_nsec = (long)(deadline % second)};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) == EINTR)
        continue;
}
