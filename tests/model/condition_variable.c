/* condition_variable.c: model tests of core/condition_variable.c. A waiter that is forgotten is a
 * deadlock; a node that a notifier touches too late is a data race with its thread's own use, or an
 * access to a stack that has ended.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/condition_variable.h>

static ordo_mutex mutex = ORDO_MUTEX_INIT;
static ordo_condition_variable condition = ORDO_CONDITION_VARIABLE_INIT;
static unsigned int tokens;
static bool ready;

static bool nobody_waits(void)
{
    return ordo_load(&condition.oldest, ordo_relaxed) == NULL
           && ordo_load(&condition.lock.state, ordo_relaxed) == 0
           && ordo_load(&mutex.state, ordo_relaxed) == 0;
}

/* ---- Tokens: each is notified once ----------------------------------------------------------- */

static void take(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, tokens == 0);
    tokens--;
}

static void take_in_time(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    if (ORDO_CONDITION_VARIABLE_WAIT_WHILE_UNTIL(&condition, &mutex, tokens == 0,
                                                 ordo_clock_now() + 1000)
        == 0)
        tokens--;
}

static void give_with_the_mutex(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    tokens++;
    ordo_condition_variable_notify_one(&condition);
}

static void give(void)
{
    ordo_mutex_lock(&mutex);
    tokens++;
    ordo_mutex_unlock(&mutex);
    ordo_condition_variable_notify_one(&condition);
}

static void give_two(void)
{
    ordo_mutex_lock(&mutex);
    tokens += 2;
    ordo_mutex_unlock(&mutex);
    ordo_condition_variable_notify_all(&condition);
}

static void give_two_with_the_mutex(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    tokens += 2;
    ordo_condition_variable_notify_all(&condition);
}

static void give_twice(void)
{
    give();
    give();
}

