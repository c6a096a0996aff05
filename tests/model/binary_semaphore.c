/* binary_semaphore.c: model tests of core/binary_semaphore.c. A plain variable shows, as a data
 * race, a waiter that does not see all that came before the post; a lost wake-up is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/binary_semaphore.h>
#include <ordo/clock.h>

static ordo_binary_semaphore empty, full = ORDO_BINARY_SEMAPHORE_INIT(true);
static unsigned int counter;

static void post(void)
{
    counter++;
    model_assert(ordo_binary_semaphore_post(&empty) == 0);
}

static void wait(void)
{
    ordo_binary_semaphore_wait(&empty);
    counter++;
}

/* As a mutex: the token is the right to enter. */
static void enter(void)
{
    ordo_binary_semaphore_wait(&full);
    counter++;
    model_assert(ordo_binary_semaphore_post(&full) == 0);
}

static void enter_in_time(void)
{
    const int error = ordo_binary_semaphore_wait_until(&full, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    model_reach(error == ETIMEDOUT);
    if (error == 0) {
        counter++;
        model_assert(ordo_binary_semaphore_post(&full) == 0);
    }
}

static void try_to_enter(void)
{
    const bool entered = ordo_binary_semaphore_try_wait(&full);

    model_reach(!entered);
    if (entered) {
        counter++;
        model_assert(ordo_binary_semaphore_post(&full) == 0);
    }
}

MODEL_TEST(post_and_wait, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(post, wait);
    model_assert(counter == 2 && !ordo_binary_semaphore_value(&empty));
}

MODEL_TEST(exclusion_2, .expect = model_passes, .spurious_returns = 1, .interrupts = 1,
           .weak_failures = 1)
{
    TOGETHER(enter, enter);
    model_assert(counter == 2 && ordo_binary_semaphore_value(&full));
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

static void wait_in_time(void)
{
    const int error = ordo_binary_semaphore_wait_until(&empty, ordo_clock_now() + 1000);

    model_assert(error == 0 || error == ETIMEDOUT);
    if (error == ETIMEDOUT) /* leaves the token to the other */
        return;
    model_assert(ordo_binary_semaphore_post(&empty) == 0);
}

/* One that gives up takes no wake along. */
MODEL_TEST(deadline_beside_another, .expect = model_passes, .timeouts = 1)
{
    TOGETHER(post, wait_in_time, wait);
}

/* However many posts: there is one token, and each one's writes are seen by who takes it last. */
static ordo_atomic_u32 refused;

static void post_again(void)
{
    if (ordo_binary_semaphore_post(&empty) == EOVERFLOW)
        ordo_fetch_add(&refused, 1, ordo_relaxed);
}

static void take_one(void)
{
    ordo_binary_semaphore_wait(&empty);
}

MODEL_TEST(one_token, .expect = model_passes)
{
    TOGETHER(post_again, post_again, take_one);
    model_assert(ordo_load(&refused, ordo_relaxed)
                     + ordo_binary_semaphore_value(&empty) == 1);
}

/* A refused post publishes too. */
static unsigned int published;

static void post_to_full(void)
{
    published = 1;
    model_reach(ordo_binary_semaphore_post(&full) == EOVERFLOW);
}

static ordo_atomic_u32 posted;

static void post_to_full_and_tell(void)
{
    post_to_full();
    ordo_store(&posted, 1, ordo_relaxed);
}

static void take_after_post(void)
{
    if (ordo_load(&posted, ordo_relaxed) == 0)
        return;
    ordo_binary_semaphore_wait(&full);
    model_assert(published == 1);
}

MODEL_TEST(refused_post_publishes, .expect = model_reached)
{
    TOGETHER(post_to_full_and_tell, take_after_post);
}

/* And wakes: the thread of the post before it may be stopped between its operation and its wake. */
static void post_without_wake_and_again(void)
{
    ordo_fetch_or(&empty.state, 1, ordo_release);
    (void)ordo_binary_semaphore_post(&empty);
}

MODEL_TEST(refused_post_wakes, .expect = model_passes)
{
    TOGETHER(post_without_wake_and_again, take_one);
}

/* The waiter frees the semaphore while the post may not have returned. */
static ordo_binary_semaphore *own;

static void post_own(void)
{
    model_assert(ordo_binary_semaphore_post(own) == 0);
}

static void free_own(void)
{
    ordo_binary_semaphore_wait(own);
    free(own);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes, .spurious_returns = 1)
{
    own = malloc(sizeof *own);
    *own = (ordo_binary_semaphore)ORDO_BINARY_SEMAPHORE_INIT(false);
    TOGETHER(post_own, free_own);
}
