/* semaphore.c: model tests of core/semaphore.c. A plain variable shows, as a data race, a waiter
 * that does not see all that came before the post; a lost wake-up is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/clock.h>
#include <ordo/process_shared_semaphore.h>
#include <ordo/semaphore.h>

static ordo_semaphore empty, full = ORDO_SEMAPHORE_INIT(1, 1), two = ORDO_SEMAPHORE_INIT(2, 2);
static unsigned int counter;

static void post(void)
{
    counter++;
    model_assert(ordo_semaphore_post(&empty, 1) == 0);
}

static void wait(void)
{
    ordo_semaphore_wait(&empty);
    counter++;
}

/* As a mutex: the token is the right to enter. */
static void enter(void)
{
    ordo_semaphore_wait(&full);
    counter++;
    model_assert(ordo_semaphore_post(&full, 1) == 0);
}

static void enter_in_time(void)
{
    const int error = ordo_semaphore_wait_until(&full, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        model_assert(ordo_semaphore_post(&full, 1) == 0);
    }
}

static void try_to_enter(void)
{
    const bool entered = ordo_semaphore_try_wait(&full);

    model_reach(!entered);
    if (entered) {
        counter++;
        model_assert(ordo_semaphore_post(&full, 1) == 0);
    }
}

MODEL_TEST(post_and_wait, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(post, wait);
    model_assert(counter == 2 && ordo_load(&empty.state, ordo_relaxed) == 0);
}

MODEL_TEST(exclusion_2, .expect = model_passes, .spurious_returns = 1, .interrupts = 1,
           .weak_failures = 1)
{
    TOGETHER(enter, enter);
    model_assert(counter == 2 && ordo_semaphore_value(&full) == 1);
}

MODEL_TEST(exclusion_3, .expect = model_passes)
{
    TOGETHER(enter, enter, enter);
    model_assert(counter == 3);
}

MODEL_TEST(try_wait, .expect = model_reached)
{
    TOGETHER(enter, try_to_enter);
}

MODEL_TEST(try_wait_excludes, .expect = model_reached)
{
    TOGETHER(try_to_enter, try_to_enter);
}

MODEL_TEST(deadline, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)
{
    TOGETHER(enter, enter_in_time);
}

/* ---- Nobody is forgotten --------------------------------------------------------------------- */

static void take(void)
{
    ordo_semaphore_wait(&empty);
}

static void post_one(void)
{
    model_assert(ordo_semaphore_post(&empty, 1) == 0);
}

static void post_two(void)
{
    model_assert(ordo_semaphore_post(&empty, 2) == 0);
}

static void post_twice(void)
{
    post_one();
    post_one();
}

/* As many wakes as tokens. */
MODEL_TEST(two_tokens_at_once, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(post_two, take, take);
    model_assert(ordo_load(&empty.state, ordo_relaxed) == 0);
}

/* The second post finds a token that nobody has taken yet, and wakes all the same. */
MODEL_TEST(two_tokens_one_by_one, .expect = model_passes)
{
    TOGETHER(post_twice, take, take);
    model_assert(ordo_load(&empty.state, ordo_relaxed) == 0);
}

/* A post whose thread is stopped for ever between its operation and its wake: the next wakes. */
static void post_without_wake(void)
{
    ordo_fetch_add(&empty.state, 1, ordo_release);
}

MODEL_TEST(stopped_post, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(post_without_wake, post_one, take);
    model_assert(ordo_load(&empty.state, ordo_relaxed) == 1);
}

/* Somebody comes by and takes the token that a waiter was woken for; then posts again. */
static void take_and_post(void)
{
    if (ordo_semaphore_try_wait(&empty))
        post_one();
}

MODEL_TEST(stolen_token, .expect = model_passes)
{
    TOGETHER(post_one, take_and_post, take);
    model_assert(ordo_load(&empty.state, ordo_relaxed) == 0);
}

static void take_in_time_and_post(void)
{
    const int error = ordo_semaphore_wait_until(&empty, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0) /* otherwise leaves the token to the other */
        post_one();
}

