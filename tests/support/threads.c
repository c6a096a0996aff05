/* threads.c: see threads.h. A thread that cannot be made ends the test program with a message: the
 * tests that ask for threads prove nothing without them. */
#include "threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

struct start {
    void (*body)(unsigned self, void *shared);
    void *shared;
    unsigned *arrived;
    unsigned count;
    unsigned self;
};

void meet(unsigned *arrived, unsigned count)
{
    enum { patience = 200 };
    __atomic_fetch_add(arrived, 1, __ATOMIC_ACQ_REL);
    for (int i = 0; __atomic_load_n(arrived, __ATOMIC_ACQUIRE) < count; i++)
        if (i > patience)
            sched_yield();
}

static void *run(void *argument)
{
    struct start *start = argument;
    meet(start->arrived, start->count);
    start->body(start->self, start->shared);
    return NULL;
}

void run_threads(unsigned count, void (*body)(unsigned self, void *shared), void *shared)
{
    pthread_t threads[max_test_threads];
    struct start starts[max_test_threads];
    unsigned arrived = 0;
    if (count > max_test_threads)
        abort();

    for (unsigned i = 0; i < count; i++) {
        starts[i] = (struct start){body, shared, &arrived, count, i};
        if (pthread_create(&threads[i], NULL, run, &starts[i]) != 0) {
            fputs("threads.c: cannot create a thread\n", stderr);
            abort();
        }
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}
