/* model.h: how a model test is written. The checker runs it through every execution that the memory
 * model (RC11) allows, and compares what happened with what the test expects.
 *
 *     #include "model.h"
 *     #include <ordo/atomic.h>
 *     #include <ordo/thread.h>
 *
 *     static ordo_atomic_u32 x, y;                // as they are initialised before every execution
 *     static void *left(void *unused) { ... }
 *
 *     MODEL_TEST(store_buffering_relaxed, .expect = model_reached)
 *     {
 *         ordo_thread *thread;
 *         model_assert(ordo_thread_spawn(&thread, left, NULL) == 0);
 *         ...
 *         ordo_thread_join(thread);
 *         model_reach(a == 0 && b == 0);
 *     }
 *
 * A test is deterministic apart from the checker's choices: no clock, no random numbers, no
 * decisions by address, no _Thread_local. It joins its threads and frees its memory. It has at
 * most 8 threads, and calls nothing of the C library but what arch/model/libc.c has. A loop that
 * waits ends each turn with ordo_spin_hint or ordo_thread_yield: two equal turns without an effect,
 * not even on a local variable, are taken for endless waiting.
 */
#ifndef ORDO_MODEL_H
#define ORDO_MODEL_H

#include <stdbool.h>
#include <stddef.h>

/* What a test expects of all its executions together. Anything else is a failure of the test. */
enum model_verdict {
    model_passes,          /* no execution goes wrong; no model_reach is asked to be true */
    model_reached,         /* nothing goes wrong, and some execution makes a model_reach true */
    model_never_reached,   /* nothing goes wrong, and no execution does; exploration complete */
    model_assertion,       /* some execution fails a model_assert */
    model_data_race,
    model_deadlock,        /* threads wait for each other or for a lost wake-up */
    model_use_after_free,
    model_double_free,
    model_leak,
    model_misuse,          /* the code under test aborts */
    model_unbounded,       /* a bound on steps was hit */
    model_nondeterminism   /* a replay went another way */
};

struct model_options {
    enum model_verdict expect;
    /* Choices beside scheduling, each taken at most so many times in one execution; 0: never. */
    unsigned int spurious_returns;    /* a futex wait returns 0 for no reason */
    unsigned int interrupts;          /* a futex wait returns EINTR */
    unsigned int timeouts;            /* a deadline passes */
    unsigned int weak_failures;       /* a weak compare-exchange fails for no reason */
    unsigned int allocation_failures; /* malloc returns NULL */
    unsigned int steps;               /* operations of one thread in one execution; 0: 1000 */
    unsigned long executions;         /* stop after so many, and say so; 0: no bound */
};

struct model_test {
    const char *name;
    const char *file;
    void (*body)(void);
    struct model_options options;
    struct model_test *next;
};

void model_register(struct model_test *test);

#define MODEL_TEST(test, ...)                                                                      \
    static void test(void);                                                                        \
    static struct model_test test##_entry = {                                                      \
        #test, __FILE__, test, {__VA_ARGS__}, NULL};                                               \
    __attribute__((constructor)) static void test##_register(void)                                 \
    {                                                                                              \
        model_register(&test##_entry);                                                             \
    }                                                                                              \
    static void test(void)

/* Must hold in every execution. */
#define model_assert(condition)                                                                    \
    ((condition) ? (void)0 : model_assertion_failed(#condition, __FILE__, __LINE__))

/* Notes that `condition` was true in this execution. */
void model_reach(bool condition);

/* A choice of the checker: every value from 0 to count - 1 is explored. */
unsigned int model_choose(unsigned int count);

__attribute__((noreturn)) void model_assertion_failed(const char *condition, const char *file,
                                                      int line);

#endif
