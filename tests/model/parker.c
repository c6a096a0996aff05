/* parker.c: model tests of core/parker.c. A wake that is lost is a deadlock; what the waker wrote,
 * and is not seen, is a data race; the parker is freed by its thread at once, whatever the waker
 * does.
 */
#include "subject.h"

#include <ordo/clock.h>

#include "../../core/parker.h"

static struct parker *parker;
static unsigned int data;

static void wake(void)
{
    struct parker *const mine = parker;

    data = 1;
    ordo_parker_wake(mine);
}

static void sleep_and_free(void)
{
    struct parker *const mine = parker;

    model_assert(ordo_parker_wait(mine, ORDO_NEVER, 0));
    model_assert(data == 1);
    free(mine);
}

static void sleep_in_time(void)
{
    struct parker *const mine = parker;

    if (!ordo_parker_wait(mine, ordo_clock_now() + 1000, 0)) {
        model_reach(true);
        model_assert(ordo_parker_wait(mine, ORDO_NEVER, 0));
    }
    model_assert(data == 1);
    free(mine);
}

MODEL_TEST(woken, .expect = model_passes, .spurious_returns = 2, .interrupts = 2)
{
    parker = calloc(1, sizeof *parker);
    TOGETHER(wake, sleep_and_free);
}

MODEL_TEST(deadline, .expect = model_reached, .timeouts = 1, .spurious_returns = 1)
{
    parker = calloc(1, sizeof *parker);
    TOGETHER(wake, sleep_in_time);
}
