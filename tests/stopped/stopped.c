/* stopped.c: see stopped.h. Made of POSIX threads: what is under test is not to be relied on. */
#include "stopped.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "ordo/ordo.h"
#include "symbol_types.h"

/* The calling thread's, if it is one that is to be stopped. */
static _Thread_local struct stopped_thread *self;

/* ---- The thread that stops ------------------------------------------------------------------- */

/* With the mutex. */
static void tell(enum stopped_at at)
{
    self->at = at;
    self->events++;
    pthread_cond_broadcast(&self->changed);
}

static void step(void)
{
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->mutex);
    if (++self->done == self->limit) {
        if (self->is_killed)
            raise(SIGKILL);
        tell(stopped_inside);
        while (self->limit != 0)
            pthread_cond_wait(&self->changed, &self->mutex);
    }
    pthread_mutex_unlock(&self->mutex);
}

static void about_to_wait(void)
{
    if (self == NULL)
        return;
    pthread_mutex_lock(&self->mutex);
    tell(stopped_waiting);
    pthread_mutex_unlock(&self->mutex);
}

static void *run(void *peer)
{
    self = peer;
    self->body(self->argument);
    pthread_mutex_lock(&self->mutex);
    tell(stopped_ended);
    pthread_mutex_unlock(&self->mutex);
    self = NULL; /* what the end of the thread does is not counted */
    return NULL;
}

/* ---- The test -------------------------------------------------------------------------------- */

enum stopped_at stopped_next(struct stopped_thread *peer)
{
    pthread_mutex_lock(&peer->mutex);
    while (peer->events == peer->events_seen)
        pthread_cond_wait(&peer->changed, &peer->mutex);
    peer->events_seen = peer->events;
    const enum stopped_at at = peer->at;
    pthread_mutex_unlock(&peer->mutex);
    return at;
}

enum stopped_at stop_after(struct stopped_thread *peer, unsigned int k,
                           void (*body)(void *argument), void *argument)
{
    *peer = (struct stopped_thread){
        .body = body,
        .argument = argument,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .limit = k,
    };
    if (pthread_create(&peer->thread, NULL, run, peer) != 0) {
        fputs("stopped.c: cannot create a thread\n", stderr);
        abort();
    }
    return stopped_next(peer);
}

void stopped_resume(struct stopped_thread *peer)
{
    pthread_mutex_lock(&peer->mutex);
    peer->limit = 0;
    pthread_cond_broadcast(&peer->changed);
    pthread_mutex_unlock(&peer->mutex);
    pthread_join(peer->thread, NULL);
}

void killed_after(unsigned int k, void (*body)(void *argument), void *argument)
{
    struct stopped_thread this = {
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
        .limit = k,
        .is_killed = true,
    };

    self = &this;
    body(argument);
    self = NULL;
}

/* ---- Every atomic operation ------------------------------------------------------------------ */

/* __real_x is the library's x; the linker makes __wrap_x of each call of x. */
#define WRAPPED(name) extern __typeof__(name) __real_##name, __wrap_##name

#define WRAP(name, T, parameters, arguments)                                                       \
    WRAPPED(name);                                                                                 \
    T __wrap_##name parameters                                                                     \
    {                                                                                              \
        const T result = __real_##name arguments;                                                  \
        step();                                                                                    \
        return result;                                                                             \
    }
#define WRAP_VOID(name, parameters, arguments)                                                     \
    WRAPPED(name);                                                                                 \
    void __wrap_##name parameters                                                                  \
    {                                                                                              \
        __real_##name arguments;                                                                   \
        step();                                                                                    \
    }

#define WRAP_load(name, T)   WRAP(name, T, (const volatile T *object), (object))
#define WRAP_store(name, T)  WRAP_VOID(name, (volatile T * object, T value), (object, value))
#define WRAP_fetch(name, T)  WRAP(name, T, (volatile T * object, T value), (object, value))
#define WRAP_update(name, T) WRAP_VOID(name, (volatile T * object, T value), (object, value))
#define WRAP_compare(name, T)                                                                      \
    WRAP(name, bool, (volatile T * object, T *expected, T desired), (object, expected, desired))
#define WRAP_bit(name, T)                                                                          \
    WRAP(name, bool, (volatile T * object, unsigned int index), (object, index))
#define WRAP_wait(name, T)                                                                         \
    WRAP(name, bool, (const volatile T *object, T old, uint64_t timeout_ns),                       \
         (object, old, timeout_ns))
#define WRAP_fence(name, T)
#define WRAP_hint(name, T)
#ifdef ORDO_UNJOINED_COMPARE_EXCHANGE
#define WRAP_pair(name, T)                                                                         \
    WRAP(name, bool, (volatile T * object, T *expected, T desired, int success, int failure),      \
         (object, expected, desired, success, failure))
#else
#define WRAP_pair(name, T)
#endif

#define ORDO_SYMBOL(name, kind, operation, type, ordering) WRAP_##kind(name, T_##type)
#include "symbols.inc"

/* ---- Every call of the futex ----------------------------------------------------------------- */

/* Nothing stops inside of one: it is the system's, also where core/pthread plays the system. */
#define WRAP_FUTEX(name, T, say, parameters, arguments)                                            \
    WRAPPED(name);                                                                                 \
    T __wrap_##name parameters                                                                     \
    {                                                                                              \
        struct stopped_thread *const own = self;                                                   \
                                                                                                   \
        say();                                                                                     \
        self = NULL;                                                                               \
        const T result = __real_##name arguments;                                                  \
        self = own;                                                                                \
        return result;                                                                             \
    }
#define WRAP_FUTEX_WAIT(name, parameters, arguments)                                               \
    WRAP_FUTEX(name, int, about_to_wait, parameters, arguments)

static void say_nothing(void)
{
}

WRAP_FUTEX_WAIT(ordo_futex_wait, (const ordo_atomic_u32 *word, uint32_t expected),
                (word, expected))
WRAP_FUTEX_WAIT(ordo_futex_wait_until,
                (const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline),
                (word, expected, deadline))
WRAP_FUTEX_WAIT(ordo_futex_wait_bitset,
                (const ordo_atomic_u32 *word, uint32_t expected, uint64_t deadline, uint32_t bits,
                 unsigned int flags),
                (word, expected, deadline, bits, flags))
WRAP_FUTEX_WAIT(ordo_futex_wait_any,
                (const struct ordo_futex_waiter *waiters, unsigned int count, uint64_t deadline,
                 unsigned int flags, unsigned int *which),
                (waiters, count, deadline, flags, which))
WRAP_FUTEX(ordo_futex_wake, uint32_t, say_nothing, (const ordo_atomic_u32 *word, uint32_t count),
           (word, count))
WRAP_FUTEX(ordo_futex_wake_bitset, uint32_t, say_nothing,
           (const ordo_atomic_u32 *word, uint32_t count, uint32_t bits, unsigned int flags),
           (word, count, bits, flags))
WRAP_FUTEX(ordo_futex_requeue, uint32_t, say_nothing,
           (const ordo_atomic_u32 *from, uint32_t wake, const ordo_atomic_u32 *to, uint32_t move,
            unsigned int flags),
           (from, wake, to, move, flags))
WRAP_FUTEX(ordo_futex_compare_requeue, int, say_nothing,
           (const ordo_atomic_u32 *from, uint32_t expected, uint32_t wake,
            const ordo_atomic_u32 *to, uint32_t move, unsigned int flags, uint32_t *done),
           (from, expected, wake, to, move, flags, done))
