/* lock_free_queue.c: model tests of core/lock_free_queue.c. */
#include "lock_free_subject.h"

#include <ordo/lock_free_queue.h>

static int destroyed;

static void destroy(void *element)
{
    destroyed += *(int *)element;
}

static const struct ordo_element_type type = {sizeof(int), destroy, NULL, NULL};
static ordo_lock_free_queue queue = ORDO_LOCK_FREE_QUEUE_INIT(queue, &type);
static int taken[3]; /* of each thread, the sum */

static void enqueue_by(int thread, int element)
{
    model_assert(ordo_lock_free_queue_enqueue(&queue, self[thread], &element) == 0);
}

/* And destroys what can be, so that nodes are freed while others are at them. */
static int dequeue_by(int thread)
{
    int element = 0;

    if (ordo_lock_free_queue_dequeue(&queue, self[thread], &element))
        model_assert(element != 0);
    ordo_participant_reclaim(self[thread]);
    taken[thread] += element;
    return element;
}

static void end(int sum)
{
    int in_all = 0;

    for (int thread = 0; thread < 3; thread++)
        in_all += taken[thread];
    ordo_lock_free_queue_destroy(&queue);
    model_assert(in_all + destroyed == sum);
    end_domains();
}

/* So that the head is a node that has to be freed. */
static void pass_one_through(void)
{
    enqueue_by(0, 0x100);
    dequeue_by(0);
    taken[0] = 0;
}

static void first_enqueues(void)
{
    enqueue_by(0, 1);
}

static void second_enqueues(void)
{
    enqueue_by(1, 2);
}

static void first_dequeues(void)
{
    dequeue_by(0);
}

static void second_dequeues(void)
{
    dequeue_by(1);
}

MODEL_TEST(enqueue_and_dequeue, .expect = model_passes)
{
    start_hazards(2);
    pass_one_through();
    TOGETHER(first_enqueues, second_dequeues);
    end(1);
}

MODEL_TEST(two_enqueues, .expect = model_passes)
{
    start_hazards(2);
    TOGETHER(first_enqueues, second_enqueues);
    dequeue_by(0);
    dequeue_by(0);
    model_assert(taken[0] == 3);
    end(3);
}

MODEL_TEST(two_dequeues, .expect = model_passes)
{
    start_hazards(2);
    pass_one_through();
    enqueue_by(0, 1);
    enqueue_by(0, 2);
    TOGETHER(first_dequeues, second_dequeues);
    model_assert(taken[0] + taken[1] == 3);
    end(3);
}

MODEL_TEST(two_dequeues_of_one, .expect = model_passes)
{
    start_hazards(2);
    pass_one_through();
    enqueue_by(0, 1);
    TOGETHER(first_dequeues, second_dequeues);
    model_assert(taken[0] + taken[1] == 1);
    end(1);
}

MODEL_TEST(two_dequeues_with_epochs, .expect = model_passes)
{
    start_epochs(2);
    pass_one_through();
    enqueue_by(0, 1);
    enqueue_by(0, 2);
    TOGETHER(first_dequeues, second_dequeues);
    end(3);
}

/* The tail leads to a node that is taken and retired at once, unless it is moved on before. */
static void enqueue_two(void)
{
    enqueue_by(0, 1);
    enqueue_by(0, 2);
}

static void dequeue_two(void)
{
    const int first = dequeue_by(1), second = dequeue_by(1);

    model_assert(first != 2 && (first == 1 || second != 2)); /* in order */
}

MODEL_TEST(tail_is_not_left_behind, .expect = model_passes, .executions = 30000)
{
    start_hazards(2);
    TOGETHER(enqueue_two, dequeue_two);
    end(3);
}

MODEL_TEST(tail_is_not_left_behind_with_epochs, .expect = model_passes, .executions = 20000)
{
    start_epochs(2);
    TOGETHER(enqueue_two, dequeue_two);
    end(3);
}

static void third_enqueues(void)
{
    enqueue_by(2, 4);
}

static void third_dequeues(void)
{
    dequeue_by(2);
}

MODEL_TEST(two_enqueues_and_dequeue, .expect = model_passes, .executions = 30000)
{
    start_hazards(3);
    TOGETHER(first_enqueues, second_dequeues, third_enqueues);
    end(5);
}

/* One that has put its node in is stopped before it moves the tail. It keeps the node at the tail
 * from being freed; but whoever finds that node by the tail, and has its slot written after a scan
 * has read it, is not seen, when the first has moved the tail and gone before its own slot is read.
 * So the dequeue must not have retired the node. */
MODEL_TEST(tail_is_not_retired, .expect = model_passes, .executions = 10000)
{
    start_hazards(3);
    pass_one_through();
    TOGETHER(first_enqueues, second_dequeues, third_enqueues);
    end(5);
}

MODEL_TEST(tail_is_not_retired_with_epochs, .expect = model_passes, .executions = 10000)
{
    start_epochs(3);
    pass_one_through();
    TOGETHER(first_enqueues, second_dequeues, third_enqueues);
    end(5);
}

/* The second dequeue finds a head that the first has moved, and an old tail perhaps. */
MODEL_TEST(enqueue_and_two_dequeues, .expect = model_passes, .executions = 30000)
{
    start_hazards(3);
    enqueue_by(1, 2);
    TOGETHER(first_enqueues, second_dequeues, third_dequeues);
    end(3);
}

/* Head and tail of a queue that is empty again and again. */
static void pass_through_first(void)
{
    enqueue_by(0, 1);
    dequeue_by(0);
}

static void pass_through_second(void)
{
    enqueue_by(1, 2);
    dequeue_by(1);
}

MODEL_TEST(passing_through, .expect = model_passes, .executions = 30000)
{
    start_hazards(2);
    TOGETHER(pass_through_first, pass_through_second);
    model_assert(taken[0] + taken[1] == 3);
    end(3);
}

MODEL_TEST(passing_through_beside_a_dequeue, .expect = model_passes, .executions = 2500)
{
    start_hazards(3);
    TOGETHER(pass_through_first, pass_through_second, third_dequeues);
    end(3);
}

static int beside; /* plain */

static void write_and_enqueue(void)
{
    beside = 1;
    enqueue_by(0, 1);
}

static void dequeue_and_read(void)
{
    if (dequeue_by(1) != 0)
        model_assert(beside == 1);
}

MODEL_TEST(enqueue_releases, .expect = model_passes)
{
    start_hazards(2);
    TOGETHER(write_and_enqueue, dequeue_and_read);
    end(1);
}

MODEL_TEST(no_memory, .expect = model_passes, .allocation_failures = 1)
{
    const int element = 1;
    int error, found = 0;

    if (ordo_hazard_register(&hazards, &self[0]) != 0)
        return;
    registered = 1;
    error = ordo_lock_free_queue_enqueue(&queue, self[0], &element);
    model_assert(ordo_lock_free_queue_dequeue(&queue, self[0], &found) == (error == 0));
    model_assert(found == (error == 0 ? 1 : 0));
    taken[0] = found;
    end(found);
}
