/* thread.h: threads, and what belongs to one. The model checker (arch/model) has its own version of
 * these functions, which is why nothing outside them uses _Thread_local or pthreads.
 *
 * Spawning happens before all that the thread does; all that it did happens before join returns.
 * Thread-safe; not for signal handlers, but for ordo_thread_unpark. In the child of a fork only the
 * caller of fork is left, and no other thread can be joined there. After _Fork or a raw clone
 * nothing of ordo may be used but what is safe in a signal handler.
 */
#ifndef ORDO_THREAD_H
#define ORDO_THREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/scope.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A handle. It is counted: spawn gives one, which join takes; clone and drop are for others. */
typedef struct ordo_thread ordo_thread;

/* ---- Starting and ending --------------------------------------------------------------------- */

/* Starts `body(argument)` in a new thread and stores its handle in *thread. Returns 0, or EAGAIN,
 * ENOMEM or what else pthread_create has, if there can be no more threads; *thread is then
 * untouched. Every thread is joined once. */
__attribute__((warn_unused_result)) int
ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument);

/* What a thread may be given; what is zero is left to the system. */
struct ordo_thread_options {
    const char *name;  /* what debuggers and ps show: at most 15 bytes, longer ones are cut */
    size_t stack_size; /* bytes, rounded up to what the system needs; EINVAL if it cannot be */
};

/* The same with options. */
__attribute__((warn_unused_result)) int
ordo_thread_spawn_with(ordo_thread **thread, const struct ordo_thread_options *options,
                       void *(*body)(void *), void *argument);

/* Waits until the thread has ended; returns what its body returned, or gave to pthread_exit. The
 * handle is gone then. Aborts if the thread is the caller, or was not spawned by ordo. */
void *ordo_thread_join(ordo_thread *thread);

/* Threads none of which outlives a block:
 *
 *     ORDO_THREAD_SCOPE(scope) {
 *         error = ordo_thread_scope_spawn(&scope, body, &local);
 *         ...
 *     }                                // here all of them are joined
 *
 * They are joined also if the block is left by break, return or goto, and where scope.h says.
 * Cancellation waits until they are. Spawn returns as ordo_thread_spawn. Only the thread that opened
 * the scope spawns in it. */
struct ordo_thread_scope {
    ordo_thread *newest;
};

__attribute__((warn_unused_result)) int ordo_thread_scope_spawn(struct ordo_thread_scope *scope,
                                                                void *(*body)(void *),
                                                                void *argument);
/* The same with options, as ordo_thread_spawn_with. */
__attribute__((warn_unused_result)) int
ordo_thread_scope_spawn_with(struct ordo_thread_scope *scope,
                             const struct ordo_thread_options *options, void *(*body)(void *),
                             void *argument);
void ordo_thread_scope_end(struct ordo_thread_scope *scope);

/* ---- Who am I -------------------------------------------------------------------------------- */

/* The calling thread, however it was started; the same pointer as long as it lives. Not counted:
 * who gives it to another thread clones it. Aborts if the thread was not spawned by ordo and there
 * is no memory for its record, which the first call allocates. */
ordo_thread *ordo_thread_self(void);

/* Another handle of the same thread, which stays valid when the thread has ended and was joined. */
ordo_thread *ordo_thread_clone(ordo_thread *thread);
void ordo_thread_drop(ordo_thread *thread);

/* The caller's number: not 0, and no other thread of the process ever has it. Never fails. All
 * shared objects of a process have the same numbers, even if each is linked with an own copy of the
 * static library; an executable that is so too must export ordo_thread_last_id and
 * ordo_thread_own_id to them, with -rdynamic or -Wl,--export-dynamic-symbol, or it counts apart, and
 * no lock that knows its owner, nor a quiescent domain, may be common to it and them. */
uint64_t ordo_thread_id(void);
uint64_t ordo_thread_id_of(const ordo_thread *thread);

/* The caller's number in the system (Linux: gettid), which is used again after its end. */
uint32_t ordo_thread_system_id(void);

/* ---- Waiting --------------------------------------------------------------------------------- */

/* Lets other threads run. For loops that wait: see ordo_spin_hint, which is shorter. */
void ordo_thread_yield(void);

/* Returns when the deadline of ordo_clock_now has passed, not before; signals do not end it. */
void ordo_thread_sleep_until(uint64_t deadline);

/* Each thread has one token, which is there or not. Unpark makes it be there; park waits until it
 * is and takes it. Park may also return for no reason, so callers loop. park_until returns whether
 * it took the token, false once the deadline has passed. What an unparker did before, each of them,
 * happens before the return of the park that takes the token. No other wait in ordo takes it.
 * (Mara Bos, chapters 1 and 8; Rust's std::thread::park.) */
void ordo_thread_park(void);
bool ordo_thread_park_until(uint64_t deadline);
void ordo_thread_unpark(ordo_thread *thread);

/* For park.c: the word of the thread's token. Starts as 0. */
ordo_atomic_u32 *ordo_thread_park_word(ordo_thread *thread);

/* ---- At the end of a thread ------------------------------------------------------------------ */

/* Something to be done if the thread ends: by return, pthread_exit or cancellation, not by the end
 * of the process. The node is the caller's, and in use until it was run or taken back; not on the
 * stack of the thread, whose frames are gone by then. */
struct ordo_thread_exit {
    struct ordo_thread_exit *next;
    void (*function)(void *argument);
    void *argument;
    uint64_t number; /* of those that the thread has ever added */
};

/* Adds it to the calling thread's: the last one added runs first. Takes it back; aborts if it is
 * not among the calling thread's. */
void ordo_thread_at_exit(struct ordo_thread_exit *node, void (*function)(void *argument),
                         void *argument);
void ordo_thread_not_at_exit(struct ordo_thread_exit *node);

/* For jump.h: how many the thread has ever added. */
uint64_t ordo_thread_exit_mark(void);

/* Returns function(argument). If the thread ends in it, or it is left by ordo_longjmp, runs
 * cleanup(object), while the frames of the callers are still there. It must not be left by a plain
 * longjmp. */
int ordo_thread_guarded_call(int (*function)(void *argument), void *argument,
                             void (*cleanup)(void *object), void *object);

/* Runs the statement that follows as the block of a thread scope. */
#define ORDO_THREAD_SCOPE(name)                                                                    \
    ORDO_THREAD_SCOPE_(ORDO_SCOPE_NAME(ordo_once), name)
#define ORDO_THREAD_SCOPE_(once, name)                                                             \
    for (struct ordo_thread_scope name                                                             \
             __attribute__((cleanup(ordo_thread_scope_end))) = {0}, *once = &name;                 \
         once != 0; once = 0)

#ifdef __cplusplus
}
#endif
#endif
