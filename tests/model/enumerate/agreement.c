/* agreement.c: the model checker against the enumerator, on generated programs.
 *
 * Each program runs as an ordinary model test: threads that call the public operations. Both must
 * find the same final states, and the same number of consistent executions. Two programs that share
 * nothing but the text of RC11 would hardly make the same mistake.
 */
#define ORDO_UNJOINED_COMPARE_EXCHANGE
#include "enumerate.h"
#include "generate.h"

#include "explore.h"
#include "ordo/atomic.h"
#include "ordo/thread.h"

#include <stdio.h>

/* ---- The program as a model test ------------------------------------------------------------- */

/* The data of code under test, which the checker resets, are in this section. */
static ordo_atomic_u32 shared[max_locations] __attribute__((section("model_data")));

static const struct program *current;
static outcome registers[max_registers]; /* of the execution that runs */
static struct outcomes seen;

static void perform(const struct instruction *code)
{
    ordo_atomic_u32 *const object = &shared[code->location];
    uint32_t value = (uint32_t)code->expected;
    bool stored = false;

    switch (code->kind) {
    case kind_load:
        value = ordo_load(object, code->order);
        break;
    case kind_store:
        ordo_store(object, (uint32_t)code->value, code->order);
        break;
    case kind_exchange:
        value = ordo_exchange(object, (uint32_t)code->value, code->order);
        break;
    case kind_fetch_add:
        value = ordo_fetch_add(object, (uint32_t)code->value, code->order);
        break;
    case kind_compare:
        stored = ordo_compare_exchange(object, &value, (uint32_t)code->value, code->order,
                                       code->failure);
        break;
    case kind_compare_weak:
        stored = ordo_compare_exchange_weak(object, &value, (uint32_t)code->value, code->order,
                                            code->failure);
        break;
    default:
        ordo_thread_fence(code->order);
    }
    if (code->result >= 0)
        registers[code->result] = outcome_register(code->result, (int)value, stored);
}

static void *run_thread(void *argument)
{
    const struct thread *const thread = argument;

    for (int i = 0; i < thread->count; i++)
        perform(&thread->code[i]);
    return NULL;
}

static void body(void)
{
    ordo_thread *threads[max_threads];

    for (int t = 0; t < current->thread_count; t++)
        model_assert(ordo_thread_spawn(&threads[t], run_thread,
                                       (void *)(uintptr_t)&current->threads[t])
                     == 0);
    for (int t = 0; t < current->thread_count; t++)
        ordo_thread_join(threads[t]);
}

static bool is_used(int location)
{
    for (int t = 0; t < current->thread_count; t++)
        for (int i = 0; i < current->threads[t].count; i++)
            if (current->threads[t].code[i].kind != kind_fence &&
                current->threads[t].code[i].location == location)
                return true;
    return false;
}

static void note_execution(void)
{
    outcome final = 0;

    for (int i = 0; i < current->register_count; i++)
        final |= registers[i];
    for (int i = 0; i < current->location_count; i++)
        if (is_used(i))
            final |= outcome_memory(i, (int)model_final(&shared[i]));
    add_outcome(&seen, final);
}

static struct model_result explore(const struct program *program)
{
    const struct model_test test = {
        .name = "agreement", .file = __FILE__, .body = body,
        .options = {.expect = model_passes, .weak_failures = max_registers}};

    current = program;
    seen.count = 0;
    model_on_execution = note_execution;
    return model_run(&test);
}

/* ---- The comparison -------------------------------------------------------------------------- */

static void print_missing(const struct program *program, const char *who,
                          const struct outcomes *from, const struct outcomes *in)
{
    char text[program_text_size];

    for (size_t i = 0; i < from->count; i++)
        if (!has_outcome(in, from->list[i])) {
            format_outcome(program, from->list[i], text);
            printf("    only the %s: %s\n", who, text);
        }
}

static bool agree(const struct program *program, const struct results *results)
{
    struct model_result explored = explore(program);
    char text[program_text_size];

    if (explored.found == model_passes && explored.complete &&
        explored.executions == results->executions && same_outcomes(&seen, &results->allowed))
        return true;
    format_program(program, text);
    printf("%s\n    %s; %lu executions, the enumerator has %lu\n", text,
           explored.complete ? model_verdict_name(explored.found) : "incomplete",
           explored.executions, results->executions);
    print_missing(program, "checker", &seen, &results->allowed);
    print_missing(program, "enumerator", &results->allowed, &seen);
    return false;
}

int main(int count, char **arguments)
{
    const struct options options = parse_options(count, arguments, 1);
    const struct rc11 axioms = {0};
    const struct model rc11 = rc11_model(&axioms);
    struct tally tally = {0};
    unsigned long index = 0, disagreements = 0;

    while (tally.programs < options.programs) {
        struct program program;
        struct results results = next_program(options.seed, &index, &rc11, &program);

        disagreements += !agree(&program, &results);
        count_program(&tally, &program, &results);
        release_results(&results);
    }
    const bool telling = print_tally(&tally, options.seed);
    printf("agreement: %lu of %lu programs agree%s\n", tally.programs - disagreements,
           tally.programs, telling ? "" : ", but they are too weak to show it");
    return disagreements != 0 || !telling;
}
