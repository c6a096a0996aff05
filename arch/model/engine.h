/* engine.h: what the parts of the checker know of each other. Test code includes none of this.
 *
 *     explore.c   which executions there are, and which of them comes next
 *     run.c       one execution: the test's threads, one step at a time
 *     graph.c     execution graphs and their consistency
 *     atomics.c   futex.c clock.c membarrier.c restartable.c spin_limit.c thread.c
 *                 the seams: what they ask of run.c
 *     memory.c    heap, plain accesses, data races
 *     libc.c      the C library for code under test
 *     report.c    a failed execution as a table and a picture
 */
#ifndef ORDO_MODEL_ENGINE_H
#define ORDO_MODEL_ENGINE_H

#include <stddef.h>

#include "explore.h"
#include "graph.h"

/* ---- run.c ----------------------------------------------------------------------------------- */

/* Does one step of the running thread: repeats what the graph has, or adds to it. May let other
 * threads run first. Returns the event, valid until the next step. */
const struct event *model_step(const struct step *step);

/* The running thread; MAX_THREADS outside the test. */
extern unsigned int model_current;
/* What happens before the running thread's next plain access, and how many steps it has done. */
clocks model_now(void);
unsigned int model_done(void);
void model_has_written(void); /* plain memory other than its stack */
void model_count_access(const void *site); /* towards a bound: the loop may be endless */
/* Whether this run has reached the event. */
bool model_has_reached(event_id id);
/* What each thread runs; the number of the thread that is spawned next; its start. */
struct body {
    void *(*function)(void *);
    void *argument, *result;
};
extern struct body model_bodies[MAX_THREADS];
unsigned int model_child(void);
void model_start_child(unsigned int child, const void *site);
void model_forget_threads(void); /* before a test */
void model_await(const void *site); /* a turn of a loop that waits is over */

/* A choice with `count` values; one of a bounded kind has two, and 1 is taken at most so often as
 * the test's options say, in one execution. */
enum choice_kind {
    CHOICE_FREE, CHOICE_SPURIOUS, CHOICE_INTERRUPT, CHOICE_TIMEOUT, CHOICE_WEAK, CHOICE_ALLOCATION,
    CHOICE_KINDS
};
unsigned int model_take(enum choice_kind kind, unsigned int count, const char *name,
                        const void *site);
unsigned int model_bound(enum choice_kind kind);

/* The execution goes wrong here. Does not return. Words as printf. */
__attribute__((noreturn, format(printf, 3, 4))) void
model_fail(enum model_verdict verdict, const void *site, const char *format, ...);
/* The running thread goes no further, as this execution is the same as another one. The other
 * threads do: what they write may lead to executions that are not. Does not return. */
__attribute__((noreturn)) void model_give_up(void);
/* Something was learnt that earlier executions should have known: the exploration starts again. */
__attribute__((noreturn)) void model_relearn(void);

enum outcome {
    OUTCOME_COMPLETE,
    OUTCOME_BLOCKED, /* threads wait for what happens in other executions */
    OUTCOME_CUT,     /* threads wait for a deadline, and no more of them may pass */
    OUTCOME_PRUNED,
    OUTCOME_FAILED,
    OUTCOME_RELEARN
};
/* Runs the test from its start along `graph`, then on to an end. */
enum outcome model_run_once(const struct model_test *test);

struct failure {
    enum model_verdict verdict;
    unsigned int thread;
    const void *site;
    char text[256];
};
extern struct failure model_failure;
/* guard.c: watches over a test whose runs `run_number` counts. The pulse beats with each step. */
void guard_test(const char *name, const unsigned long *run_number);
extern volatile unsigned long model_pulse;

extern bool model_was_reached; /* model_reach saw its condition in this execution */

/* ---- explore.c ------------------------------------------------------------------------------- */

/* Adds a step to the graph, with its first choice, and remembers the others. NONE: there is no
 * consistent choice. */
event_id explore_add(unsigned int thread, const struct step *step);
/* Explores the executions where this futex call took the lock of its queue earlier than others that
 * have had it. The graph stays as it is. */
void explore_late(unsigned int thread, const struct step *lock);

/* ---- futex.c --------------------------------------------------------------------------------- */

/* The store that took the waiting `thread` off the queue; NONE: it is still there. */
event_id futex_waker(unsigned int thread, uint16_t queue);
/* What the `thread` then does to the queue whose lock it took by `lock`, if that reads `store`. */
struct step futex_locked(const struct step *lock, event_id store, unsigned int thread);

/* ---- clock.c --------------------------------------------------------------------------------- */

void clock_reset(void);
void clock_pass(uint64_t deadline); /* it is at least that late now, for the running thread */

/* ---- memory.c -------------------------------------------------------------------------------- */

enum { STACK_SIZE = 256 * 1024, HEAP_SIZE = 256 * 1024 };

void memory_forget(void);              /* before a test */
void memory_reset(void);               /* before an execution */
void *memory_stack(unsigned int thread, size_t *size);
/* The number of an atomic location, checked to be one that may be used now. Restarts the
 * exploration if it was not known. */
uint16_t memory_location(const volatile void *object, unsigned int size, const void *site);
uint16_t memory_hidden_location(const volatile void *address);
/* The location that a futex word is, or that it is a half of; *shift: where in its value. */
uint16_t memory_word_location(const volatile void *word, unsigned int *shift, const void *site);
unsigned int memory_locations(void);
const volatile void *memory_address(uint16_t location);
unsigned int memory_size(uint16_t location);
ordo_u128 memory_initial_value(uint16_t location);
/* What a plain access of the code under test goes through: before it. */
void memory_access(const volatile void *address, size_t size, bool is_write, const void *site);
/* The value of a plain store to an atomic object is known after it: takes note of it. */
void memory_settle(void);
/* Where a block was allocated that is not freed, or NULL. */
const void *memory_leak(void);

void *memory_allocate(size_t size, size_t alignment, bool zero, const void *site);
void memory_free(void *block, const void *site);
size_t memory_block_size(const void *block);

/* ---- report.c -------------------------------------------------------------------------------- */

void report_failure(const struct model_test *test, unsigned long run);
void report_progress(const struct model_test *test, unsigned long executions, double seconds);
const char *report_source(const void *site); /* file:line, in a static buffer */

/* ---- context_<cpu>.S ------------------------------------------------------------------------- */

/* A context is a stack pointer below which the registers are saved. */
void *model_prepare(void *stack_end, void (*entry)(void));
void model_switch(void **save, void *load);

#endif
