/* thread.h: threads, and what belongs to one. The model checker (arch/model) has its own version of
 * these functions, which is why nothing outside them uses _Thread_local or pthreads.
 *
 * Spawning happens before all that the thread does; all that it did happens before join returns.
 * Thread-safe; not for signal handlers. In the child of a fork only the caller of fork is left, and
 * no other thread can be joined there.
 */
#ifndef ORDO_THREAD_H
#define ORDO_THREAD_H

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ordo_thread ordo_thread;

/* Starts `body(argument)` in a new thread and stores its handle in *thread. Returns 0, or EAGAIN or
 * ENOMEM if there can be no more threads; *thread is then untouched. Every thread is joined once. */
int ordo_thread_spawn(ordo_thread **thread, void *(*body)(void *), void *argument);

/* Waits until the thread has ended; returns what its body returned, or gave to pthread_exit. The
 * handle is gone then. Aborts if the thread is the caller, or was not spawned by ordo. */
void *ordo_thread_join(ordo_thread *thread);

/* The calling thread, however it was started; the same pointer as long as it lives. */
ordo_thread *ordo_thread_self(void);

/* Lets other threads run. For loops that wait: see ordo_spin_hint, which is shorter. */
void ordo_thread_yield(void);

#ifdef __cplusplus
}
#endif
#endif
