/* both_ways.c: the number of executions of a program does not depend on which thread the checker
 * lets go first. For generated programs with futexes, waiting loops, restartable steps and choices,
 * which the enumerator does not know, the checker explores each twice: lowest thread first, and
 * highest first. The two must agree on the number of executions and on whether there is a deadlock.
 *
 *     both_ways [--programs N] [--seed S]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"
#include "ordo/atomic.h"
#include "ordo/clock.h"
#include "ordo/futex.h"
#include "ordo/membarrier.h"
#include "ordo/restartable.h"
#include "ordo/thread.h"

enum { THREADS = 4, LENGTH = 4, OBJECTS = 3, TOO_MANY = 20000 };

/* The first QUEUE_ACTIONS make a program of their own kind: what happens on queues. */
enum action {
    wait_if_zero, wait_for_bit, wake_one, wake_bit, requeue, requeue_all, compare_requeue,
    wait_and_store, QUEUE_ACTIONS, store_relaxed = QUEUE_ACTIONS, store_release, clear, add,
    exchange_if_zero, wait_if_one, wait_until, wake_two, wake_and_store, look_and_wake, wake_op,
    spin, lock, restartable_set, restartable_clear, fence_heavy, choose, ACTIONS
};

struct operation {
    enum action action;
    unsigned int object, other;
};

static struct program {
    unsigned int threads, length[THREADS];
    struct operation operation[THREADS][LENGTH];
} program;

/* The only memory of the programs, put back before each execution. */
__attribute__((section("model_data"))) static ordo_atomic_u32 objects[OBJECTS] = {{0}, {0}, {0}};

static void perform(const struct operation *operation)
{
    ordo_atomic_u32 *const object = &objects[operation->object];
    ordo_atomic_u32 *const other = &objects[operation->other];
    uint32_t zero = 0;

    switch (operation->action) {
    case store_relaxed: ordo_store(object, 1, ordo_relaxed); break;
    case store_release: ordo_store(object, 1, ordo_release); break;
    case clear: ordo_store(object, 0, ordo_seq_cst); break;
    case add: ordo_fetch_add(object, 1, ordo_acq_rel); break;
    case exchange_if_zero:
        ordo_compare_exchange_weak(object, &zero, 1, ordo_acquire, ordo_relaxed);
        break;
    case wait_if_zero: ordo_futex_wait(object, 0); break;
    case wait_for_bit:
        ordo_futex_wait_bitset(object, 0, ORDO_NEVER, 1 + operation->other, ordo_futex_private);
        break;
    case wake_bit:
        ordo_futex_wake_bitset(object, 2, 1 + operation->other, ordo_futex_private);
        break;
    case requeue: ordo_futex_requeue(object, 0, other, 1, ordo_futex_private); break;
    case requeue_all:
        if (ordo_futex_requeue(object, 1, other, UINT32_MAX, ordo_futex_private) > 1)
            ordo_store(object, 4, ordo_relaxed);
        break;
    case compare_requeue:
        ordo_futex_compare_requeue(object, 0, 1, other, 1, ordo_futex_private, NULL);
        break;
    case wait_if_one: ordo_futex_wait(object, 1); break;
    case wait_until: ordo_futex_wait_until(object, 0, ordo_clock_now() + 1); break;
    case wait_and_store:
        if (ordo_futex_wait(object, 0) != 0)
            ordo_store(object, 2, ordo_relaxed);
        break;
    case wake_one: ordo_futex_wake(object, 1); break;
    case wake_two: ordo_futex_wake(object, 2); break;
    case wake_and_store:
        if (ordo_futex_wake(object, 1) > 0)
            ordo_store(other, 3, ordo_relaxed);
        break;
    case look_and_wake:
        if (ordo_load(object, ordo_acquire) != 0)
            ordo_futex_wake(other, 1);
        break;
    case wake_op:
        ordo_futex_wake_op(object, 1, other, 1,
                           ordo_futex_operation(ordo_futex_xor, 1, ordo_futex_equal, 0),
                           ordo_futex_private);
        break;
    case spin:
        while (ordo_load(object, ordo_acquire) == 0)
            ordo_spin_hint();
        break;
    case lock:
        while (ordo_exchange(object, 1, ordo_acquire) != 0)
            ordo_thread_yield();
        break;
    case restartable_set:
        if (ordo_restartable_store(object, 0, 1))
            ordo_futex_wake(other, 1);
        break;
    case restartable_clear: ordo_restartable_store(object, 1, 0); break;
    case fence_heavy: ordo_fence_heavy(); break;
    case choose:
        if (model_choose(2) != 0)
            ordo_store(object, 1, ordo_relaxed);
        else
            ordo_futex_wake(object, 1);
        break;
    case ACTIONS:
        break;
    }
}

