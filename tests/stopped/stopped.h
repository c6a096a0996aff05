/* stopped.h: a thread that stops in the middle of an operation, after any atomic operation of it
 * that the test names, and stays there until the test lets it go on. So tests show what others can
 * still do beside a peer that was preempted, or stopped by a signal, at the worst moment: no luck,
 * no time.
 *
 *     static void send(void *channel) { ... }
 *
 *     Test(stopped_channel, try_receive_beside_a_send)
 *     {
 *         struct stopped_thread peer;
 *         unsigned int k = 1;
 *
 *         for (; stop_after(&peer, k, send, &channel) == stopped_inside; k++) {
 *             ... operations of this thread: each must return, or the test times out ...
 *             stopped_resume(&peer);
 *             ... send has returned: nothing is lost ...
 *         }
 *         stopped_resume(&peer);
 *         cr_expect(k > 2, "it did stop inside");
 *     }
 *
 * There is no hook in what is tested. The program (build/TARGET/tests/stopped) is linked with --wrap
 * for every symbol of ops.tbl that has an object (not fences and hints), so each call of one, from
 * core/ or from the test, comes by stopped.c, which counts those of the threads that are to be
 * stopped. What others see changes only in these operations: stops after the first, the second and
 * so on are all there are; one after the last is before the wake of a futex that may follow.
 *
 * The number of operations may depend on what others do, but is the same in each run of a test that
 * does the same. An operation that spins without end is never at its end.
 */
#ifndef ORDO_TEST_STOPPED_H
#define ORDO_TEST_STOPPED_H

#include <pthread.h>

enum stopped_at {
    stopped_ended,  /* the body has returned: it has no k-th operation */
    stopped_inside, /* after the k-th */
    stopped_waiting /* it has done fewer, and is about to sleep on a futex; it is not held, but goes
                       on when it is woken */
};

/* Plain data of the test; no function but these looks into it. */
struct stopped_thread {
    pthread_t thread;
    void (*body)(void *argument);
    void *argument;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    enum stopped_at at;
    unsigned int done;  /* atomic operations */
    unsigned int limit; /* where it stops; 0: nowhere */
    unsigned int events, events_seen;
};

/* Starts body(argument) in a new thread, and returns when that is stopped after its k-th atomic
 * operation, or waits, or has returned. k counts from 1. */
enum stopped_at stop_after(struct stopped_thread *peer, unsigned int k,
                           void (*body)(void *argument), void *argument);

/* For a peer that was waiting, when the test has done what wakes it: the next that happens to it.
 * It may well wait again, if something woke it for nothing. */
enum stopped_at stopped_next(struct stopped_thread *peer);

/* Lets it run and returns when the body has returned. Once for each stop_after. */
void stopped_resume(struct stopped_thread *peer);

#endif
