/* process_shared_mutex.c: model tests of core/process_shared_mutex.c, which shares its states and
 * orderings with core/mutex.c; the flag of its futex calls means nothing to the checker.
 */
#include "subject.h"

#include <ordo/process_shared_mutex.h>

static ordo_process_shared_mutex mutex = ORDO_PROCESS_SHARED_MUTEX_INIT;
static unsigned int counter;

static void increment(void)
{
    ORDO_PROCESS_SHARED_MUTEX_GUARD(&mutex);
    counter++;
}

MODEL_TEST(lock_3, .expect = model_passes)
{
    TOGETHER(increment, increment, increment);
    model_assert(counter == 3);
}

MODEL_TEST(lock_2_disturbed, .expect = model_passes, .spurious_returns = 2, .interrupts = 1)
{
    TOGETHER(increment, increment);
    model_assert(counter == 2);
}

MODEL_TEST(unlock_of_unlocked, .expect = model_misuse)
{
    ordo_process_shared_mutex_unlock(&mutex);
}
