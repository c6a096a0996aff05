/* once.h: runs an initialiser once, whoever comes first; the others wait for it.
 *
 *     static ordo_once once = ORDO_ONCE_INIT;
 *     if (ordo_once_call(&once, open_log, NULL) != 0)
 *         ...
 *
 * Size: 4 bytes. All zero bytes: not run.
 * States: 0 not run; 1 running; 2 running, and somebody may sleep; 3 done.
 * Orderings: the initialiser that returned 0 happens before every return of 0.
 * Errors: what the initialiser returns, if not 0, is returned to the call that ran it, and the once
 *     is as if it had not run; of the others that wait one runs its own initialiser, and so on.
 * Waiting: sleeps. Once it is done a call is one acquire load.
 * Ending: if the initialiser's thread ends in it, by pthread_exit or cancellation, or leaves it by
 *     a C++ exception or by ordo_longjmp (jump.h), that is a failure: the next call, or one that waits, runs its own. C
 *     has no hook for longjmp: an initialiser must not be left by a plain one.
 * Misuse: a call from inside its own initialiser waits for ever.
 * Signals: not safe in a handler. Sharing: between the threads of one process.
 * Fork: one that another thread ran at the fork stays running in the child.
 * Destruction: needs none. The memory may be freed once the last call has returned.
 * (Mara Bos, chapters 2 and 3; POSIX pthread_once, with failure.)
 */
#ifndef ORDO_ONCE_H
#define ORDO_ONCE_H

#include "ordo/atomic.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_once {
    ordo_atomic_u32 state;
} ordo_once;

#define ORDO_ONCE_INIT { ORDO_ATOMIC_INIT(0) }

/* Whether it is done. If so, the initialiser happens before the return. */
static inline bool ordo_once_is_done(const ordo_once *once)
{
    return ordo_load(&once->state, ordo_acquire) == 3; /* pairs with the release in once.c */
}

/* What ordo_once_call does while the once is not done. */
__attribute__((cold)) int ordo_once_run(ordo_once *once, int (*initialise)(void *argument),
                                        void *argument);

/* Returns 0 when an initialiser has returned 0, this call's or another's. Else what its own
 * gave. */
__attribute__((warn_unused_result)) static inline int
ordo_once_call(ordo_once *once, int (*initialise)(void *argument), void *argument)
{
    return ordo_once_is_done(once) ? 0 : ordo_once_run(once, initialise, argument);
}

#ifdef __cplusplus
}
#endif
#endif
