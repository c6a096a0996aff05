/* subject.h: what the model tests of one algorithm share: running threads, and seeding faults.
 *
 * A subject is written once, as it should be, and marks the places that its known-wrong variants
 * break. A fault is a value of the file's own enum, 0 being none:
 *
 *     ordo_store(&locked, false, unless(relaxed_unlock, ordo_release));
 *     if (!seeded(no_wake))
 *         ordo_futex_wake(&word, 1);
 *
 * The tests at the end of a file are then a table: this scenario is sound, and with that fault it
 * goes wrong in that way.
 *
 *     SOUND(two_increments, .expect = model_passes)
 *     FAULTY(two_increments, relaxed_unlock, .expect = model_data_race)
 */
#ifndef ORDO_TESTS_MODEL_SUBJECT_H
#define ORDO_TESTS_MODEL_SUBJECT_H

#include <stdint.h>
#include <stdlib.h>

#include "model.h"
#include <ordo/atomic.h>
#include <ordo/thread.h>

/* Written before the first thread is spawned, and as all static data 0 again for each execution. */
static int seeded_fault;

static inline bool seeded(int fault)
{
    return seeded_fault == fault;
}

/* `order`, which is what the algorithm needs here, unless the fault is seeded. */
static inline enum ordo_order unless(int fault, enum ordo_order order)
{
    return seeded(fault) ? ordo_relaxed : order;
}

/* For a seq_cst, where the question is whether release or acquire would do. */
static inline enum ordo_order downgraded(int fault, enum ordo_order weaker, enum ordo_order order)
{
    return seeded(fault) ? weaker : order;
}

#define SOUND(scenario, ...)                                                                       \
    MODEL_TEST(scenario##_sound, __VA_ARGS__)                                                      \
    {                                                                                              \
        scenario();                                                                                \
    }

#define FAULTY(scenario, fault, ...)                                                               \
    MODEL_TEST(scenario##_##fault, __VA_ARGS__)                                                    \
    {                                                                                              \
        seeded_fault = fault;                                                                      \
        scenario();                                                                                \
    }

/* The same pointer; but the compiler does not see where it comes from, and so does not warn of an
 * error that is there on purpose. */
static inline void *disguised(void *pointer)
{
    __asm__("" : "+r"(pointer));
    return pointer;
}

/* Starts a thread, for tests without allocation_failures: then there always is one. */
static inline ordo_thread *spawn(void *(*body)(void *argument), void *argument)
{
    ordo_thread *thread = NULL;

    model_assert(ordo_thread_spawn(&thread, body, argument) == 0);
    return thread;
}

typedef void thread_body(void);

static inline void *subject_thread(void *body)
{
    (*(thread_body *const *)body)();
    return NULL;
}

/* Runs the bodies at the same time, the first on the calling thread, and waits for all. A body for
 * which there is no thread, where the test lets that happen, is run on the calling one. */
static inline void run_together(size_t count, thread_body *const bodies[])
{
    ordo_thread *threads[4] = {NULL};

    for (size_t i = 1; i < count; i++)
        if (ordo_thread_spawn(&threads[i], subject_thread, (void *)(uintptr_t)&bodies[i]) != 0)
            bodies[i]();
    bodies[0]();
    for (size_t i = 1; i < count; i++)
        if (threads[i] != NULL)
            ordo_thread_join(threads[i]);
}

#define TOGETHER(...)                                                                              \
    run_together(sizeof((thread_body *const[]){__VA_ARGS__}) / sizeof(thread_body *),              \
                 (thread_body *const[]){__VA_ARGS__})

#endif