/* One that gives up takes no wake along. */
MODEL_TEST(deadline_beside_another, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(post_one, take_in_time_and_post, take);
    model_assert(ordo_load(&empty.state, ordo_relaxed) == 0);
}

/* ---- The maximum ----------------------------------------------------------------------------- */

static ordo_atomic_u32 inside;

static void enter_two(void)
{
    ordo_semaphore_wait(&two);
    model_assert(ordo_fetch_add(&inside, 1, ordo_relaxed) < 2);
    ordo_fetch_sub(&inside, 1, ordo_relaxed);
    model_assert(ordo_semaphore_post(&two, 1) == 0);
}

static void try_to_enter_two(void)
{
    if (!ordo_semaphore_try_wait(&two))
        return;
    model_assert(ordo_fetch_add(&inside, 1, ordo_relaxed) < 2);
    ordo_fetch_sub(&inside, 1, ordo_relaxed);
    model_assert(ordo_semaphore_post(&two, 1) == 0);
}

MODEL_TEST(no_more_inside_than_tokens, .expect = model_passes)
{
    TOGETHER(enter_two, try_to_enter_two, try_to_enter_two);
    model_assert(ordo_semaphore_value(&two) == 2);
}

static ordo_semaphore small = ORDO_SEMAPHORE_INIT(0, 1);
static ordo_atomic_u32 refused;

static void post_to_small(void)
{
    if (ordo_semaphore_post(&small, 1) == EOVERFLOW)
        ordo_fetch_add(&refused, 1, ordo_relaxed);
}

static void take_from_small(void)
{
    ordo_semaphore_wait(&small);
}

MODEL_TEST(no_more_tokens_than_the_maximum, .expect = model_passes)
{
    TOGETHER(post_to_small, post_to_small, take_from_small);
    model_assert(ordo_load(&refused, ordo_relaxed) + ordo_semaphore_value(&small) == 1);
}

/* As stopped_post, where the next one is refused. */
static void fill_small_without_wake(void)
{
    uint64_t before;

    (void)ordo_fetch_update_if(&small.state, ordo_release, ordo_relaxed, state,
                               (state & ORDO_SEMAPHORE_MAX) == 0, state + 1, &before);
}

static void fill_small_and_post(void)
{
    fill_small_without_wake();
    (void)ordo_semaphore_post(&small, 1);
}

MODEL_TEST(refused_post_wakes, .expect = model_passes)
{
    TOGETHER(fill_small_and_post, take_from_small);
}

/* ---- Process-shared: the same, in another word of the checker's futexes ---------------------- */

static ordo_process_shared_semaphore shared;

static void post_shared(void)
{
    counter++;
    model_assert(ordo_process_shared_semaphore_post(&shared, 1) == 0);
}

static void wait_shared(void)
{
    ordo_process_shared_semaphore_wait(&shared);
    counter++;
}

static void wait_shared_in_time(void)
{
    const int error =
        ordo_process_shared_semaphore_wait_until(&shared, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0)
        counter++;
}

MODEL_TEST(process_shared, .expect = model_passes, .spurious_returns = 1)
{
    TOGETHER(post_shared, wait_shared);
    model_assert(counter == 2 && ordo_process_shared_semaphore_value(&shared) == 0);
}

MODEL_TEST(process_shared_deadline, .expect = model_reached, .timeouts = 1)
{
    TOGETHER(post_shared, wait_shared_in_time);
}

/* ---- The waiter frees the semaphore while the post may not have returned --------------------- */

static ordo_semaphore *own;

static void post_own(void)
{
    model_assert(ordo_semaphore_post(own, 1) == 0);
}

static void free_own(void)
{
    ordo_semaphore_wait(own);
    free(own);
}

static void free_own_after_two(void)
{
    ordo_semaphore_wait(own);
    ordo_semaphore_wait(own);
    free(own);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    own = calloc(1, sizeof *own);
    TOGETHER(post_own, free_own);
}

MODEL_TEST(freed_after_two_posts, .expect = model_passes)
{
    own = calloc(1, sizeof *own);
    TOGETHER(post_own, post_own, free_own_after_two);
}