MODEL_TEST(notify_one, .expect = model_passes)
{
    TOGETHER(give, take);
    model_assert(tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_one_with_the_mutex, .expect = model_passes)
{
    TOGETHER(give_with_the_mutex, take);
    model_assert(tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_one_disturbed, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(give, take);
    model_assert(tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_all_one, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(give_two, take);
    model_assert(tokens == 1 && nobody_waits());
}

MODEL_TEST(wait_until, .expect = model_passes, .timeouts = 1)
{
    TOGETHER(give, take_in_time);
    model_assert(tokens <= 1 && nobody_waits());
}

MODEL_TEST(wait_until_times_out_sometimes, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(give, take_in_time);
    model_reach(tokens == 1);
}

/* Three threads that all want the mutex twice are too many for all executions, in a minute: as far
 * as the bound, here and below. */
MODEL_TEST(notify_one_2_waiters, .expect = model_passes, .executions = 20000)
{
    TOGETHER(give_twice, take, take);
    model_assert(tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_all_2_waiters, .expect = model_passes, .executions = 20000)
{
    TOGETHER(give_two, take, take);
    model_assert(tokens == 0 && nobody_waits());
}

MODEL_TEST(notify_all_2_waiters_with_the_mutex, .expect = model_passes, .spurious_returns = 1,
           .executions = 20000)
{
    TOGETHER(give_two_with_the_mutex, take, take);
    model_assert(tokens == 0 && nobody_waits());
}

/* ---- One wait, without a loop: only a notification ends it ----------------------------------- */

static ordo_atomic_u32 waiting; /* raised under the mutex: who sees it and locks finds them there */

static void wait_once(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ordo_fetch_add(&waiting, 1, ordo_relaxed);
    ordo_condition_variable_wait(&condition, &mutex);
    model_assert(ready);
}

/* Hands on the notification that it gets. */
static void wait_once_in_time(void)
{
    ordo_mutex_lock(&mutex);
    ordo_fetch_add(&waiting, 1, ordo_relaxed);
    const int error =
        ordo_condition_variable_wait_until(&condition, &mutex, ordo_clock_now() + 1000);
    model_assert(ready || error == ETIMEDOUT);
    ordo_mutex_unlock(&mutex);
    if (error == 0)
        ordo_condition_variable_notify_one(&condition);
}

static void set_when_waiting(unsigned int count)
{
    while (ordo_load(&waiting, ordo_relaxed) != count)
        ordo_spin_hint();
    ORDO_MUTEX_GUARD(&mutex);
    ready = true;
}

static void notify_one_when_one_waits(void)
{
    set_when_waiting(1);
    ordo_condition_variable_notify_one(&condition);
}

static void notify_one_when_two_wait(void)
{
    set_when_waiting(2);
    ordo_condition_variable_notify_one(&condition);
}

static void notify_all_when_two_wait(void)
{
    set_when_waiting(2);
    ordo_condition_variable_notify_all(&condition);
}

MODEL_TEST(one_wait, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(notify_one_when_one_waits, wait_once);
    model_assert(nobody_waits());
}

/* Where the node was, there is something else now. */
static void use_the_stack(void)
{
    uint64_t words[48];
    volatile uint64_t *const begin = disguised(words);

    for (unsigned int i = 0; i < sizeof words / sizeof *words; i++)
        begin[i] = i;
}

static void wait_once_and_go_on(void)
{
    wait_once();
    use_the_stack();
}

MODEL_TEST(stack_is_used_again, .expect = model_passes, .executions = 2000)
{
    TOGETHER(notify_all_when_two_wait, wait_once_and_go_on, wait_once_and_go_on);
    model_assert(nobody_waits());
}

/* A waiter that times out eats no notification: the other one gets it. */
MODEL_TEST(deadline_against_notification, .expect = model_passes, .timeouts = 1,
           .executions = 20000)
{
    TOGETHER(notify_one_when_two_wait, wait_once, wait_once_in_time);
    model_assert(nobody_waits());
}

MODEL_TEST(deadline_against_notify_all, .expect = model_passes, .timeouts = 1,
           .executions = 20000)
{
    TOGETHER(notify_all_when_two_wait, wait_once, wait_once_in_time);
    model_assert(nobody_waits());
}

MODEL_TEST(all_2_waits, .expect = model_passes, .executions = 20000)
{
    TOGETHER(notify_all_when_two_wait, wait_once, wait_once);
    model_assert(nobody_waits());
}

/* ---- Two that wait already ------------------------------------------------------------------- */

static void arrive_and_take(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ordo_fetch_add(&waiting, 1, ordo_release); /* so the mutex is seen locked */
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, tokens == 0);
    tokens--;
}

/* They come one after the other, and are notified when both have unlocked the mutex: few enough
 * executions for all of them. */
MODEL_TEST(notify_all_2_that_wait, .expect = model_passes)
{
    thread_body *waiter = arrive_and_take;
    ordo_thread *threads[2];

    for (uint32_t i = 0; i < 2; i++) {
        threads[i] = spawn(subject_thread, &waiter);
        while (ordo_load(&waiting, ordo_acquire) != i + 1)
            ordo_spin_hint();
        while (ordo_load(&mutex.state, ordo_acquire) != 0)
            ordo_spin_hint();
    }
    give_two_with_the_mutex();
    for (int i = 0; i < 2; i++)
        ordo_thread_join(threads[i]);
    model_assert(tokens == 0 && nobody_waits());
}

/* ---- Two mutexes ----------------------------------------------------------------------------- */

static ordo_mutex other_mutex = ORDO_MUTEX_INIT;

static void wait_with_the_other(void)
{
    ORDO_MUTEX_GUARD(&other_mutex);
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &other_mutex, !ready);
}

static void wait_with_the_one(void)
{
    ORDO_MUTEX_GUARD(&mutex);
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&condition, &mutex, !ready);
}

static void set_with_both(void)
{
    {
        ORDO_MUTEX_GUARD(&mutex);
        ORDO_MUTEX_GUARD(&other_mutex);
        ready = true;
    }
    ordo_condition_variable_notify_all(&condition);
}

MODEL_TEST(two_mutexes, .expect = model_passes, .executions = 20000)
{
    TOGETHER(set_with_both, wait_with_the_one, wait_with_the_other);
    model_assert(nobody_waits() && ordo_load(&other_mutex.state, ordo_relaxed) == 0);
}

/* ---- Freed by the last waiter, while the notifier is on its way out -------------------------- */

static struct object {
    ordo_mutex mutex;
    ordo_condition_variable condition;
    ordo_atomic_u32 waiting;
    unsigned int left;
    bool ready;
} *object;

static void notify_waiters(unsigned int count)
{
    struct object *const mine = object;

    while (ordo_load(&mine->waiting, ordo_relaxed) != count)
        ordo_spin_hint();
    ordo_mutex_lock(&mine->mutex);
    mine->ready = true;
    ordo_mutex_unlock(&mine->mutex); /* the waiters cannot leave yet */
    if (count == 1 && model_choose(2) == 0)
        ordo_condition_variable_notify_one(&mine->condition);
    else
        ordo_condition_variable_notify_all(&mine->condition);
}

static void notify_the_waiter(void)
{
    notify_waiters(1);
}

static void notify_two_waiters(void)
{
    notify_waiters(2);
}

static void wait_and_free(unsigned int count)
{
    struct object *const mine = object;

    ordo_mutex_lock(&mine->mutex);
    ordo_fetch_add(&mine->waiting, 1, ordo_relaxed);
    ORDO_CONDITION_VARIABLE_WAIT_WHILE(&mine->condition, &mine->mutex, !mine->ready);
    const bool last = ++mine->left == count;
    ordo_mutex_unlock(&mine->mutex);
    if (last)
        free(mine);
}

static void be_the_waiter(void)
{
    wait_and_free(1);
}

static void be_one_of_two(void)
{
    wait_and_free(2);
}

static void with_object(void (*notifier)(void), void (*waiter)(void), unsigned int count)
{
    object = malloc(sizeof *object);
    *object = (struct object){.ready = false};
    if (count == 1)
        TOGETHER(notifier, waiter);
    else
        TOGETHER(notifier, waiter, waiter);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    with_object(notify_the_waiter, be_the_waiter, 1);
}

MODEL_TEST(freed_by_the_last_of_two, .expect = model_passes, .executions = 20000)
{
    with_object(notify_two_waiters, be_one_of_two, 2);
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

MODEL_TEST(wait_with_an_unlocked_mutex, .expect = model_misuse)
{
    ordo_condition_variable_wait(&condition, &mutex);
}
