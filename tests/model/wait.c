/* wait.c: model tests of core/wait.c. A plain variable shows, as a data race, a waiter that does
 * not see all that came before the change; a lost wake-up is a deadlock.
 */
#include "subject.h"

#include <errno.h>
#include <ordo/wait.h>

static unsigned int data;

/* The same for each width that differs. */
#define WIDTH(width)                                                                               \
    static ordo_atomic_u##width object##width;                                                     \
    static void change_and_notify_one##width(void)                                                 \
    {                                                                                              \
        data = 1;                                                                                  \
        ordo_store(&object##width, 1, ordo_release);                                               \
        ordo_notify_one(&object##width);                                                           \
    }                                                                                              \
    static void change_and_notify_all##width(void)                                                 \
    {                                                                                              \
        data = 1;                                                                                  \
        ordo_store(&object##width, 1, ordo_release);                                               \
        ordo_notify_all(&object##width);                                                           \
    }                                                                                              \
    static void wait##width(void)                                                                  \
    {                                                                                              \
        model_assert(ordo_wait(&object##width, 0, ordo_acquire) == 1);                             \
        model_assert(data == 1);                                                                   \
    }                                                                                              \
    static void wait_in_time##width(void)                                                          \
    {                                                                                              \
        const int error =                                                                          \
            ordo_wait_until(&object##width, 0, ordo_clock_now() + 1000, ordo_acquire);             \
        model_assert(error == 0 || error == ETIMEDOUT);                                            \
        model_assert(error != 0 || data == 1);                                                     \
        model_reach(error == ETIMEDOUT);                                                           \
    }                                                                                              \
    static void two_changes##width(void)                                                           \
    {                                                                                              \
        data = 1;                                                                                  \
        ordo_store(&object##width, 0, ordo_relaxed);                                               \
        ordo_notify_all(&object##width);                                                           \
        ordo_store(&object##width, 1, ordo_release);                                               \
        ordo_notify_all(&object##width);                                                           \
    }                                                                                              \
    MODEL_TEST(notify_one_##width, .expect = model_passes, .spurious_returns = 1,                  \
               .interrupts = 1)                                                                    \
    {                                                                                              \
        TOGETHER(change_and_notify_one##width, wait##width);                                       \
    }                                                                                              \
    MODEL_TEST(notify_all_##width, .expect = model_passes)                    \
    {                                                                                              \
        TOGETHER(change_and_notify_all##width, wait##width, wait##width);                          \
    }                                                                                              \
    MODEL_TEST(deadline_##width, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)    \
    {                                                                                              \
        TOGETHER(change_and_notify_one##width, wait_in_time##width);                               \
    }                                                                                              \
    MODEL_TEST(two_changes_##width, .expect = model_passes)                                        \
    {                                                                                              \
        TOGETHER(two_changes##width, wait##width);                                                 \
    }

WIDTH(8)
WIDTH(32)
WIDTH(64)

/* The waiter frees the object before the notify. */
static ordo_atomic_u64 *own;

static void change_own(void)
{
    ordo_atomic_u64 *const mine = own;

    ordo_store(mine, 1, ordo_release);
    ordo_notify_one(mine);
}

static void free_own(void)
{
    (void)ordo_wait(own, 0, ordo_acquire);
    free(own);
}

MODEL_TEST(freed_by_the_waiter, .expect = model_passes)
{
    own = malloc(sizeof *own);
    *own = (ordo_atomic_u64)ORDO_ATOMIC_INIT(0);
    TOGETHER(change_own, free_own);
}
