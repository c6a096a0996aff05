/* byte_condition_variable.c: model tests of core/byte_condition_variable.c. A lost notification is
 * a deadlock; plain variables show, as data races, an order that is missing.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/byte_condition_variable.h>
#include <ordo/clock.h>

static ordo_byte_mutex mutex = ORDO_BYTE_MUTEX_INIT;
static ordo_byte_condition_variable condition = ORDO_BYTE_CONDITION_VARIABLE_INIT;
static unsigned int items, taken;

static void no_trace(void)
{
    model_assert(ordo_load(&mutex.state, ordo_relaxed) == 0);
    model_assert(ordo_load(&condition.state, ordo_relaxed) == 0);
}

static void take(void)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    while (items == 0)
        ordo_byte_condition_variable_wait(&condition, &mutex);
    items--;
    taken++;
}

static void take_in_time(void)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    int error = 0;

    while (items == 0 && error == 0)
        error = ordo_byte_condition_variable_wait_until(&condition, &mutex,
                                                        ordo_clock_now() + 1000);
    model_reach(error == ETIMEDOUT);
    if (items != 0) {
        items--;
        taken++;
    }
}

static void put(unsigned int count)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    items += count;
}

static void put_one(void)
{
    put(1);
    ordo_byte_condition_variable_notify_one(&condition);
}

static void put_one_for_all(void)
{
    put(1);
    ordo_byte_condition_variable_notify_all(&condition);
}

static void put_two_for_all(void)
{
    put(2);
    ordo_byte_condition_variable_notify_all(&condition);
}

static void put_two_inside(void)
{
    ORDO_BYTE_MUTEX_GUARD(&mutex);
    items += 2;
    ordo_byte_condition_variable_notify_all(&condition);
}

static void put_one_twice(void)
{
    put_one();
    put_one();
}

MODEL_TEST(notify_one, .expect = model_passes, .spurious_returns = 1, .interrupts = 1)
{
    TOGETHER(put_one, take);
    no_trace();
}

MODEL_TEST(notify_all, .expect = model_passes)
{
    TOGETHER(put_one_for_all, take);
    no_trace();
}

MODEL_TEST(notify_one_2_waiters, .expect = model_passes, .executions = 5000)
{
    TOGETHER(put_one_twice, take, take);
    model_assert(taken == 2);
    no_trace();
}

MODEL_TEST(notify_all_2_waiters, .expect = model_passes, .executions = 5000)
{
    TOGETHER(put_two_for_all, take, take);
    model_assert(taken == 2);
    no_trace();
}

MODEL_TEST(notify_all_inside, .expect = model_passes, .executions = 5000)
{
    TOGETHER(put_two_inside, take, take);
    model_assert(taken == 2);
    no_trace();
}

MODEL_TEST(deadline, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(put_one, take_in_time);
    model_assert(items + taken == 1);
    no_trace();
}

/* Moved to the mutex, and its deadline passes there. */
MODEL_TEST(deadline_inside, .expect = model_reached, .timeouts = 1, .executions = 5000)
{
    TOGETHER(put_two_inside, take_in_time);
    no_trace();
}

/* A waiter that gives up takes no notification with it. */
MODEL_TEST(deadline_of_one_of_two, .expect = model_reached, .timeouts = 1, .executions = 5000)
{
    TOGETHER(put_one_twice, take_in_time, take);
    model_assert(items + taken == 2);
    no_trace();
}

/* ---- Destruction ----------------------------------------------------------------------------- */

static struct page {
    ordo_byte_mutex mutex;
    ordo_byte_condition_variable changed;
    unsigned int is_over;
} *page;

static void notify_outside(void)
{
    struct page *const mine = page;

    ordo_byte_mutex_lock(&mine->mutex);
    mine->is_over = 1;
    ordo_byte_mutex_unlock(&mine->mutex);
    ordo_byte_condition_variable_notify_one(&mine->changed);
}

/* The notification is the last use of all others. */
static void wait_and_free(void)
{
    struct page *const mine = page;

    ordo_byte_condition_variable_wait(&mine->changed, &mine->mutex);
    model_assert(mine->is_over == 1);
    ordo_byte_mutex_unlock(&mine->mutex);
    free(mine);
}

static void notify_all_outside(void)
{
    struct page *const mine = page;

    ordo_byte_mutex_lock(&mine->mutex);
    mine->is_over = 1;
    ordo_byte_mutex_unlock(&mine->mutex);
    ordo_byte_condition_variable_notify_all(&mine->changed);
}

static void make_page(void)
{
    page = malloc(sizeof *page);
    *page = (struct page){.is_over = 0};
    ordo_byte_mutex_lock(&page->mutex);
}

MODEL_TEST(freed_by_the_notified, .expect = model_passes)
{
    make_page();
    TOGETHER(wait_and_free, notify_outside);
}

MODEL_TEST(freed_by_the_notified_all, .expect = model_passes)
{
    make_page();
    TOGETHER(wait_and_free, notify_all_outside);
}

MODEL_TEST(wait_without_the_mutex, .expect = model_misuse)
{
    ordo_byte_condition_variable_wait(&condition, &mutex);
}
