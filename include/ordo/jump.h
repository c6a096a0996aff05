/* jump.h: a longjmp that does what has to be done on the way. C has no hook for longjmp, so this
 * one has a name of its own: it runs, the last one first, what its thread has given to
 * ordo_thread_at_exit since the setjmp, and then jumps. Poison mutexes (poison_mutex.h) that were
 * locked since are so given back, and a once (once.h) whose initialiser is left has failed. Guards
 * and scopes of other kinds are not (scope.h): those that are left by either longjmp stay as they are.
 *
 *     ordo_jump_buffer buffer;
 *     if (ORDO_SETJMP(&buffer) == 0)
 *         work();                      // may call ordo_longjmp(&buffer, 1)
 *     else
 *         ...
 *
 * The rules of setjmp (C17 7.13) hold: within one thread, to a function that has not returned yet,
 * and local variables that were changed since have to be volatile. Not for signal handlers.
 */
#ifndef ORDO_JUMP_H
#define ORDO_JUMP_H

#include <setjmp.h>

#include "ordo/thread.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_jump_buffer {
    jmp_buf target;
    uint64_t mark; /* ordo_thread_exit_mark at the setjmp */
} ordo_jump_buffer;

static inline jmp_buf *ordo_jump_start(ordo_jump_buffer *buffer)
{
    buffer->mark = ordo_thread_exit_mark();
    return &buffer->target;
}

/* 0 at first, `value` after an ordo_longjmp. Stands where setjmp may stand (C17 7.13.1.1). */
#define ORDO_SETJMP(buffer) setjmp(*ordo_jump_start(buffer))

__attribute__((noreturn)) void ordo_longjmp(ordo_jump_buffer *buffer, int value);

#ifdef __cplusplus
}
#endif
#endif
