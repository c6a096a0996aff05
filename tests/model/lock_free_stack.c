/* lock_free_stack.c: model tests of core/lock_free_stack.c. */
#include "lock_free_subject.h"

#include <ordo/lock_free_stack.h>

static int destroyed;

static void destroy(void *element)
{
    destroyed += *(int *)element;
}

static const struct ordo_element_type type = {sizeof(int), destroy, NULL, NULL};
static ordo_lock_free_stack stack = ORDO_LOCK_FREE_STACK_INIT(&type);
static int popped[3]; /* of each thread, the sum */

static void push(int element)
{
    model_assert(ordo_lock_free_stack_push(&stack, &element) == 0);
}

/* And destroys what can be, so that nodes are freed while others are at them. */
static int pop_by(int thread)
{
    int element = 0;

    if (ordo_lock_free_stack_pop(&stack, self[thread], &element))
        model_assert(element != 0);
    ordo_participant_reclaim(self[thread]);
    popped[thread] += element;
    return element;
}

static void end(int sum)
{
    int in_all = 0;

    for (int thread = 0; thread < 3; thread++)
        in_all += popped[thread];
    ordo_lock_free_stack_destroy(&stack);
    model_assert(in_all + destroyed == sum);
    end_domains();
}

static void push_1(void)
{
    push(1);
}

static void first_pops(void)
{
    pop_by(0);
}

static void second_pops(void)
{
    pop_by(1);
}

static void third_pops(void)
{
    pop_by(2);
}

MODEL_TEST(push_and_pop, .expect = model_passes, .weak_failures = 1)
{
    start_hazards(1);
    TOGETHER(first_pops, push_1);
    end(1);
}

MODEL_TEST(two_pushes, .expect = model_passes, .weak_failures = 1)
{
    TOGETHER(push_1, push_1);
    end(2);
}

MODEL_TEST(two_pops, .expect = model_passes)
{
    start_hazards(2);
    push(1);
    push(2);
    TOGETHER(first_pops, second_pops);
    model_assert(popped[0] + popped[1] == 3);
    end(3);
}

MODEL_TEST(two_pops_of_one, .expect = model_passes)
{
    start_hazards(2);
    push(1);
    TOGETHER(first_pops, second_pops);
    model_assert(popped[0] + popped[1] == 1);
    end(1);
}

MODEL_TEST(two_pops_with_epochs, .expect = model_passes)
{
    start_epochs(2);
    push(1);
    push(2);
    TOGETHER(first_pops, second_pops);
    model_assert(popped[0] + popped[1] == 3);
    end(3);
}

/* ABA: one is stopped in its pop, the other pops two and puts the first back. */
static void pop_two_push_first(void)
{
    const int first = pop_by(1);

    pop_by(1);
    if (first != 0) {
        popped[1] -= first;
        push(first);
    }
}

static void pop_beside_others(void (*start)(int))
{
    start(2);
    push(4);
    push(2);
    push(1);
    TOGETHER(first_pops, pop_two_push_first);
    pop_by(0);
    pop_by(0);
    end(7);
}

MODEL_TEST(aba, .expect = model_passes, .executions = 30000)
{
    pop_beside_others(start_hazards);
}

MODEL_TEST(aba_with_epochs, .expect = model_passes, .executions = 20000)
{
    pop_beside_others(start_epochs);
}

MODEL_TEST(three_threads, .expect = model_passes, .executions = 20000)
{
    start_hazards(3);
    push(1);
    push(2);
    TOGETHER(first_pops, second_pops, third_pops);
    model_assert(popped[0] + popped[1] + popped[2] == 3);
    end(3);
}

/* What came before the push happens before what follows the pop. */
static int beside; /* plain */

static void write_and_push(void)
{
    beside = 1;
    push(1);
}

static void pop_and_read(void)
{
    if (pop_by(0) != 0)
        model_assert(beside == 1);
}

MODEL_TEST(push_releases, .expect = model_passes)
{
    start_hazards(1);
    push(0x100);
    pop_by(0);
    popped[0] = 0;
    TOGETHER(pop_and_read, write_and_push);
    end(1);
}

/* One that lay below another when that was popped. */
static void pop_both_and_read(void)
{
    for (int i = 0; i < 2; i++)
        if (pop_by(0) == 1)
            model_assert(beside == 1);
}

static void push_2(void)
{
    push(2);
}

MODEL_TEST(push_releases_what_lies_below, .expect = model_passes, .executions = 20000)
{
    start_hazards(1);
    TOGETHER(pop_both_and_read, write_and_push, push_2);
    end(3);
}

MODEL_TEST(no_memory, .expect = model_passes, .allocation_failures = 1)
{
    const int element = 1;
    const int error = ordo_lock_free_stack_push(&stack, &element);

    model_assert(ordo_lock_free_stack_is_empty(&stack) == (error != 0));
    end(error == 0 ? 1 : 0);
}