static void *run_thread(void *number)
{
    const uintptr_t t = (uintptr_t)number;

    for (unsigned int i = 0; i < program.length[t]; i++)
        perform(&program.operation[t][i]);
    return NULL;
}

static void run_program(void)
{
    ordo_thread *threads[THREADS];

    for (uintptr_t t = 1; t < program.threads; t++)
        model_assert(ordo_thread_spawn(&threads[t], run_thread, (void *)t) == 0);
    run_thread((void *)0);
    for (unsigned int t = 1; t < program.threads; t++)
        ordo_thread_join(threads[t]);
}

/* Of 0 to below - 1: a linear congruential generator (Knuth's MMIX), its upper bits. */
static unsigned int random_below(uint64_t *state, unsigned int below)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned int)(*state >> 33) % below;
}

/* An expectation that is never met makes the checker go on after a deadlock. */
static void generate(uint64_t *state, struct model_options *options)
{
    const unsigned int actions = random_below(state, 2) == 0 ? ACTIONS : QUEUE_ACTIONS;
    const unsigned int objects_used = 2 + random_below(state, OBJECTS - 1);

    program.threads = 2 + random_below(state, THREADS - 1);
    for (unsigned int t = 0; t < program.threads; t++) {
        program.length[t] = 1 + random_below(state, LENGTH + 2 - program.threads);
        for (unsigned int i = 0; i < program.length[t]; i++)
            program.operation[t][i] = (struct operation){
                (enum action)random_below(state, actions), random_below(state, objects_used),
                random_below(state, objects_used)};
    }
    *options = (struct model_options){.expect = model_double_free, .executions = TOO_MANY,
                                      .spurious_returns = random_below(state, 4) == 0,
                                      .interrupts = random_below(state, 4) == 0,
                                      .timeouts = random_below(state, 3) == 0,
                                      .weak_failures = random_below(state, 3) == 0};
}

static void print_program(unsigned long number)
{
    printf("program %lu, operations as action.object.other:\n", number);
    for (unsigned int t = 0; t < program.threads; t++) {
        printf("    thread %u:", t);
        for (unsigned int i = 0; i < program.length[t]; i++)
            printf(" %d.%u.%u", (int)program.operation[t][i].action,
                   program.operation[t][i].object, program.operation[t][i].other);
        putchar('\n');
    }
}

int main(int argc, char **argv)
{
    unsigned long programs = 5000, executions = 0, deadlocks = 0, skipped = 0, wrong = 0;
    uint64_t seed = 1;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--programs") == 0)
            programs = strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--seed") == 0)
            seed = strtoul(argv[i + 1], NULL, 10);
    }
    uint64_t state = seed;
    for (unsigned long number = 0; number < programs; number++) {
        struct model_test test = {.name = "generated", .file = __FILE__, .body = run_program};

        generate(&state, &test.options);
        model_settings.reverse = false;
        const struct model_result one = model_run(&test);
        model_settings.reverse = true;
        const struct model_result other = model_run(&test);
        if (!one.complete || !other.complete) {
            skipped++;
            continue;
        }
        executions += one.executions;
        deadlocks += one.found == model_deadlock;
        if (one.executions != other.executions || one.found != other.found) {
            wrong++;
            print_program(number);
            printf("    %lu executions, %s; and the other way round %lu, %s\n", one.executions,
                   model_verdict_name(one.found), other.executions,
                   model_verdict_name(other.found));
        }
    }
    printf("both ways, seed %llu: %lu programs, %lu with a deadlock, %lu executions, "
           "%lu too large; %lu differ\n",
           (unsigned long long)seed, programs, deadlocks, executions, skipped, wrong);
    return wrong == 0 && executions > programs ? 0 : 1;
}
